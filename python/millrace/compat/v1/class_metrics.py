"""Metrics by class, of relative errors and of directions."""

from millrace import dtypes
from millrace._load import public
from millrace.compat.v1.metric_state import (
    add_to_collections,
    divided,
    metric_variable,
    same_shape,
)
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.variable_scope import variable_scope
from millrace.ops.array import broadcast_to, shape
from millrace.ops.counting import confusion_matrix
from millrace.ops.elementwise import cast
from millrace.ops.matrices import matrix_diag_part
from millrace.ops.reduce import reduce_mean, reduce_sum


def _flat(labels, predictions, weights):
    """(predictions, labels, weights or None), vectors of one length."""
    predictions, labels, weights = same_shape(predictions, labels, weights)
    if weights is not None:
        weights = broadcast_to(cast(weights, "float32"), shape(predictions))
        weights = apply_op("Reshape", (weights, [-1]))
    flat = [apply_op("Reshape", (cast(x, dtypes.int64), [-1])) for x in (predictions, labels)]
    return (*flat, weights)


@public
def mean_iou(
    labels,
    predictions,
    num_classes,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean, over the classes seen, of the intersection of labels and predictions over their
    union. The update operation gives the confusion matrix, [num_classes, num_classes]."""
    with variable_scope(name, "mean_iou"):
        predictions, labels, weights = _flat(labels, predictions, weights)
        total = metric_variable([num_classes, num_classes], "total_confusion_matrix")
        batch = confusion_matrix(labels, predictions, num_classes, weights, dtypes.float32)
        update = total.assign_add(batch)
        matrix = total.value()
        both = matrix_diag_part(matrix)
        either = reduce_sum(matrix, 0) + reduce_sum(matrix, 1) - both
        seen = reduce_sum(cast(either > 0.0, "float32"))
        value = divided(reduce_sum(divided(both, either)), seen, "mean_iou")
    return add_to_collections(value, update, metrics_collections, updates_collections)


@public
def mean_per_class_accuracy(
    labels,
    predictions,
    num_classes,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean over all classes of how often predictions are labels. The update operation gives
    that of each class."""
    with variable_scope(name, "mean_accuracy"):
        predictions, labels, weights = _flat(labels, predictions, weights)
        right = cast(apply_op("Equal", (predictions, labels)), "float32")
        if weights is None:
            weights = apply_op("OnesLike", (right,))
        total, count = (metric_variable([num_classes], n) for n in ("total", "count"))
        added = [
            v.assign_add(apply_op("UnsortedSegmentSum", (x, labels, num_classes)))
            for v, x in ((count, right * weights), (total, weights))
        ]
        value = reduce_mean(divided(count.value(), total.value()))
        update = divided(*added, "update_op")
    return add_to_collections(value, update, metrics_collections, updates_collections)


@public
def mean_relative_error(
    labels,
    predictions,
    normalizer,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean of |labels - predictions| / normalizer, which is 0 where the normalizer is 0."""
    from millrace.compat.v1.metrics import mean

    predictions, labels, weights = same_shape(predictions, labels, weights)
    predictions, labels = cast(predictions, "float32"), cast(labels, "float32")
    errors = divided(apply_op("Abs", (labels - predictions,)), cast(normalizer, "float32"))
    name = name or "mean_relative_error"
    return mean(errors, weights, metrics_collections, updates_collections, name)


@public
def mean_cosine_distance(
    labels,
    predictions,
    dim,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean of 1 - the inner product, along an axis, of labels and predictions: vectors of
    length 1."""
    from millrace.compat.v1.metrics import mean

    predictions, labels, weights = same_shape(predictions, labels, weights)
    products = convert_to_tensor(cast(labels, "float32") * cast(predictions, "float32"))
    cosines = reduce_sum(products, dim, keepdims=True)
    value, update = mean(cosines, weights, None, None, name or "mean_cosine_distance")
    return add_to_collections(1.0 - value, 1.0 - update, metrics_collections, updates_collections)
