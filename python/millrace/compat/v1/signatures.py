"""Array and control flow functions whose arguments TensorFlow 2 reordered or renamed, with the
signatures of TensorFlow 1."""

import millrace as _mr
from millrace import dtypes
from millrace._load import public
from millrace.compat.v1.nn import _one_of
from millrace.framework import control_flow as _control_flow
from millrace.framework.indexed_slices import IndexedSlices
from millrace.ops import array as _array
from millrace.ops import gathering as _gathering


def _reduction(name):
    function = getattr(_mr, name)

    def reduce(
        input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None
    ):
        axis = _one_of(function.__name__, ("axis", axis), ("reduction_indices", reduction_indices))
        keep = _one_of(function.__name__, ("keepdims", keepdims), ("keep_dims", keep_dims))
        return function(input_tensor, axis, bool(keep), name=name)

    reduce.__name__ = reduce.__qualname__ = name
    reduce.__doc__ = function.__doc__
    return public(reduce)


reduce_sum, reduce_mean, reduce_prod = map(_reduction, ["reduce_sum", "reduce_mean", "reduce_prod"])
reduce_max, reduce_min = map(_reduction, ["reduce_max", "reduce_min"])
reduce_all, reduce_any = map(_reduction, ["reduce_all", "reduce_any"])
reduce_logsumexp = _reduction("reduce_logsumexp")


@public
def argmax(input, axis=None, name=None, dimension=None, output_type=dtypes.int64):
    """The position of the greatest element along an axis (0 if none is given)."""
    return _mr.argmax(
        input, _one_of("argmax", ("axis", axis), ("dimension", dimension)), output_type, name
    )


@public
def argmin(input, axis=None, name=None, dimension=None, output_type=dtypes.int64):
    """The position of the smallest element along an axis (0 if none is given)."""
    return _mr.argmin(
        input, _one_of("argmin", ("axis", axis), ("dimension", dimension)), output_type, name
    )


arg_max, arg_min = argmax, argmin


@public
def gather(params, indices, validate_indices=None, name=None, axis=None, batch_dims=0):
    """Slices of params at `indices`."""
    return _gathering.gather(params, indices, validate_indices, axis, batch_dims, name)


@public
def pad(tensor, paddings, mode="CONSTANT", name=None, constant_values=0):
    """Elements put before and after each axis."""
    return _array.pad(tensor, paddings, mode, constant_values, name)


@public
def shape(input, name=None, out_type=dtypes.int32):
    """The shape as a tensor."""
    return _array.shape(input, out_type, name)


@public
def size(input, name=None, out_type=dtypes.int32):
    """The number of elements as a tensor."""
    return _array.size(input, out_type, name)


@public
def transpose(a, perm=None, name=None, conjugate=False):
    """The axes in another order; reversed if none is given."""
    return _array.transpose(a, perm, conjugate, name)


@public
def boolean_mask(tensor, mask, name="boolean_mask", axis=None):
    """The elements where the mask holds."""
    return _gathering.boolean_mask(tensor, mask, axis, name)


@public
def expand_dims(input, axis=None, name=None, dim=None):
    """A dimension of size 1 put in before `axis`."""
    return _array.expand_dims(input, _one_of("expand_dims", ("axis", axis), ("dim", dim)), name)


@public
def squeeze(input, axis=None, name=None, squeeze_dims=None):
    """Without the dimensions of size 1 (those named, or all)."""
    axis = _one_of("squeeze", ("axis", axis), ("squeeze_dims", squeeze_dims))
    return _array.squeeze(input, axis, name)


@public
def zeros_like(tensor, dtype=None, name=None, optimize=True):
    return _array.zeros_like(tensor, dtype, name)


@public
def ones_like(tensor, dtype=None, name=None, optimize=True):
    return _array.ones_like(tensor, dtype, name)


@public
def cond(pred, true_fn=None, false_fn=None, strict=False, name=None, fn1=None, fn2=None):
    """true_fn() if pred holds, else false_fn()."""
    true_fn = _one_of("cond", ("true_fn", true_fn), ("fn1", fn1))
    return _control_flow.cond(
        pred, true_fn, _one_of("cond", ("false_fn", false_fn), ("fn2", fn2)), name
    )


@public
def while_loop(
    cond,
    body,
    loop_vars,
    shape_invariants=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
    maximum_iterations=None,
    return_same_structure=False,
):
    """loop_vars = body(*loop_vars) while cond(*loop_vars) holds. Returns the last ones; the only
    one as it is, unless return_same_structure is set."""
    found = _control_flow.while_loop(
        cond,
        body,
        loop_vars,
        shape_invariants,
        parallel_iterations,
        back_prop,
        swap_memory,
        maximum_iterations,
        name,
    )
    if isinstance(found, list) and len(found) == 1 and not return_same_structure:
        return found[0]
    return found


@public
def assign(ref, value, validate_shape=None, use_locking=None, name=None):
    """ref.assign(value)."""
    return ref.assign(value, name=name)


@public
def assign_add(ref, value, use_locking=None, name=None):
    """ref.assign_add(value)."""
    return ref.assign_add(value, name=name)


@public
def assign_sub(ref, value, use_locking=None, name=None):
    """ref.assign_sub(value)."""
    return ref.assign_sub(value, name=name)


def _scatter(method):
    def scatter(ref, indices, updates, use_locking=False, name=None):
        return getattr(ref, method)(IndexedSlices(updates, indices), name=name)

    scatter.__name__ = scatter.__qualname__ = method
    scatter.__doc__ = f"ref.{method}(IndexedSlices(updates, indices))."
    return public(scatter)


scatter_add, scatter_sub, scatter_update = map(
    _scatter, ["scatter_add", "scatter_sub", "scatter_update"]
)
