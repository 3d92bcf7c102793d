"""Python functions among the ops: threads, errors, lifetimes. What they give is held against
TensorFlow by tests/interop/script_programs.py."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import weakref

import millrace as mr
import numpy as np
import pytest


def staged(function, wanted=mr.float32, op=mr.numpy_function):
    return mr.function(lambda *inputs: op(function, inputs, wanted))


def run_python(program):
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )


def test_functions_of_one_step_may_wait_for_each_other():
    n = 12
    barrier = threading.Barrier(n)

    def meet(i):
        barrier.wait(30)
        return i

    with mr.Graph().as_default(), mr.Session() as session:
        made = [mr.numpy_function(meet, [np.int64(i)], mr.int64) for i in range(n)]
        for _ in range(2):
            assert session.run(made) == list(range(n))


def test_a_function_may_run_the_session_that_runs_it():
    with mr.Graph().as_default(), mr.Session() as session:
        x = mr.placeholder(mr.float32, [])
        twice = x * 2
        y = mr.numpy_function(lambda v: session.run(twice, {x: v}) + 1, [x], mr.float32)
        assert session.run(y, {x: 3.0}) == 7
    inner = staged(lambda v: v * 2, op=mr.py_function)
    outer = staged(lambda v: inner(v) + 1, op=mr.py_function)
    assert float(outer(mr.constant(3.0))) == 7


def test_a_step_does_not_wait_for_a_function_beyond_its_time():
    leave = threading.Event()
    with mr.Graph().as_default(), mr.Session() as session:
        y = mr.numpy_function(lambda: leave.wait(30), [], mr.bool)
        with pytest.raises(mr.errors.DeadlineExceededError):
            session.run(y, options=mr.RunOptions(timeout_in_ms=100))
        leave.set()
        assert session.run(y)


def test_interrupting_a_function():
    leave = threading.Event()
    wait = staged(lambda: leave.wait(30), mr.bool)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        wait()
    leave.set()


def test_errors_name_the_functions_line_and_the_nodes():
    def divide(x):
        return 1 // int(x)

    for op in (mr.numpy_function, mr.py_function):
        with pytest.raises(mr.errors.UnknownError) as caught:
            staged(divide, mr.int64, op)(mr.constant(0.0))
        text = str(caught.value)
        assert "ZeroDivisionError" in text and "Traceback" in text, text
        assert f'File "{__file__}", line' in text and "framework/py_functions.py" not in text, text
        assert "defined at" in text
    with pytest.raises(mr.errors.UnknownError, match="ZeroDivisionError") as caught:
        mr.py_function(divide, [0.0], mr.int64)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_wrong_results():
    x = mr.constant(1.0)
    with pytest.raises(mr.errors.InvalidArgumentError, match="is double, but expects float"):
        staged(lambda v: np.float64(v))(x)
    with pytest.raises(mr.errors.InvalidArgumentError, match="returns 2 values, but expects to"):
        staged(lambda v: (v, v))(x)
    with pytest.raises(mr.errors.InternalError, match="dict"):
        staged(lambda v: {"a": v})(x)
    with pytest.raises(mr.errors.UnknownError, match="read_value"):
        staged(lambda v: mr.Variable(v), op=mr.py_function)(x)
    with pytest.raises(ValueError, match="callable"):
        mr.numpy_function(3, [x], mr.float32)


def test_arrays_are_the_functions_own():
    def spoil(x):
        x += 1
        return x

    values = np.arange(100, dtype=np.float32)
    tensor = mr.constant(values)
    spoilt = staged(spoil)
    assert spoilt(tensor).numpy().tolist() == (values + 1).tolist()
    np.testing.assert_array_equal(tensor, values)
    with mr.Graph().as_default(), mr.Session() as session:
        x = mr.placeholder(mr.float32, [100])
        y = mr.numpy_function(spoil, [x], mr.float32)
        assert session.run([y, x], {x: values})[1].tolist() == values.tolist()
    assert values[0] == 0


def test_what_a_function_keeps_does_not_change():
    kept = np.ones(100, np.float32)
    fetched = staged(lambda: kept)()
    kept[:] = 7
    assert fetched.numpy().tolist() == [1] * 100


def test_bfloat16_and_text_go_both_ways():
    def shout(texts):
        return np.array([t.upper() for t in texts], object)

    assert staged(shout, mr.string)(mr.constant(["a\0", "é"])).numpy().tolist() == [
        b"A\0",
        "é".encode(),
    ]
    x = mr.cast([1.0, 2.5], mr.bfloat16)
    assert mr.cast(staged(lambda v: v, mr.bfloat16)(x), mr.float32).numpy().tolist() == [1, 2.5]


def test_functions_live_as_long_as_their_graph():
    class Identity:
        def __call__(self, x):
            return x

    function = Identity()
    alive = weakref.ref(function)
    with mr.Graph().as_default() as graph:
        y = mr.numpy_function(function, [1.0], mr.float32)
    del function
    gc.collect()
    with mr.Session(graph=graph) as session:
        assert session.run(y) == 1
    del graph, y, session
    gc.collect()
    assert alive() is None
    concrete = staged(Identity()).get_concrete_function(mr.TensorSpec([], mr.float32))
    gc.collect()
    assert float(concrete(mr.constant(2.0))) == 2
    with mr.Graph().as_default(), mr.Session() as session:
        y = concrete(mr.constant(3.0))
        del concrete
        gc.collect()
        assert session.run(y) == 3


def test_a_graph_of_another_process():
    with mr.Graph().as_default() as graph:
        mr.numpy_function(lambda: np.float32(1), [], mr.float32, name="y")
        data = graph.as_graph_def()
    program = (
        "import millrace as mr\n"
        f"data = {data!r}\n"
        "with mr.Graph().as_default(), mr.Session() as session:\n"
        "    mr.import_graph_def(data, name='')\n"
        "    try: session.run('y:0')\n"
        "    except mr.errors.InvalidArgumentError as error: print(error)\n"
    )
    done = run_python(program)
    assert "no Python function of the token 'pyfunc_" in done.stdout, done
    assert "node 'y'" in done.stdout


def test_py_function_runs_ops_at_once_where_others_build():
    program = (
        "import millrace.compat.v1 as tf, numpy as np\n"
        "tf.disable_eager_execution()\n"
        "x = tf.placeholder(tf.float32, [2])\n"
        "y = tf.py_function(lambda v: tf.reduce_sum(v * v), [x], tf.float32)\n"
        "with tf.Session() as s: print(s.run([y, *tf.gradients(y, x)], {x: [1, 2]}))\n"
    )
    done = run_python(program)
    assert done.returncode == 0, done
    assert "5.0" in done.stdout and "[2., 4.]" in done.stdout


@pytest.mark.parametrize("op", ["numpy_function", "py_function"])
def test_leaving_python_while_a_function_runs(op):
    program = (
        "import millrace as mr, threading, time\n"
        "begun = threading.Event()\n"
        "def wait(x):\n"
        "    begun.set()\n"
        "    time.sleep(50)\n"
        "    return x\n"
        f"f = mr.function(lambda x: mr.{op}(wait, [x], mr.float32), autograph=False)\n"
        "threading.Thread(target=f, args=(mr.constant(1.0),), daemon=True).start()\n"
        "begun.wait()\n"
        "print('left')\n"
    )
    begin = time.monotonic()
    done = run_python(program)
    assert (done.returncode, done.stdout, done.stderr) == (0, "left\n", "")
    assert time.monotonic() - begin < 40


# ----- gradients that TensorFlow does not have -----


def cube(x):
    return x * x * x


def test_second_gradients():
    x = mr.constant([1.0, 3.0])
    for f in (
        lambda v: mr.py_function(cube, [v], mr.float32),
        staged(cube, op=mr.py_function),
    ):
        with mr.GradientTape() as outer:
            outer.watch(x)
            with mr.GradientTape() as tape:
                tape.watch(x)
                y = f(x)
            first = tape.gradient(y, x)
        np.testing.assert_allclose(first, [3, 27])
        np.testing.assert_allclose(outer.gradient(first, x), [6, 18])
    with mr.Graph().as_default(), mr.Session() as session:
        v = mr.placeholder(mr.float32, [2])
        y = mr.py_function(cube, [v], mr.float32)
        first = mr.gradients(y, v)[0]
        third = mr.gradients(mr.gradients(first, v)[0], v)[0]
        np.testing.assert_allclose(session.run(third, {v: [1, 3]}), [6, 6])


def test_gradients_in_loops_and_among_integers():
    with mr.Graph().as_default(), mr.Session() as session:
        x = mr.placeholder(mr.float32, [])

        def square(i, v):
            v = mr.py_function(lambda v: v * v, [v], mr.float32)
            return i + 1, mr.ensure_shape(v, [])

        y = mr.while_loop(lambda i, v: i < 3, square, [mr.constant(0), x])[1]
        assert session.run([y, *mr.gradients(y, x)], {x: 2.0}) == [256, 1024]

    def scaled(x, n):
        return x * mr.cast(n, mr.float32), n + 1

    @mr.function
    def gradient(x, n):
        with mr.GradientTape() as tape:
            tape.watch(x)
            y, _ = mr.py_function(scaled, [x, n], [mr.float32, mr.int32])
        return tape.gradient(y, x)

    assert gradient(mr.constant([1.0, 2.0]), mr.constant(3)).numpy().tolist() == [3, 3]


def test_gradients_of_steps_side_by_side():
    with mr.Graph().as_default(), mr.Session() as session:
        x = mr.placeholder(mr.float32, [])
        y = mr.py_function(cube, [x], mr.float32)
        dx = mr.gradients(y, x)[0]
        wrong = []

        def steps(base):
            for i in range(25):
                value = float(base + i)
                if session.run(dx, {x: value}) != 3 * value * value:
                    wrong.append(value)

        threads = [threading.Thread(target=steps, args=(100 * k,)) for k in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    assert not wrong


def test_a_gradient_of_nothing_is_zeros():
    @mr.function
    def gradients(x, z):
        with mr.GradientTape() as tape:
            tape.watch([x, z])
            y = mr.py_function(lambda x, z: x * 2, [x, z], mr.float32)
        return tape.gradient(y, [x, z])

    found = gradients(mr.constant([1.0, 3.0]), mr.constant([[2.0]]))
    assert [g.numpy().tolist() for g in found] == [[2, 2], [[0]]]
