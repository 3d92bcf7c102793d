"""auc: the area under the curve of a classifier, by a sum over thresholds."""

from millrace import dtypes
from millrace._load import public
from millrace.compat.v1.metric_state import (
    add_to_collections,
    divided,
    metric_variable,
    same_shape,
)
from millrace.framework.convert import constant
from millrace.framework.dispatch import apply_op
from millrace.framework.variable_scope import variable_scope
from millrace.ops.array import broadcast_to, shape
from millrace.ops.elementwise import cast, log, maximum, minimum
from millrace.ops.reduce import reduce_sum

_EPSILON = 1e-7
_COUNTS = ("true_positives", "false_negatives", "true_negatives", "false_positives")


@public
def auc(
    labels,
    predictions,
    weights=None,
    num_thresholds=200,
    metrics_collections=None,
    updates_collections=None,
    curve="ROC",
    name=None,
    summation_method="trapezoidal",
    thresholds=None,
):
    """The area under the curve, approximated by a sum.

    Args:
      labels: true or false (0).
      predictions: in [0, 1].
      curve: "ROC" (rate of true positives by that of false ones) or "PR" (precision by recall).
      num_thresholds, thresholds: from which predictions on count as true.
      summation_method: "trapezoidal", "minoring", "majoring", or "careful_interpolation" (Davis &
        Goadrich 2006, for PR).
    """
    if curve not in ("ROC", "PR"):
        raise ValueError(f"auc: curve must be 'ROC' or 'PR', got {curve!r}")
    sums = ("trapezoidal", "careful_interpolation", "minoring", "majoring")
    if summation_method not in sums:
        raise ValueError(
            f"auc: summation_method must be one of {', '.join(sums)}, got {summation_method!r}"
        )
    if thresholds is None:
        thresholds = [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]
    thresholds = [-_EPSILON, *sorted(thresholds), 1 + _EPSILON]

    def area(counts):
        if curve == "PR" and summation_method == "careful_interpolation":
            return _interpolated(*counts)
        return _summed(*counts, curve, summation_method)

    with variable_scope(name, "auc"):
        counts, updates = count_at_thresholds(labels, predictions, weights, thresholds)
        value, update = area(counts), area(updates)
    return add_to_collections(value, update, metrics_collections, updates_collections)


def count_at_thresholds(labels, predictions, weights, thresholds):
    """Of each threshold the true positives, false negatives, true negatives and false positives:
    (so far, with this batch)."""
    predictions, labels, weights = same_shape(
        cast(predictions, "float32"), cast(labels, dtypes.bool), weights
    )
    limits = constant([[t] for t in thresholds], dtypes.float32)
    positive = apply_op("Greater", (_row(predictions), limits))
    is_true = apply_op("LogicalAnd", (_row(labels), apply_op("OnesLike", (positive,))))
    negative, is_false = (apply_op("LogicalNot", (x,)) for x in (positive, is_true))
    if weights is not None:
        weights = _row(broadcast_to(cast(weights, "float32"), shape(predictions)))
    pairs = ((positive, is_true), (negative, is_true), (negative, is_false), (positive, is_false))
    found, updates = [], []
    for count, pair in zip(_COUNTS, pairs):
        variable = metric_variable([len(thresholds)], count)
        hits = cast(apply_op("LogicalAnd", pair), "float32")
        hits = reduce_sum(hits if weights is None else hits * weights, 1)
        found.append(variable.value())
        updates.append(variable.assign_add(hits))
    return found, updates


def _row(tensor):
    return apply_op("Reshape", (tensor, [1, -1]))


def _summed(tp, fn, tn, fp, curve, method):
    small = 1e-6
    rates = (tp + small) / (tp + fn + small)
    if curve == "ROC":
        x, y = fp / (fp + tn + small), rates
    else:
        x, y = rates, (tp + small) / (tp + fp + small)
    combine = {
        "trapezoidal": lambda a, b: (a + b) / 2.0,
        "careful_interpolation": lambda a, b: (a + b) / 2.0,
        "minoring": minimum,
        "majoring": maximum,
    }[method]
    return reduce_sum((x[:-1] - x[1:]) * combine(y[:-1], y[1:]))


def _interpolated(tp, fn, tn, fp):
    """Between two thresholds true positives grow linearly with what is predicted true."""
    predicted = tp + fp
    grown_true, grown = tp[:-1] - tp[1:], predicted[:-1] - predicted[1:]
    slope = divided(grown_true, maximum(grown, 0.0))
    start = tp[1:] - slope * predicted[1:]
    both = apply_op("LogicalAnd", (predicted[:-1] > 0.0, predicted[1:] > 0.0))
    safe = divided(predicted[:-1], maximum(predicted[1:], 0.0))
    ratio = apply_op("SelectV2", (both, safe, apply_op("OnesLike", (predicted[1:],))))
    area = slope * (grown_true + start * log(ratio))
    return reduce_sum(divided(area, maximum(tp[1:] + fn[1:], 0.0)))
