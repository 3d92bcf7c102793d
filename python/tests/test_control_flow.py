"""cond, case, switch_case and while_loop in graphs."""

import millrace as mr
import numpy as np
import pytest
from millrace.compat import v1


@pytest.fixture
def session():
    with mr.Graph().as_default(), mr.Session() as s:
        yield s


def test_cond_runs_one_branch(session):
    x = v1.placeholder(mr.float32, [])
    v = mr.Variable(0.0)

    def positive():
        return v.assign_add(1.0) + x

    y = mr.cond(x > 0.0, positive, lambda: -x)
    session.run(mr.global_variables_initializer())
    assert session.run(y, {x: 3.0}) == 4.0
    assert session.run(y, {x: -3.0}) == 3.0
    assert session.run(v) == 1.0


def test_cond_has_gradients(session):
    x = v1.placeholder(mr.float32, [])
    y = mr.cond(x > 0.0, lambda: x * x, lambda: 5.0 * x)
    (g,) = mr.gradients(y, [x])
    assert session.run(g, {x: 3.0}) == 6.0
    assert session.run(g, {x: -3.0}) == 5.0


def test_cond_checks_its_branches(session):
    p = v1.placeholder(mr.bool, [])
    with pytest.raises(TypeError):
        mr.cond(p, lambda: mr.constant(1.0), lambda: mr.constant(1))
    with pytest.raises(ValueError):
        mr.cond(p, lambda: (mr.constant(1.0), mr.constant(2.0)), lambda: mr.constant(1.0))
    with pytest.raises(TypeError):
        mr.cond(p, 1.0, 2.0)


def test_switch_case_and_case(session):
    i = v1.placeholder(mr.int32, [])
    y = mr.switch_case(
        i, [lambda: mr.constant(10), lambda: mr.constant(20)], lambda: mr.constant(-1)
    )
    assert [session.run(y, {i: k}) for k in (0, 1, 2, -5)] == [10, 20, -1, -1]
    z = mr.case(
        [(i < 1, lambda: mr.constant(1)), (i < 2, lambda: mr.constant(2))], lambda: mr.constant(3)
    )
    assert [session.run(z, {i: k}) for k in (0, 1, 2)] == [1, 2, 3]


def test_while_loop(session):
    n = v1.placeholder(mr.int32, [])
    offset = mr.constant(2)
    i, (total, product) = mr.while_loop(
        lambda i, _: i < n, lambda i, s: (i + 1, (s[0] + i + offset, s[1] * 2)), [0, (0, 1)]
    )
    for k in (0, 1, 7):
        found = session.run([i, total, product], {n: k})
        assert found == [k, sum(range(k)) + 2 * k, 2**k]


def test_while_loop_gradient(session):
    x = v1.placeholder(mr.float32, [])
    _, y = mr.while_loop(lambda i, _: i < 3, lambda i, y: (i + 1, y * x), [0, x])
    (g,) = mr.gradients(y, [x])
    assert session.run(g, {x: 2.0}) == pytest.approx(4 * 2.0**3)


def test_while_loop_gradient_by_a_variable(session):
    v = mr.Variable(2.0)
    _, y = mr.while_loop(lambda i, _: i < 3, lambda i, y: (i + 1, y * v), [0, mr.constant(5.0)])
    (gradient,) = mr.gradients(y, v)
    session.run(v.initializer)
    assert session.run([y, gradient]) == [40.0, 60.0]


def test_while_loop_with_a_growing_shape(session):
    start = mr.zeros([1], mr.float32)

    def grow(i, v):
        return i + 1, mr.concat([v, mr.ones([1])], 0)

    with pytest.raises(ValueError, match="shape_invariants"):
        mr.while_loop(lambda i, v: i < 3, grow, [0, start])
    _, v = mr.while_loop(
        lambda i, v: i < 3,
        grow,
        [0, start],
        shape_invariants=[mr.TensorShape([]), mr.TensorShape([None])],
    )
    np.testing.assert_array_equal(session.run(v), [0, 1, 1, 1])


def test_maximum_iterations(session):
    (i,) = mr.while_loop(lambda i: i >= 0, lambda i: i + 1, [0], maximum_iterations=5)
    assert session.run(i) == 5


def test_functions_over_rows_at_once_and_in_a_function():
    x = np.arange(6, dtype=np.float32).reshape(3, 2)
    for run in (lambda f: f(mr.constant(x)), lambda f: mr.function(f)(mr.constant(x))):
        assert run(lambda t: mr.map_fn(lambda r: r * 2.0, t)).numpy().tolist() == (x * 2).tolist()
        assert run(lambda t: mr.foldl(lambda a, r: a + r, t)).numpy().tolist() == [6, 9]
        found = run(lambda t: mr.scan(lambda a, r: a + r, t))
        assert found.numpy().tolist() == np.cumsum(x, 0).tolist()
    with pytest.raises(ValueError, match="scalar"):
        mr.map_fn(lambda r: r, 1.0)
