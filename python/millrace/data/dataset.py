"""Dataset: a sequence of elements (structures of tensors), made by ops of the graph or by ops that
run at once."""

import glob

from millrace import dtypes
from millrace._load import public
from millrace.data.elements import (
    common_spec,
    components,
    datasets,
    int64,
    make,
    rows_of,
    to_tensors,
    types_of,
)
from millrace.data.grouping import Grouping, single
from millrace.data.iterator import Iterator, NumpyIterator, make_iterator
from millrace.data.transformations import Transformations
from millrace.framework import context, nest
from millrace.framework.dispatch import apply_op
from millrace.framework.sparse_tensor import SparseTensor
from millrace.framework.tensor import TensorSpec
from millrace.framework.type_spec import RaggedTensorSpec, SparseTensorSpec


class Dataset(Transformations, Grouping):
    """A sequence of elements of one structure. Every method gives a new dataset.

    Attributes:
      element_spec: the structure, with a TensorSpec for each tensor.
    """

    _options = None
    _kept = None  # what must live as long

    def __init__(self, variant, element_spec):
        self._variant = variant
        self.element_spec = element_spec
        self._py_functions = set()  # what its elements call by token
        datasets.setdefault(id(variant), self)

    # ----- sources -----

    @staticmethod
    @public
    def from_tensor_slices(tensors, name=None):
        """The rows of tensors: one element for each index of the first dimension."""
        parts, whole = components(to_tensors(tensors), rows=True)
        if not parts:
            raise ValueError("from_tensor_slices: there must be a tensor at least")
        for c in parts:
            if c.shape.rank == 0:
                raise ValueError("from_tensor_slices: a scalar has no rows")
            if not c.shape[:1].is_compatible_with(parts[0].shape[:1]):
                raise ValueError(
                    f"from_tensor_slices: the numbers of rows differ: {parts[0].shape[0]} and "
                    f"{c.shape[0]}"
                )
        spec = rows_of(whole)
        attrs = {"output_shapes": types_of(spec)["output_shapes"]}
        return Dataset(apply_op("TensorSliceDataset", (parts,), attrs, name), spec)

    @staticmethod
    @public
    def from_tensors(tensors, name=None):
        """One element."""
        parts, spec = components(to_tensors(tensors))
        attrs = {"output_shapes": types_of(spec)["output_shapes"]}
        return Dataset(apply_op("TensorDataset", (parts,), attrs, name), spec)

    @staticmethod
    @public
    def range(*args, output_type=dtypes.int64, name=None):
        """Numbers, as Python's range gives them."""
        if not 1 <= len(args) <= 3:
            raise ValueError(f"range takes 1 to 3 numbers, got {len(args)}")
        start, stop, step = {1: (0, *args, 1), 2: (*args, 1), 3: args}[len(args)]
        spec = TensorSpec([], output_type)
        return make("RangeDataset", (int64(start), int64(stop), int64(step)), spec, name=name)

    @staticmethod
    @public
    def counter(start=0, step=1, dtype=dtypes.int64, name=None):
        """Numbers without end."""
        made = Dataset.range(start, 2**63 - 1 if step > 0 else -(2**63), step, name=name)
        dtype = dtypes.as_dtype(dtype)
        if dtype is dtypes.int64:
            return made
        return made.map(lambda x: apply_op("Cast", (x,), {"DstT": dtype}))

    @staticmethod
    @public
    def random(seed=None, rerandomize_each_iteration=None, name=None):
        """int64 numbers of [0, 2^32) without end, by chance; the same ones for the same seed."""
        from millrace import random
        from millrace.data.random_source import numbers

        if rerandomize_each_iteration:
            raise NotImplementedError("Dataset.random: each iteration has the same numbers")
        return numbers(*random.get_seed(seed))

    @staticmethod
    @public
    def zip(*args, datasets=None, name=None):
        """Elements of several datasets side by side, as long as all have one."""
        if not args and datasets is None:
            raise TypeError("zip: there must be a dataset at least")
        given = datasets if datasets is not None else args[0] if len(args) == 1 else args
        flat = nest.flatten(given)
        for d in flat:
            if not isinstance(d, Dataset):
                raise TypeError(f"zip takes datasets, got {d!r}")
        spec = nest.pack_like(given, [d.element_spec for d in flat])
        return make("ZipDataset", ([d._variant for d in flat],), spec, name=name)

    @staticmethod
    @public
    def list_files(file_pattern, shuffle=None, seed=None, name=None):
        """The names of the files that match the patterns now; in another order in each turn unless
        shuffle is False.

        InvalidArgumentError if there are none.
        """
        patterns = [file_pattern] if isinstance(file_pattern, (str, bytes)) else file_pattern
        patterns = patterns.numpy().reshape(-1) if hasattr(patterns, "numpy") else patterns
        patterns = [p.decode() if isinstance(p, bytes) else str(p) for p in patterns]
        names = sorted({n for p in patterns for n in glob.glob(p)})
        if not names:
            from millrace import errors

            raise errors.InvalidArgumentError(None, None, f"no files match {', '.join(patterns)}")
        made = Dataset.from_tensor_slices(names)
        return made if shuffle is False else made.shuffle(len(names), seed=seed, name=name)

    @staticmethod
    @public
    def choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset=True):
        """Elements of the dataset of the number that the next element of choice_dataset, int64,
        says."""
        spec = common_spec(*(d.element_spec for d in datasets))
        args = (choice_dataset._variant, [d._variant for d in datasets])
        attrs = {"stop_on_empty_dataset": stop_on_empty_dataset}
        return make("DirectedInterleaveDataset", args, spec, attrs)

    @staticmethod
    @public
    def sample_from_datasets(
        datasets,
        weights=None,
        seed=None,
        stop_on_empty_dataset=False,
        rerandomize_each_iteration=None,
    ):
        """Elements of the datasets by chance, in the proportions of the weights (all alike)."""
        from millrace import random
        from millrace.data.random_source import choices

        if weights is not None and not isinstance(weights, Dataset):
            if len(weights) != len(datasets):
                raise ValueError(f"{len(weights)} weights for {len(datasets)} datasets")
            if not hasattr(weights, "graph"):  # what is never drawn would be waited for
                drawn = [(d, float(w)) for d, w in zip(datasets, weights) if float(w) > 0]
                datasets, weights = [d for d, _ in drawn], [w for _, w in drawn]
        seed, seed2 = random.get_seed(seed)
        selected = choices(len(datasets), weights, seed, seed2)
        return Dataset.choose_from_datasets(datasets, selected, stop_on_empty_dataset)

    @staticmethod
    @public
    def from_sparse_tensor_slices(sparse_tensor):
        """(indices, values, shape) of each row of a SparseTensor."""
        if not isinstance(sparse_tensor, SparseTensor):
            raise TypeError(
                f"from_sparse_tensor_slices takes a SparseTensor, got {sparse_tensor!r}"
            )
        rank = sparse_tensor.shape.rank
        rank = None if rank is None else rank - 1
        spec = (
            TensorSpec([None, rank], dtypes.int64),
            TensorSpec([None], sparse_tensor.dtype),
            TensorSpec([rank], dtypes.int64),
        )
        return Dataset(apply_op("SparseTensorSliceDataset", tuple(sparse_tensor._leaves())), spec)

    @staticmethod
    @public
    def from_generator(
        generator,
        output_types=None,
        output_shapes=None,
        args=None,
        output_signature=None,
        name=None,
    ):
        """What generator(*args) yields; it is called anew for each iteration, and what it gives is
        closed when the iteration ends. Runs only in this process.

        Args:
          generator: gives an iterable of elements: structures of what numpy makes arrays of.
          output_signature: the structure of an element, of TensorSpecs.
          output_types, output_shapes: the older form: structures of dtypes, and of shapes (unknown
            if left out).
          args: tensors, given to generator as arrays.
        Raises:
          InvalidArgumentError, when it runs, for an element of another structure, dtype or shape.
        """
        from millrace.data.generator import from_generator
        from millrace.data.iterator import _spec

        if not callable(generator):
            raise TypeError(f"generator must be callable, got {generator!r}")
        if output_signature is not None and not (output_types is output_shapes is None):
            raise TypeError("from_generator: output_signature, or output_types and output_shapes")
        if output_signature is None:
            if output_types is None:
                raise TypeError("from_generator: give output_signature (or output_types)")
            output_signature = _spec(output_types, output_shapes)
        if isinstance(output_signature, list):
            output_signature = tuple(output_signature)
        for spec in nest.flatten(output_signature):
            if not isinstance(spec, (TensorSpec, RaggedTensorSpec, SparseTensorSpec)):
                raise TypeError(f"output_signature must be of TensorSpecs, got {spec!r}")
        return from_generator(generator, output_signature, () if args is None else args, name)

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

    @public
    def get_single_element(self, name=None):
        """The only element. InvalidArgumentError if there is another number of them."""
        return single(self)

    @public
    def as_numpy_iterator(self):
        """The elements as arrays (where ops run at once)."""
        if context.building_graph() is not None:
            raise RuntimeError("as_numpy_iterator() needs a dataset made where ops run at once")
        return NumpyIterator(self)

    @public
    def options(self):
        """The options given to with_options()."""
        from millrace.data.options import Options

        return self._options or Options()

    @property
    def output_types(self):
        return nest.map_structure(lambda s: s.dtype, self.element_spec)

    @property
    def output_shapes(self):
        return nest.map_structure(lambda s: s.shape, self.element_spec)

    def __iter__(self):
        if context.building_graph() is not None:
            raise RuntimeError(
                "a dataset of a graph is not iterated over by Python: use get_next()"
            )
        return Iterator.of_eager(self)

    def __repr__(self):
        return f"<mr.data.Dataset element_spec={self.element_spec}>"
