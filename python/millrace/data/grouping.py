"""Transformations that put elements together, or take them apart."""

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.data import functions, variants
from millrace.data.elements import (
    DatasetSpec,
    batched,
    derived,
    int64,
    make,
    map_leaves,
    pack,
    rows_of,
)
from millrace.framework import nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.tensor import TensorSpec
from millrace.framework.type_spec import RaggedTensorSpec
from millrace.tensor_shape import TensorShape


class Grouping:
    """batch, window and their like, for Dataset."""

    @public
    def batch(
        self,
        batch_size,
        drop_remainder=False,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ):
        """Elements put together in `batch_size`s; the last batch may be smaller unless it is
        dropped."""
        size = batch_size if drop_remainder and isinstance(batch_size, int) else None
        args = (self._variant, int64(batch_size), drop_remainder)
        spec = batched(self.element_spec, size)
        if not any(map(variants.is_variant_spec, nest.flatten(spec))):
            return make("BatchDatasetV2", args, spec, name=name)
        stacked = nest.map_structure(
            lambda s: variants.Stacked(s) if variants.is_variant_spec(s) else s, spec
        )
        return _as_they_are(make("BatchDatasetV2", args, stacked, name=name), spec)

    @public
    def padded_batch(
        self,
        batch_size,
        padded_shapes=None,
        padding_values=None,
        drop_remainder=False,
        name=None,
    ):
        """Batches of elements of different shapes, which are filled up.

        Args:
          padded_shapes: the shapes to fill up to, in the structure of the elements; None, or None
            for a size: as large as the largest of the batch.
          padding_values: what with; 0, "" and False if None.
        ValueError if an element's rank is not known and padded_shapes says nothing.
        """
        flat = nest.flatten(self.element_spec)
        for s in flat:
            if not isinstance(s, TensorSpec):
                raise TypeError(f"padded_batch: elements must be tensors, got {s}")
        shapes = _padded_shapes(self.element_spec, padded_shapes)
        values = [
            convert_to_tensor(_nothing(s.dtype) if v is None else v, s.dtype)
            for s, v in zip(flat, _padding_values(self.element_spec, padding_values))
        ]
        size = batch_size if drop_remainder and isinstance(batch_size, int) else None
        specs = [TensorSpec(TensorShape([size]) + p, s.dtype) for s, p in zip(flat, shapes)]
        vectors = [
            convert_to_tensor([-1 if d is None else d for d in p], dtypes.int64) for p in shapes
        ]
        args = (self._variant, int64(batch_size), vectors, values, drop_remainder)
        from millrace.framework.dispatch import apply_op

        attrs = {"output_shapes": [s.shape for s in specs]}
        made = apply_op("PaddedBatchDatasetV2", args, attrs, name)
        return derived(made, nest.pack_like(self.element_spec, specs), args)

    @public
    def unbatch(self, name=None):
        """The rows of the elements as elements."""
        spec, dataset = self.element_spec, self
        if any(map(variants.is_variant_spec, nest.flatten(spec))):
            dataset = _as_they_are(self, spec, rows=True)
        return make("UnbatchDataset", (dataset._variant,), rows_of(spec), name=name)

    @public
    def ragged_batch(
        self, batch_size, drop_remainder=False, row_splits_dtype=dtypes.int64, name=None
    ):
        """Batches that are RaggedTensors, of elements whose shapes differ. Tensors of a shape that
        is known stay tensors."""
        splits = dtypes.as_dtype(row_splits_dtype)
        specs = nest.map_structure(lambda s: _ragged_spec(s, splits), self.element_spec)
        as_ragged = functions.trace(_to_ragged(specs), self.element_spec)
        args = (self._variant, as_ragged.captured)
        ragged = make("MapDataset", args, specs, {"f": as_ragged, "preserve_cardinality": True})
        return ragged.batch(batch_size, drop_remainder, name=name)

    @public
    def rebatch(self, batch_size, drop_remainder=False, name=None):
        """The rows of batches in batches of another size."""
        return self.unbatch().batch(batch_size, drop_remainder, name=name)

    @public
    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None):
        """Datasets of `size` elements, each `shift` (size) elements behind the one before; of every
        stride-th element."""
        spec = nest.map_structure(DatasetSpec, self.element_spec)
        numbers = (size, size if shift is None else shift, stride)
        args = (self._variant, *map(int64, numbers), drop_remainder)
        return make("WindowDataset", args, spec, name=name)

    @public
    def group_by_window(
        self, key_func, reduce_func, window_size=None, window_size_func=None, name=None
    ):
        """Elements of one key, in groups of window_size, each made a dataset by reduce_func.

        Args:
          key_func: element -> int64 key.
          reduce_func: (key, dataset of the group) -> dataset.
          window_size: of all groups; or window_size_func: key -> int64.
        """
        if (window_size is None) == (window_size_func is None):
            raise ValueError("group_by_window: give window_size or window_size_func")
        if window_size_func is None:

            def window_size_func(key):
                return int64(window_size)

        key_spec = TensorSpec([], dtypes.int64)
        key = functions.trace(lambda *e: _int64_scalar(key_func(*e)), self.element_spec)
        group = DatasetSpec(self.element_spec)
        reduce = functions.trace(reduce_func, key_spec, group)
        if not isinstance(reduce.output_spec, DatasetSpec):
            raise TypeError(
                f"group_by_window: reduce_func must give a dataset, not {reduce.output_spec}"
            )
        size = functions.trace(lambda k: _int64_scalar(window_size_func(k)), key_spec)
        args = (self._variant, key.captured, reduce.captured, size.captured)
        attrs = {
            "key_func": key,
            "reduce_func": reduce,
            "window_size_func": size,
        }
        return make("GroupByWindowDataset", args, reduce.output_spec.element_spec, attrs, name)

    @public
    def bucket_by_sequence_length(
        self,
        element_length_func,
        bucket_boundaries,
        bucket_batch_sizes,
        padded_shapes=None,
        padding_values=None,
        pad_to_bucket_boundary=False,
        no_padding=False,
        drop_remainder=False,
        name=None,
    ):
        """Padded batches of elements of about the same length.

        Args:
          element_length_func: element -> int32 length.
          bucket_boundaries: upper ends (exclusive) of the buckets; one more takes the rest.
          bucket_batch_sizes: the size of batches, for each bucket.
          pad_to_bucket_boundary: fill up to the bucket's boundary less one.
          no_padding: the elements of a bucket are of one shape.
        """
        if len(bucket_batch_sizes) != len(bucket_boundaries) + 1:
            raise ValueError(
                "bucket_by_sequence_length: there must be one batch size more than boundaries, got "
                f"{len(bucket_batch_sizes)} and {len(bucket_boundaries)}"
            )
        from millrace.framework.dispatch import apply_op

        sizes = convert_to_tensor(list(bucket_batch_sizes), dtypes.int64)
        ends = np.array([*bucket_boundaries, np.iinfo(np.int32).max], np.int32)
        starts = np.array([np.iinfo(np.int32).min, *bucket_boundaries], np.int32)

        def bucket_of(*element):
            length = apply_op("Cast", (element_length_func(*element),), {"DstT": dtypes.int32})
            inside = apply_op(
                "LogicalAnd",
                (apply_op("LessEqual", (starts, length)), apply_op("Less", (length, ends))),
            )
            return apply_op("Min", (apply_op("Where", (inside,)), [0, 1]))

        def size_of(bucket):
            return sizes[bucket]

        def to_batch(bucket, group):
            size = size_of(bucket)
            if no_padding:
                return group.batch(size, drop_remainder)
            shapes = padded_shapes
            if pad_to_bucket_boundary:
                limit = convert_to_tensor(ends - 1, dtypes.int64)[bucket]
                shapes = nest.map_structure(
                    lambda s: [limit if d is None else d for d in s.shape], self.element_spec
                )
                return _batch_in_shapes(group, size, shapes, padding_values, drop_remainder)
            return group.padded_batch(size, shapes, padding_values, drop_remainder)

        return self.group_by_window(bucket_of, to_batch, window_size_func=size_of, name=name)


