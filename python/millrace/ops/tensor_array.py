"""TensorArray: tensors by number, written and read one by one, as loops do."""

from millrace import dtypes
from millrace._load import public
from millrace.framework import nest
from millrace.framework.convert import constant_value, convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.tensor_shape import TensorShape


class _Known:
    """What is known of the elements of a TensorArray and of those made from it."""

    def __init__(self, dtype, shape, same_shapes, dynamic_size):
        self.dtype, self.shape = dtype, TensorShape(shape)
        self.same_shapes, self.dynamic_size = same_shapes, dynamic_size

    def meet(self, value):
        if value.dtype is not self.dtype:
            raise ValueError(
                f"a TensorArray of {self.dtype.name} cannot take {value.dtype.name}: {value!r}"
            )
        if not self.same_shapes:
            return
        if not self.shape.is_compatible_with(value.shape):
            raise ValueError(
                f"the elements of this TensorArray have shape {self.shape}, not {value.shape}; "
                "infer_shape=False allows several"
            )
        self.shape = self.shape.merge_with(value.shape)

    def shape_tensor(self):
        """For ops: unknown dimensions as -1, an unknown rank as the scalar -1."""
        return _shape_tensor(self.shape)


def _shape_tensor(shape):
    if shape.rank is None:
        return convert_to_tensor(-1, dtypes.int32)
    return convert_to_tensor([-1 if d is None else d for d in shape.as_list()], dtypes.int32)


