"""Tensor: what graph tensors and immediate tensors have in common, above all the operators."""

from millrace import dtypes
from millrace._load import public
from millrace.tensor_shape import TensorShape

# Set by framework/dispatch.py: (op, inputs, attributes, name) -> outputs.
apply_op = None


def _binary(op, reverse=False, name=None):
    """The operator as an op; name: of the operation in a graph, as TensorFlow has it."""

    def method(self, other):
        args = (other, self) if reverse else (self, other)
        try:
            return apply_op(op, args, None, name)
        except NotImplementedByOperand:
            return NotImplemented

    return public(method)


class NotImplementedByOperand(TypeError):
    """The other operand is nothing a tensor can be made of."""


def _logical(bool_op, int_op, name, reverse=False):
    def method(self, other):
        args = (other, self) if reverse else (self, other)
        return apply_op(bool_op if self.dtype.is_bool else int_op, args, None, name)

    return public(method)


def _true_divide(x, y):
    """Integers are divided as float64 (float32 where they are small), as numpy does."""
    integer = x.dtype if isinstance(x, Tensor) else y.dtype
    if not integer.is_integer:
        return apply_op("RealDiv", (x, y), None, "truediv")
    to = dtypes.float32 if integer.size <= 2 else dtypes.float64
    first = x if isinstance(x, Tensor) else y
    x, y = (apply_op("Cast", (_like(v, first),), {"DstT": to}) for v in (x, y))
    return apply_op("RealDiv", (x, y), None, "truediv")


def _like(value, tensor):
    from millrace.framework.convert import convert_to_tensor

    return convert_to_tensor(value, dtype=tensor.dtype)


class Tensor:
    """A value of a known dtype and a shape of which parts may be unknown. Operators broadcast as
    numpy's do."""

    __slots__ = ()
    __array_priority__ = 100  # numpy's operators leave theirs to ours

    __add__ = _binary("AddV2", name="add")
    __radd__ = _binary("AddV2", True, "add")
    __sub__ = _binary("Sub", name="sub")
    __rsub__ = _binary("Sub", True, "sub")
    __mul__ = _binary("Mul", name="mul")
    __rmul__ = _binary("Mul", True, "mul")
    __floordiv__ = _binary("FloorDiv", name="floordiv")
    __rfloordiv__ = _binary("FloorDiv", True, "floordiv")
    __mod__ = _binary("FloorMod", name="mod")
    __rmod__ = _binary("FloorMod", True, "mod")
    __pow__ = _binary("Pow", name="pow")
    __rpow__ = _binary("Pow", True, "pow")
    __lt__ = _binary("Less")
    __le__ = _binary("LessEqual")
    __gt__ = _binary("Greater")
    __ge__ = _binary("GreaterEqual")
    __and__ = _logical("LogicalAnd", "BitwiseAnd", "and")
    __rand__ = _logical("LogicalAnd", "BitwiseAnd", "and", True)
    __or__ = _logical("LogicalOr", "BitwiseOr", "or")
    __ror__ = _logical("LogicalOr", "BitwiseOr", "or", True)

    @public
    def __xor__(self, other):
        return apply_op("NotEqual" if self.dtype.is_bool else "BitwiseXor", (self, other))

    __rxor__ = __xor__

    @public
    def __truediv__(self, other):
        return _true_divide(self, other)

    @public
    def __rtruediv__(self, other):
        return _true_divide(other, self)

    @public
    def __matmul__(self, other):
        from millrace.ops.linalg import matmul

        return matmul(self, other)

    @public
    def __rmatmul__(self, other):
        from millrace.ops.linalg import matmul

        return matmul(other, self)

    @public
    def __neg__(self):
        return apply_op("Neg", (self,))

    @public
    def __abs__(self):
        return apply_op("ComplexAbs" if self.dtype.is_complex else "Abs", (self,))

    @public
    def __invert__(self):
        return apply_op("LogicalNot" if self.dtype.is_bool else "Invert", (self,))

    @public
    def __getitem__(self, key):
        from millrace.framework.indexing import get_item

        return get_item(self, key)

    @property
    def ndim(self):
        return self.shape.rank

    def get_shape(self):
        return self.shape

    def ref(self):
        """A hashable stand-in that compares by identity."""
        return TensorRef(self)

    def _shape_tuple(self):
        return self.shape._dims


class TensorRef:
    """See Tensor.ref()."""

    __slots__ = ("_value",)

    def __init__(self, value):
        self._value = value

    def deref(self):
        return self._value

    def __eq__(self, other):
        return isinstance(other, TensorRef) and self._value is other._value

    def __hash__(self):
        return id(self._value)

    def __repr__(self):
        return f"<Reference wrapping {self._value!r}>"


class TypeSpec:
    """What values of a kind have in common: base of TensorSpec, RaggedTensorSpec and their like."""

    __slots__ = ()

    def most_specific_common_supertype(self, others):
        """The spec of all that this one or the others describe; None if there is none."""
        found = self
        for other in others:
            found = None if found is None else found._general(other)
        return found

    def is_subtype_of(self, other):
        """Whether all that this spec describes is described by the other."""
        return other.most_specific_common_supertype([self]) == other


class TensorSpec(TypeSpec):
    """The dtype and shape (parts of it may be unknown) that a tensor shall have."""

    __slots__ = ("dtype", "name", "shape")

    def __init__(self, shape, dtype=dtypes.float32, name=None):
        self.shape = TensorShape(shape)
        self.dtype = dtypes.as_dtype(dtype)
        self.name = name

    @classmethod
    def from_tensor(cls, tensor, name=None):
        return cls(tensor.shape, tensor.dtype, name)

    @classmethod
    def from_spec(cls, spec, name=None):
        return cls(spec.shape, spec.dtype, name or spec.name)

    def is_compatible_with(self, tensor):
        return self.dtype == getattr(tensor, "dtype", None) and self.shape.is_compatible_with(
            tensor.shape
        )

    def _general(self, other):
        if not isinstance(other, TensorSpec) or self.dtype != other.dtype:
            return None
        return TensorSpec(general_shape(self.shape, other.shape), self.dtype, self.name)

    def __eq__(self, other):
        return (
            isinstance(other, TensorSpec)
            and self.shape == other.shape
            and self.dtype == other.dtype
        )

    def __hash__(self):
        return hash((self.shape, self.dtype))

    def __repr__(self):
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"


def general_shape(a, b):
    """The shape of all that is of the one shape or the other."""
    if a.rank is None or a.rank != b.rank:
        return TensorShape(None)
    return TensorShape([x if x == y else None for x, y in zip(a.as_list(), b.as_list())])
