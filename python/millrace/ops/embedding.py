"""Rows of tables that may be cut into several."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.partitioned_variable import PartitionedVariable
from millrace.ops.clip import clip_by_norm
from millrace.ops.gathering import gather


@public
def embedding_lookup(params, ids, max_norm=None, name=None):
    """Rows of a table at `ids`.

    Args:
      params: a variable or tensor; or a list of them, or a PartitionedVariable: tables that follow
        one another, of which the first ones have one row more where the rows do not divide evenly.
      max_norm: rows whose norm is greater are scaled down to it.
    """
    return partitioned_lookup(params, ids, "div", name, max_norm)


def partitioned_lookup(params, ids, partition_strategy, name, max_norm):
    """embedding_lookup where "mod" as partition_strategy has row r in table r mod n."""
    if max_norm is not None:
        rows = partitioned_lookup(params, ids, partition_strategy, name, None)
        first, rank = convert_to_tensor(ids).shape.rank, rows.shape.rank
        if first is None or rank is None:
            raise ValueError("embedding_lookup: max_norm needs a known rank of params and ids")
        return clip_by_norm(rows, max_norm, list(range(first, rank)))
    if partition_strategy not in ("mod", "div"):
        raise ValueError(
            f"embedding_lookup: partition_strategy must be 'mod' or 'div', got "
            f"{partition_strategy!r}"
        )
    if isinstance(params, PartitionedVariable):
        params = list(params)
    if not isinstance(params, (list, tuple)):
        return gather(params, ids, name=name)
    if len(params) == 1:
        return gather(params[0], ids, name=name)
    ids = convert_to_tensor(ids)
    flat = apply_op("Reshape", (ids, [-1]))
    n = len(params)
    row, which = (_div_position if partition_strategy == "div" else _mod_position)(params, flat)
    which = apply_op("Cast", (which,), {"DstT": dtypes.int32})
    positions = apply_op("Range", (0, apply_op("Size", (flat,)), 1))
    parts = apply_op("DynamicPartition", (row, which), {"num_partitions": n})
    where = apply_op("DynamicPartition", (positions, which), {"num_partitions": n})
    rows = apply_op("DynamicStitch", (where, [gather(p, i) for p, i in zip(params, parts)]))
    shape = apply_op("ConcatV2", ([apply_op("Shape", (ids,)), apply_op("Shape", (rows,))[1:]], 0))
    return apply_op("Reshape", (rows, shape), None, name)


def _mod_position(params, ids):
    """(row in its table, number of the table) of each id."""
    return ids // len(params), ids % len(params)


def _div_position(params, ids):
    n = len(params)
    sizes = [apply_op("Shape", (p,))[0] for p in params]
    total = apply_op("Cast", (apply_op("AddN", (sizes,)),), {"DstT": ids.dtype})
    size, larger = total // n, total % n  # the first `larger` tables have size + 1 rows
    in_larger = ids // (size + 1)
    which = apply_op("Maximum", (in_larger, (ids - larger) // apply_op("Maximum", (size, 1))))
    first = which * size + apply_op("Minimum", (which, larger))
    return ids - first, which
