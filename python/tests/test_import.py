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


def test_what_is_listed_can_be_had():
    import millrace as mr

    assert {"compat", "data", "math", "nn", "random", "train", "zeros_initializer"} <= set(dir(mr))
    for name in dir(mr):
        assert getattr(mr, name) is not None or name == "newaxis"
    assert mr.compat.v1.train.AdamOptimizer is mr.train.AdamOptimizer
    with pytest.raises(AttributeError):
        mr.no_such_name  # noqa: B018


def test_modules_are_imported_when_they_are_asked_for():
    result = run_python(
        """
        import sys
        import millrace as mr
        late = ["compat", "data", "linalg", "math", "nn", "random", "summary", "train"]
        assert not [name for name in late if "millrace." + name in sys.modules]
        from millrace import math, zeros_initializer
        import millrace.nn
        assert math.sqrt is mr.sqrt and mr.nn is millrace.nn
        assert zeros_initializer()([2]).shape == [2]
        assert {"difflib", "random", "traceback"}.isdisjoint(sys.modules)
        """
    )
    assert result.returncode == 0, result.stderr
