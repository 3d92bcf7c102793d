"""What chooses a trace of a function, and what keeps it.

The values are those of TensorFlow 2.21, but for Python's 1, 1.0 and True, which it takes for
one."""

import gc
import weakref

import millrace as mr
import numpy as np
import pytest
from autograph_programs import Programs

programs = Programs()


def counts(f, arguments):
    """The number of traces after each call."""
    found = []
    for a in arguments:
        f(*a) if isinstance(a, tuple) else f(a)
        found.append(f.experimental_get_tracing_count())
    return found


def test_pythons_values():
    f = mr.function(lambda x: mr.constant(0))
    values = [1, 1.0, True, 1, 1.0, True, "a", b"a", None, "a", None, float("nan"), float("nan")]
    assert counts(f, values) == [1, 2, 3, 3, 3, 3, 4, 5, 6, 6, 6, 7, 7]


@programs.gives([[1, 1, 1, 2, 3, 3], [[2.0, 3.0], 2.0]])
def variables():
    @mr.function
    def f(v):
        return v + 1.0

    a, vector = mr.Variable(1.0), mr.Variable([1.0, 2.0])
    fixed = [mr.Variable(x, trainable=False) for x in (1.0, 3.0)]
    return counts(f, [a, mr.Variable(2.0), a, vector, *fixed]), [f(vector), f(a)]


@programs.gives(
    [
        [14.0, 2.0, 12.0, 1],
        [25.0, 12.0, 13.0, 1],
        [46.0, 23.0, 13.0, 2],
        [48.0, 23.0, 24.0, 2],
        [37.0, 24.0, 24.0, 2],
    ]
)
def one_variable_twice():
    @mr.function
    def f(v, w):
        v.assign_add(1.0)
        w.assign_add(10.0)
        return v + w

    a, b, c = (mr.Variable(x) for x in (1.0, 2.0, 3.0))
    return [
        (f(*p), float(a), float(b), f.experimental_get_tracing_count())
        for p in ((a, b), (b, a), (a, a), (b, b), (a, c))
    ]


@programs.gives([[9.0, 9.0, 1], [18.0, 9.0, 1]])
def gradients_of_variables():
    f = mr.function(lambda v, x: v * x * x)
    found = []
    for v in (mr.Variable(1.0), mr.Variable(2.0)):
        with mr.GradientTape() as tape:
            y = f(v, mr.constant(3.0))
        assert tape.watched_variables() == (v,)
        found.append((y, tape.gradient(y, v), f.experimental_get_tracing_count()))
    return found


@programs.gives([[3.0, 1], [3.0, 1], [2.0, 2], [1.0, 3]])
def variables_in_structures():
    @mr.function
    def f(d):
        return mr.add_n([v.read_value() for v in d["k"]])

    a, b = mr.Variable(1.0), mr.Variable(2.0)
    return [
        (f({"k": vs}), f.experimental_get_tracing_count()) for vs in ([a, b], [b, a], [a, a], [a])
    ]


@programs.gives([4.0, 20.0, 1])
def variables_through_functions():
    inner = mr.function(lambda v, x: v.assign_add(x).read_value())
    outer = mr.function(lambda v: inner(v, 1.0) * 2.0)
    return outer(mr.Variable(1.0)), outer(mr.Variable(9.0)), outer.experimental_get_tracing_count()


@programs.gives([[1, 1, 2, 3, 4], [5.0, [2, 2]]])
def sparse():
    shapes = []

    @mr.function
    def f(s):
        shapes.append(s.shape)
        return mr.sparse.reduce_sum(s)

    two = mr.SparseTensor([[0, 0], [1, 1]], [1.0, 4.0], [2, 2])
    given = [
        mr.SparseTensor([[0, 0]], [1.0], [2, 2]),
        two,
        mr.SparseTensor([[0, 0]], [1.0], [3, 2]),
        mr.SparseTensor([[0, 0]], [1], [2, 2]),
        mr.SparseTensor([[0, 0, 0]], [1], [2, 2, 2]),
    ]
    return counts(f, given), (f(two), shapes[0].as_list())


