"""variable[key]: what the variable holds there, as a tensor that can be assigned to."""

import weakref

from millrace._load import public
from millrace.framework import indexing
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.eager_tensor import EagerTensor
from millrace.framework.graph_tensor import GraphTensor

_eager = {}  # id of a tensor -> (weak reference to it, variable, key)


class _Slice:
    """A tensor that knows what it was cut from."""

    __slots__ = ()

    @public
    def assign(self, value, name=None):
        """That part of the variable becomes `value`, which is broadcast. Returns the variable
        after that."""
        variable, key = self._origin()
        vectors, masks = indexing.strided(key)
        value = convert_to_tensor(value, variable.dtype)
        if not self.shape.is_fully_defined() or value.shape != self.shape:
            value = apply_op("BroadcastTo", (value, apply_op("Shape", (self,))))
        args = (variable.handle, *vectors, value)
        return variable._updated("ResourceStridedSliceAssign", args, masks, name, True)


class _EagerSlice(_Slice, EagerTensor):
    __slots__ = ()

    def _origin(self):
        return _eager[id(self)][1:]


class _GraphSlice(_Slice, GraphTensor):
    __slots__ = ()

    def _origin(self):
        return self.graph._slices[self._key]


def get_item(variable, key):
    """The value of the variable (or of one just assigned) there."""
    made = indexing.get_item(variable._read(), key)
    if indexing.is_mask(key) or indexing.is_mask(getattr(key, "_as_tensor", lambda: None)()):
        return made
    variable = getattr(variable, "variable", variable)
    if isinstance(made, GraphTensor):
        made.graph._slices[made._key] = variable, key
        made.__class__ = _GraphSlice
    else:
        number = id(made)
        forget = weakref.ref(made, lambda _: _eager.pop(number, None))
        _eager[number] = forget, variable, key
        made.__class__ = _EagerSlice
    return made
