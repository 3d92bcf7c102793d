"""Datasets whose elements are sparse and ragged tensors."""

import millrace as mr
import numpy as np
import pytest
from millrace.data.elements import make
from millrace.data.functions import trace

Dataset = mr.data.Dataset
Ragged, Sparse, Dense = mr.RaggedTensorSpec, mr.SparseTensorSpec, mr.TensorSpec


def ragged():
    return mr.ragged.constant([[1, 2], [3], []], mr.int32)


def deep():
    return mr.ragged.constant([[[1], [2, 3]], [], [[4]]], mr.int32)


def sparse():
    """[[1, 0, 2, 0], [0, 0, 0, 0], [0, 3, 0, 0]]"""
    return mr.SparseTensor([[0, 0], [0, 2], [2, 1]], [1.0, 2.0, 3.0], [3, 4])


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(plain(v) for v in value)
    if isinstance(value, mr.RaggedTensor):
        return value.to_list()
    if isinstance(value, mr.SparseTensor):
        return mr.sparse.to_dense(value).numpy().tolist()
    return value.numpy().tolist()


def elements(dataset, spec):
    """The elements, if that is what the dataset says of them."""
    assert dataset.element_spec == spec
    return [plain(e) for e in dataset]


ROWS = [[1.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 3.0, 0.0, 0.0]]


def test_rows_as_elements():
    made = Dataset.from_tensor_slices(ragged())
    assert elements(made, Ragged([None], mr.int32, 0)) == [[1, 2], [3], []]
    made = Dataset.from_tensor_slices(deep())
    assert elements(made, Ragged([None, None], mr.int32)) == [[[1], [2, 3]], [], [[4]]]
    made = Dataset.from_tensor_slices(sparse())
    assert elements(made, Sparse([4])) == ROWS
    words = mr.ragged.constant([["a", "b"], ["c"]])
    assert plain(next(iter(Dataset.from_tensor_slices(words)))) == [b"a", b"b"]
    spec = {"a": Ragged([None], mr.int32, 0), "b": Sparse([4]), "c": Dense([], mr.int32)}
    mixed = elements(
        Dataset.from_tensor_slices({"c": [7, 8, 9], "a": ragged(), "b": sparse()}), spec
    )
    assert mixed[2] == {"a": [], "b": ROWS[2], "c": 9}
    with pytest.raises(ValueError, match="numbers of rows differ: 3 and 2"):
        Dataset.from_tensor_slices((ragged(), [1, 2]))


def test_rows_of_a_sparse_tensor_in_no_order():
    s = mr.SparseTensor([[2, 1], [0, 2], [0, 0]], [3.0, 2.0, 1.0], [3, 4])
    assert elements(Dataset.from_tensor_slices(s), Sparse([4])) == ROWS


def test_one_element():
    made = Dataset.from_tensors((sparse(), ragged(), 5))
    spec = (Sparse([3, 4]), Ragged([3, None], mr.int32), Dense([], mr.int32))
    assert elements(made, spec) == [(ROWS, [[1, 2], [3], []], 5)]
    assert plain(made.get_single_element()) == (ROWS, [[1, 2], [3], []], 5)


def test_batches():
    batches = Dataset.from_tensor_slices(ragged()).batch(2)
    assert elements(batches, Ragged([None, None], mr.int32)) == [[[1, 2], [3]], [[]]]
    batches = Dataset.from_tensor_slices(deep()).batch(2, drop_remainder=True)
    assert elements(batches, Ragged([2, None, None], mr.int32)) == [[[[1], [2, 3]], []]]
    batches = Dataset.from_tensor_slices(deep()).batch(2).batch(2)
    assert elements(batches, Ragged([None] * 4, mr.int32)) == [[[[[1], [2, 3]], []], [[[4]]]]]
    batches = Dataset.from_tensor_slices(sparse()).batch(2)
    assert elements(batches, Sparse([None, 4])) == [ROWS[:2], ROWS[2:]]
    batches = Dataset.from_tensors(sparse()).repeat(2).batch(2)
    assert elements(batches, Sparse([None, 3, 4])) == [[ROWS, ROWS]]
    rebatched = Dataset.from_tensor_slices(sparse()).batch(2).rebatch(3)
    assert elements(rebatched, Sparse([None, 4])) == [ROWS]
    assert int(batches.cardinality()) == 1


