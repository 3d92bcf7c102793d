"""What metrics are made of: local variables, weights, shapes that agree, safe division."""

from millrace import dtypes
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.variable import Variable
from millrace.ops.array import broadcast_to, shape, zeros
from millrace.ops.elementwise import cast
from millrace.ops.reduce import reduce_sum


def metric_variable(shape, name, dtype=dtypes.float32):
    """A local variable of zeros in the current name scope."""
    if context.executing_eagerly():
        raise RuntimeError("tf.metrics need a graph: use them inside `with Graph().as_default()`")
    return Variable(
        lambda: zeros(shape, dtype),
        trainable=False,
        name=name,
        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES],
    )


def weighted(values, weights):
    """(values times their weights, the sum of the weights)."""
    if weights is None:
        return values, cast(apply_op("Size", (values,)), "float32")
    weights = broadcast_to(cast(weights, "float32"), shape(values))
    return values * weights, reduce_sum(weights)


def same_shape(predictions, labels, weights=None):
    """The three as tensors, without a last dimension of 1 that only one of the first two has (and
    weights with it). ValueError where their shapes differ."""
    predictions, labels = convert_to_tensor(predictions), convert_to_tensor(labels)
    p, y = predictions.shape.rank, labels.shape.rank
    if p is not None and y is not None:
        if p == y + 1 and predictions.shape[-1] in (1, None):
            predictions = _without_last(predictions)
        elif y == p + 1 and labels.shape[-1] in (1, None):
            labels = _without_last(labels)
    if not predictions.shape.is_compatible_with(labels.shape):
        raise ValueError(
            f"predictions have shape {predictions.shape}, labels {labels.shape}: they must be the "
            "same"
        )
    if weights is not None:
        weights = convert_to_tensor(weights, dtype_hint=dtypes.float32)
        rank = weights.shape.rank
        if rank is not None and rank == (predictions.shape.rank or 0) + 1:
            weights = _without_last(weights)
    return predictions, labels, weights


def _without_last(tensor):
    return apply_op("Squeeze", (tensor,), {"squeeze_dims": [-1]})


def divided(a, b, name=None):
    """a / b, and 0 where b is 0."""
    return apply_op("DivNoNan", (a, b), None, name)


def add_to_collections(value, update, metrics_collections, updates_collections):
    """(value, update), each put into the collections."""
    graph = context.get_default_graph()
    for made, collections in ((value, metrics_collections), (update, updates_collections)):
        for key in [collections] if isinstance(collections, str) else collections or ():
            graph.add_to_collection(key, made)
    return value, update
