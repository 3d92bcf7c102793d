"""Rows and parts of ragged tensors."""

from millrace import dtypes
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor


def get_item(ragged, key):
    """ragged[key]: a row, some rows, or a part of each row."""
    keys = key if isinstance(key, tuple) else (key,)
    if not keys:
        return ragged
    first, rest = keys[0], keys[1:]
    if first is Ellipsis:
        if not rest:
            return ragged
        missing = ragged.shape.rank - len(rest)
        return get_item(ragged, (slice(None),) * missing + rest)
    if first is None:
        return _new_axis(ragged, rest)
    if isinstance(first, slice):
        made = _rows(ragged, first)
        return _in_rows(made, rest) if rest else made
    row = _row(ragged, first)
    return row if not rest else row[rest if len(rest) > 1 else rest[0]]


def _new_axis(ragged, rest):
    made = RaggedTensor.from_uniform_row_length(ragged, ragged.nrows(), 1, validate=False)
    return get_item(made, (slice(None), *rest)) if rest else made


def _row(ragged, i):
    dtype = ragged.row_splits.dtype
    i = convert_to_tensor(i, None if hasattr(i, "dtype") else dtype)
    i = apply_op("Cast", (i,), {"DstT": dtype})
    n = ragged.nrows()
    zero = convert_to_tensor(0, dtype)
    i = apply_op("SelectV2", (apply_op("Less", (i, zero)), i + n, i))
    start = ragged.row_splits[i]
    end = ragged.row_splits[i + convert_to_tensor(1, dtype)]
    return ragged.values[start:end]


def _rows(ragged, part):
    if part.step in (None, 1):
        # Splits of the rows that are left, made to begin with 0.
        starts, limits = ragged.row_splits[:-1][part], ragged.row_splits[1:][part]
        first = apply_op("ConcatV2", ([starts[:1], ragged.row_splits[:1]], 0))[0]
        last = apply_op("ConcatV2", ([limits[::-1][:1], apply_op("Reshape", (first, [1]))], 0))[0]
        zero = convert_to_tensor([0], ragged.row_splits.dtype)
        splits = apply_op("ConcatV2", ([zero, limits - first], 0))
        return RaggedTensor(ragged.values[first:last], splits)
    numbers = apply_op(
        "Range",
        (
            convert_to_tensor(0, dtypes.int64),
            ragged.nrows(dtypes.int64),
            convert_to_tensor(1, dtypes.int64),
        ),
    )
    return gather_rows(ragged, numbers[part])


def gather_rows(ragged, rows):
    """The rows of these numbers, in this order."""
    from millrace.ops.blocks import repeat

    starts = apply_op("GatherV2", (ragged.row_splits, rows, 0))
    lengths = apply_op("GatherV2", (ragged.row_lengths(), rows, 0))
    made = RaggedTensor.from_row_lengths(_range(lengths), lengths, validate=False)
    at = repeat(starts, lengths, 0) + made.values
    values = ragged.values
    values = (
        gather_rows(values, at)
        if isinstance(values, RaggedTensor)
        else apply_op("GatherV2", (values, at, 0))
    )
    return RaggedTensor(values, made.row_splits)


def _range(lengths):
    """0, 1, ... of each row, one after the other."""
    zeros = apply_op("ZerosLike", (lengths,))
    return apply_op("RaggedRange", (zeros, lengths, apply_op("OnesLike", (lengths,))))[1]


def _in_rows(ragged, rest):
    """A part of each row: ragged[:, part, ...]."""
    first, further = rest[0], rest[1:]
    if not isinstance(first, slice):
        if first is None or first is Ellipsis:
            raise ValueError("None and ... inside of the rows of a ragged tensor are not there")
        raise ValueError(
            "an index inside of the rows of a ragged tensor is ambiguous, as rows may be too "
            "short; a slice may be used"
        )
    made = ragged if first == slice(None) else _columns(ragged, first)
    if not further:
        return made
    values = made.values
    inner = (
        _in_rows(values, further)
        if isinstance(values, RaggedTensor)
        else values[(slice(None), *further)]
    )
    return made.with_values(inner)


def _columns(ragged, part):
    """The slice of each row."""
    if part.step not in (None, 1):
        raise ValueError("slices of the rows of a ragged tensor need the step 1")
    dtype = ragged.row_splits.dtype
    lengths, starts = ragged.row_lengths(), ragged.row_starts()
    zero = convert_to_tensor(0, dtype)

    def bound(value, default):
        if value is None:
            return default
        value = convert_to_tensor(value, dtype)
        value = apply_op(
            "SelectV2",
            (
                apply_op("Less", (value, zero)),
                lengths + value,
                value + apply_op("ZerosLike", (lengths,)),
            ),
        )
        return apply_op("Maximum", (zero, apply_op("Minimum", (value, lengths))))

    begin = bound(part.start, apply_op("ZerosLike", (lengths,)))
    end = bound(part.stop, lengths)
    size = apply_op("Maximum", (end - begin, zero))
    from millrace.ops.blocks import repeat

    at = repeat(starts + begin, size, 0) + _range(size)
    values = ragged.values
    values = (
        gather_rows(values, at)
        if isinstance(values, RaggedTensor)
        else apply_op("GatherV2", (values, at, 0))
    )
    return RaggedTensor.from_row_lengths(values, size, validate=False)
