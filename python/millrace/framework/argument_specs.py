"""Arguments that are made of tensors: what describes them, and how the tensors of a trace take the
places of those of a call."""

import sys

import numpy as np

from millrace import _load, dtypes
from millrace.framework import nest
from millrace.framework.argument_variable import VariableSpec, variable_spec
from millrace.framework.convert import convert_to_tensor
from millrace.framework.tensor import Tensor, TensorSpec
from millrace.framework.trace_key import Weak, object_key, weakly
from millrace.framework.type_spec import CompositeSpec, composite_spec
from millrace.framework.variable import Variable


class _ObjectSpec:
    """Of a dataset or an iterator: the tensor behind it and what its elements are."""

    def __init__(self, made_by, attribute, element_spec):
        self._made_by, self._attribute, self._element_spec = made_by, attribute, element_spec

    def parts(self):
        dtype = dtypes.variant if self._attribute == "_variant" else dtypes.resource
        return [TensorSpec([], dtype)]

    def parts_of(self, value):
        return [getattr(value, self._attribute)]

    def of_parts(self, tensors):
        return self._made_by(tensors[0], self._element_spec)

    def is_compatible_with(self, value):
        return isinstance(value, self._made_by) and self == object_spec(value)

    def _key(self):
        return self._made_by, repr(self._element_spec)

    def __eq__(self, other):
        return isinstance(other, _ObjectSpec) and self._key() == other._key()

    def __hash__(self):
        return hash(self._key())

    def __repr__(self):
        return f"{self._made_by.__name__} of {self._element_spec}"


def object_spec(value):
    for module, name, attribute in (
        ("millrace.data.dataset", "Dataset", "_variant"),
        ("millrace.data.iterator", "Iterator", "_handle"),
    ):
        made_by = getattr(sys.modules.get(module), name, None)
        if made_by is not None and isinstance(value, made_by):
            return _ObjectSpec(made_by, attribute, value.element_spec)
    return None


def is_spec_of_several(value):
    return isinstance(value, (CompositeSpec, VariableSpec, _ObjectSpec))


def spec_of_object(value):
    """What describes a value that is made of tensors but is none itself: parts(), parts_of(value)
    and of_parts(tensors) take it apart and put it together. None for other values."""
    if is_spec_of_several(value):
        return value
    if isinstance(value, Variable):
        # Those of a graph stay what they are.
        return None if value.graph is not None else variable_spec(value, 0)
    return composite_spec(value) or object_spec(value)


def _is_tensor(value):
    return isinstance(value, (Tensor, TensorSpec, np.ndarray, np.generic))


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
        _add_object(value, tensors, key, with_shapes)


def _add_object(value, tensors, key, with_shapes):
    spec = spec_of_object(value)
    if spec is None:
        key.append(object_key(value))
        return
    if isinstance(spec, VariableSpec) and spec is not value:
        # The number of the first place where the variable stands.
        same = (i for i, t in enumerate(tensors) if t is value.handle)
        spec = variable_spec(value, next(same, len(tensors)))
    if not with_shapes and isinstance(spec, CompositeSpec):
        spec = spec.relaxed()
    tensors.extend(spec.parts() if spec is value else spec.parts_of(value))
    key.append(spec)


def _rebuilt(structure, leaf):
    """The structure with leaf(value) for what is no container, in the order of add_to_key."""
    if isinstance(structure, dict):
        made = {k: _rebuilt(structure[k], leaf) for k in nest.sorted_keys(structure)}
        return {k: made[k] for k in structure}
    if isinstance(structure, (list, tuple)):
        items = [_rebuilt(v, leaf) for v in structure]
        return type(structure)(*items) if nest.is_namedtuple(structure) else type(structure)(items)
    return leaf(structure)


def with_specs(structure, relax=False):
    """The structure with specs in the places of objects that are made of tensors; with relax they
    know no sizes. Tensors stay."""
    first, at = {}, 0  # of variables; in the flat list of tensors

    def leaf(value):
        nonlocal at
        spec = None if _is_tensor(value) else spec_of_object(value)
        if isinstance(spec, VariableSpec) and spec is not value:
            spec = variable_spec(value, first.setdefault(id(value), at))
        if relax and isinstance(spec, CompositeSpec):
            spec = spec.relaxed()
        at += 1 if spec is None and _is_tensor(value) else 0 if spec is None else len(spec.parts())
        return value if spec is None else spec

    return _rebuilt(structure, leaf)


def part_specs(structure):
    """A spec for each tensor, with None for tensors that are there; of what with_specs() gives."""
    found = []

    def leaf(value):
        if isinstance(value, TensorSpec):
            found.append(value)
        elif _is_tensor(value):
            found.append(None)
        elif is_spec_of_several(value):
            found.extend(value.parts())
        return value

    _rebuilt(structure, leaf)
    return found


def with_tensors(structure, tensors):
    """The structure with its tensors and arrays replaced, in order, and what is made of several
    tensors made anew."""
    variables = {}

    def leaf(value):
        if _is_tensor(value):
            return next(tensors)
        spec = spec_of_object(value)
        if spec is None:
            return value
        made = spec.of_parts([next(tensors) for _ in spec.parts()])
        if isinstance(spec, VariableSpec):
            return variables.setdefault(spec.alias_id, made)
        return made

    return _rebuilt(structure, leaf)


def named_specs(structure, specs, names):
    """The structure with TensorSpecs for its tensors, from flat lists; what is made of several has
    its spec, and objects that may go stand in it weakly."""
    flat = iter(zip(specs, names))

    def leaf(value):
        if _is_tensor(value):
            spec, name = next(flat)
            return TensorSpec(spec.shape, spec.dtype, name)
        spec = spec_of_object(value)
        if spec is not None:
            for _ in spec.parts():
                next(flat)
            return spec
        if isinstance(value, Weak):
            return value
        kept = weakly(value)
        return value if kept is None else Weak(kept)

    return _rebuilt(structure, leaf)


def tensor_names(structure, name):
    """A name for each tensor of an argument, after the argument."""
    found = []

    def leaf(value):
        if _is_tensor(value):
            found.append((value.name if isinstance(value, TensorSpec) else None) or name)
        else:
            spec = spec_of_object(value)
            found.extend([name] * (0 if spec is None else len(spec.parts())))
        return value

    _rebuilt(structure, leaf)
    return found
