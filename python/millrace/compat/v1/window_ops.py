"""Convolutions, pools and sampled losses with the signatures of TensorFlow 1."""

from millrace import nn as _nn
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops import ctc, pooling, sampling, statistics

__all__ = [
    "conv1d",
    "conv3d",
    "conv3d_transpose",
    "convolution",
    "ctc_beam_search_decoder",
    "ctc_loss",
    "ctc_loss_v2",
    "depthwise_conv2d",
    "depthwise_conv2d_native",
    "erosion2d",
    "fused_batch_norm",
    "max_pool_with_argmax",
    "nce_loss",
    "pool",
    "sampled_softmax_loss",
    "separable_conv2d",
    "sufficient_statistics",
    "weighted_moments",
]


def _one_of(function, first, second):
    from millrace.compat.v1.nn import _one_of as choose

    return choose(function, first, second)


@public
def conv1d(
    value=None,
    filters=None,
    stride=None,
    padding=None,
    use_cudnn_on_gpu=None,
    data_format=None,
    name=None,
    input=None,
    dilations=None,
):
    """1-D convolution: nn.conv1d."""
    value = _one_of("conv1d", ("input", input), ("value", value))
    return _nn.conv1d(value, filters, stride, padding, data_format or "NWC", dilations, name)


@public
def conv3d(
    input,
    filter=None,
    strides=None,
    padding=None,
    data_format="NDHWC",
    dilations=(1, 1, 1, 1, 1),
    name=None,
    filters=None,
):
    """3-D convolution: nn.conv3d."""
    filters = _one_of("conv3d", ("filters", filters), ("filter", filter))
    return _nn.conv3d(input, filters, strides, padding, data_format, dilations, name)


@public
def conv3d_transpose(
    value,
    filter=None,
    output_shape=None,
    strides=None,
    padding="SAME",
    data_format="NDHWC",
    name=None,
    input=None,
    filters=None,
    dilations=None,
):
    """The gradient of conv3d by its input."""
    filters = _one_of("conv3d_transpose", ("filters", filters), ("filter", filter))
    value = _one_of("conv3d_transpose", ("input", input), ("value", value))
    options = (strides, padding, data_format, dilations, name)
    return _nn.conv3d_transpose(value, filters, output_shape, *options)


@public
def convolution(
    input,
    filter,
    padding,
    strides=None,
    dilation_rate=None,
    name=None,
    data_format=None,
    filters=None,
    dilations=None,
):
    """conv1d, conv2d or conv3d, as the rank of the input has it."""
    filters = _one_of("convolution", ("filters", filters), ("filter", filter))
    rate = _one_of("convolution", ("dilations", dilations), ("dilation_rate", dilation_rate))
    return _nn.convolution(input, filters, strides, padding, data_format, rate, name)


@public
def depthwise_conv2d(
    input,
    filter,
    strides,
    padding,
    rate=None,
    name=None,
    data_format=None,
    dilations=None,
):
    """2-D convolution of each channel by filters of its own."""
    rate = _one_of("depthwise_conv2d", ("dilations", dilations), ("rate", rate))
    return _nn.depthwise_conv2d(input, filter, strides, padding, data_format, rate, name)


@public
def depthwise_conv2d_native(
    input, filter, strides, padding, data_format="NHWC", dilations=(1, 1, 1, 1), name=None
):
    """depthwise_conv2d."""
    return _nn.depthwise_conv2d(input, filter, strides, padding, data_format, dilations, name)


@public
def separable_conv2d(
    input,
    depthwise_filter,
    pointwise_filter,
    strides,
    padding,
    rate=None,
    name=None,
    data_format=None,
    dilations=None,
):
    """depthwise_conv2d, then a 1x1 convolution."""
    rate = _one_of("separable_conv2d", ("dilations", dilations), ("rate", rate))
    filters = (depthwise_filter, pointwise_filter)
    return _nn.separable_conv2d(input, *filters, strides, padding, data_format, rate, name)


@public
def erosion2d(value, kernel, strides, rates, padding, name=None):
    """Grey-scale erosion: nn.erosion2d."""
    return _nn.erosion2d(value, kernel, strides, padding, "NHWC", rates, name)


@public
def pool(
    input,
    window_shape,
    pooling_type,
    padding,
    dilation_rate=None,
    strides=None,
    name=None,
    data_format=None,
    dilations=None,
):
    """max_pool or avg_pool, as pooling_type says."""
    rate = _one_of("pool", ("dilations", dilations), ("dilation_rate", dilation_rate))
    options = (strides, padding, data_format, rate, name)
    return pooling.pool(input, window_shape, pooling_type, *options)