@programs.gives([[1, 1, 2, 2, 3, 4, 5], [8, 3, 0], [3, None]])
def ragged():
    shapes = []

    @mr.function
    def f(r):
        shapes.append(r.shape)
        return mr.reduce_sum(r, axis=1)

    constant = mr.ragged.constant
    three = constant([[1, 2, 5], [3], []])
    given = [
        constant([[1, 2], [3]]),
        constant([[1, 2, 5], [3]]),
        constant([[1, 2, 5], [3], [4]]),
        three,
        constant([[1.0, 2.0], [3.0]]),
        constant([[1, 2], [3]], row_splits_dtype=mr.int32),
        constant([[[1, 2]], [[3]]]),
    ]
    return counts(f, given), f(three), shapes[1].as_list()


@programs.gives([[1, 1, 2], [[0.0, 0.0], [3.0, 2.0]]])
def slices():
    def rows(values, index, count=2):
        return mr.IndexedSlices(mr.constant(values), mr.constant([index]), mr.constant([count, 2]))

    f = mr.function(lambda s: mr.convert_to_tensor(s))
    given = [rows([[1.0, 2.0]], 0), rows([[3.0, 2.0]], 1), rows([[3.0, 2.0]], 1, 3)]
    return counts(f, given), f(given[1])


@programs.gives([[7.0, 1], [8.0, 1]])
def captured():
    s, r = mr.SparseTensor([[0, 0]], [1.0], [2, 2]), mr.ragged.constant([[1.0, 2.0], [3.0]])
    f = mr.function(lambda x: mr.sparse.reduce_sum(s) * x + mr.reduce_sum(r))
    return [(f(mr.constant(x)), f.experimental_get_tracing_count()) for x in (1.0, 2.0)]


@programs.gives([[[3, 3], [3, 3, 4], 1], [[1.0, 0.0], [1.0, 0.0, 0.0], 1], [[[1, 2], [3]], [2]]])
def signatures():
    ragged_spec = mr.RaggedTensorSpec([None, None], mr.int32)

    @mr.function(input_signature=[ragged_spec])
    def f(r):
        return mr.reduce_sum(r, axis=1)

    @mr.function(input_signature=[mr.SparseTensorSpec([None, None], mr.float32)])
    def g(s):
        return mr.sparse.reduce_sum(s, axis=1)

    constant = mr.ragged.constant
    rows = constant([[1, 2], [3]])
    of_ragged = f(rows), f(constant([[1, 2], [3], [4]])), f.experimental_get_tracing_count()
    of_sparse = [g(mr.SparseTensor([[0, 0]], [1.0], [n, 2])) for n in (2, 3)]
    trace = mr.function(lambda r: r).get_concrete_function(ragged_spec)
    assert trace.structured_input_signature == ((ragged_spec,), {})
    doubled = mr.function(lambda r, n: r * n).get_concrete_function(ragged_spec, 2)
    return (
        of_ragged,
        (*of_sparse, g.experimental_get_tracing_count()),
        (trace(rows).to_list(), doubled(rows)[1].numpy() // 3),
    )


test = programs.test()


def test_relaxed_traces_know_no_sizes_of_composites():
    f = mr.function(lambda s: mr.sparse.reduce_sum(s), reduce_retracing=True)
    assert counts(f, [mr.SparseTensor([[0]], [1], [n]) for n in (2, 3, 4)]) == [1, 1, 1]
    g = mr.function(lambda r: mr.reduce_sum(r), reduce_retracing=True)
    rows = [mr.ragged.constant(v, mr.int32) for v in ([[1, 2]], [[1], [2]], [[]])]
    assert counts(g, [*rows, mr.ragged.constant([[1.0]])]) == [1, 1, 1, 2]


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        (mr.RaggedTensorSpec([None, None], mr.int32), mr.ragged.constant([[1.0]])),
        (mr.RaggedTensorSpec([None, None], mr.int32), mr.constant([[1]])),
        (mr.RaggedTensorSpec([3, None], mr.int32), mr.ragged.constant([[1]])),
        (mr.TensorSpec([None, None], mr.int32), mr.ragged.constant([[1]])),
        (mr.SparseTensorSpec([None, None], mr.int32), mr.constant([[1]])),
        (mr.TensorSpec([2]), mr.ones([3])),
        (mr.TensorSpec([]), None),
        (mr.TensorSpec([], mr.int32), 1.5),
    ],
)
def test_values_that_do_not_fit_a_signature(spec, value):
    f = mr.function(lambda x: x, input_signature=[spec])
    with pytest.raises(TypeError, match="argument 'x'"):
        f(value)


