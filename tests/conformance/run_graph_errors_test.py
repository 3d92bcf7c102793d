"""run_graph on what is wrong: exit status 2 and one line that says what, never a signal."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN_GRAPH = ROOT / "bazel-bin" / "tools" / "run_graph"
sys.path.insert(0, str(ROOT / "python" / "tests"))

from graph_bytes import FLOAT, X, node  # noqa: E402

pytestmark = pytest.mark.skipif(
    not RUN_GRAPH.exists(), reason="run_graph is not built: bazel build //tools:run_graph"
)
GRAPH = X + node("y", "AddV2", ["x", "x"], T=FLOAT)


def run(*args):
    return subprocess.run([RUN_GRAPH, *args], capture_output=True, text=True, timeout=60)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "g.pb").write_bytes(GRAPH)
    np.save(tmp_path / "x.npy", np.float32([1, 2]))
    np.save(tmp_path / "ints.npy", np.int32([1, 2]))
    (tmp_path / "cut.npy").write_bytes((tmp_path / "x.npy").read_bytes()[:90])
    (tmp_path / "cut.pb").write_bytes(GRAPH[:-7])
    (tmp_path / "unknown.pb").write_bytes(node("y", "NoSuchOp"))
    return tmp_path


def step(files, graph="g.pb", feed="x:0=x.npy", fetch="y:0=y.npy"):
    name, file = feed.split("=")
    return run(
        "--graph",
        files / graph,
        "--feed",
        f"{name}={files / file}",
        "--fetch",
        fetch.replace("=", f"={files}/"),
    )


def test_what_is_right(files):
    done = step(files)
    assert done.returncode == 0, done.stderr
    assert np.load(files / "y.npy").tolist() == [2, 4]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"graph": "none.pb"}, "NOT_FOUND.*none.pb"),
        ({"graph": "cut.pb"}, "INVALID_ARGUMENT"),
        ({"graph": "unknown.pb"}, "NOT_FOUND.*NoSuchOp"),
        ({"feed": "x:0=none.npy"}, "NOT_FOUND.*none.npy"),
        ({"feed": "x:0=cut.npy"}, "cut.npy"),
        ({"feed": "x:0=ints.npy"}, "INVALID_ARGUMENT.*int32.*x:0"),
        ({"feed": "z:0=x.npy"}, "z:0"),
        ({"fetch": "z:0=y.npy"}, "z:0"),
        ({"fetch": "y:3=y.npy"}, "y:3"),
        ({"fetch": "y:0=no/such/folder.npy"}, "no/such"),
    ],
)
def test_a_step(files, options, message):
    done = step(files, **options)
    assert done.returncode == 2 and not done.stdout
    assert_says(done.stderr, message)


def assert_says(text, pattern):
    import re

    assert re.search(pattern, text, re.DOTALL), text


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "one of --case"),
        (["--graph", "a", "--saved_model", "b"], "one of"),
        (["--frobnicate"], "--frobnicate"),
        (["stray"], "'stray'"),
        (["--saved_model", "/no/such/folder"], "/no/such/folder"),
        (["--case", "/no/such/folder"], "/no/such/folder"),
        (["--graph", "g", "--feed", "x"], "NAME=FILE"),
    ],
)
def test_the_command_line(args, message):
    done = run(*args)
    assert done.returncode == 2
    assert_says(done.stderr, message)


def test_a_case_that_is_wrong(files):
    case = files / "case.json"
    case.write_text("{")
    assert run("--case", files).returncode == 2
    case.write_text(json.dumps({"graph": "g.pb"}))
    assert run("--case", files).returncode == 2
    case.write_text(json.dumps({"graph": "none.pb", "steps": [{"feeds": {}, "fetches": {}}]}))
    done = run("--case", files)
    assert done.returncode in (1, 2)
    assert "none.pb" in done.stdout + done.stderr
