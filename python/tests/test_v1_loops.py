"""Loops of Enter, Merge, Switch, NextIteration and Exit whose parts are on several devices."""

import struct

import millrace as mr
import numpy as np
import pytest
from graph_bytes import FLOAT, INT32, X, attr_int, attr_string, attr_tensor, node
from test_distributed import make_cluster

v1 = mr.compat.v1


def enter(name, value, frame, dtype, device, constant=False):
    flags = {"is_constant": b"\x28\x01"} if constant else {}
    return node(
        name,
        "Enter",
        [value],
        device,
        T=dtype,
        frame_name=attr_string(frame),
        parallel_iterations=attr_int(4),
        **flags,
    )


def int32(name, value, controls=(), device=""):
    content = struct.pack("<i", value)
    return node(name, "Const", controls, device, dtype=INT32, value=attr_tensor(3, (), content))


def loop(scope, frame, counter, value, limit, body, home):
    """while i < limit: i, v = i + 1, body(v), entered with `counter` and `value`; the condition and
    the counter at home. `body` is (GraphDef bytes, the name of what it gives, the device that the
    next turn's value is made on). Gives NAME/out."""
    graph, result, end = body
    n = scope + "/"
    return b"".join(
        [
            enter(n + "i", counter, frame, INT32, home),
            enter(n + "v", value, frame, FLOAT, home),
            node(n + "mi", "Merge", [n + "i", n + "ni"], home, T=INT32, N=attr_int(2)),
            node(n + "mv", "Merge", [n + "v", n + "nv"], home, T=FLOAT, N=attr_int(2)),
            int32(n + "limit", limit, ["^" + n + "mi"], home),
            node(n + "less", "Less", [n + "mi", n + "limit"], home, T=INT32),
            node(n + "go", "LoopCond", [n + "less"], home),
            node(n + "si", "Switch", [n + "mi", n + "go"], home, T=INT32),
            node(n + "sv", "Switch", [n + "mv", n + "go"], home, T=FLOAT),
            int32(n + "one", 1, ["^" + n + "into"], home),
            node(n + "into", "Identity", [n + "si:1"], home, T=INT32),
            node(n + "add", "Add", [n + "into", n + "one"], home, T=INT32),
            node(n + "ni", "NextIteration", [n + "add"], home, T=INT32),
            graph,
            node(n + "nv", "NextIteration", [result], end, T=FLOAT),
            node(n + "out", "Exit", [n + "sv"], end, T=FLOAT),
        ]
    )


def nested_loops(home, away):
    """v = x; three times: (twice: v += x, away); v = -v, away."""
    adding = enter("x_outside", "x", "outer", FLOAT, home, constant=True)
    adding += enter("x_inside", "x_outside", "inner", FLOAT, home, constant=True)
    adding += node("sum", "AddV2", ["inner/sv:1", "x_inside"], away, T=FLOAT)
    zero = int32("zero_inside", 0, ["^outer/into"], home)
    inner = loop("inner", "inner", "zero_inside", "outer/sv:1", 2, (adding, "sum", away), home)
    body = zero + inner + node("neg", "Neg", ["inner/out"], away, T=FLOAT)
    outer = loop("outer", "outer", "zero", "x", 3, (body, "neg", home), home)
    return X + int32("zero", 0, device=home) + outer


def expected(x):
    v = x
    for _ in range(3):
        v = -(v + x + x)
    return v


def run_nested(session, steps=3):
    for k in range(steps):
        x = np.float32([1.5, -2, k])
        assert session.run("outer/out:0", {"x:0": x}).tolist() == expected(x).tolist()


@pytest.mark.parametrize(
    ("home", "away"), [("/cpu:0", "/cpu:0"), ("/cpu:0", "/cpu:1"), ("/cpu:1", "/cpu:2")]
)
def test_nested_loops_over_devices_of_a_process(home, away):
    with mr.Graph().as_default():
        mr.import_graph_def(nested_loops(home, away), name="")
        config = v1.ConfigProto(device_count={"CPU": 3})
        with mr.Session(config=config) as session:
            assert len(session.list_devices()) == 3
            run_nested(session)


def test_nested_loops_over_two_tasks():
    cluster = make_cluster()
    ps = mr.distributed.Server(cluster, "ps", 0)
    worker = mr.distributed.Server(cluster, "worker", 0)
    try:
        with mr.Graph().as_default():
            mr.import_graph_def(nested_loops("/job:worker/task:0", "/job:ps/task:0"), name="")
            with mr.Session(worker.target) as session:
                run_nested(session)
    finally:
        worker.stop()
        ps.stop()


def test_an_error_in_a_turn_elsewhere_ends_the_step():
    bad = node("bad", "CheckNumerics", ["l/sv:1"], "/cpu:1", T=FLOAT, message=attr_string("turn"))
    bad += node("sum", "AddV2", ["bad", "bad"], "/cpu:1", T=FLOAT)
    graph = X + int32("zero", 0)
    graph += loop("l", "l", "zero", "x", 1000, (bad, "sum", "/cpu:1"), "/cpu:0")
    with mr.Graph().as_default():
        mr.import_graph_def(graph, name="")
        with mr.Session(config=v1.ConfigProto(device_count={"CPU": 2})) as session:
            with pytest.raises(mr.errors.InvalidArgumentError, match="turn"):
                session.run("l/out:0", {"x:0": np.float32([1])})  # infinite after 128 turns
            assert session.run("l/out:0", {"x:0": np.float32([0])}).tolist() == [0]


def test_a_loop_has_no_gradient():
    with mr.Graph().as_default() as graph:
        mr.import_graph_def(nested_loops("", ""), name="")
        x, y = (graph.get_tensor_by_name(name) for name in ("x:0", "outer/out:0"))
        with pytest.raises(mr.errors.UnimplementedError, match="or build the loop with while_loop"):
            mr.gradients(y, x)
