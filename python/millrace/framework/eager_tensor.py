"""EagerTensor: the value of an op that ran at once."""

import numpy as np

from millrace._load import native, public
from millrace.framework import tensor as tensor_module
from millrace.framework.tensor import Tensor
from millrace.tensor_shape import TensorShape


class EagerTensor(native.EagerTensor, Tensor):
    """A tensor that has its value: numpy(), float(), bool(), iteration and the rest work."""

    # The operators are the extension's; what is not there is Tensor's.
    __slots__ = ()

    @property
    def shape(self):
        return TensorShape(self._dims)

    @property
    def device(self):
        return "/job:localhost/replica:0/task:0/device:CPU:0"

    @property
    def name(self):
        return f"tensor_{self._id}"

    @public
    def set_shape(self, shape):
        if not self.shape.is_compatible_with(shape):
            raise ValueError(
                f"the tensor has shape {self.shape}, which is not {TensorShape(shape)}"
            )

    def __hash__(self):
        raise TypeError(
            "a tensor is unhashable, as == compares elements; use tensor.ref() as a key"
        )

    @public
    def __bool__(self):
        return bool(self.numpy())

    @public
    def __float__(self):
        return float(self.numpy())

    @public
    def __int__(self):
        return int(self.numpy())

    @public
    def __index__(self):
        return self.numpy().__index__()

    @public
    def __complex__(self):
        return complex(self.numpy())

    @public
    def __len__(self):
        if not self._dims:
            raise TypeError("a scalar tensor has no len()")
        return self._dims[0]

    @public
    def __iter__(self):
        if not self._dims:
            raise TypeError("cannot iterate over a scalar tensor")
        return iter([self[i] for i in range(self._dims[0])])

    @public
    def __array__(self, dtype=None, copy=None):
        array = np.asarray(self.numpy())
        return array if dtype is None else array.astype(dtype)

    @public
    def __round__(self):
        return tensor_module.apply_op("Round", (self,))

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        from millrace.framework.convert import constant

        return constant, (self.numpy(), self.dtype)

    def __format__(self, spec):
        return format(self.numpy(), spec) if not self._dims else repr(self)

    def __str__(self):
        return f"mr.Tensor({self._text(str)}, shape={self.shape}, dtype={self.dtype.name})"

    def __repr__(self):
        text = self._text(repr)
        return f"<mr.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={text}>"

    def _text(self, of_array):
        if self.dtype.name in ("resource", "variant"):
            return f"<{self.dtype.name}>"
        value = self.numpy()
        return of_array(value) if isinstance(value, np.ndarray) else str(value)


def binary_operator(op, x, y):
    """What the extension's operators leave to Python: operands of other kinds, and graphs under
    construction."""
    if op == "Neg":
        return tensor_module.apply_op(op, (x,))
    if op == "RealDiv":
        return tensor_module._true_divide(x, y)
    if op == "MatMul":
        from millrace.ops.linalg import matmul

        return matmul(x, y)
    return tensor_module.apply_op(op, (x, y))
