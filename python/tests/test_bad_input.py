"""Graphs, values and files that are wrong: an exception of the right class that says what is
wrong, and a process that goes on."""

import os
import signal
import socket
import subprocess
import sys
import textwrap

import graph_bytes as gb
import millrace as mr
import numpy as np
import pytest
from graph_bytes import FLOAT, INT32, STRING, X, node

v1 = mr.compat.v1
errors = mr.errors


def run_bytes(data):
    with mr.Graph().as_default(), mr.Session() as session:
        mr.import_graph_def(data, name="")
        return session.run("y:0", {"x:0": np.float32([1, 2])})


def test_the_bytes_that_are_right():
    found = run_bytes(X + node("y", "AddV2", ["x", "x"], T=FLOAT))
    assert found.tolist() == [2, 4]


# name: (bytes, class, what the message says)
GRAPHS = {
    "unknown op": (node("y", "MatMull"), errors.NotFoundError, "did you mean 'MatMul'"),
    "missing attribute": (
        node("x", "Placeholder"),
        errors.InvalidArgumentError,
        "'dtype' is missing",
    ),
    "mistyped attribute": (
        node("x", "Placeholder", dtype=gb.attr_string("float")),
        errors.InvalidArgumentError,
        "'dtype'.*string.*type",
    ),
    "unknown dtype": (
        node("x", "Placeholder", dtype=gb.attr_type(77)),
        errors.InvalidArgumentError,
        "77",
    ),
    "dtype that is not allowed": (
        node("x", "Placeholder", dtype=STRING) + node("y", "Exp", ["x"], T=STRING),
        errors.InvalidArgumentError,
        "'y'.*string",
    ),
    "dtype of an input": (
        X + node("y", "Identity", ["x"], T=INT32),
        errors.InvalidArgumentError,
        "float.*int32",
    ),
    "input missing": (
        X + node("y", "AddV2", ["x"], T=FLOAT),
        errors.InvalidArgumentError,
        "x: T, y: T",
    ),
    "input of no node": (
        X + node("y", "Identity", ["z"], T=FLOAT),
        errors.InvalidArgumentError,
        "'z'",
    ),
    "output of no number": (
        X + node("y", "Identity", ["x:3"], T=FLOAT),
        errors.InvalidArgumentError,
        "output 3",
    ),
    "two nodes of a name": (X + X, errors.InvalidArgumentError, "'x'.*twice"),
    "cycle": (
        node("y", "Identity", ["z"], T=FLOAT) + node("z", "Identity", ["y"], T=FLOAT),
        errors.InvalidArgumentError,
        "cycle without a loop.*'y'.*'z'",
    ),
    "control cycle": (
        X + node("y", "Identity", ["x", "^z"], T=FLOAT) + node("z", "Identity", ["y"], T=FLOAT),
        errors.InvalidArgumentError,
        "cycle",
    ),
    "device of no machine": (
        X + node("y", "Identity", ["x"], "/job:worker/gpu:3", T=FLOAT),
        errors.InvalidArgumentError,
        "'y'.*GPU:3",
    ),
    "device of no form": (
        X + node("y", "Identity", ["x"], "nonsense!", T=FLOAT),
        errors.InvalidArgumentError,
        "nonsense!",
    ),
    "shape that overflows": (
        node("x", "Placeholder", dtype=FLOAT, shape=gb.attr_shape(1 << 62, 1 << 62)),
        errors.InvalidArgumentError,
        "overflow",
    ),
    "constant that overflows": (
        node("y", "Const", dtype=FLOAT, value=gb.attr_tensor(1, [1 << 40, 1 << 40], floats=[1])),
        errors.InvalidArgumentError,
        "overflow",
    ),
    "constant cut short": (
        node("y", "Const", dtype=FLOAT, value=gb.attr_tensor(1, [4], content=b"\0" * 4)),
        errors.InvalidArgumentError,
        "4 bytes",
    ),
    "constant of negative size": (
        node("y", "Const", dtype=FLOAT, value=gb.attr_tensor(1, [-1], floats=[1])),
        errors.InvalidArgumentError,
        "'y'",
    ),
    "graph of the future": (
        X + gb.versions(99999, 99999),
        errors.InvalidArgumentError,
        "99999.*upgrade",
    ),
    "no graph": (b"\xff\xff\xff\xff", errors.InvalidArgumentError, "GraphDef"),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs(name):
    data, cls, message = GRAPHS[name]
    with pytest.raises(cls, match=f"(?s){message}"):
        run_bytes(data)


def test_an_attribute_that_an_op_does_not_have_is_left_out():
    # As TensorFlow does it: the graph may come from a newer version.
    run_bytes(X + node("y", "Identity", ["x"], T=FLOAT, more=gb.attr_int(1)))


def whole_graph():
    with mr.Graph().as_default() as graph:
        x = v1.placeholder(mr.float32, [2], name="x")
        mr.add(x, x, name="y")
        mr.while_loop(lambda i: i < 3, lambda i: i + 1, [mr.constant(0)])
        return graph.as_graph_def()


def test_every_cut_of_a_graph():
    data = whole_graph()
    for end in range(1, len(data), 5):
        try:
            run_bytes(data[:end])
        except (errors.OpError, KeyError, ValueError):
            pass


def test_flipped_bits_of_a_graph():
    data, numbers = whole_graph(), np.random.default_rng(5)
    refused = 0
    for _ in range(150):
        damaged = bytearray(data)
        for at in numbers.integers(len(data), size=2):
            damaged[at] ^= 1 << numbers.integers(8)
        try:
            run_bytes(bytes(damaged))
        except (errors.OpError, KeyError, ValueError, TypeError):
            refused += 1
    assert refused > 75


@pytest.mark.parametrize(
    "make",
    [
        lambda: mr.fill([1 << 40, 1 << 40], 1.0),
        lambda: mr.zeros([1 << 40, 1 << 40]),
        lambda: mr.broadcast_to(1.0, [1 << 40, 1 << 40]),
        lambda: mr.tile(mr.ones([1 << 10]), [1 << 62]),
        lambda: mr.pad(mr.ones([4]), [[1 << 62, 1 << 62]]),
        lambda: mr.range(0, 1 << 62, 1, dtype="int64"),
        lambda: mr.raw_ops.Empty(shape=[2147483647] * 3, dtype=mr.float32),
    ],
)
def test_sizes_that_overflow(make):
    with pytest.raises(errors.InvalidArgumentError):
        make()
    with mr.Graph().as_default(), mr.Session() as session:
        with pytest.raises((errors.InvalidArgumentError, errors.ResourceExhaustedError)):
            session.run(make())


def test_feeds_and_attributes():
    with mr.Graph().as_default(), mr.Session() as session:
        x = v1.placeholder(mr.int32, [None, 3], name="x")
        for wrong in ("seven", [[1, 2], [3]], [[1.5, 2.0, 3.0]], [[1 << 40, 2, 3]]):
            with pytest.raises((TypeError, ValueError), match=r"Cannot feed Tensor 'x:0'.*int32"):
                session.run(x, {x: wrong})
        with pytest.raises(ValueError, match=r"shape \[1,2\].*'x:0'.*\[\?,3\]"):
            session.run(x, {x: [[1, 2]]})
        with pytest.raises(TypeError, match=r"transpose_a.*bool"):
            mr.raw_ops.MatMul(a=[[1.0]], b=[[1.0]], transpose_a="yes")
        with pytest.raises(RuntimeError, match="empty"):
            mr.Session(graph=mr.Graph()).run("a:0")


def test_a_device_that_is_not_there():
    with mr.Graph().as_default():
        with mr.device("/gpu:7"):
            x = mr.sqrt(v1.placeholder_with_default(4.0, []), name="root")
        with mr.Session() as session:
            with pytest.raises(errors.InvalidArgumentError, match=r"GPU:7.*available devices are"):
                session.run(x)
        config = mr.ConfigProto(allow_soft_placement=True)
        with mr.Session(config=config) as session:
            assert session.run(x) == 2.0


def test_checkpoints_with_a_damaged_index(tmp_path):
    with mr.Graph().as_default(), mr.Session() as session:
        v = mr.Variable(np.arange(10, dtype=np.float32))
        session.run(mr.global_variables_initializer())
        saver = mr.train.Saver()
        path = saver.save(session, str(tmp_path / "m"))
        index = tmp_path / "m.index"
        good = index.read_bytes()
        damaged = [good[:n] for n in range(0, len(good), 9)]
        for at in range(0, len(good), 5):
            flipped = bytearray(good)
            flipped[at] ^= 4
            damaged.append(bytes(flipped))
        for data in damaged:
            index.write_bytes(data)
            with pytest.raises(errors.DataLossError, match=r"m\.index"):
                saver.restore(session, path)
        index.write_bytes(good)
        saver.restore(session, path)
        assert session.run(v).tolist() == list(range(10))


def test_a_port_in_use():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(errors.AlreadyExistsError, match="in use"):
            mr.distributed.Server({"worker": [address]}, "worker", 0)


TRAIN = """
import sys
import millrace as mr
v1 = mr.compat.v1
with mr.Graph().as_default():
    step = mr.train.get_or_create_global_step()
    v = v1.get_variable("v", initializer=0.0)
    with mr.control_dependencies([v.assign_add(1.0).op]):
        train = step.assign_add(1).op
    with mr.train.MonitoredTrainingSession(
        checkpoint_dir=sys.argv[1], save_checkpoint_steps=5, log_step_count_steps=None,
        save_summaries_steps=None,
    ) as session:
        print("begins at", int(session.run(step)), flush=True)
        while True:
            session.run(train)
"""


def test_ctrl_c_in_training_keeps_the_last_checkpoint(tmp_path):
    begins = []
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(TRAIN), str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begins.append(int(process.stdout.readline().rpartition(" ")[2]))
        for _ in range(600):  # some checkpoints later
            latest = mr.train.latest_checkpoint(str(tmp_path))
            if latest and int(latest.rpartition("-")[2]) >= begins[-1] + 20:
                break
            process.poll()
            assert process.returncode is None
            signal.sigtimedwait([], 0.05)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
        # What a shell reports as 130.
        assert process.returncode in (130, -signal.SIGINT), stderr
        assert "KeyboardInterrupt" in stderr
        latest = mr.train.latest_checkpoint(str(tmp_path))
        assert mr.io.load_variable(latest, "v") == mr.io.load_variable(latest, "global_step")
        assert not [name for name in os.listdir(tmp_path) if "temp" in name]
    assert begins[0] == 0 and begins[1] >= 20
