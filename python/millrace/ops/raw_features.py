"""What the parsing ops must read so that features can be made of it, and how they are made."""

from millrace import dtypes, sparse
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.scopes import identity_after
from millrace.framework.sparse_tensor import SparseTensor
from millrace.ops.blocks import repeat
from millrace.ops.debugging import Assert
from millrace.ops.features import RaggedFeature, SparseFeature, VarLenFeature


class RawFeatures:
    """The features to read, by kind and name.

    Args:
      function: the name of the function that reads, for messages.
      features: {key: description}.
      kinds: the classes of descriptions that it takes.
    Attributes:
      sparse: {name: dtype}.
      dense: {name: description}.
      ragged: {name: (dtype, dtype of the row splits)}.
    """

    def __init__(self, function, features, kinds):
        self.sparse, self.dense, self.ragged = {}, {}, {}
        self._function, self._features = function, features or {}
        for key in sorted(self._features):
            feature = self._features[key]
            if not isinstance(feature, kinds):
                raise ValueError(
                    f"{function}: {key!r} is described by {feature!r}, which is no feature of "
                    "those that can stand here: " + ", ".join(k.__name__ for k in kinds)
                )
            if isinstance(feature, VarLenFeature):
                self._add(self.sparse, key, dtypes.as_dtype(feature.dtype))
            elif isinstance(feature, SparseFeature):
                self._add_sparse(key, feature)
            elif isinstance(feature, RaggedFeature):
                self._add_ragged(key, feature)
            else:
                self.dense[key] = feature

    def _add(self, kind, name, dtype):
        if kind.setdefault(name, dtype) != dtype:
            raise ValueError(f"{self._function}: the feature {name!r} is asked for with two dtypes")

    def _add_sparse(self, key, feature):
        keys, sizes = feature.index_keys(), feature.sizes()
        if not keys or len(keys) != len(sizes):
            raise ValueError(
                f"{self._function}: {key!r} has {len(keys)} index_key and {len(sizes)} size"
            )
        for name in keys:
            self._add(self.sparse, name, dtypes.int64)
        self._add(self.sparse, feature.value_key, dtypes.as_dtype(feature.dtype))

    def _add_ragged(self, key, feature):
        splits = feature.row_splits_dtype
        self._add(self.ragged, feature.value_key or key, (feature.dtype, splits))
        for p in feature.partitions:
            if _said(p):
                self._add(self.ragged, p.key, (dtypes.int64, splits))

    def make(self, sparse, dense, ragged):
        """{key: what its feature describes} of what was read, each {name: tensor}."""
        made = {}
        for key, feature in self._features.items():
            if isinstance(feature, VarLenFeature):
                made[key] = sparse[key]
            elif isinstance(feature, SparseFeature):
                places = [sparse[name] for name in feature.index_keys()]
                values = sparse[feature.value_key]
                made[key] = merged(places, values, feature.sizes(), feature.already_sorted)
            elif isinstance(feature, RaggedFeature):
                made[key] = _cut(feature, ragged[feature.value_key or key], ragged)
            else:
                made[key] = dense[key]
        return made


def merged(places, values, sizes, already_sorted):
    """The SparseTensor of the values of another, each where SparseTensors of integers, one a new
    dimension of these sizes, say: instead of the last dimension of theirs."""
    columns = [apply_op("Cast", (p.values,), {"DstT": dtypes.int64}) for p in places]
    columns = [apply_op("ExpandDims", (c, 1)) for c in columns]
    indices = apply_op("ConcatV2", ([places[0].indices[:, :-1], *columns], 1))
    sizes = convert_to_tensor(sizes, dtypes.int64)
    shape = apply_op("ConcatV2", ([places[0].dense_shape[:-1], sizes], 0))
    made = SparseTensor(indices, values.values, shape)
    return made if already_sorted else sparse.reorder(made)


