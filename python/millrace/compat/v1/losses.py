"""Losses of TensorFlow 1: each goes into a collection, from which the total is made."""

from millrace import nn as _nn
from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.scopes import name_scope
from millrace.ops.array import broadcast_to, shape
from millrace.ops.elementwise import abs as _abs
from millrace.ops.elementwise import add_n, cast, log, minimum
from millrace.ops.reduce import reduce_sum


class Reduction:
    """How the losses of the examples become one."""

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS  # an older name

    @classmethod
    def all(cls):
        return (
            cls.NONE,
            cls.SUM,
            cls.MEAN,
            cls.SUM_OVER_BATCH_SIZE,
            cls.SUM_OVER_NONZERO_WEIGHTS,
            cls.SUM_BY_NONZERO_WEIGHTS,
        )

    @classmethod
    def validate(cls, key):
        if key not in cls.all():
            raise ValueError(f"there is no reduction {key!r}; there are {', '.join(cls.all())}")


@public
def add_loss(loss, loss_collection=GraphKeys.LOSSES):
    """Puts a loss into the collection."""
    if loss_collection:
        context.get_default_graph().add_to_collection(loss_collection, loss)


@public
def get_losses(scope=None, loss_collection=GraphKeys.LOSSES):
    """The losses of the collection."""
    return context.get_default_graph().get_collection(loss_collection, scope)


@public
def get_regularization_losses(scope=None):
    """The losses that regularizers made."""
    return context.get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


@public
def get_regularization_loss(scope=None, name="total_regularization_loss"):
    """Their sum; 0 if there are none."""
    found = get_regularization_losses(scope)
    return add_n(found, name) if found else convert_to_tensor(0.0)


@public
def get_total_loss(add_regularization_losses=True, name="total_loss", scope=None):
    """The sum of all losses, those of regularizers among them unless told otherwise. ValueError if
    there are none."""
    found = get_losses(scope)
    if add_regularization_losses:
        found += get_regularization_losses(scope)
    if not found:
        raise ValueError("there are no losses to add")
    return add_n(found, name)


@public
def compute_weighted_loss(
    losses,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """The weighted losses as one, which goes into the collection.

    Args:
      losses: of any shape.
      weights: of a shape that broadcasts to that of losses.
      reduction: a constant of Reduction; NONE leaves the weighted losses as they are.
    """
    Reduction.validate(reduction)
    with name_scope(scope or "weighted_loss"):
        losses = convert_to_tensor(losses)
        dtype = losses.dtype
        losses = cast(losses, "float32")
        weights = cast(weights, "float32")
        _check_broadcast(losses, weights)
        loss = losses * weights
        if reduction != Reduction.NONE:
            total = reduce_sum(loss)
            full = broadcast_to(weights, shape(losses))
            if reduction == Reduction.MEAN:
                total = apply_op("DivNoNan", (total, reduce_sum(full)), None, "value")
            elif reduction == Reduction.SUM_BY_NONZERO_WEIGHTS:
                count = reduce_sum(cast(apply_op("NotEqual", (full, 0.0)), "float32"))
                total = apply_op("DivNoNan", (total, count), None, "value")
            elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
                count = cast(apply_op("Size", (losses,)), "float32")
                total = apply_op("DivNoNan", (total, count), None, "value")
            loss = total
        loss = cast(loss, dtype)
    add_loss(loss, loss_collection)
    return loss


def _check_broadcast(losses, weights):
    w, x = weights.shape, losses.shape
    if w.rank in (None, 0) or x.rank is None:
        return
    if w.rank != x.rank or any(
        a not in (1, None) and b is not None and a != b for a, b in zip(w.as_list(), x.as_list())
    ):
        raise ValueError(f"weights of shape {w} cannot be broadcast to losses of shape {x}")


def _pair(labels, predictions, what):
    if labels is None or predictions is None:
        raise ValueError(f"labels and {what} must not be None")
    predictions = cast(predictions, "float32")
    labels = cast(labels, "float32")
    if not labels.shape.is_compatible_with(predictions.shape):
        raise ValueError(
            f"labels have shape {labels.shape}, {what} {predictions.shape}: they must be the same"
        )
    return labels, predictions


def _elementwise(name, function, doc):
    def loss(
        labels,
        predictions,
        weights=1.0,
        scope=None,
        loss_collection=GraphKeys.LOSSES,
        reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
    ):
        with name_scope(scope or name) as inside:
            found = function(*_pair(labels, predictions, "predictions"))
            return compute_weighted_loss(found, weights, inside, loss_collection, reduction)

    loss.__name__ = loss.__qualname__ = name
    loss.__doc__ = doc
    return public(loss)


absolute_difference = _elementwise(
    "absolute_difference", lambda y, p: _abs(p - y), "|predictions - labels|."
)
mean_squared_error = _elementwise(
    "mean_squared_error", lambda y, p: (p - y) * (p - y), "(predictions - labels)^2."
)


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
    with name_scope(scope or "huber_loss") as inside:
        labels, predictions = _pair(labels, predictions, "predictions")
        error = _abs(predictions - labels)
        small = minimum(error, delta)
        losses = 0.5 * small * small + delta * (error - small)
        return compute_weighted_loss(losses, weights, inside, loss_collection, reduction)


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
    with name_scope(scope or "log_loss") as inside:
        labels, predictions = _pair(labels, predictions, "predictions")
        losses = -labels * log(predictions + epsilon)
        losses = losses - (1.0 - labels) * log(1.0 - predictions + epsilon)
        return compute_weighted_loss(losses, weights, inside, loss_collection, reduction)


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
    with name_scope(scope or "hinge_loss") as inside:
        labels, logits = _pair(labels, logits, "logits")
        losses = _nn.relu(1.0 - (2.0 * labels - 1.0) * logits)
        return compute_weighted_loss(losses, weights, inside, loss_collection, reduction)


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
    with name_scope(scope or "sigmoid_cross_entropy_loss") as inside:
        labels, logits = _pair(multi_class_labels, logits, "logits")
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = _nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
        return compute_weighted_loss(losses, weights, inside, loss_collection, reduction)


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
    with name_scope(scope or "softmax_cross_entropy_loss") as inside:
        labels, logits = _pair(onehot_labels, logits, "logits")
        if label_smoothing > 0:
            classes = cast(shape(labels)[-1], "float32")
            labels = labels * (1 - label_smoothing) + label_smoothing / classes
        losses = _nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        return compute_weighted_loss(losses, weights, inside, loss_collection, reduction)


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
    with name_scope(scope or "sparse_softmax_cross_entropy_loss") as inside:
        labels, logits = convert_to_tensor(labels), convert_to_tensor(logits)
        if labels.shape.rank is not None and labels.shape.rank == logits.shape.rank:
            labels = apply_op("Squeeze", (labels,), {"squeeze_dims": [-1]})
        losses = _nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        return compute_weighted_loss(losses, weights, inside, loss_collection, reduction)


__all__ = [
    "Reduction",
    "absolute_difference",
    "add_loss",
    "compute_weighted_loss",
    "get_losses",
    "get_regularization_loss",
    "get_regularization_losses",
    "get_total_loss",
    "hinge_loss",
    "huber_loss",
    "log_loss",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
]
