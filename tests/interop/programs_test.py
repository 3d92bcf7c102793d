"""The programs of programs.py say the same with TensorFlow and with us."""

import millrace as mr
import numpy as np
import programs
import pytest


def assert_same(mine, theirs, where="result"):
    if isinstance(theirs, dict):
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
]


@pytest.mark.parametrize("call", CALLS, ids="-".join)
def test_program(peer, call):
    name, *args = call
    mine = getattr(programs, name)(mr.compat.v1, *args)
    assert_same(mine, peer.run_program(name, *args))
