"""Nested structures of lists, tuples, named tuples, dictionaries, and objects that are made of
tensors (SparseTensor, TensorArray)."""


class Composite:
    """An object that is made of tensors: _leaves() are these, and _with_leaves(leaves) is the same
    kind of object of others."""

    __slots__ = ()


def is_nested(value):
    return isinstance(value, (list, tuple, dict, Composite))


def is_namedtuple(value):
    return isinstance(value, tuple) and hasattr(value, "_fields")


def flatten(structure):
    """The leaves, depth first, dictionaries in the order of their keys."""
    if not is_nested(structure):
        return [structure]
    if isinstance(structure, dict):
        structure = [structure[k] for k in sorted_keys(structure)]
    elif isinstance(structure, Composite):
        structure = structure._leaves()
    return [leaf for item in structure for leaf in flatten(item)]


def sorted_keys(d):
    try:
        return sorted(d)
    except TypeError:
        return list(d)


def pack_like(structure, leaves):
    """The structure with other leaves. ValueError if their number differs."""
    leaves = list(leaves)
    packed, used = _pack(structure, leaves, 0)
    if used != len(leaves):
        raise ValueError(f"{len(leaves)} values for a structure of {used}")
    return packed


pack_sequence_as = pack_like


def _pack(structure, leaves, at):
    if not is_nested(structure):
        if at >= len(leaves):
            raise ValueError(f"only {len(leaves)} values for a larger structure")
        return leaves[at], at + 1
    if isinstance(structure, dict):
        packed = {}
        for key in sorted_keys(structure):
            packed[key], at = _pack(structure[key], leaves, at)
        return type(structure)((key, packed[key]) for key in structure), at
    items = []
    composite = isinstance(structure, Composite)
    for item in structure._leaves() if composite else structure:
        packed_item, at = _pack(item, leaves, at)
        items.append(packed_item)
    if composite:
        return structure._with_leaves(items), at
    return (type(structure)(*items) if is_namedtuple(structure) else type(structure)(items)), at


def assert_same_structure(first, second, check_types=True, expand_composites=False):
    """ValueError unless both are nested in the same way; with check_types, TypeError unless their
    lists, tuples and dictionaries are of the same types."""
    if is_nested(first) != is_nested(second):
        raise ValueError(f"the structures differ: {first!r} and {second!r}")
    if not is_nested(first):
        return
    if check_types and type(first) is not type(second):
        raise TypeError(f"the structures are of different types: {first!r} and {second!r}")
    if isinstance(first, dict):
        if set(first) != set(second):
            raise ValueError(f"the keys differ: {sorted_keys(first)} and {sorted_keys(second)}")
        pairs = [(first[k], second[k]) for k in first]
    else:
        a, b = (s._leaves() if isinstance(s, Composite) else list(s) for s in (first, second))
        if len(a) != len(b):
            raise ValueError(f"the structures differ: {first!r} and {second!r}")
        pairs = list(zip(a, b))
    for a, b in pairs:
        assert_same_structure(a, b, check_types)


def map_structure(function, *structures):
    """The first structure with each leaf replaced by function(leaf, ...)."""
    flat = [flatten(s) for s in structures]
    if any(len(f) != len(flat[0]) for f in flat):
        raise ValueError("structures of different sizes")
    return pack_like(structures[0], [function(*leaves) for leaves in zip(*flat)])
