"""Forks, signals, other libraries, and the end of the process."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest


def run_python(code, timeout=120):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def test_a_forked_child_is_told_not_to_use_its_parents_runtime():
    result = run_python(
        """
        import os, sys
        import millrace as mr
        with mr.Graph().as_default():
            a = mr.constant(1.0) + 1.0
            session = mr.Session()
            f = session.make_callable(a)
            f()
            child = os.fork()
            if child == 0:
                codes = []
                for use in (f, lambda: session.run(a), lambda: mr.Session()):
                    try:
                        use()
                    except mr.errors.FailedPreconditionError as error:
                        codes.append("forked" in str(error))
                del f, session
                os._exit(0 if codes == [True] * 3 else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            assert f() == 2.0
        """
    )
    assert result.returncode == 0, result.stderr


def test_a_fork_before_the_first_step_is_fine():
    result = run_python(
        """
        import os
        import millrace as mr
        child = os.fork()
        with mr.Graph().as_default(), mr.Session() as session:
            assert session.run(mr.constant(1.0) + 1.0) == 2.0
        if child:
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        """
    )
    assert result.returncode == 0, result.stderr


def test_ctrl_c_ends_a_step_and_the_session_goes_on():
    code = """
    import sys
    import millrace as mr
    with mr.Graph().as_default(), mr.Session() as session:
        x = mr.constant(0.0)
        forever = mr.while_loop(lambda i: i < 1.0, lambda i: i * 1.0, [x])
        print("running", flush=True)
        try:
            session.run(forever)
        except KeyboardInterrupt:
            print("interrupted", session.run(x), flush=True)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "running\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert out == "interrupted 0.0\n", err
    assert process.returncode == 0


def test_the_process_ends_with_sessions_open():
    result = run_python(
        """
        import millrace as mr
        graph = mr.Graph()
        with graph.as_default():
            a = mr.constant(1.0) + 1.0
            session = mr.Session()
            session.run(a)
        v = mr.Variable(1.0)
        t = v + 1.0
        """
    )
    assert result.returncode == 0 and result.stderr == "", result.stderr


@pytest.mark.parametrize("order", ["tensorflow, millrace", "millrace, tensorflow"])
def test_beside_tensorflow_in_one_process(order):
    try:
        import importlib.util

        if importlib.util.find_spec("tensorflow") is None:
            pytest.skip("tensorflow is not installed")
    except ImportError:
        pytest.skip("tensorflow is not installed")
    first, second = order.split(", ")
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            textwrap.dedent(
                f"""
                import {first}
                import {second}
                import tensorflow as tf, millrace as mr
                with mr.Graph().as_default() as graph, mr.Session() as session:
                    x = mr.constant([[1.0, 2.0]])
                    y = mr.matmul(x, x, transpose_b=True, name="y")
                    assert session.run(y) == 5.0
                    data = graph.as_graph_def()
                assert float(tf.reduce_sum(tf.constant([2.0, 3.0]))) == 5.0
                with tf.Graph().as_default():
                    graph_def = tf.compat.v1.GraphDef.FromString(data)
                    (y,) = tf.import_graph_def(graph_def, return_elements=["y:0"])
                    assert tf.compat.v1.Session().run(y) == 5.0
                """
            ),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""},
    )
    assert result.returncode == 0, result.stderr
