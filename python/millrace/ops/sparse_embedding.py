"""Rows of tables, put together as SparseTensors of ids say."""

from millrace import dtypes, sparse
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.scopes import name_scope
from millrace.framework.sparse_tensor import SparseTensor
from millrace.ops.array import unique
from millrace.ops.embedding import embedding_lookup

_COMBINERS = {"sum": "Sum", "mean": "Mean", "sqrtn": "SqrtN"}


@public
def embedding_lookup_sparse(
    params, sp_ids, sp_weights, combiner=None, max_norm=None, name=None, allow_fast_lookup=False
):
    """For each row of sp_ids the weighted sum ("sum"), mean ("mean", the default) or sum divided by
    the root of the squared weights ("sqrtn") of the rows of params that it names.

    Args:
      sp_ids: a SparseTensor of int32 or int64, [n, any].
      sp_weights: of the same places; None for weights of 1.
      max_norm: rows of params whose norm is greater are scaled down to it first.
    """
    combiner = combiner or "mean"
    if combiner not in _COMBINERS:
        raise ValueError(f"combiner must be 'sum', 'mean' or 'sqrtn', got {combiner!r}")
    with name_scope(name or "embedding_lookup_sparse"):
        rows = sp_ids.indices[:, 0]
        ids, places = unique(sp_ids.values)
        found = embedding_lookup(params, ids, max_norm)
        rows = apply_op("Cast", (rows,), {"DstT": dtypes.int32})
        if sp_weights is None:
            return apply_op(f"SparseSegment{_COMBINERS[combiner]}", (found, places, rows))
        weights = apply_op("Cast", (sp_weights.values,), {"DstT": found.dtype})
        column = apply_op("ExpandDims", (weights, 1))
        each = apply_op("GatherV2", (found, places, 0)) * column
        total = apply_op("SegmentSum", (each, rows))
        if combiner == "sum":
            return total
        if combiner == "mean":
            return total / apply_op("SegmentSum", (column, rows))
        squares = apply_op("SegmentSum", (apply_op("Square", (column,)), rows))
        return total / apply_op("Sqrt", (squares,))


@public
def safe_embedding_lookup_sparse(
    embedding_weights,
    sparse_ids,
    sparse_weights=None,
    combiner="mean",
    default_id=None,
    max_norm=None,
    name=None,
    allow_fast_lookup=False,
):
    """As embedding_lookup_sparse, of ids [..., any]: without negative ids and, but for "sum", those
    whose weight is not positive. A row that has none is that of default_id, or 0 if there is none.
    """
    with name_scope(name or "embedding_lookup"):
        ids = SparseTensor.from_value(sparse_ids)
        shape = ids.dense_shape
        if ids.shape.rank is None:
            raise ValueError("safe_embedding_lookup_sparse: the rank of the ids must be known")
        flat = apply_op("Pack", ([apply_op("Prod", (shape[:-1], [0])), shape[-1]],), {"axis": 0})
        ids = sparse.reshape(ids, flat)
        weights = sparse_weights
        if weights is not None:
            weights = SparseTensor(ids.indices, weights.values, ids.dense_shape)
        keep = apply_op("GreaterEqual", (ids.values, convert_to_tensor(0, ids.dtype)))
        if weights is not None and combiner != "sum":
            positive = apply_op("Greater", (weights.values, convert_to_tensor(0, weights.dtype)))
            keep = apply_op("LogicalAnd", (keep, positive))
        ids, empty = sparse.fill_empty_rows(sparse.retain(ids, keep), default_id or 0)
        if weights is not None:
            weights, _ = sparse.fill_empty_rows(sparse.retain(weights, keep), 1)
        found = embedding_lookup_sparse(embedding_weights, ids, weights, combiner, max_norm)
        if default_id is None:
            column = apply_op("ExpandDims", (empty, 1))
            found = apply_op("SelectV2", (column, apply_op("ZerosLike", (found,)), found))
        outer = apply_op("Cast", (shape[:-1],), {"DstT": dtypes.int32})
        shape = apply_op("ConcatV2", ([outer, apply_op("Shape", (found,))[1:]], 0))
        return apply_op("Reshape", (found, shape))