def test_a_batch_of_sparse_tensors_of_several_shapes_holds_them_all():
    made = Dataset.range(1, 3).map(lambda n: mr.SparseTensor([[n - 1]], [n], [n]))
    assert elements(made.batch(2), Sparse([None, None], mr.int64)) == [[[1, 0], [0, 2]]]


def test_rows_of_elements():
    made = Dataset.from_tensors(ragged()).unbatch()
    assert elements(made, Ragged([None], mr.int32, 0)) == [[1, 2], [3], []]
    assert elements(Dataset.from_tensors(sparse()).unbatch(), Sparse([4])) == ROWS
    made = Dataset.from_tensor_slices(deep()).batch(2).unbatch()
    assert elements(made, Ragged([None, None], mr.int32)) == [[[1], [2, 3]], [], [[4]]]


@pytest.mark.parametrize("calls", [None, 2])
def test_functions_of_elements(calls):
    both = Dataset.from_tensors({"r": ragged(), "s": sparse()}).repeat(2)
    swapped = both.map(lambda e: (-e["s"], e["r"] * 2), num_parallel_calls=calls)
    want = ([[-x for x in row] for row in ROWS], [[2, 4], [6], []])
    assert [plain(e) for e in swapped] == [want, want]
    assert swapped.element_spec[1] == Ragged([3, None], mr.int32)
    assert int(swapped.cardinality()) == 2
    sums = both.map(lambda e: mr.reduce_sum(e["r"], axis=1), num_parallel_calls=calls)
    assert elements(sums, Dense([None], mr.int32))[0] == [3, 3, 0]
    counted = Dataset.range(3).map(
        lambda n: mr.RaggedTensor.from_row_lengths(mr.range(n * 2), [n, n]), calls
    )
    assert elements(counted, Ragged([2, None], mr.int64))[2] == [[0, 1], [2, 3]]


def test_transformations_keep_what_elements_are():
    rows = Dataset.from_tensor_slices(deep())
    spec = Ragged([None, None], mr.int32)
    assert elements(rows.filter(lambda r: r.nrows() > 0), spec) == [[[1], [2, 3]], [[4]]]
    more = Dataset.from_tensor_slices(mr.ragged.constant([[[9]]], mr.int32))
    assert elements(rows.concatenate(more), spec)[3] == [[9]]
    paired = Dataset.zip((rows, Dataset.from_tensor_slices(sparse())))
    assert elements(paired, (spec, Sparse([4])))[0] == ([[1], [2, 3]], ROWS[0])
    assert elements(rows.shuffle(3, seed=1).cache().prefetch(1).skip(2), spec)
    assert [[plain(e) for e in w] for w in rows.window(2)] == [[[[1], [2, 3]], []], [[[4]]]]
    flat = Dataset.from_tensors(deep()).flat_map(Dataset.from_tensor_slices)
    assert elements(flat, spec) == [[[1], [2, 3]], [], [[4]]]
    assert int(rows.reduce(0, lambda n, r: n + mr.reduce_sum(r))) == 10
    with pytest.raises(TypeError, match="different types"):
        rows.concatenate(Dataset.from_tensor_slices(sparse()))


def test_a_state_that_is_sparse():
    start = mr.SparseTensor([[0]], mr.constant([1], mr.int64), [4])
    last = Dataset.range(3).reduce(start, lambda s, n: s.with_values(s.values + n))
    assert plain(last) == [4, 0, 0, 0]


