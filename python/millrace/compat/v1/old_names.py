"""Functions of TensorFlow 1 whose names TensorFlow 2 changed, under their old names and
signatures."""

import millrace as _mr
from millrace import bitwise, dtypes, lookup, sets, signal
from millrace._load import public
from millrace.compat.v1.nn import _one_of
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.enums import dimension_at_index, dimension_value
from millrace.framework.graph_keys import GraphKeys, get_collection
from millrace.framework.indexed_slices import IndexedSlices
from millrace.framework.sparse_tensor import SparseTensor, SparseTensorValue
from millrace.framework.variable_scope import variable_scope
from millrace.ops import blocks, counting, decompositions, special
from millrace.ops.array import reverse
from millrace.ops.decompositions import cholesky, cholesky_solve, qr, svd
from millrace.ops.elementwise import cast, floordiv
from millrace.ops.linalg import cross
from millrace.ops.matrices import matrix_set_diag, tensor_diag, tensor_diag_part
from millrace.ops.segments import (
    sparse_segment_mean,
    sparse_segment_sqrt_n,
    sparse_segment_sum,
    unsorted_segment_max,
    unsorted_segment_mean,
    unsorted_segment_min,
    unsorted_segment_prod,
    unsorted_segment_sqrt_n,
)
from millrace.signal import fft, fft2d, fft3d, ifft, ifft2d, ifft3d
from millrace.signal import irfft as _irfft
from millrace.signal import rfft as _rfft
from millrace.strings import to_hash_bucket_strong as string_to_hash_bucket_strong

diag, diag_part = tensor_diag, tensor_diag_part
matrix_determinant, matrix_inverse = decompositions.det, decompositions.inv
matrix_solve, matrix_solve_ls = decompositions.solve, decompositions.lstsq
matrix_triangular_solve = decompositions.triangular_solve
self_adjoint_eig, self_adjoint_eigvals = decompositions.eigh, decompositions.eigvalsh
floor_div, reverse_v2 = floordiv, reverse
batch_to_space_nd, space_to_batch_nd = blocks.batch_to_space, blocks.space_to_batch_nd
tensor_scatter_add, tensor_scatter_sub = _mr.tensor_scatter_nd_add, _mr.tensor_scatter_nd_sub
tensor_scatter_update, where_v2 = _mr.tensor_scatter_nd_update, _mr.where
accumulate_n, angle, betainc = special.accumulate_n, special.angle, special.betainc
igamma, igammac, lbeta = special.igamma, special.igammac, special.lbeta
log_sigmoid, polygamma, zeta = special.log_sigmoid, special.polygamma, special.zeta
is_non_decreasing = counting.is_non_decreasing
is_strictly_increasing = counting.is_strictly_increasing


@public
def bincount(arr, weights=None, minlength=None, maxlength=None, dtype=dtypes.int32):
    """How often each number from 0 to the greatest occurs."""
    return counting.bincount(arr, weights, minlength, maxlength, dtype)


@public
def confusion_matrix(
    labels, predictions, num_classes=None, dtype=dtypes.int32, name=None, weights=None
):
    """How many examples of the class of the row were taken for the class of the column."""
    return counting.confusion_matrix(labels, predictions, num_classes, weights, dtype, name)


@public
def batch_gather(params, indices, name=None):
    """Slices of params at indices, with all dimensions of indices but the last as a batch."""
    indices = convert_to_tensor(indices, dtype_hint=dtypes.int32)
    n = indices.shape.rank - 1
    return _mr.gather(params, indices, axis=n, batch_dims=n, name=name)


@public
def batch_to_space(input, crops, block_size, name=None, block_shape=None):
    """Blocks of the batch moved into the image."""
    block = _one_of("batch_to_space", ("block_shape", block_shape), ("block_size", block_size))
    return blocks.batch_to_space(
        input, [block, block] if isinstance(block, int) else block, crops, name
    )


