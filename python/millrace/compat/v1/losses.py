"""The losses of TensorFlow 1, each a function of labels and predictions."""

from millrace import nn as _nn
from millrace._load import public
from millrace.compat.v1.weighted_loss import (
    Reduction,
    add_loss,
    compute_weighted_loss,
    get_losses,
    get_regularization_loss,
    get_regularization_losses,
    get_total_loss,
)
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.scopes import name_scope
from millrace.ops.array import shape
from millrace.ops.elementwise import abs as _abs
from millrace.ops.elementwise import cast, log, minimum, square


def _of_one_shape(labels, predictions):
    """Both as float32. ValueError where their shapes differ."""
    predictions = cast(predictions, "float32")
    labels = cast(labels, "float32")
    if not labels.shape.is_compatible_with(predictions.shape):
        raise ValueError(
            f"labels have shape {labels.shape}, predictions {predictions.shape}: they must be the "
            "same"
        )
    return labels, predictions


def _loss(name, labels, predictions, losses_of, weighing, prepare=_of_one_shape):
    """losses_of(labels, predictions), weighted.

    Args:
      name: of the scope, if weighing gives none.
      weighing: (weights, scope, loss_collection, reduction), as compute_weighted_loss takes them.
      prepare: checks labels and predictions, and makes tensors of them.
    """
    weights, scope, loss_collection, reduction = weighing
    if labels is None or predictions is None:
        raise ValueError(f"{name}: labels and predictions (logits) must not be None")
    with name_scope(scope or name) as inside:
        losses = losses_of(*prepare(labels, predictions))
        return compute_weighted_loss(losses, weights, inside, loss_collection, reduction)


@public
def absolute_difference(
    labels,
    predictions,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """|predictions - labels|."""
    weighing = (weights, scope, loss_collection, reduction)
    return _loss("absolute_difference", labels, predictions, lambda y, p: _abs(p - y), weighing)


@public
def mean_squared_error(
    labels,
    predictions,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """(predictions - labels)^2."""
    weighing = (weights, scope, loss_collection, reduction)
    return _loss("mean_squared_error", labels, predictions, lambda y, p: square(p - y), weighing)


@public
def huber_loss(
    labels,
    predictions,
    weights=1.0,
    delta=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """Half the squared error up to `delta`, linear beyond."""

    def losses(labels, predictions):
        error = _abs(predictions - labels)
        small = minimum(error, delta)
        return 0.5 * small * small + delta * (error - small)

    weighing = (weights, scope, loss_collection, reduction)
    return _loss("huber_loss", labels, predictions, losses, weighing)


@public
def log_loss(
    labels,
    predictions,
    weights=1.0,
    epsilon=1e-7,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """-labels log(predictions) - (1 - labels) log(1 - predictions), of probabilities."""

    def losses(labels, predictions):
        positive = labels * log(predictions + epsilon)
        return -positive - (1.0 - labels) * log(1.0 - predictions + epsilon)

    weighing = (weights, scope, loss_collection, reduction)
    return _loss("log_loss", labels, predictions, losses, weighing)


@public
def hinge_loss(
    labels,
    logits,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """max(0, 1 - label * logit), where labels of 0 count as -1."""
    weighing = (weights, scope, loss_collection, reduction)
    return _loss(
        "hinge_loss", labels, logits, lambda y, x: _nn.relu(1.0 - (2.0 * y - 1.0) * x), weighing
    )


@public
def sigmoid_cross_entropy(
    multi_class_labels,
    logits,
    weights=1.0,
    label_smoothing=0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """nn.sigmoid_cross_entropy_with_logits; smoothing moves the labels towards 0.5."""

    def losses(labels, logits):
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        return _nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)

    weighing = (weights, scope, loss_collection, reduction)
    return _loss("sigmoid_cross_entropy_loss", multi_class_labels, logits, losses, weighing)


@public
def softmax_cross_entropy(
    onehot_labels,
    logits,
    weights=1.0,
    label_smoothing=0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """nn.softmax_cross_entropy_with_logits; smoothing moves the labels towards 1 / classes."""

    def losses(labels, logits):
        if label_smoothing > 0:
            classes = cast(shape(labels)[-1], "float32")
            labels = labels * (1 - label_smoothing) + label_smoothing / classes
        return _nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)

    weighing = (weights, scope, loss_collection, reduction)
    return _loss("softmax_cross_entropy_loss", onehot_labels, logits, losses, weighing)


@public
def sparse_softmax_cross_entropy(
    labels,
    logits,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """nn.sparse_softmax_cross_entropy_with_logits; labels are the numbers of the classes, of shape
    [batch] or [batch, 1]."""

    def prepare(labels, logits):
        labels, logits = convert_to_tensor(labels), convert_to_tensor(logits)
        if labels.shape.rank is not None and labels.shape.rank == logits.shape.rank:
            labels = apply_op("Squeeze", (labels,), {"squeeze_dims": [-1]})
        return labels, logits

    def losses(labels, logits):
        return _nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)

    weighing = (weights, scope, loss_collection, reduction)
    return _loss("sparse_softmax_cross_entropy_loss", labels, logits, losses, weighing, prepare)


@public
def cosine_distance(
    labels,
    predictions,
    axis=None,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
    dim=None,
):
    """1 - the sum of the products along an axis of vectors of length 1."""
    axis = dim if axis is None else axis
    if axis is None:
        raise ValueError("cosine_distance: give the axis of the vectors")

    def losses(labels, predictions):
        product = labels * predictions
        return 1 - apply_op("Sum", (product, [axis]), {"keep_dims": True})

    weighing = (weights, scope, loss_collection, reduction)
    return _loss("cosine_distance_loss", labels, predictions, losses, weighing)


@public
def mean_pairwise_squared_error(
    labels, predictions, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES
):
    """The mean of ((p_i - p_j) - (y_i - y_j))^2 over the pairs of elements of each example; the
    examples weighted, and summed over."""
    if labels is None or predictions is None:
        raise ValueError("mean_pairwise_squared_error: labels and predictions must not be None")
    with name_scope(scope or "mean_pairwise_squared_error"):
        labels, predictions = _of_one_shape(labels, predictions)
        weights = cast(weights, "float32")
        d = predictions - labels
        axes = list(range(1, d.shape.rank))
        n = cast(apply_op("Size", (d,)), "float32") / cast(shape(d)[0], "float32")

        def total(x):
            return apply_op("Sum", (x, axes), {"keep_dims": True})

        pairs = apply_op("Maximum", (n - 1.0, 1.0))
        squares = 2.0 * apply_op("DivNoNan", (total(d * d), pairs))
        product = 2.0 * apply_op("DivNoNan", (total(d) * total(d), n * pairs))
        weighted = (squares - product) * weights
        loss = apply_op("Sum", (weighted, list(range(d.shape.rank))))
        present = cast(apply_op("NotEqual", (weights + total(d) * 0.0, 0.0)), "float32")
        count = apply_op("Sum", (present, list(range(d.shape.rank))))
        loss = apply_op("DivNoNan", (loss, count))
    add_loss(loss, loss_collection)
    return loss


__all__ = [
    "Reduction",
    "absolute_difference",
    "add_loss",
    "compute_weighted_loss",
    "cosine_distance",
    "get_losses",
    "get_regularization_loss",
    "get_regularization_losses",
    "get_total_loss",
    "hinge_loss",
    "huber_loss",
    "log_loss",
    "mean_pairwise_squared_error",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
]
