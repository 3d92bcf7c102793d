"""What is converted: the user's functions and methods, not libraries, classes and generators."""

import functools
import inspect
import logging
import sysconfig
import threading
import types
import weakref

from millrace.autograph import conversion, jumps, source

log = logging.getLogger("millrace")

NO = "_millrace_do_not_convert"  # an attribute of functions
_LIBRARIES = frozenset(
    "millrace numpy scipy pandas PIL matplotlib sklearn tqdm absl pytest tensorflow torch".split()
)
_STANDARD = sysconfig.get_paths()["stdlib"]
_GENERATORS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_kept = weakref.WeakSet()  # codes that cannot be converted, of which a warning told
_state = threading.local()


class disabled:
    """Within it nothing is converted."""

    def __enter__(self):
        self._before = getattr(_state, "disabled", False)
        _state.disabled = True

    def __exit__(self, *exc):
        _state.disabled = self._before


class enabled:
    """Within it functions are converted again."""

    def __enter__(self):
        self._before = getattr(_state, "disabled", False)
        _state.disabled = False

    def __exit__(self, *exc):
        _state.disabled = self._before


def is_disabled():
    return getattr(_state, "disabled", False)


def converted(target):
    """The callable with its control flow converted; itself where it is nothing to convert, or
    where that cannot be, of which a warning tells once."""
    if isinstance(target, types.FunctionType):
        return _converted_function(target)
    if isinstance(target, types.MethodType):
        function = converted(target.__func__)
        same = function is target.__func__
        return target if same else types.MethodType(function, target.__self__)
    if isinstance(target, (type, types.BuiltinFunctionType)) or is_disabled():
        return target
    if isinstance(target, functools.partial):
        function = converted(target.func)
        same = function is target.func
        return target if same else functools.partial(function, *target.args, **target.keywords)
    method = inspect.getattr_static(type(target), "__call__", None)
    if isinstance(method, types.FunctionType) and not hasattr(target, NO):
        function = _converted_function(method)
        return target if function is method else types.MethodType(function, target)
    return target


def _converted_function(function):
    if is_disabled() or not _wanted(function):
        return function
    from millrace.autograph import runtime

    try:
        return conversion.convert(function, runtime)
    except (source.NoSource, jumps.Unsupported) as error:
        cause = error
    except Exception as error:  # a conversion that fails must not stop the program
        cause = f"{type(error).__name__}: {error}"
    _kept.add(function.__code__)
    log.warning(
        "AutoGraph could not transform %r and will run it as it is. Cause: %s. To silence this "
        "warning, decorate the function with @mr.autograph.experimental.do_not_convert",
        function,
        cause,
    )
    return function


def _wanted(function):
    code = function.__code__
    if code.co_flags & _GENERATORS or code in _kept or hasattr(function, NO):
        return False
    return not conversion.is_converted(function) and not _of_library(function)


def _of_library(function):
    if function.__globals__.get("__name__", "").partition(".")[0] in _LIBRARIES:
        return True
    filename = function.__code__.co_filename
    return filename.startswith(_STANDARD) and "site-packages" not in filename
