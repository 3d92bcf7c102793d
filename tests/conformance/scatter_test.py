"""The cases of control flow and training with their nodes scattered over three devices: what is cut
and joined again by sending gives the same."""

import pathlib
import subprocess
import sys

import pytest

RUN_CASES = pathlib.Path(__file__).with_name("run_cases.py")
ROOT = RUN_CASES.parents[2]


@pytest.mark.skipif(
    not (ROOT / "bazel-bin/tools/run_graph").exists(),
    reason="run_graph is not built: bazel build //tools:run_graph",
)
@pytest.mark.parametrize("seed", [1, 2])
def test_scattered_cases_give_the_same(seed):
    done = subprocess.run(
        [sys.executable, RUN_CASES, "--scatter", str(seed), "control", "training"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout
    assert " 0 failed" in done.stdout.splitlines()[-1]
