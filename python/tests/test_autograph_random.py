"""Random programs give in a graph what Python gives."""

import contextlib

import millrace as mr
import numpy as np
import pytest
from random_programs import Program


def load(path, **names):
    exec(compile(path.read_text(), str(path), "exec"), names)
    return names["f"]


@pytest.mark.parametrize("seed", range(1000, 1025))
def test_random_program(seed, tmp_path):
    path = tmp_path / "program.py"
    path.write_text(Program(seed).source)
    python = load(path, R=range, S=contextlib.nullcontext)
    in_graph = mr.function(load(path, R=mr.range, S=mr.name_scope))
    converted = mr.autograph.to_graph(python)
    for numbers in ((1, 2, 3), (10, -4, 7), (0, 50, 33)):
        expected = python(*numbers)
        assert converted(*numbers) == expected, path.read_text()
        found = in_graph(*map(mr.constant, numbers))
        assert found.numpy() == np.array(expected).astype(np.int32), path.read_text()
