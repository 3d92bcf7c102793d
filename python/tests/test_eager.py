"""Ops that run at once, tapes, traced functions."""

import gc
import weakref

import millrace as mr
import numpy as np
import pytest


def test_operators_are_numpys():
    x, y = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32), np.array([3.0, -2.0], np.float32)
    a, b = mr.constant(x), mr.constant(y)
    for f in (
        lambda p, q: p + q,
        lambda p, q: p - q,
        lambda p, q: p * q,
        lambda p, q: p / q,
        lambda p, q: p % q,
        lambda p, q: p // q,
        lambda p, q: p**2 + 2**q,
        lambda p, q: 1 - p,
        lambda p, q: -p + abs(q),
        lambda p, q: p < q,
        lambda p, q: p >= q,
        lambda p, q: p == q,
        lambda p, q: p != q,
        lambda p, q: p @ p,
        lambda p, q: p[0] + p[:, 1] + p[..., None][1, :, 0],
    ):
        np.testing.assert_allclose(f(a, b).numpy(), f(x, y), rtol=1e-6)
    assert (mr.constant(7) / mr.constant(2)).numpy() == 3.5
    assert (mr.constant([1, 2]) + np.array([1, 2], np.int32)).numpy().tolist() == [2, 4]
    assert (np.array([1.0, 2.0], np.float32) * mr.constant([2.0, 2.0])).numpy().tolist() == [2, 4]
    assert (mr.constant([True, False]) & mr.constant([True, True])).numpy().tolist() == [
        True,
        False,
    ]
    assert (~mr.constant([1])).numpy().tolist() == [-2]


def test_a_tensor_behaves_like_its_value():
    t = mr.constant([1.0, 2.0, 3.0])
    assert len(t) == 3 and [float(v) for v in t] == [1, 2, 3]
    assert np.asarray(t).tolist() == [1, 2, 3]
    assert t.shape == [3] and t.dtype == mr.float32 and t.ndim == 1
    assert bool(mr.constant(1)) and int(mr.constant(3)) == 3 and [0, 1, 2][mr.constant(1)] == 1
    assert f"{mr.constant(2.5):.1f}" == "2.5"
    assert "2.5" in repr(mr.constant(2.5))
    assert isinstance(t, mr.Tensor)
    assert (t == None) is False  # noqa: E711
    with pytest.raises(TypeError, match="unhashable"):
        hash(t)
    assert {t.ref(): 1}[t.ref()] == 1
    with pytest.raises(ValueError):
        bool(t)


def test_what_numpy_gives_cannot_change_a_tensor():
    t = mr.constant(np.zeros(1000, np.float32))
    array = t.numpy()
    with pytest.raises(ValueError):
        array[0] = 1
    source = np.zeros(1000, np.float32)
    t = mr.constant(source)
    source[:] = 1
    assert t.numpy().sum() == 0


def test_errors():
    with pytest.raises(mr.errors.InvalidArgumentError, match=r"\[2\].*\[3\]"):
        mr.constant([1.0, 2.0]) + mr.constant([1.0, 2.0, 3.0])
    with pytest.raises((mr.errors.InvalidArgumentError, ValueError)):
        mr.constant(1.0) + mr.constant(1)
    with pytest.raises(TypeError):
        mr.constant([1.0]) + "a"
    with pytest.raises(RuntimeError):
        mr.compat.v1.placeholder(mr.float32)


def test_variables():
    v = mr.Variable([1.0, 2.0], name="v")
    assert v.shape == [2] and v.dtype == mr.float32 and v.trainable
    v.assign([3.0, 4.0])
    v.assign_add([1.0, 1.0])
    v.assign_sub([0.0, 2.0])
    assert v.numpy().tolist() == [4.0, 3.0]
    assert (v + 1).numpy().tolist() == [5.0, 4.0]
    assert v[0].numpy() == 4.0
    before = v.value()
    v.assign([0.0, 0.0])
    assert before.numpy().tolist() == [4.0, 3.0]
    with pytest.raises(ValueError):
        v.assign([1.0, 2.0, 3.0])
    v.scatter_add(mr.IndexedSlices(mr.constant([5.0]), mr.constant([1])))
    assert v.numpy().tolist() == [0.0, 5.0]


