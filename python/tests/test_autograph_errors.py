"""What cannot be in a graph: the error is of TensorFlow's kind, names the variable, and shows the
user's line."""

import traceback

import millrace as mr
import pytest


def only_in_one_branch(x):
    if x > 0:
        y = x
    return y


def two_dtypes(x):
    if x > 0:
        y = 1
    else:
        y = 2.0
    return y


def return_in_one_branch(x):
    if x > 0:
        return x


def none_in_one_branch(x):
    y = None
    if x > 0:
        y = x
    return y


def two_structures(x):
    if x > 0:
        y = (x, x)
    else:
        y = (x,)
    return y


def two_objects(x):
    y = max if x > 0 else min
    return y(x, x)


def attribute_in_one_branch(x):
    class Thing:
        pass

    thing = Thing()
    if x > 0:
        thing.a = x
    return thing.a


def condition_of_numbers(x):
    if x:
        return 1
    return 2


def dtype_changes_in_a_loop(n):
    x = 0
    while n > 0:
        x = mr.cast(x, mr.float32) + 0.5
        n -= 1
    return x


def shape_changes_in_a_loop(n):
    x = mr.constant([1])
    for _ in mr.range(n):
        x = mr.concat([x, x], 0)
    return x


def structure_changes_in_a_loop(n):
    x = ()
    for i in mr.range(n):
        x = (*x, i)
    return x


def read_before_it_is_set(n):
    for _ in mr.range(n):
        x = x + 1  # noqa: F821
    return x


def break_from_pythons_loop(n):
    for i in range(10):
        if i > n:
            break
    return i


def list_that_a_loop_fills(n):
    found = []
    for i in mr.range(n):
        found.append(i)
    return mr.stack(found)


def over_a_scalar(n):
    for _ in n:
        pass
    return n


@pytest.mark.parametrize(
    ("program", "kind", "match", "line"),
    [
        (only_in_one_branch, ValueError, "'y' must also be initialized in the else branch", 1),
        (two_dtypes, TypeError, "'y' has dtype int32 in the main .* float32 in the else branch", 1),
        (return_in_one_branch, ValueError, "the else branch must also return a value", 1),
        (none_in_one_branch, ValueError, "'y' is None at the end of the else branch", 2),
        (two_structures, TypeError, "'y' must have the same nested structure", 1),
        (two_objects, TypeError, "'expression' can only be decided by a tensor", 1),
        (attribute_in_one_branch, ValueError, "'thing.a' must also be initialized in the else", 5),
        (condition_of_numbers, ValueError, "condition of an if statement must be a bool scalar", 1),
        (dtype_changes_in_a_loop, TypeError, "'x' has dtype int32 before the loop, .* float32", 2),
        (
            shape_changes_in_a_loop,
            ValueError,
            r"'x' has shape \(1,\) before the loop, .* \(2,\)",
            2,
        ),
        (structure_changes_in_a_loop, TypeError, "'x' does not have the same nested structure", 2),
        (read_before_it_is_set, ValueError, "'x' must be defined before the loop", 1),
        (break_from_pythons_loop, NotImplementedError, "break and return statements", 1),
        (list_that_a_loop_fills, ValueError, "another graph", 4),
        (over_a_scalar, ValueError, "it is a scalar", 1),
    ],
)
def test_error(program, kind, match, line):
    with pytest.raises(kind, match=match) as error:
        mr.function(program)(mr.constant(4))
    at = program.__code__.co_firstlineno + line
    frames = traceback.extract_tb(error.value.__traceback__)
    assert (__file__, at) in [(f.filename, f.lineno) for f in frames]
    assert not [f.filename for f in frames if "millrace/autograph" in f.filename]


def test_a_variable_that_only_the_loop_sets_needs_a_turn():
    @mr.function
    def last(n):
        for i in mr.range(n):
            found = i * 10
        return found

    assert last(mr.constant(3)) == 20
    with pytest.raises(mr.errors.InvalidArgumentError, match="initialize found"):
        last(mr.constant(0))


def test_assert_statement():
    @mr.function
    def f(x):
        assert x > 3, "too small"
        return x

    assert f(mr.constant(4)) == 4
    with pytest.raises(mr.errors.InvalidArgumentError, match="too small"):
        f(mr.constant(2))
    with pytest.raises(AssertionError, match="too small"):
        mr.autograph.to_graph(f)(2)


def test_the_line_of_a_failing_step():
    @mr.function
    def f(x, i):
        if i >= 0:
            x = mr.gather(x, i)
        return mr.reduce_sum(x)

    assert f(mr.constant([1, 2]), mr.constant(1)) == 2
    line = f.python_function.__code__.co_firstlineno + 3
    with pytest.raises(mr.errors.InvalidArgumentError, match=f"test_autograph_errors.py:{line}"):
        f(mr.constant([1, 2]), mr.constant(2))
