"""Checks that graphs carry with them, under the names of tf.debugging. Where ops run at once, and
where the answer is known when the graph is built, a check fails at once."""

import numpy as np

from millrace._load import public
from millrace.errors import InvalidArgumentError
from millrace.framework import context
from millrace.framework.convert import constant_value, convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.scopes import identity_after, name_scope, no_op
from millrace.ops.reduce import reduce_all

__all__ = [
    "Assert",
    "assert_all_finite",
    "assert_equal",
    "assert_greater",
    "assert_greater_equal",
    "assert_less",
    "assert_less_equal",
    "assert_negative",
    "assert_non_negative",
    "assert_non_positive",
    "assert_none_equal",
    "assert_positive",
    "assert_rank",
    "assert_scalar",
    "check_numerics",
]


@public
def check_numerics(tensor, message, name=None):
    """The tensor. When it runs: InvalidArgumentError, with the message, for an infinite element or
    one that is not a number."""
    return apply_op("CheckNumerics", (tensor,), {"message": message}, name)


@public
def assert_all_finite(x, message, name=None):
    """check_numerics as a check: the tensor, with the message in the error."""
    return check_numerics(x, message, name or "assert_all_finite")


@public
def Assert(condition, data, summarize=None, name=None):
    """An operation that fails with InvalidArgumentError, which shows `data`, unless the condition
    holds. Other operations wait for it by control_dependencies."""
    with name_scope(name or "Assert"):
        attrs = {"summarize": 3 if summarize is None else summarize}
        return apply_op("Assert", (condition, [convert_to_tensor(d) for d in data]), attrs)


def _make(name, op, sign, compare):
    def check(x, y, data=None, summarize=None, message=None, name=None):
        with name_scope(name or check.__name__):
            x = convert_to_tensor(x)
            y = convert_to_tensor(y, x.dtype)
            text = f"{message}: " if message else ""
            text += f"condition x {sign} y did not hold element-wise"
            known = [constant_value(x), constant_value(y)]
            if all(value is not None for value in known) and not np.all(compare(*known)):
                raise InvalidArgumentError(None, None, f"{text}: x = {known[0]}, y = {known[1]}")
            if context.building_graph() is None:
                return None
            if data is None:
                data = [f"{text}: x ({x.name}) = ", x, f"y ({y.name}) = ", y]
            return Assert(reduce_all(apply_op(op, (x, y))), data, summarize)

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"""An operation that fails with InvalidArgumentError unless x {sign} y holds
    for all elements; None where it holds already.

    Args:
      x, y: of the same dtype; shapes are broadcast.
      data: what the error shows; x and y if None.
      summarize: how many elements of each are shown.
      message: put before it.
      name: a prefix of the operations' names.
    """
    return public(check)


assert_equal = _make("assert_equal", "Equal", "==", np.equal)
assert_none_equal = _make("assert_none_equal", "NotEqual", "!=", np.not_equal)
assert_less = _make("assert_less", "Less", "<", np.less)
assert_less_equal = _make("assert_less_equal", "LessEqual", "<=", np.less_equal)
assert_greater = _make("assert_greater", "Greater", ">", np.greater)
assert_greater_equal = _make("assert_greater_equal", "GreaterEqual", ">=", np.greater_equal)


@public
def assert_rank(x, rank, data=None, summarize=None, message=None, name=None):
    """Fails unless x has that rank: with ValueError at once where it is known, else with
    InvalidArgumentError when the operation runs."""
    x = convert_to_tensor(x)
    if x.shape.rank is None:
        found = apply_op("Rank", (x,))
        return assert_equal(found, rank, data, summarize, message, name or "assert_rank")
    if x.shape.rank != rank:
        text = f"{message}: " if message else ""
        raise ValueError(f"{text}{x!r} must have rank {rank}")
    return None if context.building_graph() is None else no_op(name or "assert_rank")


@public
def assert_scalar(tensor, name=None, message=None):
    """The tensor. ValueError, or InvalidArgumentError when it runs, unless its rank is 0."""
    tensor = convert_to_tensor(tensor)
    check = assert_rank(tensor, 0, message=message, name=name or "assert_scalar")
    if tensor.shape.rank is not None:
        return tensor
    return identity_after([check], tensor)


def _against_zero(name, check, what):
    def against_zero(x, data=None, summarize=None, message=None, name=None):
        x = convert_to_tensor(x)
        return check(x, 0, data, summarize, message, name or against_zero.__name__)

    against_zero.__name__ = against_zero.__qualname__ = name
    against_zero.__doc__ = f"Fails with InvalidArgumentError unless all elements are {what}."
    return public(against_zero)


assert_positive = _against_zero("assert_positive", assert_greater, "> 0")
assert_negative = _against_zero("assert_negative", assert_less, "< 0")
assert_non_negative = _against_zero("assert_non_negative", assert_greater_equal, ">= 0")
assert_non_positive = _against_zero("assert_non_positive", assert_less_equal, "<= 0")
