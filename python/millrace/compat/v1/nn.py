"""Neural network functions with the signatures of TensorFlow 1."""

import importlib

from millrace import nn as _nn

from millrace.nn import *  # noqa: F403  isort: skip
from millrace._load import public
from millrace.compat.v1.window_ops import *  # noqa: F403
from millrace.nn import relu, sigmoid, softplus, tanh  # noqa: F401
from millrace.ops.array import stop_gradient
from millrace.ops.embedding import partitioned_lookup
from millrace.ops.linalg import matmul


def _one_of(function, first, second):
    """The one of two names of an argument that was given."""
    (name, value), (old_name, old_value) = first, second
    if value is not None and old_value is not None:
        raise ValueError(f"{function}: {name} and {old_name} are the same: give one")
    return old_value if value is None else value


@public
def conv2d(
    input,
    filter=None,
    strides=None,
    padding=None,
    use_cudnn_on_gpu=True,
    data_format="NHWC",
    dilations=(1, 1, 1, 1),
    name=None,
    filters=None,
):
    """2-D convolution: nn.conv2d."""
    filters = _one_of("conv2d", ("filters", filters), ("filter", filter))
    return _nn.conv2d(input, filters, strides, padding, data_format, dilations, name)


@public
def max_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None):
    """The greatest element of each window: nn.max_pool2d."""
    value = _one_of("max_pool", ("input", input), ("value", value))
    return _nn.max_pool2d(value, ksize, strides, padding, data_format, name)


@public
def avg_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None):
    """The mean of each window: nn.avg_pool2d."""
    value = _one_of("avg_pool", ("input", input), ("value", value))
    return _nn.avg_pool2d(value, ksize, strides, padding, data_format, name)


@public
def conv2d_transpose(
    value=None,
    filter=None,
    output_shape=None,
    strides=None,
    padding="SAME",
    data_format="NHWC",
    name=None,
    input=None,
    filters=None,
    dilations=None,
):
    """The gradient of conv2d by its input: filter is [height, width, out, in]."""
    value = _one_of("conv2d_transpose", ("input", input), ("value", value))
    filters = _one_of("conv2d_transpose", ("filters", filters), ("filter", filter))
    options = (strides, padding, data_format, dilations, name)
    return _nn.conv2d_transpose(value, filters, output_shape, *options)


@public
def dropout(x, keep_prob=None, noise_shape=None, seed=None, name=None, rate=None):
    """Keeps elements with probability keep_prob = 1 - rate, scaled by 1 / keep_prob; the rest
    becomes 0."""
    if (keep_prob is None) == (rate is None):
        raise ValueError("dropout: give keep_prob, or rate, which is 1 - keep_prob")
    return _nn.dropout(x, 1 - keep_prob if rate is None else rate, noise_shape, seed, name)


@public
def softmax(logits, axis=None, name=None, dim=None):
    return _nn.softmax(logits, _one_of("softmax", ("axis", axis), ("dim", dim)), name)


@public
def log_softmax(logits, axis=None, name=None, dim=None):
    return _nn.log_softmax(logits, _one_of("log_softmax", ("axis", axis), ("dim", dim)), name)


@public
def softmax_cross_entropy_with_logits_v2(labels, logits, axis=None, name=None, dim=None):
    axis = _one_of("softmax_cross_entropy_with_logits_v2", ("axis", axis), ("dim", dim))
    axis = -1 if axis is None else axis
    return _nn.softmax_cross_entropy_with_logits(labels, logits, axis, name)


@public
def softmax_cross_entropy_with_logits(labels=None, logits=None, dim=-1, name=None, axis=None):
    """As softmax_cross_entropy_with_logits_v2, without a gradient by the labels."""
    labels = stop_gradient(labels)
    return _nn.softmax_cross_entropy_with_logits(
        labels, logits, dim if axis is None else axis, name
    )


@public
def weighted_cross_entropy_with_logits(
    labels=None, logits=None, pos_weight=None, name=None, targets=None
):
    """sigmoid_cross_entropy_with_logits where errors at positive labels count pos_weight times."""
    labels = _one_of("weighted_cross_entropy", ("labels", labels), ("targets", targets))
    return _nn.weighted_cross_entropy_with_logits(labels, logits, pos_weight, name)


@public
def moments(x, axes, shift=None, name=None, keep_dims=None, keepdims=None):
    """(mean, variance) along the axes."""
    keep = _one_of("moments", ("keepdims", keepdims), ("keep_dims", keep_dims))
    return _nn.moments(x, axes, shift, bool(keep), name)


@public
def l2_normalize(x, axis=None, epsilon=1e-12, name=None, dim=None):
    axis = _one_of("l2_normalize", ("axis", axis), ("dim", dim))
    return _nn.l2_normalize(x, axis, epsilon, name)


@public
def embedding_lookup(
    params, ids, partition_strategy="mod", name=None, validate_indices=True, max_norm=None
):
    """Rows of a table at `ids`. Of several tables, "mod" has row r in table r mod n, "div" has the
    tables follow one another."""
    return partitioned_lookup(params, ids, partition_strategy, name, max_norm)


@public
def in_top_k(predictions, targets, k, name=None):
    """Whether the target class is among the k best predictions: one bool an example."""
    return _nn.in_top_k(targets, predictions, k, name)


@public
def xw_plus_b(x, weights, biases, name=None):
    """matmul(x, weights) + biases."""
    return _nn.bias_add(matmul(x, weights), biases, name=name)


@public
def relu_layer(x, weights, biases, name=None):
    """relu(matmul(x, weights) + biases)."""
    return relu(xw_plus_b(x, weights, biases), name)


@public
def crelu(features, name=None, axis=-1):
    """relu of the features and of their negatives, side by side."""
    return _nn.crelu(features, axis, name)


# Imported when they are first asked for: they use what is above.
_LAZY = {
    "bidirectional_dynamic_rnn": "millrace.compat.v1.rnn",
    "dynamic_rnn": "millrace.compat.v1.rnn",
    "embedding_lookup_sparse": "millrace.ops.sparse_embedding",
    "safe_embedding_lookup_sparse": "millrace.ops.sparse_embedding",
    "rnn_cell": None,
    "static_rnn": "millrace.compat.v1.rnn",
}


def __getattr__(name):
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if _LAZY[name] is None:
        return importlib.import_module(f"millrace.compat.v1.{name}")
    return getattr(importlib.import_module(_LAZY[name]), name)
