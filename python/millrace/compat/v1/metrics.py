"""Metrics over many batches: each is (its value so far, an operation that takes a batch in). What
has been seen is kept in local variables."""

from millrace import dtypes
from millrace._load import public
from millrace.compat.v1.class_metrics import (
    mean_cosine_distance,
    mean_iou,
    mean_per_class_accuracy,
    mean_relative_error,
)
from millrace.compat.v1.curve_area import auc
from millrace.compat.v1.metric_state import (
    add_to_collections,
    divided,
    metric_variable,
    same_shape,
    weighted,
)
from millrace.compat.v1.threshold_metrics import (
    false_negatives_at_thresholds,
    false_positives_at_thresholds,
    precision_at_thresholds,
    recall_at_thresholds,
    sensitivity_at_specificity,
    specificity_at_sensitivity,
    true_negatives_at_thresholds,
    true_positives_at_thresholds,
)
from millrace.compat.v1.top_k_metrics import (
    precision_at_k,
    precision_at_top_k,
    recall_at_k,
    recall_at_top_k,
)
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.variable_scope import variable_scope
from millrace.ops.elementwise import abs as _abs
from millrace.ops.elementwise import cast, sqrt, square
from millrace.ops.reduce import reduce_sum


@public
def mean(values, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The mean of all values of all batches, weighted. 0 before the first batch.

    Args:
      weights: of a shape that broadcasts to that of values; 1 if left out.
    """
    with variable_scope(name, "mean"):
        values = cast(values, "float32")
        total, count = metric_variable([], "total"), metric_variable([], "count")
        values, number = weighted(values, weights)
        added = [total.assign_add(reduce_sum(values)), count.assign_add(number)]
        value = divided(total.value(), count.value(), "value")
        update = divided(*added, "update_op")
    return add_to_collections(value, update, metrics_collections, updates_collections)


@public
def accuracy(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """How often predictions are labels."""
    predictions, labels, weights = same_shape(predictions, labels, weights)
    if labels.dtype is not predictions.dtype:
        predictions = cast(predictions, labels.dtype)
    right = cast(apply_op("Equal", (predictions, labels)), "float32")
    return mean(right, weights, metrics_collections, updates_collections, name or "accuracy")


def _mean_of_errors(default_name, error):
    def metric(
        labels,
        predictions,
        weights=None,
        metrics_collections=None,
        updates_collections=None,
        name=None,
    ):
        predictions, labels, weights = same_shape(predictions, labels, weights)
        errors = error(cast(predictions, "float32") - cast(labels, "float32"))
        return mean(errors, weights, metrics_collections, updates_collections, name or default_name)

    metric.__name__ = metric.__qualname__ = default_name
    return metric


_absolute = _mean_of_errors("mean_absolute_error", _abs)
_absolute.__doc__ = """The mean of |predictions - labels|."""
_squared = _mean_of_errors("mean_squared_error", square)
_squared.__doc__ = """The mean of (predictions - labels)^2."""
mean_absolute_error, mean_squared_error = public(_absolute), public(_squared)


@public
def root_mean_squared_error(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The root of mean_squared_error."""
    value, update = mean_squared_error(
        labels, predictions, weights, None, None, name or "root_mean_squared_error"
    )
    return add_to_collections(sqrt(value), sqrt(update), metrics_collections, updates_collections)


def _count(labels, predictions, weights, of_label, of_prediction, default_name, name=None):
    """(how many have this label and this prediction, the operation that adds a batch)."""
    predictions, labels, weights = same_shape(
        cast(predictions, dtypes.bool), cast(labels, dtypes.bool), weights
    )
    right = predictions if of_prediction else apply_op("LogicalNot", (predictions,))
    labelled = labels if of_label else apply_op("LogicalNot", (labels,))
    found = cast(apply_op("LogicalAnd", (right, labelled)), "float32")
    with variable_scope(name, default_name):
        count = metric_variable([], "count")
        found, _ = weighted(found, weights)
        return count.value(), count.assign_add(reduce_sum(found))


def _confusion(default_name, of_label, of_prediction, doc):
    def metric(
        labels,
        predictions,
        weights=None,
        metrics_collections=None,
        updates_collections=None,
        name=None,
    ):
        value, update = _count(
            labels, predictions, weights, of_label, of_prediction, default_name, name
        )
        return add_to_collections(value, update, metrics_collections, updates_collections)

    metric.__name__ = metric.__qualname__ = default_name
    metric.__doc__ = doc
    return public(metric)


true_positives = _confusion("true_positives", True, True, "How many are true and predicted so.")
true_negatives = _confusion("true_negatives", False, False, "How many are false and predicted so.")
false_positives = _confusion("false_positives", False, True, "How many are false, predicted true.")
false_negatives = _confusion("false_negatives", True, False, "How many are true, predicted false.")


def _share(default_name, other, doc):
    """True positives among them and those that `other`, (label, prediction), counts."""

    def metric(
        labels,
        predictions,
        weights=None,
        metrics_collections=None,
        updates_collections=None,
        name=None,
    ):
        with variable_scope(name, default_name):
            args = (labels, predictions, weights)
            right, add_right = _count(*args, True, True, "true_positives")
            names = {(False, True): "false_positives", (True, False): "false_negatives"}
            wrong, add_wrong = _count(*args, *other, names[other])
            value = divided(right, right + wrong, "value")
            update = divided(add_right, add_right + add_wrong, "update_op")
        return add_to_collections(value, update, metrics_collections, updates_collections)

    metric.__name__ = metric.__qualname__ = default_name
    metric.__doc__ = doc
    return public(metric)


precision = _share("precision", (False, True), "How many of those predicted true are true.")
recall = _share("recall", (True, False), "How many of those that are true are predicted so.")


@public
def mean_tensor(
    values, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """The mean of each element over the batches."""
    with variable_scope(name, "mean"):
        values = cast(values, "float32")
        shape = values.shape
        total, count = (
            metric_variable(shape, "total_tensor"),
            metric_variable(shape, "count_tensor"),
        )
        ones = apply_op("OnesLike", (values,))
        if weights is not None:
            weights = cast(weights, "float32")
            values, ones = values * weights, ones * weights
        added = [total.assign_add(values), count.assign_add(ones)]
        value = divided(total.value(), count.value(), "value")
        update = divided(*added, "update_op")
    return add_to_collections(value, update, metrics_collections, updates_collections)


@public
def percentage_below(
    values,
    threshold,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """Which share of the values is less than the threshold."""
    below = cast(apply_op("Less", (convert_to_tensor(values), threshold)), "float32")
    return mean(
        below,
        weights,
        metrics_collections,
        updates_collections,
        name or "percentage_below_threshold",
    )


__all__ = [
    "accuracy",
    "auc",
    "false_negatives",
    "false_negatives_at_thresholds",
    "false_positives",
    "false_positives_at_thresholds",
    "mean",
    "mean_absolute_error",
    "mean_cosine_distance",
    "mean_iou",
    "mean_per_class_accuracy",
    "mean_relative_error",
    "mean_squared_error",
    "mean_tensor",
    "percentage_below",
    "precision",
    "precision_at_k",
    "precision_at_thresholds",
    "precision_at_top_k",
    "recall",
    "recall_at_k",
    "recall_at_thresholds",
    "recall_at_top_k",
    "root_mean_squared_error",
    "sensitivity_at_specificity",
    "specificity_at_sensitivity",
    "true_negatives",
    "true_negatives_at_thresholds",
    "true_positives",
    "true_positives_at_thresholds",
]
