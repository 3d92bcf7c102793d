"""VariableStore: the variables that get_variable made, by name."""

import contextlib
import inspect

from millrace import dtypes
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.partitioned_variable import PartitionedVariable, SliceInfo, part_shapes
from millrace.framework.variable import Variable
from millrace.ops.initializers import glorot_uniform_initializer, zeros_initializer
from millrace.tensor_shape import TensorShape

AUTO_REUSE = "auto_reuse"


class VariableStore:
    """Belongs to one graph; one thread at a time may use it, as the graph."""

    def __init__(self):
        self._variables = {}

    def get(self, name, shape, dtype, default_dtype, initializer, reuse, partitioner, **options):
        """(variable, whether it is new)."""
        found = self._variables.get(name)
        if found is not None:
            _check_shared(found, name, shape, dtype, initializer, reuse)
            return found, False
        if reuse is True:
            raise ValueError(
                f"variable {name} does not exist, or was not made by get_variable(), and its "
                "variable_scope only reuses; AUTO_REUSE would make it"
            )
        if partitioner is None:
            initial, dtype = _initial_value(name, initializer, shape, dtype, default_dtype)
            made = _make(name, initial, dtype, **options)
        else:
            made = _make_parts(name, initializer, shape, dtype, default_dtype, partitioner, options)
        self._variables[name] = made
        return made, True


def _check_shared(found, name, shape, dtype, initializer, reuse):
    if not reuse:
        line = found.op.origin if isinstance(found, Variable) and found.graph is not None else ""
        raise ValueError(
            f"variable {name} exists already{line and f' (made at {line})'}; set reuse=True or "
            "reuse=AUTO_REUSE in its variable_scope"
        )
    if shape is None and hasattr(initializer, "shape"):
        shape = initializer.shape
    if shape is not None and not found.shape.is_compatible_with(shape):
        raise ValueError(f"variable {name} has shape {found.shape}, asked for {TensorShape(shape)}")
    if dtype is not None and dtypes.as_dtype(dtype) is not found.dtype:
        asked = dtypes.as_dtype(dtype).name
        raise ValueError(f"variable {name} is {found.dtype.name}, asked for {asked}")


def _at_top(graph):
    return contextlib.nullcontext() if graph is None else graph.name_scope("")


def _make(name, initial, dtype, trainable, collections, validate_shape, constraint):
    # A variable that a function's body makes is the graph's around it.
    with context.init_scope(), _at_top(context.building_graph()):
        return Variable(
            initial,
            trainable=trainable,
            name=name,
            dtype=dtype,
            validate_shape=validate_shape,
            collections=collections,
            constraint=constraint,
        )


def _takes_no_arguments(function):
    """True if it can be called without any: what gives the value itself."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return all(p.default is not p.empty or p.kind in kinds for p in parameters) and not any(
        p.name == "shape" for p in parameters
    )


def _initial_value(name, initializer, shape, dtype, default_dtype):
    """(value or function of no arguments, dtype or None for the value's own)."""
    if initializer is not None and not callable(initializer):
        if shape is not None:
            raise ValueError(
                f"variable {name}: give no shape where the initializer is a value, which has one"
            )
        return initializer, dtype
    if isinstance(initializer, type):
        initializer = initializer()
    if initializer is not None and _takes_no_arguments(initializer):
        return initializer, dtype
    dtype = dtypes.as_dtype(dtype or default_dtype)
    if initializer is None:
        initializer = _default_initializer(name, dtype)
    if shape is None or not TensorShape(shape).is_fully_defined():
        raise ValueError(
            f"variable {name} needs a fully defined shape, got "
            f"{None if shape is None else TensorShape(shape)}; or an initializer that is a value"
        )
    sizes = TensorShape(shape).as_list()
    return lambda: initializer(sizes, dtype=dtype), dtype


def _default_initializer(name, dtype):
    if dtype.is_floating:
        return glorot_uniform_initializer()
    if dtype.is_integer or dtype.is_bool:
        return zeros_initializer()
    raise ValueError(f"variable {name} of {dtype.name} needs an initializer")


def _make_parts(name, initializer, shape, dtype, default_dtype, partitioner, options):
    value = None
    if initializer is not None and not callable(initializer):
        value = convert_to_tensor(initializer, dtype)
        dtype, shape = value.dtype, value.shape
    if shape is None or not TensorShape(shape).is_fully_defined():
        raise ValueError(f"variable {name}, which has a partitioner, needs a fully defined shape")
    shape, dtype = TensorShape(shape), dtypes.as_dtype(dtype or default_dtype)
    counts = list(partitioner(shape=shape, dtype=dtype))
    parts = []
    for i, (offset, sizes) in enumerate(part_shapes(name, shape.as_list(), counts)):
        part_name = f"{name}/part_{i}"
        if value is not None:
            begin_end = tuple(slice(o, o + n) for o, n in zip(offset, sizes))
            initial = lambda part=begin_end: value[part]  # noqa: E731
            part_dtype = dtype
        else:
            initial, part_dtype = _initial_value(part_name, initializer, sizes, dtype, dtype)
        part = _make(part_name, initial, part_dtype, **options)
        part._slice = SliceInfo(name, shape.as_list(), offset, sizes)
        parts.append(part)
    return PartitionedVariable(name, shape, dtype, parts, counts)