def _as_they_are(dataset, spec, rows=False):
    """The same elements with other components."""
    same = functions.trace(lambda *e: e if len(e) > 1 else e[0], dataset.element_spec, rows=rows)
    attrs = {"f": same, "preserve_cardinality": True}
    return make("MapDataset", (dataset._variant, same.captured), spec, attrs)


def _ragged_spec(spec, splits_dtype):
    """What ragged_batch makes of parts of this spec, before it stacks them."""
    if not isinstance(spec, TensorSpec) or isinstance(spec, DatasetSpec):
        return spec
    if spec.shape.rank is None:
        raise ValueError("ragged_batch: the rank of an element is not known")
    if spec.shape.is_fully_defined():
        return spec
    ragged_rank = max(i for i, size in enumerate(spec.shape) if size is None)
    return RaggedTensorSpec(spec.shape, spec.dtype, ragged_rank, splits_dtype)


def _to_ragged(specs):
    """The function of an element that gives its parts as the specs say."""

    def convert(*element):
        leaves = iter(nest.flatten(specs))

        def leaf(value):
            spec = next(leaves)
            if not isinstance(spec, RaggedTensorSpec) or isinstance(value, RaggedTensor):
                return value
            if spec.ragged_rank > 0:
                splits = spec.row_splits_dtype
                value = RaggedTensor.from_tensor(
                    value, ragged_rank=spec.ragged_rank, row_splits_dtype=splits
                )
            return variants.encode(spec, value)

        return map_leaves(leaf, element if len(element) > 1 else element[0])

    return convert


