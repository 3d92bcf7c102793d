"""ModelFile: what a .tflite file says, for tools. Reads where it lies; the interpreter, not this,
decides whether a model is well-formed."""

import dataclasses
import functools
import struct

from millrace.micro import _source

CUSTOM = 32
TYPE_NAMES = (
    *("float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64"),
    *("int8", "float64", "complex128", "uint64", "resource", "variant", "uint32", "uint16"),
    *("int4", "bfloat16", "int2", "uint4"),
)


class ModelFileError(ValueError):
    """The bytes are not a .tflite model."""


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

    def table(self, number):
        at = self.target(number)
        return None if at is None else _Table(self.data, at)

    def vector(self, number, code):
        at = self.target(number)
        if at is None:
            return ()
        count = struct.unpack_from("<I", self.data, at)[0]
        if count > len(self.data):
            raise ModelFileError("a vector is longer than the file")
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
        return [_Table(self.data, at + 4 + 4 * i + offset) for i, offset in enumerate(offsets)]


@dataclasses.dataclass
class Tensor:
    index: int
    name: str
    type: str
    shape: tuple
    scales: tuple
    zero_points: tuple
    quantized_dimension: int
    is_variable: bool
    constant: bytes  # empty: computed

    @property
    def bits(self):
        digits = "".join(c for c in self.type if c.isdigit())
        return {"bool": 8, "resource": 32}.get(self.type, int(digits or 0))

    @property
    def bytes(self):
        elements = 1
        for dim in self.shape:
            elements *= dim
        return (elements * self.bits + 7) // 8


@dataclasses.dataclass
class Operator:
    index: int
    code: int
    name: str  # "Conv2D"; of a custom op the name it goes by
    version: int
    inputs: tuple
    outputs: tuple


@dataclasses.dataclass
class Subgraph:
    name: str
    tensors: list
    operators: list
    inputs: tuple
    outputs: tuple


class ModelFile:
    def __init__(self, data):
        self.data = bytes(data)
        if self.data[4:8] != b"TFL3":
            raise ModelFileError("this is not a .tflite file (it has no TFL3 in it)")
        try:
            self._read()
        except (struct.error, RecursionError, OverflowError) as error:
            raise ModelFileError(f"the .tflite file is damaged: {error}") from None

    def _read(self):
        root = _Table(self.data, struct.unpack_from("<I", self.data, 0)[0])
        self.version = root.scalar(0, "I")
        self.description = root.string(3)
        self._codes = [
            (max(code.scalar(0, "b"), code.scalar(3, "i")), code.string(1), code.scalar(2, "i", 1))
            for code in root.tables(1)
        ]
        self._buffers = root.tables(4)
        self.metadata = {m.string(0): self._buffer(m.scalar(1, "I")) for m in root.tables(6)}
        self.subgraphs = [self._subgraph(table) for table in root.tables(2)]

    def _buffer(self, index):
        return self._buffers[index].bytes(0) if index < len(self._buffers) else b""

    def _subgraph(self, table):
        return Subgraph(
            name=table.string(4),
            tensors=[self._tensor(i, t) for i, t in enumerate(table.tables(0))],
            operators=[self._operator(i, o) for i, o in enumerate(table.tables(3))],
            inputs=table.vector(1, "i"),
            outputs=table.vector(2, "i"),
        )

    def _tensor(self, index, table):
        quantization = table.table(4)
        number = table.scalar(1, "b")
        return Tensor(
            index=index,
            name=table.string(3),
            type=TYPE_NAMES[number] if 0 <= number < len(TYPE_NAMES) else f"type {number}",
            shape=table.vector(0, "i"),
            scales=quantization.vector(2, "f") if quantization else (),
            zero_points=quantization.vector(3, "q") if quantization else (),
            quantized_dimension=quantization.scalar(6, "i") if quantization else 0,
            is_variable=bool(table.scalar(5, "B")),
            constant=self._buffer(table.scalar(2, "I")),
        )

    def _operator(self, index, table):
        number = table.scalar(0, "I")
        if number >= len(self._codes):
            raise ModelFileError(f"op {index} has no operator code")
        code, custom, version = self._codes[number]
        name = custom if code == CUSTOM else builtin_names().get(code, f"op code {code}")
        return Operator(index, code, name, version, table.vector(1, "i"), table.vector(2, "i"))

    def used_ops(self):
        """Names of all ops, each once, in the order of their first use."""
        names = (op.name for subgraph in self.subgraphs for op in subgraph.operators)
        return list(dict.fromkeys(names))


@functools.cache
def builtin_names():
    """{code: name} of builtin ops: {3: "Conv2D"}."""
    return _source.builtin_names()
