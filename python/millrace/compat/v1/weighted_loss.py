"""Losses of TensorFlow 1: weighted, reduced, and put into a collection, from which the total is
made."""

from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.scopes import name_scope
from millrace.ops.array import broadcast_to, shape
from millrace.ops.elementwise import add_n, cast
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