def test_tape():
    x = mr.constant([1.0, 2.0])
    with mr.GradientTape() as tape:
        tape.watch(x)
        y = mr.reduce_sum(x * x * x)
    np.testing.assert_allclose(tape.gradient(y, x).numpy(), [3.0, 12.0])
    with pytest.raises((RuntimeError, mr.errors.FailedPreconditionError)):
        tape.gradient(y, x)


def test_tape_of_variables_and_structures():
    w, b = mr.Variable([[2.0], [3.0]]), mr.Variable(1.0)
    constant = mr.Variable(5.0, trainable=False)
    x = mr.constant([[1.0, 2.0]])
    with mr.GradientTape() as tape:
        loss = mr.reduce_sum(mr.matmul(x, w) + b * constant)
    gradients = tape.gradient(loss, {"w": w, "rest": [b, constant]})
    assert gradients["w"].numpy().tolist() == [[1.0], [2.0]]
    assert gradients["rest"][0].numpy() == 5.0 and gradients["rest"][1] is None
    assert set(map(id, tape.watched_variables())) == {id(w), id(b)}


def test_second_order_and_persistent():
    x = mr.constant(3.0)
    with mr.GradientTape() as outer:
        outer.watch(x)
        with mr.GradientTape() as inner:
            inner.watch(x)
            y = x * x * x
        dy = inner.gradient(y, x)
    assert outer.gradient(dy, x).numpy() == 18.0
    with mr.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = y * x
    assert tape.gradient(y, x).numpy() == 6.0 and tape.gradient(z, x).numpy() == 27.0


def test_gather_of_a_variable_has_a_sparse_gradient():
    table = mr.Variable(np.arange(12, dtype=np.float32).reshape(4, 3))
    with mr.GradientTape() as tape:
        loss = mr.reduce_sum(mr.gather(table, [1, 3]))
    gradient = tape.gradient(loss, table)
    assert isinstance(gradient, mr.IndexedSlices)
    assert gradient.indices.numpy().tolist() == [1, 3]


def test_optimizer_at_once():
    v = mr.Variable([5.0])
    optimizer = mr.train.GradientDescentOptimizer(0.1)
    for _ in range(3):
        optimizer.minimize(lambda: mr.reduce_sum(v * v), var_list=[v])
    assert v.numpy()[0] == pytest.approx(5 * 0.8**3)


def test_function_traces_once_a_kind_of_argument():
    calls = []

    @mr.function
    def f(x, n=2):
        calls.append(x.shape)
        return {"y": x * float(n), "none": None}

    assert f(mr.constant([1.0, 2.0]))["y"].numpy().tolist() == [2.0, 4.0]
    assert f(mr.constant([3.0, 4.0]))["y"].numpy().tolist() == [6.0, 8.0]
    assert len(calls) == 1
    assert f(mr.constant([1.0]))["none"] is None
    assert f(np.float32(1.0), n=3)["y"].numpy() == 3.0
    assert len(calls) == f.experimental_get_tracing_count() == 3


def test_function_with_variables_and_effects_in_order():
    v = mr.Variable(1.0)

    @mr.function
    def f(x):
        before = v + 0.0
        v.assign_add(x)
        middle = v + 0.0
        v.assign(v * 2.0)
        return before, middle, v.value()

    assert [float(t) for t in f(mr.constant(2.0))] == [1.0, 3.0, 6.0]
    assert [float(t) for t in f(mr.constant(1.0))] == [6.0, 7.0, 14.0]
    assert v.numpy() == 14.0


def test_gradients_through_a_function():
    w = mr.Variable([1.0, 2.0])

    @mr.function
    def loss(x):
        return mr.reduce_sum(w * w * x)

    with mr.GradientTape() as tape:
        value = loss(mr.constant([3.0, 4.0]))
    np.testing.assert_allclose(tape.gradient(value, w).numpy(), [6.0, 16.0])


