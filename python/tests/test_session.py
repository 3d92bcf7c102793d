"""Running steps."""

import collections
import gc
import threading
import weakref

import millrace as mr
import numpy as np
import pytest
from millrace.compat import v1


@pytest.fixture
def graph():
    with mr.Graph().as_default() as g:
        yield g


def test_fetches_in_the_structure_that_was_asked_for(graph):
    Pair = collections.namedtuple("Pair", ["a", "b"])
    x = mr.constant([1.0, 2.0])
    y = x * 2.0
    op = mr.no_op()
    with mr.Session() as session:
        assert session.run(op) is None
        found = session.run({"k": [x, (y, op)], "p": Pair(x, {"y": "mul:0"})})
        assert found["k"][0].tolist() == [1, 2] and found["k"][1][0].tolist() == [2, 4]
        assert found["k"][1][1] is None
        assert isinstance(found["p"], Pair) and found["p"].b["y"].tolist() == [2, 4]
        assert session.run([]) == []
        for wrong in (None, 3, [None], "nothing:0", object()):
            with pytest.raises((TypeError, ValueError)):
                session.run(wrong)


def test_feeds(graph):
    x = v1.placeholder(mr.float32, [None, 2], name="x")
    y = x + 1.0
    with mr.Session() as session:
        assert session.run(y, {x: [[1, 2]]}).tolist() == [[2, 3]]
        assert session.run(y, {"x:0": np.ones((3, 2), np.float32)}).shape == (3, 2)
        assert session.run(y, {x: np.ones((1, 2))}).dtype == np.float32  # float64 is cast
        assert session.run(y, {y: [[7, 7]]}).tolist() == [[7, 7]]  # any tensor may be fed
        assert session.run(
            y, {x: np.arange(8, dtype=np.float32).reshape(2, 4)[:, ::2]}
        ).tolist() == [[1, 3], [5, 7]]
        with pytest.raises(ValueError, match=r"Cannot feed value of shape \[3\].*x:0.*\[\?,2\]"):
            session.run(y, {x: [1.0, 2.0, 3.0]})
        with pytest.raises((TypeError, ValueError)):
            session.run(y, {x: [["a", "b"]]})
        with pytest.raises(mr.errors.InvalidArgumentError, match="x"):
            session.run(y)
        with pytest.raises((KeyError, ValueError, TypeError)):
            session.run(y, {"none:0": 1})


def test_read_only_arrays_are_fed_and_never_written(graph):
    x = v1.placeholder(mr.float32, [1000])
    y = mr.nn.relu(-x)
    array = np.ones(1000, np.float32)
    array.flags.writeable = False
    with mr.Session() as session:
        assert session.run(y, {x: array}).sum() == 0
        assert array.sum() == 1000


def test_a_fed_array_is_let_go_when_the_step_is_over(graph):
    class Array(np.ndarray):
        pass

    x = v1.placeholder(mr.float32, [100_000])
    y = mr.reduce_sum(x)
    array = np.ones(100_000, np.float32).view(Array)
    base = np.asarray(array)
    gone = weakref.ref(array)
    with mr.Session() as session:
        assert session.run(y, {x: base}) == 100_000
        del array, base
        session.run(y, {x: np.zeros(100_000, np.float32)})
        gc.collect()
        assert gone() is None


def test_a_fetched_array_never_changes(graph):
    v = mr.Variable(np.zeros(10_000, np.float32))
    add = v.assign_add(np.ones(10_000, np.float32)).op
    with mr.Session() as session:
        session.run(mr.global_variables_initializer())
        before = session.run(v)
        session.run(add)
        after = session.run(v)
        assert before.sum() == 0 and after.sum() == 10_000


def test_a_fed_array_that_is_kept_is_copied(graph):
    x = v1.placeholder(mr.float32, [10_000])
    v = mr.Variable(np.zeros(10_000, np.float32))
    assign = v.assign(x).op
    passed_on = mr.identity(x)
    array = np.ones(10_000, np.float32)
    with mr.Session() as session:
        session.run(assign, {x: array})
        fetched = session.run(passed_on, {x: array})
        array[:] = 5
        assert session.run(v).sum() == 10_000
        assert fetched.sum() == 10_000