class TensorArray(nest.Composite):
    """Each write gives another TensorArray, which must be used from then on; loops take it as a
    loop variable. Gradients go through it.

    Args:
      dtype: of the elements.
      size: how many elements there are.
      dynamic_size: whether writing beyond the end makes it longer.
      infer_shape: whether all elements have one shape.
      element_shape: that shape, as far as it is known.
    """

    @public
    def __init__(
        self,
        dtype,
        size=None,
        dynamic_size=None,
        clear_after_read=None,
        tensor_array_name=None,
        handle=None,
        flow=None,
        infer_shape=True,
        element_shape=None,
        colocate_with_first_write_call=True,
        name=None,
    ):
        if handle is not None:
            raise ValueError("a TensorArray here has no handle: give its flow")
        if (size is None) == (flow is None):
            raise ValueError("a TensorArray needs its size, or the flow of another")
        self._known = _Known(dtypes.as_dtype(dtype), element_shape, infer_shape, bool(dynamic_size))
        if flow is None:
            size = convert_to_tensor(size, dtypes.int32)
            args = (self._known.shape_tensor(), size)
            attrs = {"element_dtype": self.dtype}
            flow = apply_op("TensorListReserve", args, attrs, name or "TensorArray")
        self._flow = flow

    @property
    def flow(self):
        """The tensor that carries it."""
        return self._flow

    handle = None

    @property
    def dtype(self):
        return self._known.dtype

    @property
    def element_shape(self):
        """What is known of the shape of the elements."""
        return self._known.shape

    @property
    def dynamic_size(self):
        return self._known.dynamic_size

    def _with_flow(self, flow):
        made = object.__new__(TensorArray)
        made._known, made._flow = self._known, flow
        return made

    def _leaves(self):
        return [self._flow]

    def _with_leaves(self, leaves):
        return self._with_flow(leaves[0])

    def _fetched_as(self):
        raise TypeError(
            "a TensorArray cannot be fetched: fetch array.stack(), or what else is made of it"
        )

    def _element(self, value):
        value = convert_to_tensor(value, dtype_hint=self.dtype)
        self._known.meet(value)
        return value

    def _elements(self, value):
        """Elements that are stacked in one tensor."""
        value = convert_to_tensor(value, dtype_hint=self.dtype)
        if value.shape.rank == 0:
            raise ValueError("the elements of a TensorArray cannot be taken from a scalar")
        rest = TensorShape(None if value.shape.rank is None else value.shape.as_list()[1:])
        self._known.meet(_Like(value.dtype, rest))
        return value, rest

    def _attrs(self):
        return {"element_dtype": self.dtype}

    def identity(self):
        """The same array."""
        return self._with_flow(apply_op("Identity", (self._flow,)))

    @public
    def grad(self, source, flow=None, name=None):
        raise NotImplementedError("gradients(), not TensorArray.grad(), gives gradients here")

    @public
    def read(self, index, name=None):
        """The element of that number."""
        args = (self._flow, convert_to_tensor(index, dtypes.int32), self._known.shape_tensor())
        made = apply_op("TensorListGetItem", args, self._attrs(), name)
        return _shaped(made, self.element_shape)

    @public
    def write(self, index, value, name=None):
        """The array with that element."""
        args = (self._flow, convert_to_tensor(index, dtypes.int32), self._element(value))
        attrs = {"resize_if_index_out_of_bounds": self.dynamic_size}
        return self._with_flow(apply_op("TensorListSetItem", args, attrs, name))

    @public
    def stack(self, name=None):
        """All elements as one tensor: [size, ...]."""
        args = (self._flow, self._known.shape_tensor())
        made = apply_op("TensorListStack", args, self._attrs(), name)
        return _shaped(made, _prepended(None, self.element_shape))

    @public
    def gather(self, indices, name=None):
        """These elements as one tensor."""
        indices = convert_to_tensor(indices, dtypes.int32)
        args = (self._flow, indices, self._known.shape_tensor())
        made = apply_op("TensorListGather", args, self._attrs(), name)
        count = indices.shape[0] if indices.shape.rank else None
        return _shaped(made, _prepended(count, self.element_shape))

    @public
    def concat(self, name=None):
        """All elements joined along their first dimension, in which they may differ."""
        lengths = convert_to_tensor([], dtypes.int64)
        shape = self.element_shape
        rest = TensorShape(None if shape.rank is None else [None, *shape.as_list()[1:]])
        args = (self._flow, _shape_tensor(rest), lengths)
        return apply_op("TensorListConcatV2", args, self._attrs(), name)[0]

    @public
    def unstack(self, value, name=None):
        """The array of the rows of a tensor."""
        value, rest = self._elements(value)
        args = (value, _shape_tensor(rest))
        return self._with_flow(apply_op("TensorListFromTensor", args, None, name))

    @public
    def scatter(self, indices, value, name=None):
        """The array with the rows of a tensor at these indices."""
        value, _ = self._elements(value)
        args = (self._flow, value, convert_to_tensor(indices, dtypes.int32))
        return self._with_flow(apply_op("TensorListScatterIntoExistingList", args, None, name))

    @public
    def split(self, value, lengths, name=None):
        """The array of pieces of these lengths of a tensor."""
        value = convert_to_tensor(value, dtype_hint=self.dtype)
        lengths = convert_to_tensor(lengths, dtypes.int64)
        known = constant_value(lengths)
        if self._known.same_shapes and known is not None and len(set(known.tolist())) > 1:
            raise ValueError(
                f"pieces of lengths {known.tolist()} have several shapes: infer_shape=False allows "
                "them"
            )
        rank = value.shape.rank
        piece = TensorShape(None if rank is None else [None, *value.shape.as_list()[1:]])
        args = (value, _shape_tensor(piece), lengths)
        return self._with_flow(apply_op("TensorListSplit", args, None, name))

    @public
    def size(self, name=None):
        """The number of elements, as a tensor."""
        return apply_op("TensorListLength", (self._flow,), None, name)

    def close(self, name=None):
        """Nothing needs closing here."""
        from millrace.framework.scopes import no_op

        return no_op(name)

    def __repr__(self):
        return f"<mr.TensorArray dtype={self.dtype.name} element_shape={self.element_shape}>"


class _Like:
    def __init__(self, dtype, shape):
        self.dtype, self.shape = dtype, shape


def _prepended(size, shape):
    return TensorShape(None if shape.rank is None else [size, *shape.as_list()])


def _shaped(tensor, shape):
    if hasattr(tensor, "graph"):
        tensor.set_shape(shape)
    return tensor
