"""Values to tensors."""

import math

import numpy as np

from millrace import _arrays, _load, dtypes
from millrace._load import public
from millrace.framework import context
from millrace.framework.graph_tensor import GraphTensor
from millrace.framework.tensor import Tensor


class RaggedOperand(ValueError):
    """A RaggedTensor where an op wants a tensor."""


@public
def convert_to_tensor(value, dtype=None, dtype_hint=None, name=None):
    """A tensor of the value: itself, a variable's value, or a constant.

    Args:
      value: a tensor, variable, array, number, string, or nested list of them (tensors in the list
        are packed).
      dtype: the dtype it must have. A tensor is not cast: ValueError if it has another.
      dtype_hint: the dtype it should have where the value leaves the choice.
      name: of a node made for it.
    """
    if value is None:
        raise ValueError("None is no tensor, nor can one be made of it")
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype)
    if hasattr(value, "_as_tensor"):
        value = value._as_tensor(dtype)
    if isinstance(value, Tensor):
        if dtype is not None and value.dtype is not dtype:
            raise ValueError(
                f"tensor of dtype {value.dtype.name} where {dtype.name} is wanted: {value!r}"
            )
        graph = context.building_graph()
        if graph is None or getattr(value, "graph", None) is graph:
            return value
        return graph_tensor_of(graph, value)
    if isinstance(value, (list, tuple)) and _holds_tensor(value):
        return _pack(value, dtype)
    if dtype is None and dtype_hint is not None:
        try:
            return constant(value, dtype_hint, name=name)
        except (TypeError, ValueError):
            pass
    return constant(value, dtype, name=name)


def graph_tensor_of(graph, tensor):
    """A tensor of another graph, or an immediate one, inside `graph`."""
    if graph.is_function:
        return graph.capture(tensor)
    if isinstance(tensor, GraphTensor):
        from millrace.framework.graph import elsewhere

        raise ValueError(elsewhere(tensor))
    return _graph_constant(graph, tensor.numpy(), tensor.dtype, "Const")


def _holds_tensor(value):
    return any(
        isinstance(v, Tensor)
        or hasattr(v, "_as_tensor")
        or (isinstance(v, (list, tuple)) and _holds_tensor(v))
        for v in value
    )


def _pack(values, dtype):
    if dtype is None:
        dtype = next(
            (v.dtype for v in values if hasattr(v, "dtype") and isinstance(v.dtype, dtypes.DType)),
            None,
        )
    from millrace.framework.dispatch import apply_op

    return apply_op("Pack", ([convert_to_tensor(v, dtype) for v in values],), {"axis": 0})


@public
def constant(value, dtype=None, shape=None, name="Const"):
    """A tensor that holds the value.

    Args:
      value: an array, number, string, or nested list of them.
      dtype: of the result; that of the value if left out (float32 and int32 for Python's float and
        int).
      shape: of the result: a single element is repeated to fill it, else the elements are laid out
        in it.
      name: of the node.
    """
    dtype = None if dtype is None else dtypes.as_dtype(dtype)
    if hasattr(value, "_as_tensor"):
        value = value._as_tensor(dtype)
    if isinstance(value, GraphTensor):
        raise TypeError(f"a constant cannot be made of {value!r}")
    if shape is not None:
        number, _, payload = _arrays.as_array(value, 0 if dtype is None else dtype._enum)
        dtype = dtypes.by_enum[number]
        array = np.asarray(payload, dtype=object if dtype is dtypes.string else None)
        shape = tuple(int(d) for d in shape)
        if array.size != 1 and array.size != math.prod(shape):
            raise TypeError(f"{array.size} elements for a constant of shape {shape}")
        value = (
            np.full(shape, array.reshape(-1)[0], array.dtype)
            if array.size == 1
            else array.reshape(shape)
        )
        if dtype is dtypes.bfloat16:
            value = value.view(dtypes.numpy_dtypes[dtype._enum])
    graph = context.building_graph()
    if graph is None:
        return _load.native.eager_constant(value, 0 if dtype is None else dtype._enum)
    return _graph_constant(graph, value, dtype, name)


def _graph_constant(graph, value, dtype, name):
    graph._check_not_finalized()
    key = graph._c.add_constant(
        value,
        0 if dtype is None else dtype._enum,
        graph._full_name(name or "Const"),
        _controls(graph),
        "" if not graph._devices else graph._device_for("Const", name or "Const", ()),
    )
    return graph._tensor_of(key)


def _controls(graph):
    return [c._id for c in graph._controls[-1]] if graph._controls else ()


def constant_value(tensor):
    """The value of a tensor as an array if it is known now, else None."""
    if isinstance(tensor, GraphTensor):
        return tensor.graph._c.constant_value(tensor._key)
    return tensor.numpy() if hasattr(tensor, "numpy") else np.asarray(tensor)
