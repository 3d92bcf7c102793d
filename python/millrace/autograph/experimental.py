"""tf.autograph.experimental."""

import enum
import functools

from millrace.autograph import policy


class Feature(enum.Enum):
    """Names of features that TensorFlow has behind switches. They are all on, or all that there is
    to it is Python's behaviour."""

    ALL = "ALL"
    AUTO_CONTROL_DEPS = "AUTO_CONTROL_DEPS"
    ASSERT_STATEMENTS = "ASSERT_STATEMENTS"
    BUILTIN_FUNCTIONS = "BUILTIN_FUNCTIONS"
    EQUALITY_OPERATORS = "EQUALITY_OPERATORS"
    LISTS = "LISTS"
    NAME_SCOPES = "NAME_SCOPES"


def do_not_convert(func=None):
    """The function as it is: neither it nor what it calls is converted. A decorator."""
    if func is None:
        return do_not_convert

    @functools.wraps(func)
    def unconverted(*args, **kwargs):
        with policy.disabled():
            return func(*args, **kwargs)

    setattr(unconverted, policy.NO, True)
    return unconverted


def set_loop_options(
    parallel_iterations=None, swap_memory=None, maximum_iterations=None, shape_invariants=None
):
    """In the body of a loop over tensors: how that is to be run. Elsewhere it does nothing.

    Args:
      parallel_iterations, swap_memory, maximum_iterations: as for while_loop.
      shape_invariants: [(variable, shape), ...]: shapes that hold in all turns, of variables whose
        shape changes.
    """
