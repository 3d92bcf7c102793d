"""Dataset: a sequence of elements (structures of tensors), made by ops of the graph or by ops that
run at once."""

from millrace import dtypes, random
from millrace._load import public
from millrace.data import functions
from millrace.data.iterator import Iterator, make_iterator
from millrace.framework import context, nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.tensor import TensorSpec
from millrace.tensor_shape import TensorShape

AUTOTUNE = -1


class Dataset:
    """A sequence of elements of one structure. Every method gives a new dataset.

    Attributes:
      element_spec: the structure, with a TensorSpec for each tensor.
    """

    def __init__(self, variant, element_spec):
        self._variant = variant
        self.element_spec = element_spec

    # ----- sources -----

    @staticmethod
    @public
    def from_tensor_slices(tensors, name=None):
        """The rows of tensors: one element for each index of the first dimension."""
        tensors = _lists_to_arrays(tensors)
        components = _components(tensors)
        for c in components:
            if c.shape.rank == 0:
                raise ValueError("from_tensor_slices: a scalar has no rows")
        specs = [TensorSpec(c.shape[1:], c.dtype) for c in components]
        spec = nest.pack_like(tensors, specs)
        attrs = {"output_shapes": [s.shape for s in specs]}
        return Dataset(apply_op("TensorSliceDataset", (components,), attrs, name), spec)

    @staticmethod
    @public
    def from_tensors(tensors, name=None):
        """One element."""
        tensors = _lists_to_arrays(tensors)
        components = _components(tensors)
        specs = [TensorSpec(c.shape, c.dtype) for c in components]
        attrs = {"output_shapes": [s.shape for s in specs]}
        return Dataset(
            apply_op("TensorDataset", (components,), attrs, name), nest.pack_like(tensors, specs)
        )

    @staticmethod
    @public
    def range(*args, output_type=dtypes.int64, name=None):
        """Numbers, as Python's range gives them."""
        start, stop, step = {1: (0, *args, 1), 2: (*args, 1), 3: args}[len(args)]
        spec = TensorSpec([], output_type)
        return _make("RangeDataset", (start, stop, step), spec, {}, name)

    @staticmethod
    @public
    def zip(*datasets, name=None):
        """Elements of several datasets side by side, as long as all have one."""
        if len(datasets) == 1 and nest.is_nested(datasets[0]):
            datasets = datasets[0]
        flat = nest.flatten(datasets)
        spec = nest.pack_like(datasets, [d.element_spec for d in flat])
        return _make("ZipDataset", ([d._variant for d in flat],), spec, {}, name)

    # ----- transformations -----

    @public
    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=None, name=None):
        """Elements in a random order: drawn from a buffer of the next `buffer_size`."""
        seed, seed2 = random.get_seed(seed)
        attrs = {
            "reshuffle_each_iteration": True
            if reshuffle_each_iteration is None
            else reshuffle_each_iteration
        }
        args = (self._variant, _int64(buffer_size), _int64(seed), _int64(seed2))
        return _make("ShuffleDataset", args, self.element_spec, attrs, name)

    @public
    def repeat(self, count=None, name=None):
        """The sequence `count` times; for ever if None or -1."""
        return _make(
            "RepeatDataset",
            (self._variant, _int64(-1 if count is None else count)),
            self.element_spec,
            {},
            name,
        )

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
        spec = nest.map_structure(
            lambda s: TensorSpec(TensorShape([size]) + s.shape, s.dtype), self.element_spec
        )
        return _make(
            "BatchDatasetV2", (self._variant, _int64(batch_size), drop_remainder), spec, {}, name
        )

    @public
    def map(self, map_func, num_parallel_calls=None, deterministic=None, name=None):
        """map_func of each element; it is traced once, so it is made of ops."""
        function = functions.trace(map_func, self.element_spec)
        attrs = {"f": function.name}
        return _make(
            "MapDataset", (self._variant, function.captured), function.output_spec, attrs, name
        )

    @public
    def filter(self, predicate, name=None):
        """The elements for which predicate gives True."""
        function = functions.trace(predicate, self.element_spec)
        attrs = {"predicate": function.name}
        return _make(
            "FilterDataset", (self._variant, function.captured), self.element_spec, attrs, name
        )

    @public
    def take(self, count, name=None):
        """The first `count` elements."""
        return _make("TakeDataset", (self._variant, _int64(count)), self.element_spec, {}, name)

    @public
    def skip(self, count, name=None):
        """All but the first `count` elements."""
        return _make("SkipDataset", (self._variant, _int64(count)), self.element_spec, {}, name)

    @public
    def shard(self, num_shards, index, name=None):
        """Every num_shards-th element from `index` on: the part of one of several workers."""
        if not 0 <= index < num_shards:
            raise ValueError(f"shard: index {index} of {num_shards}")
        numbered = Dataset.zip(Dataset.range(2**62), self)
        mine = numbered.filter(lambda i, *_: (i % num_shards) == index)
        return mine.map(lambda _, element: element, name=name)

    @public
    def prefetch(self, buffer_size, name=None):
        """The same elements, made ready ahead by a thread of their own: up to `buffer_size` of
        them."""
        size = 2 if buffer_size == AUTOTUNE else buffer_size
        return _make("PrefetchDataset", (self._variant, _int64(size)), self.element_spec, {}, name)

    @public
    def apply(self, transformation_func):
        return transformation_func(self)

    # ----- elements -----

    @public
    def make_initializable_iterator(self, shared_name=None):
        """An iterator of the graph; its `initializer` starts it, also again."""
        return make_iterator(self, shared_name)

    @public
    def make_one_shot_iterator(self):
        """An iterator that goes over the dataset once; the first step that uses it starts it."""
        return make_iterator(self, None, one_shot=True)

    @public
    def get_next(self):
        """The tensors of the next element in each step. OutOfRangeError at the end."""
        return self.make_one_shot_iterator().get_next()

    def __iter__(self):
        if context.building_graph() is not None:
            raise RuntimeError(
                "a dataset of a graph is not iterated over by Python: use get_next()"
            )
        return Iterator.of_eager(self)

    def __repr__(self):
        return f"<mr.data.Dataset element_spec={self.element_spec}>"


def _int64(value):
    return convert_to_tensor(value, dtypes.int64)


def _make(op, args, spec, attrs, name):
    flat = nest.flatten(spec)
    attrs = {
        **attrs,
        "output_types": [s.dtype for s in flat],
        "output_shapes": [s.shape for s in flat],
    }
    return Dataset(apply_op(op, args, attrs, name), spec)


def _lists_to_arrays(structure):
    """A list is one tensor, as in TensorFlow; tuples and dictionaries are structures."""
    if isinstance(structure, list):
        return convert_to_tensor(structure)
    if isinstance(structure, dict):
        return {k: _lists_to_arrays(v) for k, v in structure.items()}
    if isinstance(structure, tuple):
        items = [_lists_to_arrays(v) for v in structure]
        return type(structure)(*items) if nest.is_namedtuple(structure) else tuple(items)
    return structure


def _components(tensors):
    leaves = nest.flatten(tensors)
    graph = context.building_graph()
    if graph is None:
        return [convert_to_tensor(t) for t in leaves]
    return [graph.large_constant(t) for t in leaves]
