"""The arguments of a traced function: put in order, and held against what it was traced for."""

import inspect

from millrace.framework import nest
from millrace.framework.argument_specs import is_spec_of_several, object_spec
from millrace.framework.convert import convert_to_tensor
from millrace.framework.tensor import Tensor, TensorSpec, TypeSpec, general_shape


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


def fit(spec, value, what, tensors):
    """Appends the tensors of a value that a structure of specs describes. TypeError if it does not
    fit."""
    if isinstance(spec, TensorSpec):
        tensors.append(_fit_tensor(spec, value, what))
    elif is_spec_of_several(spec):
        if not spec.is_compatible_with(value):
            raise TypeError(f"{what} must be {spec}, got {value!r}")
        given = is_spec_of_several(value)
        tensors.extend(value.parts() if given else spec.parts_of(value))
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
    elif not (value is spec or spec == value):
        raise TypeError(f"{what} must be {spec!r}, as in the trace, got {value!r}")


def _fit_tensor(spec, value, what):
    if not isinstance(value, (Tensor, TensorSpec)):
        try:
            if object_spec(value) is not None:
                (value,) = object_spec(value).parts_of(value)
            else:
                value = convert_to_tensor(value, spec.dtype)
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
    return TensorSpec(general_shape(a, b), spec.dtype)


def check_signature(signature):
    """TypeError unless it is a list or tuple of (structures of) specs."""
    if not isinstance(signature, (list, tuple)):
        raise TypeError(
            f"input_signature must be either a tuple or a list, got {type(signature).__name__}"
        )
    for spec in nest.flatten(signature):
        if not isinstance(spec, TypeSpec):
            raise TypeError(f"input_signature must be a structure of TensorSpecs, got {spec!r}")
