"""Metrics of classifiers at thresholds: what is greater than one is predicted true."""

from millrace import dtypes
from millrace._load import public
from millrace.compat.v1.curve_area import count_at_thresholds
from millrace.compat.v1.metric_state import add_to_collections
from millrace.framework.dispatch import apply_op
from millrace.framework.variable_scope import variable_scope
from millrace.ops.reduce import reduce_min

_EPSILON = 1e-7


def _at_thresholds(default_name, of_counts, doc):
    """A metric of (true positives, false negatives, true negatives, false positives)."""

    def metric(
        labels,
        predictions,
        thresholds,
        weights=None,
        metrics_collections=None,
        updates_collections=None,
        name=None,
    ):
        with variable_scope(name, default_name):
            counts, updates = count_at_thresholds(labels, predictions, weights, list(thresholds))
            value, update = of_counts(*counts), of_counts(*updates)
        return add_to_collections(value, update, metrics_collections, updates_collections)

    metric.__name__ = metric.__qualname__ = default_name + "_at_thresholds"
    metric.__doc__ = f"{doc}, for each of the thresholds."
    return public(metric)


precision_at_thresholds = _at_thresholds(
    "precision",
    lambda tp, fn, tn, fp: tp / (_EPSILON + tp + fp),
    "How many of those predicted true are true",
)
recall_at_thresholds = _at_thresholds(
    "recall",
    lambda tp, fn, tn, fp: tp / (_EPSILON + tp + fn),
    "How many of those that are true are predicted so",
)
true_positives_at_thresholds = _at_thresholds(
    "true_positives", lambda tp, fn, tn, fp: tp, "How many are true and predicted so"
)
false_negatives_at_thresholds = _at_thresholds(
    "false_negatives", lambda tp, fn, tn, fp: fn, "How many are true, predicted false"
)
true_negatives_at_thresholds = _at_thresholds(
    "true_negatives", lambda tp, fn, tn, fp: tn, "How many are false and predicted so"
)
false_positives_at_thresholds = _at_thresholds(
    "false_positives", lambda tp, fn, tn, fp: fp, "How many are false, predicted true"
)


def _rates(counts):
    """(sensitivity, specificity) at each threshold."""
    tp, fn, tn, fp = counts
    return tp / (tp + fn + _EPSILON), tn / (tn + fp + _EPSILON)


def _thresholds(num_thresholds):
    inner = [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]
    return [-_EPSILON, *inner, 1 + _EPSILON]


def _distance(rates, wanted):
    return apply_op("Abs", (rates - wanted,))


def _check(name, rate):
    if not 0 <= rate <= 1:
        raise ValueError(f"`{name}` must be in the range [0, 1].")


@public
def sensitivity_at_specificity(
    labels,
    predictions,
    specificity,
    weights=None,
    num_thresholds=200,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """How many of those that are true are predicted so, at the lowest threshold whose specificity
    is nearest to the one given."""
    _check("specificity", specificity)

    def found(counts):
        sensitivities, specificities = _rates(counts)
        nearest = apply_op("ArgMin", (_distance(specificities, specificity), 0))
        return apply_op("GatherV2", (sensitivities, nearest, 0))

    with variable_scope(name, "sensitivity_at_specificity"):
        limits = _thresholds(num_thresholds)
        value, update = map(found, count_at_thresholds(labels, predictions, weights, limits))
    return add_to_collections(value, update, metrics_collections, updates_collections)


@public
def specificity_at_sensitivity(
    labels,
    predictions,
    sensitivity,
    weights=None,
    num_thresholds=200,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """How many of those that are false are predicted so, at the highest threshold whose sensitivity
    is nearest to the one given."""
    _check("sensitivity", sensitivity)

    def found(counts):
        sensitivities, specificities = _rates(counts)
        distances = _distance(sensitivities, sensitivity)
        nearest = apply_op("Equal", (distances, reduce_min(distances)))
        so_far = apply_op("Cumsum", (apply_op("Cast", (nearest,), {"DstT": dtypes.int32}), 0))
        return apply_op("GatherV2", (specificities, apply_op("ArgMax", (so_far, 0)), 0))

    with variable_scope(name, "specificity_at_sensitivity"):
        limits = _thresholds(num_thresholds)
        value, update = map(found, count_at_thresholds(labels, predictions, weights, limits))
    return add_to_collections(value, update, metrics_collections, updates_collections)
