"""Structured values of messages as Python's, and back."""

import collections

from millrace import dtypes
from millrace._load import native
from millrace.framework import nest
from millrace.framework.dispatch import apply_op
from millrace.framework.tensor import TensorSpec
from millrace.framework.type_spec import (
    CompositeSpec,
    IndexedSlicesSpec,
    RaggedTensorSpec,
    SparseTensorSpec,
)
from millrace.framework.wire import Message
from millrace.saved_model.object_proto import (
    DimProto,
    Fields,
    NamedTuple,
    Nothing,
    PairProto,
    ShapeProto,
    Structured,
    TensorSpecProto,
    TypeSpec,
    Values,
)
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


# By TensorFlow's numbers of them.
_COMPOSITES = {1: SparseTensorSpec, 2: IndexedSlicesSpec, 3: RaggedTensorSpec}


def _composite(proto):
    kind = _COMPOSITES.get(proto.type_spec_class)
    state = decode(proto.type_state) if proto.type_state is not None else None
    if kind is not None and isinstance(state, tuple):
        try:
            return kind(*state)
        except (TypeError, ValueError):  # of a later version
            pass
    return OtherSpec(proto.type_spec_class_name or "a composite value")


def _encode_composite(spec):
    (number,) = (n for n, kind in _COMPOSITES.items() if kind is type(spec))
    proto = TypeSpec(
        type_spec_class=number,
        type_state=encode(spec._key()),
        type_spec_class_name=type(spec).__name__,
        num_flat_components=len(spec.parts()),
    )
    return Structured(type_spec_value=proto)


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
    "type_spec_value": lambda v: _composite(v),
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


def shape_proto(shape):
    """ShapeProto."""
    if shape.rank is None:
        return ShapeProto(unknown_rank=True)
    return ShapeProto(dim=[DimProto(size=-1 if d is None else d) for d in shape.as_list()])


def _encode_named_tuple(value):
    pairs = [PairProto(key=k, value=encode(v)) for k, v in zip(value._fields, value)]
    return Structured(named_tuple_value=NamedTuple(name=type(value).__name__, values=pairs))


def _encode_spec(spec):
    proto = TensorSpecProto(shape=shape_proto(spec.shape), dtype=spec.dtype._enum)
    if spec.name:
        proto.name = spec.name
    return Structured(tensor_spec_value=proto)


def _encode_fields(value):
    return Fields(fields={str(k): encode(v) for k, v in value.items()})


def encode(value):
    """The Structured message of a value. TypeError for what has none."""
    if value is None:
        return Structured(none_value=Nothing())
    if isinstance(value, TensorSpec):
        return _encode_spec(value)
    if isinstance(value, CompositeSpec):
        return _encode_composite(value)
    if nest.is_namedtuple(value):
        return _encode_named_tuple(value)
    for kind, make in _ENCODERS:
        if isinstance(value, kind):
            return make(value)
    raise TypeError(f"{value!r} cannot be stored in a SavedModel")


_ENCODERS = (  # bool before int, of which it is a kind
    (bool, lambda v: Structured(bool_value=v)),
    (int, lambda v: Structured(int64_value=v)),
    (float, lambda v: Structured(float64_value=v)),
    (str, lambda v: Structured(string_value=v)),
    (TensorShape, lambda v: Structured(tensor_shape_value=shape_proto(v))),
    (dtypes.DType, lambda v: Structured(tensor_dtype_value=v._enum)),
    (list, lambda v: Structured(list_value=Values(values=map(encode, v)))),
    (tuple, lambda v: Structured(tuple_value=Values(values=map(encode, v)))),
    (dict, lambda v: Structured(dict_value=_encode_fields(v))),
)