def test_ragged_batches():
    ranges = Dataset.range(1, 5).map(lambda n: mr.range(n))
    want = [[[0], [0, 1]], [[0, 1, 2], [0, 1, 2, 3]]]
    assert elements(ranges.ragged_batch(2), Ragged([None, None], mr.int64)) == want
    applied = ranges.apply(mr.data.experimental.dense_to_ragged_batch(2, True, mr.int32))
    assert elements(applied, Ragged([2, None], mr.int64, row_splits_dtype=mr.int32)) == want
    pairs = Dataset.range(1, 3).map(lambda n: (mr.fill([n, 2, n], n), n)).ragged_batch(2)
    spec = (Ragged([None, None, 2, None], mr.int64), Dense([None], mr.int64))
    assert elements(pairs, spec) == [([[[[1], [1]]], [[[2, 2], [2, 2]], [[2, 2], [2, 2]]]], [1, 2])]
    assert elements(Dataset.range(3).ragged_batch(2), Dense([None], mr.int64)) == [[0, 1], [2]]


@pytest.mark.parametrize("rows", [ragged, deep, sparse])
def test_padding_is_for_tensors(rows):
    with pytest.raises(TypeError, match="padded_batch: elements must be tensors"):
        Dataset.from_tensor_slices(rows()).padded_batch(2)


def test_generators():
    rows = [mr.ragged.constant([[1, 2], [3]]), mr.ragged.constant([[4]])]
    spec = (Ragged([None, None], mr.int32), Sparse([3, 4]))
    made = Dataset.from_generator(lambda: [(r, sparse()) for r in rows], output_signature=spec)
    assert elements(made, spec) == [([[1, 2], [3]], ROWS), ([[4]], ROWS)]
    wrong = Dataset.from_generator(lambda: [mr.ones([2, 2])], output_signature=spec[0])
    with pytest.raises(mr.errors.InvalidArgumentError, match="RaggedTensor where"):
        list(wrong)


def test_datasets_and_iterators_in_functions():
    @mr.function
    def total(dataset):
        n = 0
        for row in dataset:
            n += mr.reduce_sum(row)
        return n

    @mr.function
    def dense(iterator):
        return mr.sparse.to_dense(next(iterator))

    assert int(total(Dataset.from_tensor_slices(deep()))) == 10
    iterator = iter(Dataset.from_tensor_slices(sparse()))
    assert [dense(iterator).numpy().tolist() for _ in range(3)] == ROWS
    assert dense.experimental_get_tracing_count() == 1


def test_elements_in_graphs():
    with mr.Graph().as_default(), mr.Session() as session:
        s = mr.SparseTensor(*(np.array(t) for t in ([[0, 0], [2, 1]], [1.0, 3.0], [3, 4])))
        element = Dataset.from_tensor_slices(s).batch(3).get_next()
        assert session.run(mr.sparse.to_dense(element))[2].tolist() == [0.0, 3.0, 0.0, 0.0]


def test_optional_elements():
    iterator = iter(Dataset.from_tensor_slices(deep()).take(1))
    first, second = iterator.get_next_as_optional(), iterator.get_next_as_optional()
    assert bool(first.has_value()) and not bool(second.has_value())
    assert plain(first.get_value()) == [[1], [2, 3]]
    with pytest.raises(mr.errors.InvalidArgumentError):
        second.get_value()
    made = mr.data.experimental.Optional
    assert plain(made.from_value((1, sparse())).get_value()) == (1, ROWS)
    assert not bool(made.empty(Dense([], mr.int32)).has_value())


def test_a_function_keeps_the_number_of_elements_where_it_says_so():
    numbers = Dataset.range(3)
    doubled = numbers.map(lambda n: n * 2)
    assert int(doubled.cardinality()) == len(numbers.map(lambda n: n * 2, 2)) == 3
    twice = trace(lambda n: n * 2, numbers.element_spec)
    for keeps, count in ((True, 3), (False, mr.data.UNKNOWN_CARDINALITY)):
        attrs = {"f": twice, "preserve_cardinality": keeps}
        made = make("MapDataset", (numbers._variant, []), numbers.element_spec, attrs)
        assert int(made.cardinality()) == count


def test_elements_as_arrays():
    (rows, values), *_ = Dataset.from_tensors((ragged(), sparse())).as_numpy_iterator()
    assert [row.tolist() for row in rows] == [[1, 2], [3], []]
    assert values.tolist() == [1.0, 2.0, 3.0]  # as TensorFlow gives them