def test_signatures_that_are_none():
    for signature, text in (
        ([mr.float32], "of TensorSpecs, got mr.float32"),
        (mr.TensorSpec([]), "a tuple or a list"),
        ([3], "got 3"),
    ):
        with pytest.raises(TypeError, match=text):
            mr.function(lambda x: x, input_signature=signature)


def test_an_argument_given_twice():
    trace = mr.function(lambda x, y=2: x * y).get_concrete_function(mr.TensorSpec([None]))
    assert trace(x=mr.ones([1])).numpy().tolist() == [2.0]
    with pytest.raises(TypeError, match="multiple values for argument 'x'"):
        trace(mr.ones([1]), x=mr.ones([1]))


class Box:
    def __init__(self, value):
        self.value = value


def test_objects_are_not_kept_alive():
    f = mr.function(lambda box: mr.constant(box.value))
    a, b = Box(1), Box(2)
    assert [int(f(box)) for box in (a, b, a)] == [1, 2, 1]
    assert f.experimental_get_tracing_count() == 2
    gone = weakref.ref(a)
    del a
    gc.collect()
    assert gone() is None
    assert len(f._traces) == 1
    assert int(f(b)) == 2 and f.experimental_get_tracing_count() == 2


def test_modules_and_their_variables_are_not_kept_alive():
    class Scale(mr.Module):
        def __init__(self):
            super().__init__()
            self.v = mr.Variable(3.0)

        @mr.function
        def method(self, x):
            return self.v * x

    f = mr.function(lambda m, x: m.v * x)
    m = Scale()
    assert float(f(m, mr.constant(2.0))) == float(m.method(mr.constant(2.0))) == 6.0
    gone = weakref.ref(m), weakref.ref(m.v)
    del m
    gc.collect()
    assert [r() for r in gone] == [None, None]


def test_methods_as_arguments():
    class Holder:
        def method(self, x):
            return x + 1.0

    h, f = Holder(), mr.function(lambda g, x: g(x))
    assert float(f(h.method, mr.constant(1.0))) == float(f(h.method, mr.constant(1.0))) == 2.0
    assert f.experimental_get_tracing_count() == 1


def test_values_without_a_hash():
    f = mr.function(lambda s: mr.constant(len(s)))
    with pytest.raises(TypeError, match="no hash"):
        f({1, 2})


def test_specs():
    ragged, sparse = mr.RaggedTensorSpec, mr.SparseTensorSpec
    r, s = mr.ragged.constant([[1, 2], [3]]), mr.SparseTensor([[0, 0]], [1.0], [2, 2])
    assert mr.type_spec_from_value(r) == ragged([2, None], mr.int32)
    assert mr.type_spec_from_value(s) == sparse([2, 2])
    assert mr.type_spec_from_value(np.ones(2)) == mr.TensorSpec([2], mr.float64)
    assert ragged([2, None], mr.int32).is_compatible_with(r)
    assert not ragged([3, None], mr.int32).is_compatible_with(r)
    assert not ragged([2, None], mr.int64).is_compatible_with(r)
    assert sparse([None, 2]).is_compatible_with(s) and not sparse([2]).is_compatible_with(s)
    common = ragged([2, None], mr.int32).most_specific_common_supertype(
        [ragged([3, None], mr.int32)]
    )
    assert common == ragged([None, None], mr.int32)
    assert ragged([2, None]).most_specific_common_supertype([sparse([2, None])]) is None
    assert ragged([None, None, 2], ragged_rank=1).parts()[0] == mr.TensorSpec([None, 2])
    with pytest.raises(ValueError, match="ragged_rank"):
        ragged([None, None], ragged_rank=2)
    with pytest.raises(TypeError, match="not made of tensors"):
        mr.type_spec_from_value(object())
