"""variable[...].assign(value): equal to numpy's assignment."""

import gc

import millrace as mr
import numpy as np
import pytest

KEYS = {
    "element": ((0, 1), 9.0),
    "row": (1, [7.0, 8.0, 9.0]),
    "block": ((slice(None), slice(0, 2)), [[1.0, 2.0], [3.0, 4.0]]),
    "step": ((slice(None), slice(None, None, 2)), [[1.0, 2.0], [3.0, 4.0]]),
    "backwards": ((0, slice(None, None, -1)), [1.0, 2.0, 3.0]),
    "from the end": ((-1, -1), 5.0),
    "dots": ((Ellipsis, 0), [1.0, 2.0]),
    "nothing": (slice(0, 0), np.zeros([0, 3], np.float32)),
    "broadcast": ((slice(None), 0), 3.0),
    "broadcast rows": (slice(None), [1.0, 2.0, 3.0]),
    "integers": (0, [1, 2, 3]),
}


@pytest.mark.parametrize("name", KEYS)
def test_as_numpy(name):
    key, value = KEYS[name]
    expected = np.arange(6, dtype=np.float32).reshape(2, 3)
    variable = mr.Variable(expected)
    expected[key] = value
    assert variable[key].assign(value) is variable
    np.testing.assert_array_equal(variable, expected)
    with mr.Graph().as_default(), mr.Session() as session:
        variable = mr.Variable(np.arange(6, dtype=np.float32).reshape(2, 3))
        assigned = variable[key].assign(value)
        session.run(mr.global_variables_initializer())
        np.testing.assert_array_equal(session.run(assigned), expected)
        np.testing.assert_array_equal(session.run(variable), expected)


def test_in_functions_by_tensors():
    variable = mr.Variable([1.0, 2.0, 3.0])

    @mr.function
    def put(i, x):
        variable[i].assign(x)
        return variable[0] + variable[i]

    assert float(put(mr.constant(1), mr.constant(10.0))) == 11
    assert variable.numpy().tolist() == [1, 10, 3]


def test_slices_are_tensors():
    variable = mr.Variable([1.0, 2.0, 3.0])
    part = variable[1]
    assert isinstance(part, mr.Tensor) and mr.is_tensor(part) and float(part) == 2
    assert not any(hasattr(t, "assign") for t in (part + 1, variable.value()[1], mr.identity(part)))
    assert not hasattr(variable[mr.constant([True, False, True])], "assign")
    with mr.GradientTape() as tape:
        y = variable[1] * variable[1]
    gradient = mr.convert_to_tensor(tape.gradient(y, variable))
    assert gradient.numpy().tolist() == [0, 4, 0]
    part.assign(5.0)
    assert float(part) == 2 and variable.numpy().tolist() == [1, 5, 3]
    variable[0].assign(5.0).assign_add([1.0, 1.0, 1.0])
    assert variable.numpy().tolist() == [6, 6, 4]


def test_nothing_is_kept():
    from millrace.framework import variable_slice

    variable = mr.Variable([1.0, 2.0, 3.0])
    gc.collect()
    before = len(variable_slice._eager)
    for _ in range(10):
        variable[0].assign(1.0)
    assert len(variable_slice._eager) == before


def test_mistakes():
    variable = mr.Variable([[1.0, 2.0, 3.0]])
    with pytest.raises(mr.errors.InvalidArgumentError):
        variable[0].assign([1.0, 2.0])
    with pytest.raises(TypeError):
        variable[0].assign("a")
    with pytest.raises(mr.errors.InvalidArgumentError, match="out of bounds"):
        variable[5].assign(1.0)
