"""PartitionedVariable: one large variable as several, which may lie on different devices."""

import collections
import math

from millrace import dtypes
from millrace._load import public
from millrace.framework.dispatch import apply_op
from millrace.framework.scopes import name_scope


class SliceInfo(
    collections.namedtuple("SliceInfo", ["full_name", "full_shape", "offset", "shape"])
):
    """Which part of a larger variable a variable is."""

    @property
    def spec(self):
        """As SaveV2 and RestoreV2 take it: "7 2 0,3:0,2", the whole shape and the part."""
        extents = ":".join(f"{o},{n}" for o, n in zip(self.offset, self.shape))
        return " ".join([*map(str, self.full_shape), extents])


def part_shapes(name, shape, counts):
    """[(offset, sizes)] of the parts. ValueError unless the counts cut one dimension at most."""
    cut = [d for d, n in enumerate(counts) if n > 1]
    if len(counts) != len(shape) or any(n < 1 for n in counts) or len(cut) > 1:
        raise ValueError(
            f"variable {name} of shape {shape}: its partitioner gave {counts}; that must be one "
            "number a dimension, of which one at most is greater than 1"
        )
    axis = cut[0] if cut else 0
    if not shape:
        return [([], [])]
    if counts[axis] > shape[axis]:
        raise ValueError(
            f"variable {name}: dimension {axis} of size {shape[axis]} cannot be cut into "
            f"{counts[axis]} parts"
        )
    size, larger = divmod(shape[axis], counts[axis])
    parts, at = [], 0
    for i in range(counts[axis]):
        n = size + (i < larger)
        offset = [at if d == axis else 0 for d in range(len(shape))]
        parts.append((offset, [n if d == axis else s for d, s in enumerate(shape)]))
        at += n
    return parts


class PartitionedVariable:
    """Its parts in order; where a tensor is wanted, their concatenation."""

    def __init__(self, name, shape, dtype, variables, partitions):
        self._name, self._shape, self._dtype = name, shape, dtype
        self._variables, self._partitions = variables, partitions

    name = property(lambda self: self._name)
    shape = property(lambda self: self._shape)
    dtype = property(lambda self: self._dtype)
    graph = property(lambda self: self._variables[0].graph)

    def get_shape(self):
        return self._shape

    @public
    def as_tensor(self):
        """The whole value."""
        if len(self._variables) == 1:
            return self._variables[0].value()
        axis = next((d for d, n in enumerate(self._partitions) if n > 1), 0)
        with name_scope(self._name + "/ConcatPartitions/"):
            return apply_op("ConcatV2", ([v.value() for v in self._variables], axis))

    def _as_tensor(self, dtype=None):
        if dtype is not None and dtypes.as_dtype(dtype) is not self._dtype:
            raise ValueError(f"variable {self._name!r} is {self._dtype.name}, wanted {dtype.name}")
        return self.as_tensor()

    @public
    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Gives all parts their parts of the value. Returns what the parts' assign() return."""
        from millrace.framework.convert import convert_to_tensor

        value = convert_to_tensor(value, self._dtype)
        results = []
        for v in self._variables:
            part = tuple(slice(o, o + n) for o, n in zip(v._slice.offset, v._slice.shape))
            results.append(v.assign(value[part] if part else value, read_value=read_value))
        return results

    def __iter__(self):
        return iter(self._variables)

    def __len__(self):
        return len(self._variables)

    def __repr__(self):
        return (
            f"<mr.PartitionedVariable '{self._name}' shape={self._shape} "
            f"dtype={self._dtype.name} parts={len(self._variables)}>"
        )


# ----- partitioners -----


@public
def fixed_size_partitioner(num_shards, axis=0):
    """A partitioner that cuts one dimension into `num_shards` parts, or as many as it has rows."""

    def partitioner(shape, dtype):
        sizes = shape.as_list()
        counts = [1] * len(sizes)
        if sizes:
            counts[axis] = min(num_shards, sizes[axis])
        return counts

    return partitioner


@public
def variable_axis_size_partitioner(
    max_shard_bytes, axis=0, bytes_per_string_element=16, max_shards=None
):
    """A partitioner that cuts one dimension so that no part is larger than `max_shard_bytes`."""
    if max_shard_bytes < 1 or (max_shards is not None and max_shards < 1):
        raise ValueError("max_shard_bytes and max_shards must be positive")

    def partitioner(shape, dtype):
        sizes = shape.as_list()
        element = bytes_per_string_element if dtype is dtypes.string else dtype.size
        counts = [1] * len(sizes)
        if not sizes or not sizes[axis]:
            return counts
        row = math.prod(sizes) // sizes[axis] * element
        rows = max(1, max_shard_bytes // max(row, 1))
        counts[axis] = min(-(-sizes[axis] // rows), max_shards or sizes[axis])
        return counts

    return partitioner


@public
def min_max_variable_partitioner(
    max_partitions=1, axis=0, min_slice_size=256 << 10, bytes_per_string_element=16
):
    """A partitioner that makes at most `max_partitions` parts, of at least `min_slice_size`
    bytes."""

    def partitioner(shape, dtype):
        sizes = shape.as_list()
        element = bytes_per_string_element if dtype is dtypes.string else dtype.size
        counts = [1] * len(sizes)
        if sizes:
            parts = max(1, math.prod(sizes) * element // min_slice_size)
            counts[axis] = max(1, min(sizes[axis], max_partitions, parts))
        return counts

    return partitioner
