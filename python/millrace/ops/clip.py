"""Values and gradients kept within bounds."""

from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.indexed_slices import IndexedSlices
from millrace.framework.scopes import name_scope

__all__ = ["clip_by_global_norm", "clip_by_norm", "global_norm"]


def _values(t):
    return t.values if isinstance(t, IndexedSlices) else convert_to_tensor(t)


def _with_values(t, values):
    return (
        IndexedSlices(values, t.indices, t.dense_shape) if isinstance(t, IndexedSlices) else values
    )


@public
def clip_by_norm(t, clip_norm, axes=None, name=None):
    """t, scaled down where its Euclidean norm (along the axes; of all elements if None) is greater
    than clip_norm."""
    from millrace.ops.reduce import reduce_sum

    with name_scope(name or "clip_by_norm"):
        values = _values(t)
        squares = reduce_sum(values * values, axes, keepdims=True)
        # No division by 0, nor a gradient that is no number, where all is 0.
        positive = squares > 0
        safe = apply_op("SelectV2", (positive, squares, apply_op("OnesLike", (squares,))))
        norm = apply_op("SelectV2", (positive, apply_op("Sqrt", (safe,)), squares))
        clip = convert_to_tensor(clip_norm, values.dtype)
        return _with_values(t, values * clip / apply_op("Maximum", (norm, clip)))


@public
def global_norm(t_list, name=None):
    """The Euclidean norm of all elements of all tensors together; None entries do not count. None
    if there are no others."""
    with name_scope(name or "global_norm"):
        halves = [apply_op("L2Loss", (_values(t),)) for t in t_list if t is not None]
        if not halves:
            return None
        return apply_op("Sqrt", (apply_op("AddN", (halves,)) * 2.0,))


@public
def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """(the tensors, all scaled down alike where their global norm is greater than clip_norm; the
    norm).

    Args:
      t_list: tensors, IndexedSlices and None, such as gradients.
      use_norm: their global norm, if it is known. Where it is not finite, the results are not.
    """
    if not isinstance(t_list, (list, tuple)):
        raise TypeError(f"t_list must be a list of tensors, got {t_list!r}")
    norm = global_norm(t_list, name) if use_norm is None else convert_to_tensor(use_norm)
    if norm is None:
        return list(t_list), None
    with name_scope(name or "clip_by_global_norm"):
        clip = convert_to_tensor(clip_norm, norm.dtype)
        scale = clip / apply_op("Maximum", (norm, clip))
        scale = scale + (norm - norm)  # not a number where the norm is infinite
        clipped = [
            None if t is None else _with_values(t, _values(t) * _as(scale, t)) for t in t_list
        ]
    return clipped, norm


def _as(scale, t):
    dtype = _values(t).dtype
    return scale if scale.dtype is dtype else apply_op("Cast", (scale,), {"DstT": dtype})