def _cut(feature, values, read):
    """The values, cut into rows by each partition from the innermost one out.

    What was read is a vector for one example, rows for a batch, and rows of rows for a batch of
    sequences, in which every example, or step, has a partition of its own.
    """
    if not feature.partitions:
        return values
    if not isinstance(values, RaggedTensor):
        # One example is a batch of one.
        rows = {name: _one_row(v) for name, v in read.items()}
        name = next(n for n, v in read.items() if v is values)
        return _cut(feature, rows[name], rows).values
    if values.ragged_rank > 1:
        outer = values.row_splits
        if feature.validate:
            outer = _checked(
                outer, [read[p.key].row_splits for p in feature.partitions if _said(p)]
            )
        steps = {name: v.values for name, v in read.items()}
        return RaggedTensor(_cut(feature, values.values, steps), outer)
    for partition in reversed(feature.partitions):
        if not _said(partition):
            values = _cut_evenly(values, partition.length)
            continue
        said = read[partition.key]
        numbers = apply_op("Cast", (said.values,), {"DstT": said.row_splits.dtype})
        cut = _CUTS[type(partition)]
        values = cut(values, said.with_values(numbers), feature.validate)
    return values


def _said(partition):
    """Whether another feature says it."""
    return not isinstance(partition, RaggedFeature.UniformRowLength)


def _checked(splits, others):
    """The row splits of a feature list, once those of its partitions are found to be the same."""
    same = [apply_op("All", (apply_op("Equal", (splits, o)), [0])) for o in others]
    text = "the number of steps differs in a partition"
    checks = [Assert(s, [text, splits, o]) for s, o in zip(same, others)]
    return identity_after([c for c in checks if c is not None], splits)


def _one_row(vector):
    count = apply_op("Shape", (vector,), {"out_type": dtypes.int64})
    zero = convert_to_tensor([0], dtypes.int64)
    splits = apply_op("ConcatV2", ([zero, count], 0))
    return RaggedTensor.from_row_splits(vector, splits, validate=False)


def _cut_evenly(values, length):
    splits = values.row_splits
    rows = splits // length
    if values.ragged_rank == 1:
        flat = values.values
        shape = apply_op("Shape", (flat,))
        shape = apply_op("ConcatV2", ([[-1, length], shape[1:]], 0))
        return RaggedTensor(apply_op("Reshape", (flat, shape)), rows)
    one = convert_to_tensor(1, splits.dtype)
    even = apply_op("Range", (0 * one, rows[-1] + one, one)) * length
    return RaggedTensor(RaggedTensor(values.values, even), rows)


def _offsets(starts, said):
    """For each number that is said the start of the example that says it."""
    return repeat(starts, said.row_lengths(), 0)


def _by_lengths(values, said, validate):
    inner = RaggedTensor.from_row_lengths(values.values, said.values, validate=validate)
    return said.with_values(inner)


def _by_limits(values, said, validate):
    limits = said.values + _offsets(values.row_starts(), said)
    return said.with_values(RaggedTensor.from_row_limits(values.values, limits, validate=validate))


def _by_splits(values, said, validate):
    return _by_limits(values, said[:, 1:], validate)


def _by_starts(values, said, validate):
    starts = said.values + _offsets(values.row_starts(), said)
    return said.with_values(RaggedTensor.from_row_starts(values.values, starts, validate=validate))


def _by_ids(values, said, validate):
    zero = convert_to_tensor(0, said.dtype)
    ends = apply_op("UnsortedSegmentMax", (said.values + 1, said.value_rowids(), said.nrows()))
    rows = apply_op("Maximum", (ends, zero))  # of an example without values there are none
    before = apply_op("Cumsum", (rows, 0), {"exclusive": True})
    ids = said.values + _offsets(before, said)
    count = apply_op("Sum", (rows, [0]))
    inner = RaggedTensor.from_value_rowids(values.values, ids, count, validate=validate)
    return RaggedTensor.from_row_lengths(inner, rows, validate=validate)


_CUTS = {
    RaggedFeature.RowSplits: _by_splits,
    RaggedFeature.RowLengths: _by_lengths,
    RaggedFeature.RowStarts: _by_starts,
    RaggedFeature.RowLimits: _by_limits,
    RaggedFeature.ValueRowIds: _by_ids,
}
