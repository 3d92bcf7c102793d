"""Element types of tensors."""

import numpy as np


class DType:
    """The type of a tensor's elements. There is one object a type: compare with == or `is`."""

    __slots__ = ("_enum", "_name", "_numpy")

    def __init__(self, enum, name, numpy_type):
        self._enum = enum
        self._name = name
        self._numpy = None if numpy_type is None else np.dtype(numpy_type)

    @property
    def name(self):
        return self._name

    @property
    def as_datatype_enum(self):
        """The value of TensorFlow's DataType enum."""
        return self._enum

    @property
    def as_numpy_dtype(self):
        """The numpy type. bfloat16 is ml_dtypes' where that is installed, else two raw bytes."""
        found = numpy_dtypes[self._enum]
        return object if found.kind == "O" else found.type

    @property
    def base_dtype(self):
        return self

    @property
    def real_dtype(self):
        return {8: float32, 18: float64}.get(self._enum, self)

    @property
    def size(self):
        """Bytes of one element; of a string, resource or variant those of the Python reference."""
        return 2 if self is bfloat16 else np.dtype(self.as_numpy_dtype).itemsize

    @property
    def is_floating(self):
        return self._enum in (1, 2, 14, 19)

    @property
    def is_complex(self):
        return self._enum in (8, 18)

    @property
    def is_integer(self):
        return self._enum in (3, 4, 5, 6, 9, 17, 22, 23)

    @property
    def is_bool(self):
        return self._enum == 10

    @property
    def is_unsigned(self):
        return self._enum in (4, 17, 22, 23)

    @property
    def is_quantized(self):
        return self._enum in (11, 12, 13, 15, 16)

    @property
    def is_numeric(self):
        return self.is_floating or self.is_complex or self.is_integer

    @property
    def min(self):
        """The smallest finite value."""
        return self._limits().min

    @property
    def max(self):
        """The largest finite value."""
        return self._limits().max

    def _limits(self):
        if self.is_integer:
            return np.iinfo(self._numpy)
        if self.is_floating and self is not bfloat16:
            return np.finfo(self._numpy)
        raise TypeError(f"{self._name} has no numeric limits here")

    def is_compatible_with(self, other):
        return self is as_dtype(other)

    def __eq__(self, other):
        if self is other:
            return True
        if isinstance(other, DType) or other is None:
            return False
        try:
            return self is as_dtype(other)
        except TypeError:
            return NotImplemented

    def __ne__(self, other):
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def __hash__(self):
        return self._enum

    def __repr__(self):
        return f"mr.{self._name}"

    def __str__(self):
        return f"<dtype: '{self._name}'>"

    def __reduce__(self):
        return as_dtype, (self._name,)


float32 = DType(1, "float32", np.float32)
float64 = DType(2, "float64", np.float64)
int32 = DType(3, "int32", np.int32)
uint8 = DType(4, "uint8", np.uint8)
int16 = DType(5, "int16", np.int16)
int8 = DType(6, "int8", np.int8)
string = DType(7, "string", object)
complex64 = DType(8, "complex64", np.complex64)
int64 = DType(9, "int64", np.int64)
_python_bool = bool
bool = DType(10, "bool", np.bool_)
qint8 = DType(11, "qint8", np.int8)
quint8 = DType(12, "quint8", np.uint8)
qint32 = DType(13, "qint32", np.int32)
bfloat16 = DType(14, "bfloat16", None)
qint16 = DType(15, "qint16", np.int16)
quint16 = DType(16, "quint16", np.uint16)
uint16 = DType(17, "uint16", np.uint16)
complex128 = DType(18, "complex128", np.complex128)
float16 = DType(19, "float16", np.float16)
resource = DType(20, "resource", object)
variant = DType(21, "variant", object)
uint32 = DType(22, "uint32", np.uint32)
uint64 = DType(23, "uint64", np.uint64)
half = float16
double = float64

by_enum = {d._enum: d for d in list(globals().values()) if isinstance(d, DType)}
# A reference type (of a v1 variable) is shown to Python as its base type.
by_enum.update({d._enum + 100: d for d in list(by_enum.values())})
_by_name = {d._name: d for d in by_enum.values()}
_by_name.update(half=float16, double=float64, float=float32, DT_FLOAT=float32)
_PLAIN = (1, 2, 3, 4, 5, 6, 8, 9, 10, 17, 18, 19, 22, 23)
_by_numpy = {by_enum[e]._numpy: by_enum[e] for e in _PLAIN}
_by_python = {
    float: float32,
    int: int32,
    complex: complex64,
    str: string,
    bytes: string,
    _python_bool: bool,
}


class _NumpyDTypes(dict):
    """enum -> numpy.dtype. bfloat16's is found when it is first asked for: importing ml_dtypes
    takes time."""

    def __missing__(self, enum):
        if enum != bfloat16._enum:
            raise TypeError(
                f"dtype {by_enum[enum]._name if enum in by_enum else enum} has no numpy type"
            )
        try:
            import ml_dtypes

            found = np.dtype(ml_dtypes.bfloat16)
        except ImportError:
            found = np.dtype("V2")
        self[enum] = found
        return found


numpy_dtypes = _NumpyDTypes({e: d._numpy for e, d in by_enum.items() if d._numpy is not None})


def as_dtype(value):
    """The DType of a DType, numpy dtype or scalar type, Python type, name or enum value. TypeError
    for anything else."""
    if isinstance(value, DType):
        return value
    if isinstance(value, str) and value in _by_name:
        return _by_name[value]
    if isinstance(value, int) and value in by_enum:
        return by_enum[value]
    if isinstance(value, type) and value in _by_python:
        return _by_python[value]
    if value is not None and not isinstance(value, int):
        try:
            wanted = np.dtype(value)
        except TypeError:
            wanted = None
        if wanted is not None:
            if wanted in _by_numpy:
                return _by_numpy[wanted]
            if wanted.kind in "OSU":
                return string
            if wanted.name == "bfloat16":
                return bfloat16
    raise TypeError(f"cannot make a dtype of {value!r}")
