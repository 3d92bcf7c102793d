"""The arguments of a traced function: put in order, told apart from Python's values, and replaced
by the tensors of a trace."""

import functools
import inspect
import sys

import numpy as np

from millrace import _load
from millrace.framework import nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.tensor import Tensor, TensorSpec
from millrace.tensor_shape import TensorShape


class Parameters:
    """The parameters of a Python function (without `self`, for a method).

    Attributes:
      names: of those that can be given by position.
    """

    def __init__(self, python_function, is_method):
        self._function_name = getattr(python_function, "__name__", "function")
        try:
            signature = inspect.signature(python_function)
        except (TypeError, ValueError):  # of builtin functions
            self._signature, self.names = None, []
            return
        found = list(signature.parameters.values())[1 if is_method else 0 :]
        self._signature = signature.replace(parameters=found)
        self.names = [
            p.name for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        self._plain = len(self.names) == len(found)

    def bind(self, args, kwargs):
        """(positional arguments with defaults, keyword arguments). TypeError if they do not fit."""
        if self._signature is None or (self._plain and not kwargs and len(args) == len(self.names)):
            return args, kwargs
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self._function_name}{self._signature}: {error}") from None
        bound.apply_defaults()
        return bound.args, bound.kwargs

    def name_of(self, i):
        """The name of the argument at a position."""
        return self.names[i] if i < len(self.names) else f"args_{i}"


def parts_of_object(value):
    """(tensor, kind, how to make such an object of another tensor) of a dataset or an iterator;
    None for other values."""
    for module, name, attribute in (
        ("millrace.data.dataset", "Dataset", "_variant"),
        ("millrace.data.iterator", "Iterator", "_handle"),
    ):
        made_by = getattr(sys.modules.get(module), name, None)
        if made_by is not None and isinstance(value, made_by):
            spec = value.element_spec
            make = functools.partial(_make_object, made_by, spec)
            return getattr(value, attribute), repr(spec), make
    return None


def _make_object(made_by, spec, tensor):
    return made_by(tensor, spec)


def add_to_key(value, tensors, key, with_shapes=True):
    """Appends the tensors of an argument, and what of it chooses a trace."""
    if isinstance(value, _load.native.EagerTensor):
        tensors.append(value)
        key.append((value.dtype._enum, value._dims) if with_shapes else value.dtype._enum)
    elif isinstance(value, (Tensor, TensorSpec)):
        tensors.append(value)
        key.append((value.dtype._enum, value.shape) if with_shapes else value.dtype._enum)
    elif isinstance(value, (np.ndarray, np.generic)):
        add_to_key(convert_to_tensor(value), tensors, key, with_shapes)
    elif isinstance(value, (list, tuple)):
        key.append((type(value), len(value)))
        for v in value:
            add_to_key(v, tensors, key, with_shapes)
    elif isinstance(value, dict):
        names = nest.sorted_keys(value)
        key.append((dict, *names))
        for n in names:
            add_to_key(value[n], tensors, key, with_shapes)
    else:
        _add_object(value, tensors, key)


def _add_object(value, tensors, key):
    parts = parts_of_object(value)
    if parts is not None:
        tensors.append(parts[0])
        key.append((type(value), parts[1]))
        return
    try:
        hash(value)
        key.append((type(value), value))
    except TypeError:
        key.append(id(value))


def with_tensors(structure, tensors):
    """The structure with its tensors and arrays replaced, in order."""
    if isinstance(structure, dict):
        replaced = {k: with_tensors(structure[k], tensors) for k in nest.sorted_keys(structure)}
        return {k: replaced[k] for k in structure}
    if isinstance(structure, (list, tuple)):
        items = [with_tensors(v, tensors) for v in structure]
        return type(structure)(*items) if nest.is_namedtuple(structure) else type(structure)(items)
    if isinstance(structure, (TensorSpec, Tensor, np.ndarray, np.generic)):
        return next(tensors)
    parts = parts_of_object(structure)
    return structure if parts is None else parts[2](next(tensors))


def tensor_names(structure, name):
    """A name for each tensor of an argument, after the argument."""
    if isinstance(structure, dict):
        parts = [structure[k] for k in nest.sorted_keys(structure)]
    elif isinstance(structure, (list, tuple)):
        parts = structure
    elif isinstance(structure, (TensorSpec, Tensor, np.ndarray, np.generic)):
        return [(structure.name if isinstance(structure, TensorSpec) else None) or name]
    else:
        return [name] if parts_of_object(structure) is not None else []
    return [n for p in parts for n in tensor_names(p, name)]


def fit(spec, value, what, tensors):
    """Appends the tensors of a value that a structure of TensorSpecs describes. TypeError if it
    does not fit."""
    if isinstance(spec, TensorSpec):
        tensors.append(_fit_tensor(spec, value, what))
    elif isinstance(spec, dict):
        if not isinstance(value, dict) or set(value) != set(spec):
            raise TypeError(f"{what} must have the keys {nest.sorted_keys(spec)}, got {value!r}")
        for k in nest.sorted_keys(spec):
            fit(spec[k], value[k], f"{what}[{k!r}]", tensors)
    elif isinstance(spec, (list, tuple)):
        if not isinstance(value, (list, tuple)) or len(value) != len(spec):
            raise TypeError(f"{what} must have {len(spec)} parts, got {value!r}")
        for i, (s, v) in enumerate(zip(spec, value)):
            fit(s, v, f"{what}[{i}]", tensors)
    elif not (value is spec or value == spec):
        raise TypeError(f"{what} must be {spec!r}, as in the trace, got {value!r}")


def _fit_tensor(spec, value, what):
    if not isinstance(value, (Tensor, TensorSpec)):
        parts = parts_of_object(value)
        try:
            value = parts[0] if parts is not None else convert_to_tensor(value, spec.dtype)
        except (TypeError, ValueError) as error:
            raise TypeError(f"{what} must be {spec}: {error}") from None
    if not spec.is_compatible_with(value):
        raise TypeError(f"{what} is {value.dtype.name}{value.shape}, which is not {spec}")
    return value


def general(spec, tensor):
    """A spec for what a spec describes and a tensor, of the same dtype."""
    a, b = spec.shape, tensor.shape
    if a.is_fully_defined() and a == b:
        return spec
    if a.rank is None or a.rank != b.rank:
        return TensorSpec(None, spec.dtype)
    return TensorSpec(
        TensorShape([x if x == y else None for x, y in zip(a.as_list(), b.as_list())]), spec.dtype
    )
