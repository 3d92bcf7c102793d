"""Small programs with the values that they give."""

import numpy as np
import pytest


class Programs:
    """Programs of a test module, each decorated with `gives(value)`."""

    def __init__(self):
        self._programs = []

    def gives(self, value, refused=False):
        """The program gives the value (as `plain` says it). refused: TensorFlow refuses it."""

        def add(program):
            self._programs.append(pytest.param(program, value, id=program.__name__))
            return program

        return add

    def test(self):
        """A test of all programs, for pytest to find."""

        @pytest.mark.parametrize(("program", "value"), self._programs)
        def test(program, value):
            assert plain(program()) == value

        return test


def plain(value):
    """Tensors, variables and structures of them as lists, dictionaries, numbers and strings; floats
    to four places."""
    if hasattr(value, "numpy"):
        value = value.numpy()
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, bytes):
        return value.decode()
    return float(f"{value:.4g}") if isinstance(value, float) else value
