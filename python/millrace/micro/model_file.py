"""ModelFile: what a .tflite file says, for tools. Reads where it lies; the interpreter, not this,
decides whether a model is well-formed."""

import dataclasses
import struct

import numpy as np

from millrace.micro import _source

TYPE_NAMES = (
    *("float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64"),
    *("int8", "float64", "complex128", "uint64", "resource", "variant", "uint32", "uint16"),
    *("int4", "bfloat16", "int2", "uint4"),
)
_NUMPY_TYPES = {
    name: np.dtype({"resource": "int32"}.get(name, name)).type
    for name in TYPE_NAMES
    if name not in ("string", "variant", "int4", "bfloat16", "int2", "uint4")
}
_ops = _source.tool("model_ops")


def numpy_type_of(type_):
    """The numpy type of a tensor's type, given by name or by the file's number; uint8 for those
    that numpy does not have, whose bytes are shown as they are."""
    if isinstance(type_, int):
        type_ = TYPE_NAMES[type_] if 0 <= type_ < len(TYPE_NAMES) else ""
    return _NUMPY_TYPES.get(type_, np.uint8)


class ModelFileError(ValueError):
    """The bytes are not a .tflite model."""


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
    index_bits: int = 0  # > 0: compressed, the constant holds indices of so many bits ...
    table_values: bytes = b""  # ... into these values

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
        except (struct.error, RecursionError, OverflowError):
            raise ModelFileError(
                f"the .tflite file is damaged: something in it lies beyond its {len(data)} bytes"
            ) from None

    def _read(self):
        root = _ops.Table(self.data, struct.unpack_from("<I", self.data, 0)[0])
        self.version = root.scalar(0, "I")
        self.description = root.string(3)
        self._codes = [
            (max(code.scalar(0, "b"), code.scalar(3, "i")), code.string(1), code.scalar(2, "i", 1))
            for code in root.tables(1)
        ]
        self._buffers = root.tables(4)
        self.metadata = {m.string(0): self._buffer(m.scalar(1, "I")) for m in root.tables(6)}
        self.subgraphs = [self._subgraph(table) for table in root.tables(2)]
        self._read_compression(self.metadata.get("COMPRESSION_METADATA"))
        if not self.subgraphs:
            raise ModelFileError("the .tflite file holds no graph")

    def _read_compression(self, entry):
        if not entry:
            return
        root = _ops.Table(entry, struct.unpack_from("<I", entry, 0)[0])
        for graph, table in zip(self.subgraphs, root.tables(1)):
            tensors = {tensor.index: tensor for tensor in graph.tensors}
            for description in table.tables(0):
                tensor = tensors.get(description.scalar(0, "i"))
                if tensor:
                    tensor.index_bits = description.scalar(2, "B")
                    tensor.table_values = self._buffer(description.scalar(1, "I"))

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
        name = self._name(code, custom)
        return Operator(index, code, name, version, table.vector(1, "i"), table.vector(2, "i"))

    def op_codes(self):
        """Names of the ops by operator code."""
        return [self._name(code, custom) for code, custom, _ in self._codes]

    def _name(self, code, custom):
        return custom if code == _ops.CUSTOM else _ops.builtin_names().get(code, f"op code {code}")

    def used_ops(self):
        """Names of all ops, each once, in the order of their first use."""
        names = (op.name for subgraph in self.subgraphs for op in subgraph.operators)
        return list(dict.fromkeys(names))