def test_strings_and_bools_and_scalars(graph):
    s = v1.placeholder(mr.string, [None])
    b = v1.placeholder(mr.bool, [])
    with mr.Session() as session:
        assert session.run(mr.identity(s), {s: ["a", b"\xff"]}).tolist() == [b"a", b"\xff"]
        assert session.run(mr.logical_not(b), {b: True}) == np.False_
        value = session.run(mr.constant(2.5))
        assert isinstance(value, np.float32)


def test_callables(graph):
    x = v1.placeholder(mr.float32, [])
    y = v1.placeholder(mr.float32, [])
    with mr.Session() as session:
        f = session.make_callable([x + y, {"d": x - y}], [x, y])
        assert f(5.0, 3.0) == [8.0, {"d": 2.0}]
        assert session.make_callable(mr.no_op())() is None
        with pytest.raises(TypeError):
            f(1.0)
        g = session.make_callable(x * 2.0, [x], accept_options=True)
        metadata = mr.RunMetadata()
        assert g(4.0, options=mr.RunOptions(trace_level=3), run_metadata=metadata) == 8.0
        assert any(s.op == "Mul" for s in metadata.node_stats)


def test_the_graph_may_grow_between_steps(graph):
    with mr.Session() as session:
        a = mr.constant(1.0)
        assert session.run(a) == 1
        assert session.run(a + 1.0) == 2


def test_an_error_in_a_step_names_node_and_line(graph):
    x = v1.placeholder(mr.float32, [None])
    y = v1.placeholder(mr.float32, [None])
    z = mr.add(x, y, name="the_sum")
    with mr.Session() as session:
        with pytest.raises(mr.errors.InvalidArgumentError) as info:
            session.run(z, {x: [1.0, 2.0], y: [1.0, 2.0, 3.0]})
        text = str(info.value)
        assert text.startswith(__file__) and "the_sum" in text
        assert "[2]" in text and "[3]" in text
        assert all(str(entry.path) == __file__ for entry in info.traceback)
        assert session.run(z, {x: [1.0], y: [2.0]}).tolist() == [3.0]  # the session goes on


def test_uninitialised_variables(graph):
    v = mr.Variable(1.0, name="weights")
    with mr.Session() as session:
        with pytest.raises(mr.errors.FailedPreconditionError, match="weights"):
            session.run(v)
        assert session.run(mr.report_uninitialized_variables()).tolist() == [b"weights"]
        session.run(mr.global_variables_initializer())
        assert session.run(mr.report_uninitialized_variables()).tolist() == []


def test_concurrent_steps(graph):
    x = v1.placeholder(mr.float32, [64, 64])
    y = mr.reduce_sum(mr.matmul(x, x))
    v = mr.Variable(0, dtype=mr.int64)
    count = v.assign_add(1).op
    with mr.Session() as session:
        session.run(mr.global_variables_initializer())
        failures = []

        def work(k):
            array = np.full((64, 64), k, np.float32)
            for _ in range(50):
                value, _ = session.run([y, count], {x: array})
                if value != 64**3 * k * k:
                    failures.append((k, value))

        threads = [threading.Thread(target=work, args=(k,)) for k in range(1, 5)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert not failures
        assert session.run(v) == 200


def test_a_closed_session_is_refused(graph):
    a = mr.constant(1.0)
    session = mr.Session()
    f = session.make_callable(a)
    session.close()
    session.close()
    with pytest.raises(RuntimeError):
        session.run(a)
    with pytest.raises((RuntimeError, mr.errors.CancelledError)):
        f()


def test_default_sessions(graph):
    a = mr.constant(2.0)
    with pytest.raises(ValueError, match="no default session"):
        a.eval()
    with mr.Session():
        assert a.eval() == 2.0
        assert mr.get_default_session() is not None
    assert mr.get_default_session() is None


def test_deadline(graph):
    with mr.Session() as session:
        x = mr.constant(0.0)
        forever = mr.while_loop(lambda i: i < 1.0, lambda i: i * 1.0, [x])
        with pytest.raises(TimeoutError) as info:
            session.run(forever, options=mr.RunOptions(timeout_in_ms=200))
        assert isinstance(info.value, mr.errors.DeadlineExceededError)
        assert session.run(x) == 0.0
