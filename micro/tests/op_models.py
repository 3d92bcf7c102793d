"""Makes .tflite models of one op (or a few) from Python values. Needs the package flatbuffers and
the generated schema of tflite-micro or TensorFlow."""

import dataclasses

import flatbuffers
import numpy as np

try:
    from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema
except ImportError:
    from tensorflow.lite.python import schema_py_generated as schema

_TYPES = {
    "float32": schema.TensorType.FLOAT32,
    "float16": schema.TensorType.FLOAT16,
    "int32": schema.TensorType.INT32,
    "uint8": schema.TensorType.UINT8,
    "int64": schema.TensorType.INT64,
    "bool": schema.TensorType.BOOL,
    "int16": schema.TensorType.INT16,
    "int8": schema.TensorType.INT8,
    "float64": schema.TensorType.FLOAT64,
    "complex64": schema.TensorType.COMPLEX64,
    "uint64": schema.TensorType.UINT64,
    "uint32": schema.TensorType.UINT32,
    "uint16": schema.TensorType.UINT16,
    "int4": schema.TensorType.INT4,
    "resource": schema.TensorType.RESOURCE,
}


class _Builder(flatbuffers.Builder):
    """Aligns vectors of bytes to 16, as the schema asks for buffers."""

    def StartVector(self, elemSize, numElems, alignment):
        return super().StartVector(elemSize, numElems, 16 if elemSize == 1 else alignment)


@dataclasses.dataclass
class Tensor:
    """A tensor of a model: fed or computed, or, with data, a constant.

    scale: one, or one for each index along axis."""

    shape: tuple
    dtype: str = "float32"
    data: np.ndarray | None = None
    scale: float | list | None = None
    zero_point: int | list = 0
    axis: int = 0
    is_variable: bool = False


def constant(values, dtype="int32", **quantization):
    values = np.asarray(values)
    return Tensor(values.shape, dtype, values, **quantization)


def pack_int4(values):
    """Two values a byte, the first in the low half."""
    flat = np.asarray(values, np.int8).reshape(-1).astype(np.uint8) & 0xF
    if len(flat) % 2:
        flat = np.append(flat, np.uint8(0))
    return flat[0::2] | flat[1::2] << 4


def _bytes_of(tensor):
    if tensor.dtype == "int4":
        return pack_int4(tensor.data)
    return np.frombuffer(np.ascontiguousarray(tensor.data, tensor.dtype).tobytes(), np.uint8)


def _quantization(tensor):
    scales = np.atleast_1d(np.asarray(tensor.scale, np.float32))
    zero_points = np.broadcast_to(np.asarray(tensor.zero_point, np.int64), scales.shape)
    quantization = schema.QuantizationParametersT()
    quantization.scale = scales
    quantization.zeroPoint = np.array(zero_points)
    quantization.quantizedDimension = tensor.axis
    return quantization


class Model:
    """Collects tensors and ops, subgraph after subgraph; build() gives the file's bytes."""

    def __init__(self):
        self._model = schema.ModelT()
        self._model.version = 3
        self._model.operatorCodes = []
        self._model.buffers = [schema.BufferT()]
        self._model.subgraphs = []
        self.begin_subgraph()

    def begin_subgraph(self):
        """What is added from now on belongs to a new subgraph. The first one is there already."""
        self._graph = schema.SubGraphT()
        self._graph.tensors, self._graph.operators = [], []
        self._model.subgraphs.append(self._graph)
        self._indices = {}

    def end_subgraph(self, inputs, outputs):
        self._graph.inputs = np.array([self.index(t) for t in inputs], np.int32)
        self._graph.outputs = np.array([self.index(t) for t in outputs], np.int32)

    def index(self, tensor):
        """Of the tensor, added when it is new. None is an absent input."""
        if tensor is None:
            return -1
        if id(tensor) not in self._indices:
            self._indices[id(tensor)] = (len(self._graph.tensors), tensor)
            self._graph.tensors.append(self._tensor(tensor))
        return self._indices[id(tensor)][0]

    def _tensor(self, tensor):
        result = schema.TensorT()
        result.name = f"t{len(self._graph.tensors)}"
        result.shape = np.asarray(tensor.shape, np.int32)
        result.type = _TYPES[tensor.dtype]
        result.isVariable = tensor.is_variable
        result.buffer = 0
        if tensor.data is not None:
            buffer = schema.BufferT()
            buffer.data = _bytes_of(tensor)
            result.buffer = len(self._model.buffers)
            self._model.buffers.append(buffer)
        if tensor.scale is not None:
            result.quantization = _quantization(tensor)
        return result

    def add(self, op, inputs, outputs, options=None, version=1, intermediates=(), custom=None):
        """op: a name of schema.BuiltinOperator, or a custom op's own name with its options as bytes
        in `custom`. options: (name of the options table, {field: value}) or None."""
        code = schema.OperatorCodeT()
        code.version = version
        if custom is not None:
            code.builtinCode, code.customCode = schema.BuiltinOperator.CUSTOM, op
        else:
            code.builtinCode = getattr(schema.BuiltinOperator, op)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self._model.operatorCodes)
        self._model.operatorCodes.append(code)
        operator.inputs = np.array([self.index(t) for t in inputs], np.int32)
        operator.outputs = np.array([self.index(t) for t in outputs], np.int32)
        if intermediates:
            operator.intermediates = np.array([self.index(t) for t in intermediates], np.int32)
        if custom is not None:
            operator.customOptions = np.frombuffer(custom, np.uint8)
        if options is not None:
            name, values = options
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, name)
            operator.builtinOptions = getattr(schema, name + "T")()
            for field, value in values.items():
                setattr(operator.builtinOptions, field, value)
        self._graph.operators.append(operator)

    def build(self, inputs, outputs):
        """Ends the last subgraph, whose inputs and outputs these are."""
        self.end_subgraph(inputs, outputs)
        builder = _Builder(1024)
        builder.Finish(self._model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def one_op(op, inputs, outputs, options=None, version=1, **more):
    """A model of one op, fed with those of its inputs that are neither constants nor variables."""
    model = Model()
    model.add(op, inputs, outputs, options, version, **more)
    fed = [t for t in inputs if t is not None and t.data is None and not t.is_variable]
    return model.build(fed, outputs)