def test_a_tape_inside_a_function():
    w = mr.Variable([4.0])
    optimizer = mr.train.GradientDescentOptimizer(0.25)

    @mr.function
    def step():
        with mr.GradientTape() as tape:
            loss = mr.reduce_sum(w * w)
        optimizer.apply_gradients(zip(tape.gradient(loss, [w]), [w]))
        return loss

    assert float(step()) == 16.0
    assert float(step()) == 4.0
    assert w.numpy().tolist() == [1.0]


def test_functions_call_functions_and_methods():
    @mr.function
    def double(x):
        return x * 2.0

    @mr.function
    def outer(x):
        return double(x) + double(x + 1.0)

    assert float(outer(mr.constant(1.0))) == 6.0

    class Model:
        def __init__(self):
            self.v = mr.Variable(3.0)

        @mr.function
        def __call__(self, x):
            return self.v * x

    model = Model()
    assert float(model(mr.constant(2.0))) == 6.0
    other = Model()
    other.v.assign(5.0)
    assert float(other(mr.constant(2.0))) == 10.0
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_the_state_of_a_variable_lives_as_long_as_its_handle():
    variable = mr.Variable(3.0)
    handle = variable.handle
    # A handle that keeps nothing alive: what it is of is known by its name.
    again = mr.raw_ops.Identity(input=handle)
    del variable
    gc.collect()
    assert float(mr.raw_ops.ReadVariableOp(resource=handle, dtype=mr.float32)) == 3.0
    del handle
    gc.collect()
    assert not bool(mr.raw_ops.VarIsInitializedOp(resource=again))


def test_a_trace_keeps_the_variables_it_captured():
    def make():
        variable = mr.Variable(2.0)
        return mr.function(lambda x: x * variable).get_concrete_function(mr.TensorSpec([]))

    trace = make()
    gc.collect()
    assert float(trace(mr.constant(4.0))) == 8.0


def test_input_signature():
    @mr.function(input_signature=[mr.TensorSpec([None], mr.float32)])
    def f(x):
        return mr.reduce_sum(x)

    assert float(f(mr.constant([1.0, 2.0]))) == 3.0
    assert float(f(mr.constant([1.0, 2.0, 3.0]))) == 6.0
    assert f.experimental_get_tracing_count() == 1
    with pytest.raises(TypeError):
        f(mr.constant([1]))


def test_the_cache_of_traces_is_bounded():
    @mr.function
    def f(x, n):
        return x + float(n)

    from millrace.framework.function import _MAX_TRACES

    for n in range(_MAX_TRACES + 20):
        assert float(f(mr.constant(1.0), n)) == 1.0 + n
    assert len(f._traces) == _MAX_TRACES


def test_control_flow_in_a_function():
    @mr.function
    def f(x):
        y = mr.cond(x > 0.0, lambda: x * 2.0, lambda: -x)
        _, s = mr.while_loop(lambda i, s: i < 5, lambda i, s: (i + 1, s + y), [0, 0.0])
        return s

    assert float(f(mr.constant(1.0))) == 10.0
    assert float(f(mr.constant(-1.0))) == 5.0


def test_an_error_inside_a_function_names_the_users_line():
    @mr.function
    def f(x):
        return mr.reshape(x, mr.shape(x) + 1)

    with pytest.raises(mr.errors.InvalidArgumentError) as info:
        f(mr.constant([1.0, 2.0]))
    assert __file__ in str(info.value)


def test_graph_and_immediate_code_side_by_side():
    a = mr.constant(2.0)
    with mr.Graph().as_default(), mr.Session() as session:
        assert not mr.executing_eagerly()
        b = a * 3.0  # the value becomes a constant of the graph
        assert session.run(b) == 6.0
    assert mr.executing_eagerly()
    with pytest.raises(TypeError, match="graph"):
        a + b