def _batch_in_shapes(group, size, shapes, padding_values, drop_remainder):
    """padded_batch to shapes that hold tensors."""
    from millrace.framework.dispatch import apply_op

    flat = nest.flatten(group.element_spec)
    leaves = shapes if len(flat) == 1 and not nest.is_nested(group.element_spec) else None
    vectors = []
    for i in range(len(flat)):
        dims = leaves if leaves is not None else _nth_shape(shapes, group.element_spec, i)
        parts = [convert_to_tensor(d, dtypes.int64) for d in dims]
        vectors.append(
            apply_op("Pack", (parts,), {"axis": 0})
            if parts
            else convert_to_tensor([], dtypes.int64)
        )
    values = [
        convert_to_tensor(_nothing(s.dtype) if v is None else v, s.dtype)
        for s, v in zip(flat, _padding_values(group.element_spec, padding_values))
    ]
    specs = [TensorSpec(TensorShape([None]) + s.shape, s.dtype) for s in flat]
    args = (group._variant, size, vectors, values, drop_remainder)
    attrs = {"output_shapes": [s.shape for s in specs]}
    made = apply_op("PaddedBatchDatasetV2", args, attrs)
    return derived(made, nest.pack_like(group.element_spec, specs), args)


def _nth_shape(shapes, spec, i):
    """The shape that map_structure made for leaf i."""
    marked = nest.pack_like(spec, list(range(len(nest.flatten(spec)))))
    return _at(shapes, marked, i)


def _at(shapes, marked, i):
    if isinstance(marked, int):
        return shapes if marked == i else None
    items = marked.items() if isinstance(marked, dict) else enumerate(marked)
    for key, inner in items:
        found = _at(shapes[key], inner, i)
        if found is not None:
            return found
    return None


def _int64_scalar(value):
    made = convert_to_tensor(value, dtype_hint=dtypes.int64)
    if made.dtype is not dtypes.int64 or made.shape.rank not in (None, 0):
        raise ValueError(
            f"the function must give an int64 scalar, it gives {made.dtype.name}{made.shape}"
        )
    return made


def _nothing(dtype):
    if dtype is dtypes.string:
        return ""
    return False if dtype is dtypes.bool else 0


def _is_shape(value):
    if isinstance(value, TensorShape):
        return True
    return isinstance(value, (list, tuple)) and all(
        d is None or isinstance(d, (int, np.integer)) for d in value
    )


def _padded_shapes(spec, given):
    """A TensorShape for each leaf."""
    flat = nest.flatten(spec)
    if given is None:
        for s in flat:
            if s.shape.rank is None:
                raise ValueError(
                    "padded_batch: the rank of an element is not known; give padded_shapes"
                )
        return [s.shape for s in flat]
    shapes = _leaves_like(spec, given)
    for s, p in zip(flat, shapes):
        if s.shape.rank is not None and p.rank is not None and s.shape.rank != p.rank:
            raise ValueError(f"the padded shape {p} is not of the rank of the element's {s.shape}")
    return shapes


def _leaves_like(spec, given):
    if not nest.is_nested(spec):
        if not _is_shape(given) and hasattr(given, "numpy"):
            given = given.numpy().tolist()
        return [TensorShape(None if d == -1 else d for d in given)]
    if isinstance(spec, dict):
        keys = nest.sorted_keys(spec)
        if not isinstance(given, dict) or nest.sorted_keys(given) != keys:
            raise TypeError(f"padded_shapes must have the structure {spec}, got {given}")
        return [leaf for k in keys for leaf in _leaves_like(spec[k], given[k])]
    if not isinstance(given, (list, tuple)) or len(given) != len(spec):
        raise TypeError(f"padded_shapes must have the structure {spec}, got {given}")
    return [leaf for s, g in zip(spec, given) for leaf in _leaves_like(s, g)]


def _padding_values(spec, given):
    flat = nest.flatten(spec)
    if given is None:
        return [None] * len(flat)
    if not nest.is_nested(given):
        return [given] * len(flat)
    values = nest.flatten(given)
    if len(values) != len(flat):
        raise ValueError(f"padding_values must have the structure {spec}, got {given}")
    return values


def single(dataset):
    """The only element of a dataset. InvalidArgumentError if it has another number of them."""
    from millrace.data.elements import types_of
    from millrace.framework.dispatch import apply_op

    spec = dataset.element_spec
    return pack(spec, apply_op("DatasetToSingleElement", (dataset._variant,), types_of(spec)))
