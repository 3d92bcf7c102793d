"""Graphs: TensorFlow runs ours, we run TensorFlow's, with the same numbers."""

import millrace as mr
import numpy as np
import pytest
from arrays import pack_all, unpack_all

v1 = mr.compat.v1


def batch():
    numbers = np.random.default_rng(7)
    return {
        "x:0": numbers.standard_normal((16, 8)).astype(np.float32),
        "y:0": numbers.integers(0, 4, 16).astype(np.int32),
    }


def run(graph, feeds, fetches, init=None, target=None, steps=1):
    with mr.Session(graph=graph) as session:
        if init:
            session.run(init)
        return run_steps(session, feeds, fetches, target, steps)


def run_steps(session, feeds, fetches, target, steps):
    asked = [{name: name for name in fetches}, *([target] if target else [])]
    return [session.run(asked, feeds)[0] for _ in range(steps)]


def assert_close(found, expected):
    assert len(found) == len(expected)
    for step, (mine, theirs) in enumerate(zip(found, expected)):
        assert set(mine) == set(theirs)
        for name, value in theirs.items():
            assert np.asarray(mine[name]).dtype == value.dtype
            np.testing.assert_allclose(
                mine[name], value, rtol=2e-5, atol=1e-6, err_msg=f"{name} of step {step}"
            )


def make_training():
    x = v1.placeholder(mr.float32, [None, 8], name="x")
    y = v1.placeholder(mr.int32, [None], name="y")
    start = np.linspace(-1, 1, 8 * 16).astype(np.float32).reshape(8, 16)
    hidden = mr.nn.relu(mr.matmul(x, mr.Variable(start, name="w")))
    logits = mr.matmul(hidden, mr.Variable(start.reshape(16, 8)[:, :4], name="v"))
    losses = mr.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    loss = mr.reduce_mean(losses, name="loss")
    step = mr.train.get_or_create_global_step()
    mr.train.AdamOptimizer(0.01, name="train").minimize(loss, step)
    v1.global_variables_initializer()


def make_loops():
    x = v1.placeholder(mr.float32, [3], name="x")

    @mr.function
    def square_or_not(v):
        return mr.cond(mr.reduce_sum(v) > 100.0, lambda: v, lambda: v * v)

    _, total = mr.while_loop(
        lambda i, v: i < 5, lambda i, v: (i + 1, square_or_not(v) + 0.5), [mr.constant(0), x]
    )
    mr.add(total, mr.gradients(total, x)[0], name="y")


def make_images():
    x = v1.placeholder(mr.float32, [None, 12, 12, 3], name="x")
    kernel = mr.Variable(np.sin(np.arange(108, dtype=np.float32)).reshape(3, 3, 3, 4))
    y = mr.nn.max_pool2d(mr.nn.conv2d(x, kernel, 2, "SAME"), 2, 2, "VALID")
    y = mr.nn.softmax(mr.reshape(y, [mr.shape(y)[0], -1]))
    y = mr.concat([y, mr.matmul(mr.transpose(y[::-1])[:, :2], y[:2])], 0)
    mr.identity(y, name="y")
    v1.global_variables_initializer()


# kind: (maker, feeds, fetches, init, target, steps)
OURS = {
    "training": (make_training, batch(), ["loss:0"], "init", "train", 4),
    "loops": (make_loops, {"x:0": np.float32([0.5, -1, 2])}, ["y:0"], None, None, 1),
    "images": (
        make_images,
        {"x:0": np.cos(np.arange(2 * 12 * 12 * 3, dtype=np.float32)).reshape(2, 12, 12, 3)},
        ["y:0"],
        "init",
        None,
        1,
    ),
}


@pytest.mark.parametrize("stripped", [False, True])
@pytest.mark.parametrize("kind", OURS)
def test_tensorflow_runs_ours(peer, tmp_path, kind, stripped):
    maker, feeds, fetches, init, target, steps = OURS[kind]
    with mr.Graph().as_default() as graph:
        maker()
    path = tmp_path / "graph.pb"
    path.write_bytes(graph.as_graph_def(add_shapes=not stripped, strip_default_attrs=stripped))
    theirs = peer.run_graph_def(str(path), init, pack_all(feeds), target, fetches, steps)
    assert_close(
        run(graph, feeds, fetches, init, target, steps), [unpack_all(found) for found in theirs]
    )


@pytest.mark.parametrize("kind", ["training", "loops", "old_loops", "images"])
def test_we_run_tensorflows(peer, tmp_path, kind):
    _, feeds, fetches, init, target, steps = OURS[kind.replace("old_", "")]
    init = init if kind == "training" else None
    path = str(tmp_path / "graph.pb")
    peer.store_graph(kind, path)
    theirs = peer.run_graph_def(path, init, pack_all(feeds), target, fetches, steps)
    with mr.Graph().as_default() as graph:
        mr.import_graph_def((tmp_path / "graph.pb").read_bytes(), name="")
    assert_close(
        run(graph, feeds, fetches, init, target, steps), [unpack_all(found) for found in theirs]
    )