@public
def space_to_batch(input, paddings, block_size=None, name=None, block_shape=None):
    """Blocks of the image moved into the batch."""
    block = _one_of("space_to_batch", ("block_shape", block_shape), ("block_size", block_size))
    block = [block, block] if isinstance(block, int) else block
    return blocks.space_to_batch_nd(input, block, paddings, name)


@public
def clip_by_average_norm(t, clip_norm, name=None):
    """t, scaled down where its norm divided by the number of its elements is above clip_norm."""
    t = convert_to_tensor(t)
    count = cast(apply_op("Size", (t,)), t.dtype)
    inverse = apply_op("Rsqrt", (_mr.reduce_sum(t * t),))
    clip = convert_to_tensor(clip_norm, t.dtype)
    one = convert_to_tensor(1, t.dtype)
    return apply_op(
        "Mul", (t * clip, apply_op("Minimum", (inverse * count, one / clip))), None, name
    )


@public
def convert_to_tensor_or_sparse_tensor(value, dtype=None, name=None):
    """A SparseTensor of one or of its value; a tensor of anything else."""
    if isinstance(value, (SparseTensor, SparseTensorValue)):
        made = SparseTensor.from_value(value)
        if dtype is not None and made.dtype is not dtypes.as_dtype(dtype):
            raise RuntimeError(f"a SparseTensor of {made.dtype.name} where {dtype} is wanted")
        return made
    return convert_to_tensor(value, dtype, name=name)


@public
def convert_to_tensor_or_indexed_slices(value, dtype=None, name=None):
    """IndexedSlices as they are; a tensor of anything else."""
    return value if isinstance(value, IndexedSlices) else convert_to_tensor(value, dtype, name=name)


@public
def count_up_to(ref, limit, name=None):
    """The variable's value, which it then exceeds by 1. When it runs: OutOfRangeError at the
    limit."""
    attrs = {"limit": limit, "T": ref.dtype}
    return apply_op("ResourceCountUpTo", (ref.handle,), attrs, name)


@public
def multinomial(logits, num_samples, seed=None, name=None, output_dtype=None):
    """num_samples classes for each row of logits, with probability softmax(logits)."""
    return _mr.random.categorical(logits, num_samples, output_dtype, seed, name)


@public
def random_gamma(shape, alpha, beta=None, dtype=dtypes.float32, seed=None, name=None):
    return _mr.random.gamma(shape, alpha, beta, dtype, seed, name)


@public
def random_poisson(lam, shape, dtype=dtypes.float32, seed=None, name=None):
    return _mr.random.poisson(shape, lam, dtype, seed, name)


@public
def random_crop(value, size, seed=None, name=None):
    """A part of that size at a random place."""
    from millrace.image import random_crop as crop

    return crop(value, size, seed, name)


@public
def extract_image_patches(
    images, ksizes=None, strides=None, rates=None, padding=None, name=None, sizes=None
):
    """Patches of the images, laid out along the last axis."""
    from millrace.image import extract_patches

    sizes = _one_of("extract_image_patches", ("sizes", sizes), ("ksizes", ksizes))
    return extract_patches(images, sizes, strides, rates, padding, name)


@public
def reduce_join(
    inputs,
    axis=None,
    keep_dims=None,
    separator="",
    name=None,
    reduction_indices=None,
    keepdims=None,
):
    """The strings along the axes, joined."""
    axis = _one_of("reduce_join", ("axis", axis), ("reduction_indices", reduction_indices))
    keep = _one_of("reduce_join", ("keepdims", keepdims), ("keep_dims", keep_dims))
    return _mr.strings.reduce_join(inputs, axis, bool(keep), separator, name)


@public
def verify_tensor_all_finite(t=None, msg=None, name=None, x=None, message=None):
    """The tensor. When it runs: InvalidArgumentError, with the message, unless all is finite."""
    x = _one_of("verify_tensor_all_finite", ("x", x), ("t", t))
    message = _one_of("verify_tensor_all_finite", ("message", message), ("msg", msg))
    return _mr.debugging.check_numerics(x, message, name)


