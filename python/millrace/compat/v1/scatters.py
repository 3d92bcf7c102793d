"""Functions that change rows or positions of a variable."""

from millrace._load import public
from millrace.framework.convert import convert_to_tensor


def _scatter(name, op):
    def scatter(ref, indices, updates, use_locking=False, name=None):
        updates = convert_to_tensor(updates, ref.dtype)
        args = (ref.handle, convert_to_tensor(indices), updates)
        return ref._updated(op, args, None, name, True)

    scatter.__name__ = scatter.__qualname__ = name
    scatter.__doc__ = f"{op}: changes rows, or positions, of a variable."
    return public(scatter)


scatter_div, scatter_mul = (
    _scatter("scatter_div", "ResourceScatterDiv"),
    _scatter("scatter_mul", "ResourceScatterMul"),
)
scatter_max, scatter_min = (
    _scatter("scatter_max", "ResourceScatterMax"),
    _scatter("scatter_min", "ResourceScatterMin"),
)
scatter_nd_add = _scatter("scatter_nd_add", "ResourceScatterNdAdd")
scatter_nd_sub = _scatter("scatter_nd_sub", "ResourceScatterNdSub")
scatter_nd_update = _scatter("scatter_nd_update", "ResourceScatterNdUpdate")

__all__ = [
    "scatter_div",
    "scatter_max",
    "scatter_min",
    "scatter_mul",
    "scatter_nd_add",
    "scatter_nd_sub",
    "scatter_nd_update",
]
