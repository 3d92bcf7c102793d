"""How functions take their arguments, and how often they are traced.

The values are those of TensorFlow 2.21."""

import millrace as mr
import pytest
from autograph_programs import Programs

programs = Programs()


@programs.gives([[1.0, 2.0, 3.0, 4.0, 5.0], 2])
def relax():
    n = [0]

    @mr.function(reduce_retracing=True)
    def f(x):
        n[0] += 1
        return mr.reduce_sum(x)

    r = [f(mr.zeros([k]) + 1.0) for k in range(1, 6)]
    return r, n[0]


@programs.gives([[[3, 2], [3, 4]], 1])
def sig_partial():
    @mr.function(
        input_signature=[mr.TensorSpec([None, None], mr.float32), mr.TensorSpec([], mr.int32)]
    )
    def f(x, k=1):
        if k > 1:
            return mr.transpose(x)
        return x

    r = [f(mr.zeros([2, 3]), 2), f(mr.zeros([3, 4]), mr.constant(1))]
    return [t.shape.as_list() for t in r], f.experimental_get_tracing_count()


@programs.gives([[3.0], [6.0], [2.0, 4.0]])
def sig_kwargs():
    @mr.function(input_signature=[mr.TensorSpec([None], mr.float32), mr.TensorSpec([], mr.float32)])
    def f(x, scale):
        return x * scale

    return (
        f(mr.constant([1.0]), scale=mr.constant(3.0)),
        f(scale=mr.constant(3.0), x=mr.constant([2.0])),
        f([1.0, 2.0], 2.0),
    )


@programs.gives([6, 6, 20, 12])
def concrete_kwargs():
    @mr.function
    def f(x, y=2, *, z=None):
        return x + y if z is None else x * z

    c = f.get_concrete_function(mr.TensorSpec([], mr.int32), 5)
    d = f.get_concrete_function(
        x=mr.TensorSpec([], mr.int32, name="x"), z=mr.TensorSpec([], mr.int32, name="z")
    )
    return (
        c(mr.constant(1)),
        c(x=mr.constant(1)),
        d(x=mr.constant(4), z=mr.constant(5)),
        d(mr.constant(4), z=mr.constant(3)),
    )


@programs.gives(1)
def default_args_tracing():
    @mr.function
    def f(x, y=2):
        return x + y

    f(mr.constant(1))
    f(mr.constant(1), 2)
    f(mr.constant(1), y=2)
    f(x=mr.constant(1), y=2)
    return f.experimental_get_tracing_count()


@programs.gives([4, True, [4, [2]]])
def structured():
    @mr.function
    def f(d, t):
        return {"o": d["a"] + t[0], "n": None, "l": [t[1], (d["b"],)]}

    r = f({"a": mr.constant(1), "b": mr.constant(2)}, (mr.constant(3), 4))
    return r["o"], r["n"] is None, r["l"]


@programs.gives([6.0, 3.0])
def var_arg():
    v = mr.Variable(1.0)

    @mr.function
    def f(v, x):
        v.assign_add(x)
        return v * 2

    return f(v, mr.constant(2.0)), v


@programs.gives(["f", "doc", ["inp"], ["float32"], [None], 3])
def function_attrs():
    @mr.function
    def f(x):
        """doc"""
        return x

    c = f.get_concrete_function(mr.TensorSpec([None], mr.float32, name="inp"))
    return (
        f.__name__,
        f.__doc__,
        [i.name.split(":")[0] for i in c.inputs],
        [o.dtype.name for o in c.outputs],
        c.structured_outputs.shape.as_list(),
        f.python_function(3),
    )


@programs.gives([3, 3, 2])
def eager_globals():
    mr.config.run_functions_eagerly(True)
    n = [0]

    @mr.function
    def f(x):
        n[0] += 1
        if x > 0:
            return x
        return -x

    r = f(mr.constant(-3)), f(mr.constant(3)), n[0]
    mr.config.run_functions_eagerly(False)
    return r


