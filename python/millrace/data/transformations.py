"""Transformations element by element."""

import os

from millrace import dtypes, random
from millrace._load import public
from millrace.data import functions
from millrace.data.elements import (
    INFINITE_CARDINALITY,
    DatasetSpec,
    common_spec,
    components,
    int64,
    make,
    pack,
    to_tensors,
    types_of,
)
from millrace.framework import context, nest
from millrace.framework.dispatch import apply_op
from millrace.framework.tensor import TensorSpec

AUTOTUNE = -1


class Transformations:
    """map, shuffle and their like, for Dataset."""

    @public
    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=None, name=None):
        """Elements in a random order: drawn from a buffer of the next `buffer_size`."""
        seed, seed2 = random.get_seed(seed)
        again = True if reshuffle_each_iteration is None else reshuffle_each_iteration
        args = (self._variant, int64(buffer_size), int64(seed), int64(seed2))
        attrs = {"reshuffle_each_iteration": again}
        return make("ShuffleDataset", args, self.element_spec, attrs, name)

    @public
    def repeat(self, count=None, name=None):
        """The sequence `count` times; for ever if None or -1."""
        args = (self._variant, int64(-1 if count is None else count))
        return make("RepeatDataset", args, self.element_spec, name=name)

    @public
    def map(
        self,
        map_func,
        num_parallel_calls=None,
        deterministic=None,
        synchronous=None,
        use_unbounded_threadpool=False,
        name=None,
    ):
        """map_func of each element; it is traced once, so it is made of ops."""
        function = functions.trace(map_func, self.element_spec)
        args = (self._variant, function.captured)
        attrs = {"f": function, "preserve_cardinality": True}
        if num_parallel_calls is None:
            return make("MapDataset", args, function.output_spec, attrs, name)
        attrs["deterministic"] = _deterministic(deterministic)
        args = (*args, int64(num_parallel_calls))
        return make("ParallelMapDatasetV2", args, function.output_spec, attrs, name)

    @public
    def filter(self, predicate, name=None):
        """The elements for which predicate gives True."""
        function = functions.trace(predicate, self.element_spec)
        found = function.output_spec
        if (
            not isinstance(found, TensorSpec)
            or found.dtype is not dtypes.bool
            or found.shape.rank not in (None, 0)
        ):
            raise ValueError(f"filter: the predicate must give a bool scalar, it gives {found}")
        attrs = {"predicate": function}
        args = (self._variant, function.captured)
        return make("FilterDataset", args, self.element_spec, attrs, name)

    @public
    def flat_map(self, map_func, name=None):
        """The elements of the datasets that map_func makes of the elements, one after the other."""
        return self._of_datasets("FlatMapDataset", map_func, (), {}, name)

    @public
    def interleave(
        self,
        map_func,
        cycle_length=None,
        block_length=None,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ):
        """The elements of the datasets that map_func makes of the elements: block_length (1) of
        each of cycle_length (the number of the machine's cores) of them in turns."""
        if cycle_length is None or cycle_length == AUTOTUNE:
            cycle_length = os.cpu_count()
        lengths = (int64(cycle_length), int64(1 if block_length is None else block_length))
        if num_parallel_calls is None:
            return self._of_datasets("InterleaveDataset", map_func, lengths, {}, name)
        attrs = {"deterministic": _deterministic(deterministic)}
        further = (*lengths, int64(0), int64(0), int64(num_parallel_calls))
        return self._of_datasets("ParallelInterleaveDatasetV4", map_func, further, attrs, name)

    def _of_datasets(self, op, map_func, further, attrs, name):
        function = functions.trace(map_func, self.element_spec)
        if not isinstance(function.output_spec, DatasetSpec):
            raise TypeError(f"map_func must give a dataset, it gives {function.output_spec}")
        args = (self._variant, function.captured, *further)
        spec = function.output_spec.element_spec
        return make(op, args, spec, {"f": function, **attrs}, name)

    @public
    def scan(self, initial_state, scan_func, name=None):
        """The outputs of (state, output) = scan_func(state, element)."""
        start, state = components(to_tensors(initial_state))
        function = functions.trace(scan_func, state, self.element_spec)
        spec = function.output_spec
        if not isinstance(spec, tuple) or len(spec) != 2:
            raise TypeError(f"scan_func must give (state, output), it gives {spec}")
        args = (self._variant, start, function.captured)
        attrs = {"f": function, "preserve_cardinality": True}
        return make("ScanDataset", args, spec[1], attrs, name)

    @public
    def take_while(self, predicate, name=None):
        """The elements up to the first one for which predicate does not hold."""
        function = functions.trace(predicate, self.element_spec)
        args = (self._variant, function.captured)
        attrs = {"predicate": function}
        return make("TakeWhileDataset", args, self.element_spec, attrs, name)

    @public
    def take(self, count, name=None):
        """The first `count` elements; all if -1."""
        return make("TakeDataset", (self._variant, int64(count)), self.element_spec, name=name)

    @public
    def skip(self, count, name=None):
        """All but the first `count` elements."""
        return make("SkipDataset", (self._variant, int64(count)), self.element_spec, name=name)

    @public
    def shard(self, num_shards, index, name=None):
        """Every num_shards-th element from `index` on: the part of one of several workers."""
        if isinstance(num_shards, int) and isinstance(index, int) and not 0 <= index < num_shards:
            from millrace import errors

            raise errors.InvalidArgumentError(None, None, f"shard: index {index} of {num_shards}")
        args = (self._variant, int64(num_shards), int64(index))
        return make("ShardDataset", args, self.element_spec, name=name)

    @public
    def enumerate(self, start=0, name=None):
        """(number, element), numbered from start."""
        from millrace.data.dataset import Dataset

        return Dataset.zip((Dataset.range(start, 2**63 - 1), self), name=name)

    @public
    def concatenate(self, dataset, name=None):
        """The elements of this dataset, then those of the other one."""
        spec = common_spec(self.element_spec, dataset.element_spec)
        return make("ConcatenateDataset", (self._variant, dataset._variant), spec, name=name)

    @public
    def cache(self, filename="", name=None):
        """The elements, kept once they were made: in memory, or in files of that name."""
        if context.building_graph() is None:
            store = apply_op("AnonymousMemoryCache", ())[0]
            made = make(
                "CacheDatasetV2", (self._variant, filename, store), self.element_spec, name=name
            )
            made._kept = store
            return made
        return make("CacheDataset", (self._variant, filename), self.element_spec, name=name)

    @public
    def prefetch(self, buffer_size, name=None):
        """The same elements, made ready ahead by a thread of their own: up to `buffer_size` of
        them."""
        size = 2 if isinstance(buffer_size, int) and buffer_size == AUTOTUNE else buffer_size
        return make("PrefetchDataset", (self._variant, int64(size)), self.element_spec, name=name)

    @public
    def unique(self, name=None):
        """Each element once, where it occurs first. Elements are scalars."""
        return make("UniqueDataset", (self._variant,), self.element_spec, name=name)

    @public
    def ignore_errors(self, log_warning=False, name=None):
        """The elements that can be made; those that give errors are left out."""
        attrs = {"log_warning": log_warning}
        return make("IgnoreErrorsDataset", (self._variant,), self.element_spec, attrs, name)

    @public
    def with_options(self, options, name=None):
        """The same elements; options change nothing of what they are."""
        from millrace.data.dataset import Dataset

        made = Dataset(self._variant, self.element_spec)
        made._options, made._kept = options, self
        made._py_functions = self._py_functions
        return made

    @public
    def reduce(self, initial_state, reduce_func, name=None):
        """The last state of state = reduce_func(state, element)."""
        start, state = components(to_tensors(initial_state))
        function = functions.trace(reduce_func, state, self.element_spec)
        found = nest.flatten(function.output_spec)
        if [s.dtype for s in found] != [s.dtype for s in nest.flatten(state)]:
            raise TypeError(
                f"reduce_func must give the types of the initial state, {state}; it gives "
                f"{function.output_spec}"
            )
        args = (self._variant, start, function.captured)
        spec = nest.pack_like(state, [_looser(s, t) for s, t in zip(found, nest.flatten(state))])
        attrs = {"f": function.name, **types_of(spec)}
        return pack(spec, apply_op("ReduceDataset", args, attrs, name))

    @public
    def apply(self, transformation_func):
        """transformation_func(dataset)."""
        made = transformation_func(self)
        if not isinstance(made, Transformations):
            raise TypeError(f"apply: the function must give a dataset, it gives {made!r}")
        return made

    @public
    def cardinality(self, name=None):
        """The number of elements as an int64 tensor; -1 if there is no end, -2 if it is not
        known."""
        return apply_op("DatasetCardinality", (self._variant,), None, name)

    def __bool__(self):
        return True

    def __len__(self):
        if context.building_graph() is not None:
            raise TypeError("len() of a dataset needs a dataset that was made outside of graphs")
        n = int(self.cardinality())
        if n == INFINITE_CARDINALITY:
            raise TypeError("the dataset is infinite")
        if n < 0:
            raise TypeError("the length of the dataset is not known")
        return n


def _looser(a, b):
    return a if a.shape == b.shape else a.most_specific_common_supertype([b])


def _deterministic(value):
    return "default" if value is None else "true" if value else "false"
