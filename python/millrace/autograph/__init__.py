"""Python's control flow on tensors as control flow of the graph (`mr.function` converts what it
traces; see docs/autograph.md).

The source of a function is read, its `if`, `while`, `for`, `and`, `or`, `not` and calls are
rewritten as calls of runtime.py, and the result is compiled with the user's file name and lines.
Whether a value is a tensor is seen when such a call is made: Python's values take Python's path.
"""

import ast
import importlib
import inspect
import logging
import types

from millrace._load import public
from millrace.autograph import conversion, jumps, policy, source

__all__ = ["experimental", "set_verbosity", "to_code", "to_graph", "trace"]


def __getattr__(name):
    if name == "experimental":
        return importlib.import_module("millrace.autograph.experimental")
    raise AttributeError(f"module 'millrace.autograph' has no attribute {name!r}")


def _function_of(entity):
    """(the function of a callable, how to bind a function as it is bound)."""
    entity = getattr(entity, "python_function", entity)
    if isinstance(entity, types.MethodType):
        return entity.__func__, lambda f: types.MethodType(f, entity.__self__)
    if not isinstance(entity, types.FunctionType):
        method = inspect.getattr_static(type(entity), "__call__", None)
        if isinstance(entity, type) or not isinstance(method, types.FunctionType):
            raise ValueError(f"{entity!r} is no function of Python")
        return method, lambda f: types.MethodType(f, entity)
    return entity, lambda f: f


@public
def to_graph(entity, recursive=True, experimental_optional_features=None):
    """The function with its control flow converted. ValueError if its source cannot be read.

    Args:
      recursive: whether the functions that it calls are converted too.
    """
    from millrace.autograph import runtime

    if not recursive:
        runtime = types.SimpleNamespace(**{**vars(runtime), "call": lambda f: f})
    function, bind = _function_of(entity)
    try:
        return bind(conversion.convert(function, runtime))
    except (source.NoSource, jumps.Unsupported) as error:
        raise ValueError(f"{entity!r} cannot be converted: {error}") from None


@public
def to_code(entity, recursive=True, experimental_optional_features=None):
    """The text of what to_graph makes of a function."""
    function, _ = _function_of(entity)
    try:
        return ast.unparse(conversion.rewritten(function)[0]) + "\n"
    except (source.NoSource, jumps.Unsupported) as error:
        raise ValueError(f"{entity!r} cannot be converted: {error}") from None


@public
def trace(*args):
    """Prints when the function is traced."""
    print(*args)


@public
def set_verbosity(level, alsologtostdout=False):
    """How much is logged of conversions: at 0 warnings only."""
    policy.log.setLevel(logging.WARNING if level == 0 else logging.DEBUG)
