"""The programs of programs.py say the same with TensorFlow and with us."""

import builtins
import importlib.util

import feature_programs
import file_programs
import graph_programs
import layer_programs
import millrace as mr
import numpy as np
import programs
import pytest
import queue_programs
import script_programs
import session_programs


def known_class(names):
    """The most special class that is Python's own or one of ours as well."""
    return next(n for n in names if hasattr(builtins, n) or hasattr(mr.errors, n))


def assert_same(mine, theirs, where="result"):
    if isinstance(theirs, dict) and "raises" in theirs:
        # What catches their exception catches ours.
        assert isinstance(mine, dict) and "raises" in mine, (where, mine, theirs)
        assert known_class(theirs["raises"]) in mine["raises"], where
    elif isinstance(theirs, dict):
        assert isinstance(mine, dict) and sorted(mine) == sorted(theirs), where
        for key, value in theirs.items():
            assert_same(mine[key], value, f"{where}[{key!r}]")
    elif isinstance(theirs, list):
        assert isinstance(mine, (list, tuple)) and len(mine) == len(theirs), (where, mine, theirs)
        for i, value in enumerate(theirs):
            assert_same(mine[i], value, f"{where}[{i}]")
    elif isinstance(theirs, float):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6, err_msg=where)
    else:
        assert mine == theirs, where


CALLS = [
    *(("optimize", name) for name in programs.OPTIMIZERS),
    ("clipped",),
    ("scopes",),
    ("scope_defaults",),
    ("partitioned",),
    ("rearranged",),
    ("losses",),
    ("signatures",),
    ("control",),
    ("rows",),
    ("drawn_from_seeds",),
    ("datasets",),
    ("image_files",),
    ("stored_tensors",),
    ("mistakes",),
    ("savers",),
    ("monitored",),
    ("monitored_errors",),
    ("listeners",),
    ("sessions",),
    ("getters",),
    ("moving",),
    ("metrics",),
    ("tensor_arrays",),
    ("sparse_tensors",),
    ("queues",),
    ("fed_by_threads",),
    ("coordinated",),
    ("monitored_queues",),
    ("options",),
    *(
        ("py_functions", op, mode)
        for op in ("numpy_function", "py_function")
        for mode in ("at once", "staged")
    ),
    ("py_function_gradients",),
    ("py_funcs_in_graphs",),
    ("generators",),
    ("generator_mistakes",),
    ("mapped_by_python",),
    ("readers",),
    ("sounds",),
    ("joined_batches",),
    ("crosses",),
    ("serialized_sparse",),
    ("compressed_files",),
]
# TensorFlow itself has these only where tf_keras is installed.
KERAS_CALLS = [
    ("dense_layers",),
    ("normalised",),
    *(("recurrent", kind) for kind in layer_programs.RECURRENT),
    ("recurrent_both_ways",),
]
needs_keras = pytest.mark.skipif(
    importlib.util.find_spec("tf_keras") is None, reason="tf_keras is not installed"
)


def program(name):
    modules = (
        programs,
        graph_programs,
        session_programs,
        layer_programs,
        queue_programs,
        script_programs,
        file_programs,
        feature_programs,
    )
    return next(getattr(module, name) for module in modules if hasattr(module, name))


@pytest.mark.parametrize(
    "call", [*CALLS, *(pytest.param(c, marks=needs_keras) for c in KERAS_CALLS)], ids="-".join
)
def test_program(peer, call):
    name, *args = call
    mine = program(name)(mr.compat.v1, *args)
    assert_same(mine, peer.run_program(name, *args))
