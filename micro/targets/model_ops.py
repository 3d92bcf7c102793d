"""Which ops a .tflite file uses, as names of registrations: "Conv2D" is kConv2DOp of micro/kernels."""

import pathlib
import re
import struct

ROOT = pathlib.Path(__file__).resolve().parents[2]
CUSTOM = 32


def kernel_files():
    """{registration: file of micro/kernels that holds it}."""
    lists = {}
    exec((ROOT / "micro/kernels/ops.bzl").read_text(), lists)
    return {name: file for file, names in lists["MICRO_OPS"].items() for name in names}


def builtin_names():
    """{code: name} from core/schema.h."""
    text = (ROOT / "micro/core/schema.h").read_text()
    body = re.search(r"enum class BuiltinOp.*?\{(.*?)\};", text, re.S).group(1)
    return {int(code): name for name, code in re.findall(r"k(\w+) = (\d+)", body)}


class _Table:
    """A table of a flatbuffer."""

    def __init__(self, data, position):
        self.data, self.position = data, position
        self.vtable = position - struct.unpack_from("<i", data, position)[0]

    def field(self, number):
        if 4 + 2 * number >= struct.unpack_from("<H", self.data, self.vtable)[0]:
            return None
        offset = struct.unpack_from("<H", self.data, self.vtable + 4 + 2 * number)[0]
        return self.position + offset if offset else None

    def scalar(self, number, code, default=0):
        at = self.field(number)
        return default if at is None else struct.unpack_from("<" + code, self.data, at)[0]

    def target(self, number):
        at = self.field(number)
        return None if at is None else at + struct.unpack_from("<I", self.data, at)[0]

    def string(self, number):
        at = self.target(number)
        if at is None:
            return ""
        length = struct.unpack_from("<I", self.data, at)[0]
        return self.data[at + 4 : at + 4 + length].decode()

    def tables(self, number):
        at = self.target(number)
        if at is None:
            return []
        places = [at + 4 + 4 * i for i in range(struct.unpack_from("<I", self.data, at)[0])]
        return [_Table(self.data, p + struct.unpack_from("<I", self.data, p)[0]) for p in places]


def ops_of(model):
    """Registrations that the model's bytes ask for, each once, in the order of its table."""
    root = _Table(model, struct.unpack_from("<I", model, 0)[0])
    codes = root.tables(1)
    used = {op.scalar(0, "I") for subgraph in root.tables(2) for op in subgraph.tables(3)}
    names = builtin_names()
    result = []
    for i, code in enumerate(codes):
        number = max(code.scalar(0, "b"), code.scalar(3, "i"))
        name = code.string(1) if number == CUSTOM else names[number]
        if i in used and name not in result:
            result.append(name)
    return result
