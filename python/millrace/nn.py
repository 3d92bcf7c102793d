"""Neural network functions."""

import importlib

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.convolution import *  # noqa: F403
from millrace.ops.counting import zero_fraction  # noqa: F401
from millrace.ops.ctc import *  # noqa: F403
from millrace.ops.dropout import dropout  # noqa: F401
from millrace.ops.elementwise import sigmoid, softplus, tanh  # noqa: F401
from millrace.ops.embedding import embedding_lookup  # noqa: F401
from millrace.ops.linalg import l2_normalize  # noqa: F401
from millrace.ops.pooling import *  # noqa: F403
from millrace.ops.rearrange import depth_to_space, space_to_depth  # noqa: F401
from millrace.ops.reduce import reduce_mean, reduce_sum
from millrace.ops.sampling import *  # noqa: F403
from millrace.ops.special import log_sigmoid  # noqa: F401
from millrace.ops.statistics import *  # noqa: F403


def _activation(name, op, doc):
    def function(features, name=None):
        return apply_op(op, (features,), None, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return public(function)


relu = _activation("relu", "Relu", "max(x, 0).")
relu6 = _activation("relu6", "Relu6", "min(max(x, 0), 6).")
elu = _activation("elu", "Elu", "exp(x) - 1 below 0, x above.")
selu = _activation("selu", "Selu", "The scaled exponential linear unit (Klambauer et al. 2017).")
softsign = _activation("softsign", "Softsign", "x / (|x| + 1).")


@public
def leaky_relu(features, alpha=0.2, name=None):
    """alpha * x below 0, x above."""
    return apply_op("LeakyRelu", (features,), {"alpha": alpha}, name)


@public
def silu(features, beta=1.0):
    """x * sigmoid(beta * x)."""
    features = convert_to_tensor(features)
    return features * sigmoid(features * beta)


swish = silu


@public
def gelu(features, approximate=False, name=None):
    """x times the normal distribution function of x; its tanh approximation if asked for."""
    x = convert_to_tensor(features)
    if approximate:
        inner = 0.7978845608028654 * (x + 0.044715 * x * x * x)
        return 0.5 * x * (1.0 + tanh(inner))
    return 0.5 * x * (1.0 + apply_op("Erf", (x * 0.7071067811865476,)))


def _on_last_axis(function, x, axis):
    """function(x) along an axis, where it knows only the last one."""
    x = convert_to_tensor(x)
    rank = x.shape.rank
    if axis in (-1, None) or (rank is not None and axis == rank - 1):
        return function(x)
    axis %= rank
    perm = [i for i in range(rank) if i != axis]
    perm.append(axis)
    back = [perm.index(i) for i in range(rank)]
    y = function(apply_op("Transpose", (x, perm)))
    return apply_op("Transpose", (y, back)) if y.shape.rank == rank else y


@public
def softmax(logits, axis=None, name=None):
    """exp(x) / sum(exp(x)) along an axis (the last one)."""
    return _on_last_axis(lambda x: apply_op("Softmax", (x,), None, name), logits, axis)


@public
def log_softmax(logits, axis=None, name=None):
    """x - log(sum(exp(x))) along an axis (the last one)."""
    return _on_last_axis(lambda x: apply_op("LogSoftmax", (x,), None, name), logits, axis)


def _flat_classes(x):
    """[..., classes] as [n, classes], and the leading shape (None if there is nothing to
    restore)."""
    if x.shape.rank == 2:
        return x, None
    shape = apply_op("Shape", (x,))
    leading = shape[:-1]
    return apply_op("Reshape", (x, apply_op("ConcatV2", ([[-1], shape[-1:]], 0)))), leading


@public
def softmax_cross_entropy_with_logits(labels, logits, axis=-1, name=None):
    """-sum(labels * log_softmax(logits)) along the axis of the classes: one loss an example."""
    logits = convert_to_tensor(logits)
    labels = convert_to_tensor(labels, dtype_hint=logits.dtype)
    if None not in (labels.shape.rank, logits.shape.rank) and (
        labels.shape.rank != logits.shape.rank
    ):
        raise ValueError(
            f"labels have shape {labels.shape}, logits {logits.shape}: labels must have a number "
            "for each class; the numbers of the right classes go to "
            "sparse_softmax_cross_entropy_with_logits"
        )
    if axis not in (-1, (logits.shape.rank or 0) - 1):
        return -reduce_sum(labels * log_softmax(logits, axis), axis)
    flat, leading = _flat_classes(logits)
    loss = apply_op("SoftmaxCrossEntropyWithLogits", (flat, _flat_classes(labels)[0]), None, name)[
        0
    ]
    return loss if leading is None else apply_op("Reshape", (loss, leading))


@public
def sparse_softmax_cross_entropy_with_logits(labels, logits, name=None):
    """-log_softmax(logits)[label]: one loss an example. labels: int32 or int64, logits: [...,
    classes]."""
    logits, labels = convert_to_tensor(logits), convert_to_tensor(labels)
    if None not in (labels.shape.rank, logits.shape.rank) and (
        labels.shape.rank != logits.shape.rank - 1
    ):
        raise ValueError(
            f"labels have shape {labels.shape}, logits {logits.shape}: labels must be the number "
            "of one class for each example; a number for each class goes to "
            "softmax_cross_entropy_with_logits"
        )
    flat, leading = _flat_classes(logits)
    if leading is not None:
        labels = apply_op("Reshape", (labels, [-1]))
    loss = apply_op("SparseSoftmaxCrossEntropyWithLogits", (flat, labels), None, name)[0]
    return loss if leading is None else apply_op("Reshape", (loss, leading))


@public
def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """max(x, 0) - x * labels + log(1 + exp(-|x|)): the loss of independent yes-or-no decisions."""
    x = convert_to_tensor(logits)
    z = convert_to_tensor(labels, dtype_hint=x.dtype)
    return apply_op(
        "AddV2", (relu(x) - x * z, apply_op("Log1p", (apply_op("Exp", (-abs(x),)),))), None, name
    )


@public
def bias_add(value, bias, data_format=None, name=None):
    """Adds a vector along the channels (the last axis; the second one for NC...)."""
    data_format = "NCHW" if data_format and data_format.startswith("NC") else "NHWC"
    return apply_op("BiasAdd", (value, bias), {"data_format": data_format}, name)


@public
def l2_loss(t, name=None):
    """Half the sum of the squares."""
    return apply_op("L2Loss", (t,), None, name)


@public
def top_k(input, k=1, sorted=True, index_type=dtypes.int32, name=None):
    """(values, indices) of the k greatest elements along the last axis."""
    return apply_op("TopKV2", (input, k), {"sorted": sorted}, name)


@public
def in_top_k(targets, predictions, k, name=None):
    """Whether the target class is among the k best predictions: one bool an example."""
    return apply_op("InTopKV2", (predictions, targets, k), None, name)


@public
def moments(x, axes, shift=None, keepdims=False, name=None):
    """(mean, variance) along the axes."""
    x = convert_to_tensor(x)
    mean = reduce_mean(x, axes, True)
    variance = reduce_mean(
        apply_op("SquaredDifference", (x, apply_op("StopGradient", (mean,)))), axes, keepdims
    )
    return (mean if keepdims else reduce_mean(x, axes, False)), variance


@public
def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    """(x - mean) / sqrt(variance + epsilon) * scale + offset."""
    factor = apply_op("Rsqrt", (variance + variance_epsilon,))
    if scale is not None:
        factor = factor * scale
    shift = -mean * factor if offset is None else offset - mean * factor
    return apply_op("AddV2", (x * factor, shift), None, name)


# Imported when they are first asked for: they use what is above.
_LAZY = {
    "embedding_lookup_sparse": "millrace.ops.sparse_embedding",
    "safe_embedding_lookup_sparse": "millrace.ops.sparse_embedding",
    "space_to_batch": "millrace.ops.blocks",
}


def __getattr__(name):
    if name == "experimental":
        return importlib.import_module("millrace.ops.dropout")
    if name not in _LAZY:
        raise AttributeError(f"module 'millrace.nn' has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)
