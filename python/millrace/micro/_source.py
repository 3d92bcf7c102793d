"""The C++ sources of micro/ that come with the package: what the tools build for devices from."""

import functools
import pathlib
import re

ROOT = pathlib.Path(__file__).parent / "source"


@functools.cache
def builtin_names():
    """{code of a builtin op: its name} from micro/core/schema.h."""
    text = (ROOT / "micro/core/schema.h").read_text(encoding="utf-8")
    body = re.search(r"enum class BuiltinOp.*?\{(.*?)\};", text, re.S).group(1)
    return {int(code): name for name, code in re.findall(r"k(\w+)\s*=\s*(\d+)", body)}


@functools.cache
def kernel_files():
    """{registration: file of micro/kernels that holds it} from ops.bzl: {"Relu": "relu"}."""
    lists = {}
    exec((ROOT / "micro/kernels/ops.bzl").read_text(encoding="utf-8"), lists)
    return {name: file for file, names in lists["MICRO_OPS"].items() for name in names}
