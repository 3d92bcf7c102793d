"""Metrics of the classes that are predicted first."""

from millrace import dtypes, sets, sparse
from millrace._load import public
from millrace.compat.v1.metric_state import add_to_collections, divided, metric_variable
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.sparse_tensor import SparseTensor
from millrace.framework.variable_scope import variable_scope
from millrace.ops.array import broadcast_to, shape
from millrace.ops.elementwise import cast
from millrace.ops.reduce import reduce_any, reduce_sum


def _sets_of(labels, predictions):
    """(labels, predictions), int64 [..., n] or a SparseTensor of such labels."""
    predictions = cast(predictions, dtypes.int64)
    if isinstance(labels, SparseTensor):
        return labels.with_values(cast(labels.values, dtypes.int64)), predictions
    labels = cast(labels, dtypes.int64)
    if labels.shape.rank is not None and labels.shape.rank == predictions.shape.rank - 1:
        labels = apply_op("ExpandDims", (labels, -1))
    return labels, predictions


def _counts(labels, predictions, class_id):
    """(how many are right, how many labels are missed, how many predictions are wrong) of each set;
    of one class only if class_id is given."""
    if class_id is None:
        pairs = (
            sets.intersection(predictions, labels),
            sets.difference(predictions, labels, aminusb=False),
            sets.difference(predictions, labels),
        )
        return [cast(sets.size(found), dtypes.float64) for found in pairs]
    if isinstance(labels, SparseTensor):
        labels = sparse.to_dense(labels, -1)
    wanted = convert_to_tensor(class_id, dtypes.int64)
    labelled, predicted = (
        reduce_any(apply_op("Equal", (x, wanted)), -1) for x in (labels, predictions)
    )
    others = [apply_op("LogicalNot", (x,)) for x in (predicted, labelled)]
    pairs = ((labelled, predicted), (labelled, others[0]), (predicted, others[1]))
    return [cast(apply_op("LogicalAnd", pair), dtypes.float64) for pair in pairs]


def _share(default_name, other, names, doc):
    """A metric of predictions_idx: what is right among that and the count of number `other`."""

    def metric(
        labels,
        predictions_idx,
        k=None,
        class_id=None,
        weights=None,
        metrics_collections=None,
        updates_collections=None,
        name=None,
    ):
        with variable_scope(name, f"{default_name}{'k' if k is None else k}"):
            counts = _counts(*_sets_of(labels, predictions_idx), class_id)
            found, updates = [], []
            for i, variable_name in zip((0, other), names):
                count = counts[i]
                if weights is not None:
                    count = count * broadcast_to(cast(weights, dtypes.float64), shape(count))
                total = metric_variable([], variable_name, dtypes.float64)
                found.append(total.value())
                updates.append(total.assign_add(reduce_sum(count)))
            value = divided(found[0], found[0] + found[1], "value")
            update = divided(updates[0], updates[0] + updates[1], "update_op")
        return add_to_collections(value, update, metrics_collections, updates_collections)

    metric.__name__ = metric.__qualname__ = f"{default_name}top_k"
    metric.__doc__ = f"""{doc}

    Args:
      labels: the true classes, [...] or [..., any], or a SparseTensor of these.
      predictions_idx: the predicted classes, [..., k].
      class_id: count this class only.
      weights: of each set.
    """
    return public(metric)


recall_at_top_k = _share(
    "recall_at_",
    1,
    ("true_positive", "false_negative"),
    "Which share of the labels is predicted.",
)
precision_at_top_k = _share(
    "precision_at_",
    2,
    ("true_positive", "false_positive"),
    "Which share of the predictions is right.",
)


def _of_scores(function):
    def metric(
        labels,
        predictions,
        k,
        class_id=None,
        weights=None,
        metrics_collections=None,
        updates_collections=None,
        name=None,
    ):
        _, best = apply_op("TopKV2", (predictions, k))
        collections = metrics_collections, updates_collections
        return function(labels, best, k, class_id, weights, *collections, name)

    metric.__name__ = metric.__qualname__ = function.__name__.replace("top_k", "k")
    metric.__doc__ = (
        f"{function.__name__} of the k classes with the highest scores, predictions [..., classes]."
    )
    return public(metric)


recall_at_k, precision_at_k = _of_scores(recall_at_top_k), _of_scores(precision_at_top_k)
