"""What `import millrace` costs, and that it does nothing."""

import json
import subprocess
import sys
import textwrap

import pytest


def run_python(code, **env):
    import os

    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **env},
    )


def test_import_prints_nothing_and_starts_nothing():
    result = run_python(
        """
        import json, os, sys, threading
        import millrace
        sys.stdout.write(json.dumps({
            "threads": len(os.listdir("/proc/self/task")),
            "protobuf": any(m.startswith("google.protobuf") for m in sys.modules),
        }))
        """,
        OPENBLAS_NUM_THREADS="1",
        OMP_NUM_THREADS="1",
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    found = json.loads(result.stdout)
    assert found == {"threads": 1, "protobuf": False}


def test_import_is_small():
    result = run_python(
        """
        import resource
        import millrace
        for line in open("/proc/self/status"):
            if line.startswith("VmRSS"):
                print(int(line.split()[1]) // 1024)
        """
    )
    assert result.returncode == 0, result.stderr
    # The goal is 60; a page or two of slack for other machines' libraries.
    assert int(result.stdout) <= 75


def test_every_public_module_can_be_imported():
    import millrace as mr

    for name in (
        "compat",
        "data",
        "distributed",
        "io",
        "raw_ops",
        "saved_model",
        "summary",
        "train",
    ):
        assert getattr(mr, name) is not None
    assert mr.compat.v1.train.AdamOptimizer is mr.train.AdamOptimizer
    with pytest.raises(AttributeError):
        mr.no_such_name  # noqa: B018
