"""Losses of independent decisions, statistics of batches, and what is made of them."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.elementwise import cast
from millrace.ops.reduce import reduce_sum

__all__ = [
    "batch_norm_with_global_normalization",
    "collapse_repeated",
    "compute_average_loss",
    "crelu",
    "log_poisson_loss",
    "normalize_moments",
    "scale_regularization_loss",
    "sufficient_statistics",
    "weighted_cross_entropy_with_logits",
    "weighted_moments",
]


@public
def weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=None):
    """sigmoid_cross_entropy_with_logits where errors at positive labels count pos_weight times."""
    logits = convert_to_tensor(logits)
    labels = convert_to_tensor(labels, logits.dtype)
    labels.shape.assert_is_compatible_with(logits.shape)
    weight = 1.0 + (pos_weight - 1.0) * labels
    # log(1 + exp(-x)) without overflow.
    small = apply_op("Log1p", (apply_op("Exp", (-apply_op("Abs", (logits,)),)),))
    loss = small + apply_op("Relu", (-logits,))
    return apply_op("AddV2", ((1.0 - labels) * logits, weight * loss), None, name)


@public
def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """exp(c) - z c for c = log_input and z = targets, plus Stirling's approximation of log(z!)
    with compute_full_loss where z > 1."""
    c = convert_to_tensor(log_input)
    z = convert_to_tensor(targets, c.dtype)
    z.shape.assert_is_compatible_with(c.shape)
    loss = apply_op("Exp", (c,)) - c * z
    if compute_full_loss:
        stirling = z * apply_op("Log", (z,)) - z + 0.5 * apply_op("Log", (6.283185307179586 * z,))
        zeros, one = apply_op("ZerosLike", (z,)), convert_to_tensor(1, z.dtype)
        small = apply_op("LogicalAnd", (z >= zeros, z <= one))
        loss = loss + apply_op("SelectV2", (small, zeros, stirling))
    return apply_op("Identity", (loss,), None, name)


@public
def crelu(features, axis=-1, name=None):
    """relu of the features and of their negatives, side by side along an axis."""
    features = convert_to_tensor(features)
    return apply_op("Relu", (apply_op("ConcatV2", ([features, -features], axis)),), None, name)


@public
def sufficient_statistics(x, axes, shift=None, keepdims=False, name=None):
    """(number of elements, sum, sum of squares, shift) along the axes; of x - shift where a shift
    is given."""
    x = convert_to_tensor(x)
    axes = list(dict.fromkeys(axes))
    sizes = [x.shape[a] for a in axes]
    if None not in sizes:
        count = 1
        for s in sizes:
            count *= s
        count = convert_to_tensor(count, x.dtype)
    else:
        shape = apply_op("Shape", (x,))
        parts = apply_op("GatherV2", (shape, [a % x.shape.rank for a in axes], 0))
        count = cast(apply_op("Prod", (parts, [0])), x.dtype)
    if shift is None:
        mean, squares = x, apply_op("Square", (x,))
    else:
        shift = convert_to_tensor(shift, x.dtype)
        mean, squares = x - shift, apply_op("SquaredDifference", (x, shift))
    return count, reduce_sum(mean, axes, keepdims), reduce_sum(squares, axes, keepdims), shift


@public
def normalize_moments(counts, mean_ss, variance_ss, shift, name=None):
    """(mean, variance) of what sufficient_statistics gave."""
    divisor = apply_op("Reciprocal", (counts,))
    shifted = mean_ss * divisor
    mean = shifted if shift is None else shifted + shift
    return mean, variance_ss * divisor - apply_op("Square", (shifted,))


@public
def weighted_moments(x, axes, frequency_weights, keepdims=False, name=None):
    """(mean, variance) along the axes, of elements that count frequency_weights times."""
    x = convert_to_tensor(x)
    weights = convert_to_tensor(frequency_weights)
    to = x.dtype if x.dtype is not dtypes.float16 else dtypes.float32
    x32, weights = cast(x, to), cast(weights, to)
    total = reduce_sum(weights * x32, axes, True)
    count = reduce_sum(weights + apply_op("ZerosLike", (x32,)), axes, True)
    divisor = apply_op("Reciprocal", (count,))
    mean = total * divisor
    squares = reduce_sum(weights * apply_op("SquaredDifference", (x32, mean)), axes, True)
    variance = squares * divisor
    if not keepdims:
        squeezed = {"squeeze_dims": [axes] if isinstance(axes, int) else list(axes)}
        mean, variance = (apply_op("Squeeze", (t,), squeezed) for t in (mean, variance))
    return cast(mean, x.dtype), cast(variance, x.dtype)


@public
def batch_norm_with_global_normalization(
    input, mean, variance, beta, gamma, variance_epsilon, scale_after_normalization, name=None
):
    """batch_normalization; gamma counts only with scale_after_normalization."""
    from millrace.nn import batch_normalization

    gamma = gamma if scale_after_normalization else None
    return batch_normalization(input, mean, variance, beta, gamma, variance_epsilon, name)


@public
def compute_average_loss(per_example_loss, sample_weight=None, global_batch_size=None):
    """The sum of the (weighted) losses of the examples, divided by the size of the batch."""
    loss = convert_to_tensor(per_example_loss)
    if sample_weight is not None:
        loss = loss * convert_to_tensor(sample_weight, loss.dtype)
    if global_batch_size is None:
        return reduce_sum(loss) / cast(apply_op("Shape", (loss,))[0], loss.dtype)
    return reduce_sum(loss) / cast(global_batch_size, loss.dtype)


@public
def scale_regularization_loss(regularization_loss):
    """The sum of the losses: the share of this one replica."""
    return reduce_sum(regularization_loss)


@public
def collapse_repeated(labels, seq_length, name=None):
    """(the labels with runs of equal ones taken once, their lengths).

    Args:
      labels: [batch, time]; seq_length: [batch].
    """
    from millrace.ops.gathering import boolean_mask
    from millrace.ops.rearrange import sequence_mask

    labels, lengths = convert_to_tensor(labels), convert_to_tensor(seq_length)
    first = apply_op("OnesLike", (labels[:, :1],)) > 0
    other = apply_op("NotEqual", (labels[:, 1:], labels[:, :-1]))
    time = apply_op("Shape", (labels,))[1]
    valid = sequence_mask(lengths, cast(time, lengths.dtype))
    mask = apply_op("LogicalAnd", (apply_op("ConcatV2", ([first, other], 1)), valid))
    new_lengths = reduce_sum(cast(mask, dtypes.int32), 1)
    longest = apply_op("Max", (new_lengths, [0]))
    where = apply_op("Where", (sequence_mask(new_lengths, longest),))
    values = boolean_mask(labels, mask)
    shape = apply_op("Pack", ([apply_op("Shape", (labels,))[0], longest],), {"axis": 0})
    collapsed = apply_op("ScatterNd", (where, values, cast(shape, dtypes.int64)))
    return collapsed, cast(new_lengths, lengths.dtype)
