"""Structured values of messages as Python's, and back."""

import collections

from millrace import dtypes
from millrace._load import native
from millrace.framework.dispatch import apply_op
from millrace.framework.tensor import TensorSpec
from millrace.framework.wire import Message
from millrace.tensor_shape import TensorShape


class OtherSpec:
    """A kind of value that this package has no tensors for; no argument fits it."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"<{self.name}>"


def shape_of(proto):
    """TensorShape."""
    return TensorShape(None if proto.unknown_rank else [d.size for d in proto.dim])


def _spec(proto):
    return TensorSpec(shape_of(proto.shape), dtypes.as_dtype(proto.dtype), proto.name or None)


def _named_tuple(proto):
    kind = collections.namedtuple(proto.name or "Tuple", [p.key for p in proto.values], rename=True)
    return kind(*(decode(p.value) for p in proto.values))


class _TensorHead(Message):
    _fields = {"dtype": (1, "int")}  # noqa: RUF012


def _tensor(data):
    dtype = _TensorHead.FromString(data).dtype
    return apply_op("ParseTensor", (native.eager_constant(data, 0),), {"out_type": dtype})


_DECODERS = {
    "none_value": lambda v: None,
    "float64_value": float,
    "int64_value": int,
    "string_value": str,
    "bool_value": bool,
    "tensor_shape_value": shape_of,
    "tensor_dtype_value": dtypes.as_dtype,
    "tensor_spec_value": _spec,
    "bounded_tensor_spec_value": _spec,
    "type_spec_value": lambda v: OtherSpec(v.type_spec_class_name or "a composite value"),
    "list_value": lambda v: [decode(x) for x in v.values],
    "tuple_value": lambda v: tuple(decode(x) for x in v.values),
    "dict_value": lambda v: {k: decode(x) for k, x in v.fields.items()},
    "named_tuple_value": _named_tuple,
    "tensor_value": _tensor,
    "numpy_value": _tensor,
}


def decode(proto):
    """The value of a Structured message; tensors are TensorSpecs."""
    kind = proto.WhichOneof("kind")
    return None if kind is None else _DECODERS[kind](getattr(proto, kind))
