"""ModelBuilder: writes .tflite files op by op, with the schema classes that TensorFlow has."""

import json

import flatbuffers
import numpy as np
from tensorflow.lite.python import schema_py_generated as schema

FLOAT32, INT32, INT16, INT8 = (
    schema.TensorType.FLOAT32,
    schema.TensorType.INT32,
    schema.TensorType.INT16,
    schema.TensorType.INT8,
)
UINT32, UINT64 = schema.TensorType.UINT32, schema.TensorType.UINT64
_TYPES = {"float32": FLOAT32, "int32": INT32, "int16": INT16, "int8": INT8}


class ModelBuilder:
    def __init__(self, description):
        self._description = description
        self._buffers = [schema.BufferT()]
        self._graph = schema.SubGraphT()
        self._graph.tensors, self._graph.operators = [], []
        self._codes = []

    def tensor(self, name, type_, shape, scale=None, zero_point=0, buffer=0, variable=False):
        """The number of a new tensor."""
        tensor = schema.TensorT()
        tensor.isVariable = variable
        tensor.name, tensor.type, tensor.shape, tensor.buffer = name, type_, list(shape), buffer
        if scale is not None:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = [scale]
            tensor.quantization.zeroPoint = [zero_point]
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1

    def constant(self, name, array):
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(array.tobytes(), np.uint8)
        self._buffers.append(buffer)
        shape, type_ = array.shape, _TYPES[str(array.dtype)]
        return self.tensor(name, type_, shape, buffer=len(self._buffers) - 1)

    def custom(self, name, inputs, outputs, options):
        op = self._operator(schema.BuiltinOperator.CUSTOM, name, inputs, outputs)
        op.customOptions = np.frombuffer(options, np.uint8)

    def set_shape(self, tensor, shape):
        self._graph.tensors[tensor].shape = list(shape)

    def builtin(self, name, inputs, outputs, options=None):
        """name: the schema's, "FULLY_CONNECTED"; options: an object such as QuantizeOptionsT."""
        op = self._operator(getattr(schema.BuiltinOperator, name), None, inputs, outputs)
        if options is not None:
            kind = type(options).__name__.removesuffix("T")
            op.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
            op.builtinOptions = options
        return op

    def _operator(self, code, custom, inputs, outputs):
        if (code, custom) not in self._codes:
            self._codes.append((code, custom))
        op = schema.OperatorT()
        op.opcodeIndex = self._codes.index((code, custom))
        op.inputs, op.outputs = inputs, outputs
        self._graph.operators.append(op)
        return op

    def finish(self, inputs, outputs):
        self._graph.inputs, self._graph.outputs = inputs, outputs
        model = schema.ModelT()
        model.version, model.description = 3, self._description
        model.operatorCodes = []
        for code, custom in self._codes:
            entry = schema.OperatorCodeT()
            entry.builtinCode, entry.deprecatedBuiltinCode = code, min(code, 127)
            entry.customCode, entry.version = custom, 1
            model.operatorCodes.append(entry)
        model.subgraphs, model.buffers = [self._graph], self._buffers
        return _pack(model)


def with_hints(data, **hints):
    """The model with what `millrace micro run` reads: labels, front_end, rate, hop, settle."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(data, 0))
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(json.dumps(hints).encode(), np.uint8)
    model.buffers.append(buffer)
    entry = schema.MetadataT()
    entry.name, entry.buffer = "millrace", len(model.buffers) - 1
    dropped = (b"CONVERSION_METADATA", b"millrace")
    model.metadata = [m for m in model.metadata or [] if m.name not in dropped] + [entry]
    return _pack(model)


def _pack(model):
    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