@public
def to_bfloat16(x, name="ToBFloat16"):
    return cast(x, dtypes.bfloat16, name)


@public
def to_complex64(x, name="ToComplex64"):
    return cast(x, dtypes.complex64, name)


@public
def to_complex128(x, name="ToComplex128"):
    return cast(x, dtypes.complex128, name)


@public
def hessians(ys, xs, name="hessians", **kwargs):
    """The second derivatives of ys by each x: of the shape of x twice."""
    from millrace.ops.second_order import hessians as second

    return second(ys, xs, name)


@public
def moving_average_variables(scope=None):
    """The variables that have moving averages."""
    return get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


def variable_op_scope(values, name_or_scope, default_name=None, **kwargs):
    """variable_scope."""
    return variable_scope(name_or_scope, default_name, **kwargs)


def op_scope(values, name, default_name=None):
    """name_scope."""
    return _mr.name_scope(name, default_name, values)


@public
def make_template(
    name_, func_, create_scope_now_=False, unique_name_=None, custom_getter_=None, **kwargs
):
    """A function whose variables are made by its first call, and shared by the others."""
    from millrace.compat.v1.template import Template

    return Template(name_, func_, create_scope_now_, unique_name_, custom_getter_, kwargs)


def rfft(input_tensor, fft_length=None, name=None):
    """signal.rfft."""
    return _rfft(input_tensor, fft_length, name)


def irfft(input_tensor, fft_length=None, name=None):
    """signal.irfft."""
    return _irfft(input_tensor, fft_length, name)


__all__ = [
    "accumulate_n",
    "angle",
    "batch_gather",
    "batch_to_space",
    "batch_to_space_nd",
    "betainc",
    "bincount",
    "bitwise",
    "cholesky",
    "cholesky_solve",
    "clip_by_average_norm",
    "confusion_matrix",
    "convert_to_tensor_or_indexed_slices",
    "convert_to_tensor_or_sparse_tensor",
    "count_up_to",
    "cross",
    "diag",
    "diag_part",
    "dimension_at_index",
    "dimension_value",
    "extract_image_patches",
    "fft",
    "fft2d",
    "fft3d",
    "floor_div",
    "hessians",
    "ifft",
    "ifft2d",
    "ifft3d",
    "igamma",
    "igammac",
    "irfft",
    "is_non_decreasing",
    "is_strictly_increasing",
    "lbeta",
    "log_sigmoid",
    "lookup",
    "make_template",
    "matrix_determinant",
    "matrix_inverse",
    "matrix_set_diag",
    "matrix_solve",
    "matrix_solve_ls",
    "matrix_triangular_solve",
    "moving_average_variables",
    "multinomial",
    "op_scope",
    "polygamma",
    "qr",
    "random_crop",
    "random_gamma",
    "random_poisson",
    "reduce_join",
    "reverse_v2",
    "rfft",
    "self_adjoint_eig",
    "self_adjoint_eigvals",
    "sets",
    "signal",
    "space_to_batch",
    "space_to_batch_nd",
    "sparse_segment_mean",
    "sparse_segment_sqrt_n",
    "sparse_segment_sum",
    "string_to_hash_bucket_strong",
    "svd",
    "tensor_diag",
    "tensor_diag_part",
    "tensor_scatter_add",
    "tensor_scatter_sub",
    "tensor_scatter_update",
    "to_bfloat16",
    "to_complex64",
    "to_complex128",
    "unsorted_segment_max",
    "unsorted_segment_mean",
    "unsorted_segment_min",
    "unsorted_segment_prod",
    "unsorted_segment_sqrt_n",
    "variable_op_scope",
    "verify_tensor_all_finite",
    "where_v2",
    "zeta",
]