@programs.gives([[False, True, True], True])
def is_symbolic():
    seen = []

    @mr.function
    def f(x):
        seen.append((mr.executing_eagerly(), mr.is_symbolic_tensor(x), mr.inside_function()))
        with mr.init_scope():
            seen.append(mr.executing_eagerly())
        return x

    f(mr.constant(1))
    return seen


test_programs = programs.test()


def counted(**options):
    """A function that counts its traces."""
    traces = []

    def first(x, y=2, *, z=None):
        traces.append((x, y, z))
        return mr.constant(0)

    return mr.function(first, **options), traces


def test_datasets_and_iterators_of_one_kind_share_a_trace():
    traces = []

    @mr.function
    def total(numbers):
        traces.append(numbers)
        found = mr.constant(0, mr.int64)
        for n in numbers:
            found += n
        return found

    assert [int(total(mr.data.Dataset.range(n))) for n in (3, 5, 4)] == [3, 10, 6]
    assert [int(total(iter(mr.data.Dataset.range(n)))) for n in (3, 5)] == [3, 10]
    assert len(traces) == 2


def test_arguments_that_do_not_fit():
    f, traces = counted()
    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        f()
    with pytest.raises(TypeError, match="too many positional arguments"):
        f(1, 2, 3)
    assert not traces


@pytest.mark.parametrize(
    ("args", "match"),
    [
        ((mr.constant([1]),), r"argument 'x' is int32\(1,\), which is not TensorSpec"),
        ((mr.constant([[1.0]]),), r"argument 'x' is float32\(1, 1\)"),
        (("text",), "argument 'x' must be TensorSpec"),
        ((mr.constant([1.0]), 3), "no place for"),
        ((), "missing a required argument"),
    ],
)
def test_an_input_signature_refuses(args, match):
    f, _ = counted(input_signature=[mr.TensorSpec([None], mr.float32)])
    assert f([1, 2]) == f(x=mr.constant([1.0]), y=2) == 0
    with pytest.raises(TypeError, match=match):
        f(*args)


def test_a_structured_input_signature():
    spec = {"a": mr.TensorSpec([], mr.float32), "b": (mr.TensorSpec([None], mr.int32),)}

    @mr.function(input_signature=[spec])
    def f(d):
        return d["a"], mr.reduce_sum(d["b"][0])

    assert [t.numpy() for t in f({"b": ([1, 2],), "a": 3})] == [3.0, 3]
    with pytest.raises(TypeError, match=r"must have the keys \['a', 'b'\]"):
        f({"a": 1.0})
    with pytest.raises(TypeError, match=r"\['b'\] must have 1 parts"):
        f({"a": 1.0, "b": ()})


def test_a_concrete_function_takes_what_it_was_traced_for():
    f, _ = counted()
    trace = f.get_concrete_function(mr.TensorSpec([None], mr.int32), 3)
    assert trace(mr.constant([1])) == trace(x=[1, 2]) == trace([1], 3) == 0
    assert [t.name for t in trace.inputs] == ["x:0"]
    assert [t.dtype for t in trace.outputs] == [mr.int32]
    for wrong in ({"y": 4}, {"w": 1}):
        with pytest.raises(TypeError):
            trace(mr.constant([1]), **wrong)
    with pytest.raises(TypeError, match="needs 'x'"):
        trace()


def test_variables_are_made_in_the_first_call_only():
    kept = []

    @mr.function
    def scaled(x):
        if not kept:
            kept.append(mr.Variable(x * 2))
        return x + kept[0]

    @mr.function
    def leaks(x):
        return x * mr.Variable(3.0)

    assert [float(scaled(mr.constant(v))) for v in (2.0, 3.0)] == [6.0, 7.0]
    assert float(kept[0]) == 4.0
    with pytest.raises(ValueError, match="leaks makes variables each time"):
        leaks(mr.constant(2.0))
    kept.clear()
    with pytest.raises(ValueError, match="depends on the argument 'x'"):
        mr.function(scaled.python_function).get_concrete_function(mr.TensorSpec([], mr.float32))


def test_a_function_of_a_function():
    f, traces = counted()
    outer = mr.function(f)
    assert outer.python_function is f
    assert outer(mr.constant(1)) == 0
    assert len(traces) == 1
