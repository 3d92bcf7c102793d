"""What happens beside the values: printing, ordering, time."""

import sys

from millrace._load import public
from millrace.framework import context, nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.indexed_slices import IndexedSlices
from millrace.framework.scopes import group, identity_after
from millrace.framework.sparse_tensor import SparseTensor
from millrace.framework.tensor import Tensor

__all__ = ["print", "timestamp", "tuple"]


def _stream_name(stream):
    if isinstance(stream, str) and stream.startswith("file://"):
        return stream
    known = {id(sys.stdout): "stdout", id(sys.__stdout__): "stdout"}
    known.update({id(sys.stderr): "stderr", id(sys.__stderr__): "stderr"})
    if id(stream) not in known:
        raise ValueError(
            f"print writes to sys.stdout, sys.stderr or 'file://' and a path, not {stream!r}"
        )
    return known[id(stream)]


def _is_tensor(value):
    return isinstance(value, Tensor) or hasattr(value, "_as_tensor")


@public
def print(*inputs, **kwargs):
    """Prints tensors and other values when it runs, to standard error.

    Args:
      output_stream: sys.stdout, sys.stderr, or "file://" and a path.
      summarize: how many elements at each end of each axis are printed (3); -1: all.
      sep, end: between the inputs (a space) and at the end (a new line).
    Returns:
      In a graph the operation that prints; None where ops run at once.
    """
    stream = kwargs.pop("output_stream", sys.stderr)
    name = kwargs.pop("name", None)
    summarize = kwargs.pop("summarize", 3)
    sep, end = kwargs.pop("sep", " "), kwargs.pop("end", "\n")
    if kwargs:
        raise ValueError(f"print has no arguments {', '.join(map(repr, kwargs))}")
    tensors, parts = [], []
    for value in inputs:
        parts.append(_template(value, tensors))
    attrs = {
        "template": sep.join(parts),
        "placeholder": _PLACEHOLDER,
        "summarize": -1 if summarize is None else summarize,
    }
    if len(inputs) == 1 and len(tensors) == 1 and tensors[0].dtype.name == "string":
        if tensors[0].shape.rank == 0:
            text = tensors[0]
            attrs_out = {"output_stream": _stream_name(stream), "end": end}
            return apply_op("PrintV2", (text,), attrs_out, name)
    text = apply_op("StringFormat", (tensors,), attrs)
    return apply_op("PrintV2", (text,), {"output_stream": _stream_name(stream), "end": end}, name)


_PLACEHOLDER = "{}__tensor__{}"


def _template(value, tensors):
    """The text of a value, with a placeholder for each tensor, which is added to `tensors`."""
    if isinstance(value, SparseTensor):
        parts = (value.indices, value.values, value.dense_shape)
        tensors.extend(parts)
        return f"SparseTensor(indices={_PLACEHOLDER}, values={_PLACEHOLDER}, shape={_PLACEHOLDER})"
    if not nest.is_nested(value):
        if not _is_tensor(value):
            return str(value)
        tensors.append(convert_to_tensor(value))
        return _PLACEHOLDER
    if isinstance(value, dict):
        items = (f"{k!r}: {_quoted(value[k], tensors)}" for k in value)
        return "{" + ", ".join(items) + "}"
    inner = ", ".join(_quoted(v, tensors) for v in value)
    if isinstance(value, list):
        return f"[{inner}]"
    return f"({inner},)" if len(value) == 1 else f"({inner})"


def _quoted(value, tensors):
    return repr(value) if isinstance(value, str) else _template(value, tensors)


@public
def timestamp(name=None):
    """Seconds since 1970 when it runs, as float64."""
    return apply_op("Timestamp", (), None, name)


@public
def tuple(tensors, control_inputs=None, name=None):
    """The tensors, none of which is there before all are (and what control_inputs say has run)."""
    if context.building_graph() is None:
        return tensors
    waits = [t for t in tensors if t is not None]
    if not waits:
        raise ValueError("tuple: there must be a tensor at least")
    gate = group(*[getattr(t, "op", t) for t in waits], *(control_inputs or ()))

    def after(t):
        if t is None:
            return None
        if isinstance(t, IndexedSlices):
            return IndexedSlices(identity_after([gate], t.values), t.indices, t.dense_shape)
        if not _is_tensor(t):
            return gate
        return identity_after([gate], t)

    return [after(t) for t in tensors]