@public
def max_pool_with_argmax(
    input,
    ksize,
    strides,
    padding,
    data_format="NHWC",
    Targmax=None,
    name=None,
    output_dtype=None,
    include_batch_in_index=False,
):
    """(the greatest element of each window, its position in the flat image)."""
    dtype = _one_of("max_pool_with_argmax", ("output_dtype", output_dtype), ("Targmax", Targmax))
    options = (data_format, dtype or "int64", include_batch_in_index, name)
    return pooling.max_pool_with_argmax(input, ksize, strides, padding, *options)


@public
def nce_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=False,
    partition_strategy="mod",
    name="nce_loss",
):
    """Noise-contrastive estimation: nn.nce_loss."""
    return sampling.nce_loss(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        num_true,
        sampled_values,
        remove_accidental_hits,
        name,
        partition_strategy=partition_strategy,
    )


@public
def sampled_softmax_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=True,
    partition_strategy="mod",
    name="sampled_softmax_loss",
    seed=None,
):
    """The cross entropy of a softmax over some classes: nn.sampled_softmax_loss."""
    return sampling.sampled_softmax_loss(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        num_true,
        sampled_values,
        remove_accidental_hits,
        seed,
        name,
        partition_strategy=partition_strategy,
    )


@public
def sufficient_statistics(x, axes, shift=None, keep_dims=None, name=None, keepdims=None):
    """(number, sum, sum of squares, shift): nn.sufficient_statistics."""
    keep = _one_of("sufficient_statistics", ("keepdims", keepdims), ("keep_dims", keep_dims))
    return statistics.sufficient_statistics(x, axes, shift, bool(keep), name)


@public
def weighted_moments(x, axes, frequency_weights, name=None, keep_dims=None, keepdims=None):
    """(mean, variance) of elements that count several times: nn.weighted_moments."""
    keep = _one_of("weighted_moments", ("keepdims", keepdims), ("keep_dims", keep_dims))
    return statistics.weighted_moments(x, axes, frequency_weights, bool(keep), name)


@public
def fused_batch_norm(
    x,
    scale,
    offset,
    mean=None,
    variance=None,
    epsilon=0.001,
    data_format="NHWC",
    is_training=True,
    name=None,
    exponential_avg_factor=1.0,
):
    """(normalised x, mean, variance): of the batch in training, else by the given ones.

    Args:
      x: [batch, height, width, channels]; scale, offset: [channels].
      exponential_avg_factor: 1 gives the batch's mean and variance; less mixes them with the given
        ones.
    """
    x = convert_to_tensor(x)
    empty = convert_to_tensor([], scale.dtype if hasattr(scale, "dtype") else "float32")
    attrs = {
        "epsilon": max(epsilon, 1.001e-5),
        "data_format": data_format,
        "is_training": is_training,
        "exponential_avg_factor": exponential_avg_factor,
    }
    given = (empty if mean is None else mean, empty if variance is None else variance)
    return tuple(apply_op("FusedBatchNormV3", (x, scale, offset, *given), attrs, name)[:3])


ctc_loss_v2 = ctc.ctc_loss


@public
def ctc_loss(
    labels,
    inputs=None,
    sequence_length=None,
    preprocess_collapse_repeated=False,
    ctc_merge_repeated=True,
    ignore_longer_outputs_than_inputs=False,
    time_major=True,
    logits=None,
):
    """Minus the logarithm of the probability of each sequence of labels, [batch].

    Args:
      labels: an int32 SparseTensor [batch, most labels].
      inputs, logits: [time, batch, classes], or [batch, time, classes] if not time_major; the last
        class is the blank.
      sequence_length: int32 [batch], of the logits.
    """
    inputs = convert_to_tensor(_one_of("ctc_loss", ("logits", logits), ("inputs", inputs)))
    if not time_major:
        inputs = apply_op("Transpose", (inputs, [1, 0, 2]))
    attrs = {
        "preprocess_collapse_repeated": preprocess_collapse_repeated,
        "ctc_merge_repeated": ctc_merge_repeated,
        "ignore_longer_outputs_than_inputs": ignore_longer_outputs_than_inputs,
    }
    loss, _ = apply_op("CTCLoss", (inputs, labels.indices, labels.values, sequence_length), attrs)
    return loss


@public
def ctc_beam_search_decoder(
    inputs, sequence_length, beam_width=100, top_paths=1, merge_repeated=True
):
    """As nn.ctc_beam_search_decoder; merge_repeated makes repeated classes of a result one."""
    return ctc.beam_search(inputs, sequence_length, beam_width, top_paths, merge_repeated)
