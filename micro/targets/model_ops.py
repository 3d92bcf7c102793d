"""The ops a .tflite file uses, by registration: "Conv2D" is kConv2DOp of micro/kernels."""

import functools
import pathlib
import re
import struct

ROOT = pathlib.Path(__file__).resolve().parents[2]
CUSTOM = 32
SEQUENCE_LSTM = "UnidirectionalSequenceLstm"
_INCLUDE = re.compile(r'^#include "(micro/[^"]+)"', re.M)


@functools.cache
def constants(path):
    """{name: value} of a .bzl file of constants, which Bazel reads too."""
    values = {}
    exec((ROOT / path).read_text(), values)
    return values


def flags():
    """What the compiler is told on every machine."""
    return constants("micro/flags.bzl")["MICRO_FLAGS"]


@functools.cache
def kernel_files():
    """{registration: file of micro/kernels that holds it}."""
    ops = constants("micro/kernels/ops.bzl")["MICRO_OPS"]
    return {name: file for file, names in ops.items() for name in names}


@functools.cache
def builtin_names():
    """{code: name} from core/schema.h."""
    text = (ROOT / "micro/core/schema.h").read_text()
    body = re.search(r"enum class BuiltinOp.*?\{(.*?)\};", text, re.S).group(1)
    return {int(code): name for name, code in re.findall(r"k(\w+)\s*=\s*(\d+)", body)}


class Table:
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

    def table(self, number):
        at = self.target(number)
        return None if at is None else Table(self.data, at)

    def vector(self, number, code):
        """The elements of a vector of scalars."""
        at = self.target(number)
        if at is None:
            return ()
        count = struct.unpack_from("<I", self.data, at)[0]
        if count > len(self.data):
            raise struct.error("a vector is longer than the file")
        return struct.unpack_from(f"<{count}{code}", self.data, at + 4)

    def bytes(self, number):
        at = self.target(number)
        if at is None:
            return b""
        length = struct.unpack_from("<I", self.data, at)[0]
        return self.data[at + 4 : at + 4 + length]

    def string(self, number):
        return self.bytes(number).decode(errors="replace")

    def tables(self, number):
        at = self.target(number)
        offsets = self.vector(number, "I")
        return [Table(self.data, at + 4 + 4 * i + offset) for i, offset in enumerate(offsets)]


def ops_of(model):
    """Registrations that the model's bytes ask for, each once, in the order of its table."""
    root = Table(model, struct.unpack_from("<I", model, 0)[0])
    codes = root.tables(1)
    used = {op.scalar(0, "I") for subgraph in root.tables(2) for op in subgraph.tables(3)}
    names = builtin_names()
    result = []
    for i, code in enumerate(codes):
        number = max(code.scalar(0, "b"), code.scalar(3, "i"))
        name = code.string(1) if number == CUSTOM else names[number]
        if i in used and name not in result:
            result.append(name)
    if "Lstm" not in result and _has_full_lstm(root, codes):
        result.append("Lstm")  # whose file holds what the other op's small loops lack
    return result


def decompression_of(model):
    """C++ of what an interpreter needs to decompress the model's weights, for its resolver."""
    root = Table(model, struct.unpack_from("<I", model, 0)[0])
    names = [entry.string(0) for entry in root.tables(6)]
    return "&kLookUpWeights" if "COMPRESSION_METADATA" in names else "nullptr"


def _has_full_lstm(root, codes):
    """Whether a UNIDIRECTIONAL_SEQUENCE_LSTM has coupled gates, peepholes, a projection or
    normalisation."""
    names = builtin_names()
    is_one = [
        names.get(max(code.scalar(0, "b"), code.scalar(3, "i"))) == SEQUENCE_LSTM for code in codes
    ]
    for op in (op for subgraph in root.tables(2) for op in subgraph.tables(3)):
        if op.scalar(0, "I") < len(codes) and is_one[op.scalar(0, "I")]:
            present = {i for i, tensor in enumerate(op.vector(1, "i")) if tensor >= 0}
            if 1 not in present or present & {10, 16, 21}:
                return True
    return False


def kernel_sources(ops, loops=""):
    """The .cc files that the ops need (None: all there are): their own, those of all that they
    include, and inner loops of the headers among that: from the folder `loops` of micro/kernels, or
    the one above, where it has a file of that name, else the reference's. KeyError: there is no
    such op."""
    files = kernel_files()
    stems = {files[op] for op in (files if ops is None else ops)}
    kernels = ROOT / "micro/kernels"
    inner = {f.name: f for f in (kernels / "reference").glob("*.cc")}
    for folder in (loops.split("/")[0], loops) if loops else ():  # arm, then arm/dsp
        inner |= {f.name: f for f in (kernels / folder).glob("*.cc") if not is_test(f)}
    found = _included([path for stem in stems for path in ROOT.glob(f"micro/*/{stem}.cc")])
    while True:
        contracts = {f for f in found if f.parent.name == "loops"}
        wanted = [f for f in inner.values() if f not in found and contracts & _included([f])]
        if not wanted:
            break
        found |= _included(wanted)
    core = ROOT / "micro/core"
    return sorted(f for f in found if f.suffix == ".cc" and f.parent != core)


def _included(files):
    """The files with all that they include, and the sources beside the headers among them."""
    found, waiting = set(), list(files)
    while waiting:
        file = waiting.pop()
        if file in found or not file.exists():
            continue
        found.add(file)
        waiting += [ROOT / name for name in _INCLUDE.findall(file.read_text())]
        if file.suffix == ".h":
            waiting.append(file.with_suffix(".cc"))
    return found


def is_test(file):
    return file.stem.endswith(("_test", "_fuzz"))
