"""The Python functions that graphs call, by the tokens under which graphs name them."""

import atexit
import functools
import itertools
import os
import threading
import weakref

import numpy as np

from millrace.framework import context

_functions = weakref.WeakValueDictionary()  # token -> PyFunction
_tokens = itertools.count()
_local = threading.local()
_GRADIENT = "/gradient"
_KEPT_CALLS = 64  # of a function whose gradient is wanted; what is older is computed again
_UNKNOWN, _INVALID_ARGUMENT = 2, 3
# The status codes that exceptions stand for; the first that fits.
_CODES = (
    (ValueError, _INVALID_ARGUMENT),
    (TypeError, _INVALID_ARGUMENT),
    (StopIteration, 11),
    (MemoryError, 8),
    (NotImplementedError, 12),
)


class PyFunction:
    """A Python function as nodes of a graph call it. Must live as long as a graph that names it.

    Attributes:
      token: what nodes call it by.
      inputs, outputs: dtypes.
    """

    def __init__(self, function, eager, inputs, outputs, token=None):
        self._function, self._eager = function, eager
        self.inputs, self.outputs = list(inputs), list(outputs)
        self.token = token or f"pyfunc_{next(_tokens)}"
        self._calls = []  # (inputs, outputs, tape) of those whose gradient may be asked for
        self._lock = threading.Lock()
        if token is None:
            _functions[self.token] = self
            _end_calls_with_python()

    def run(self, arguments, keep_tape):
        """The results for arrays as arrays, or for tensors as tensors of the dtypes promised.

        Args:
          keep_tape: gradient() will be asked for.
        """
        if not self._eager:
            return as_arrays(self._function(*arguments))
        with context.eager_here():
            if not keep_tape:
                return as_tensors(self._function(*arguments), self.outputs)
            call = self._taped(arguments)
            with self._lock:
                self._calls.append(call)
                del self._calls[:-_KEPT_CALLS]
            return call[1]

    @functools.cached_property
    def gradient(self):
        """The function of inputs, outputs and gradients of those outputs that can have one, which
        gives the gradients of those inputs that can have one."""
        inputs = self.inputs + self.outputs + [t for t in self.outputs if _has_gradient(t)]
        outputs = [t for t in self.inputs if _has_gradient(t)]
        return PyFunction(self._differentiate, True, inputs, outputs, self.token + _GRADIENT)

    def _differentiate(self, *arguments):
        n, m = len(self.inputs), len(self.inputs) + len(self.outputs)
        sources, targets, tape = self._call_of(arguments[:n], arguments[n:m])
        return tape.gradient(
            [t for t in targets if _has_gradient(t.dtype)],
            [s for s in sources if _has_gradient(s.dtype)],
            list(arguments[m:]),
            unconnected_gradients="zero",
        )

    def _call_of(self, inputs, outputs):
        """The call with these; made again if it is not kept, or if the gradient is to be
        differentiated itself."""
        from millrace.framework.tape import open_tapes

        if not open_tapes():
            with self._lock:
                for i in reversed(range(len(self._calls))):
                    kept_inputs, kept_outputs, _ = self._calls[i]
                    if _same(kept_inputs, inputs) and _same(kept_outputs, outputs):
                        return self._calls.pop(i)
        return self._taped(inputs)

    def _taped(self, inputs):
        from millrace.framework.tape import GradientTape

        with GradientTape(persistent=True) as tape:
            tape.watch([x for x in inputs if _has_gradient(x.dtype)])
            outputs = as_tensors(self._function(*inputs), self.outputs)
        return inputs, outputs, tape


def _has_gradient(dtype):
    return dtype.is_floating or dtype.is_complex


def _same(kept, given):
    arrays = [(a.numpy(), b.numpy()) for a, b in zip(kept, given)]
    return len(kept) == len(given) and all(
        a.shape == b.shape and (a is b or a.tobytes() == b.tobytes()) for a, b in arrays
    )


def keep(graph, functions):
    """Has the functions live as long as the graph, and those around it."""
    while graph is not None:
        graph._py_functions.extend(functions)
        graph = getattr(graph, "outer", None)


def call(token, arguments, keep_tape):
    """What the runtime calls: (0, results), or (status code, text)."""
    _local.depth = getattr(_local, "depth", 0) + 1
    try:
        name, *gradients = token.split(_GRADIENT)
        function = _functions.get(name)
        if function is None:
            return _INVALID_ARGUMENT, (
                f"this process has no Python function of the token '{token}': it was made in "
                "another process, or the graph it was made in is gone. A graph that calls Python "
                "runs only where it was built"
            )
        for _ in gradients:
            function = function.gradient
        return 0, function.run(arguments, keep_tape)
    except BaseException as error:
        return code_of(error), describe(error)
    finally:
        _local.depth -= 1


def in_call():
    """True on a thread that the runtime called a function on."""
    return getattr(_local, "depth", 0) > 0


def code_of(error):
    """The status code that an exception of a function stands for."""
    from millrace.errors import OpError

    if isinstance(error, OpError):  # some are ValueErrors and the like besides
        return _UNKNOWN
    return next((code for cls, code in _CODES if isinstance(error, cls)), _UNKNOWN)


def describe(error):
    """The exception with its traceback, from the function's own frames on."""
    import traceback

    frames = error.__traceback__
    while frames is not None and _is_ours(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    lines = traceback.format_exception(type(error), error, frames)
    return f"{type(error).__name__}: {error}\n{''.join(lines)}"


def _is_ours(filename):
    return filename.startswith(os.path.dirname(os.path.dirname(__file__)) + os.sep)


def as_arrays(results):
    """What a function of arrays gave, as a list of arrays (text as it is)."""
    if results is None:
        return []
    return [_array(r) for r in (results if isinstance(results, (list, tuple)) else [results])]


def _array(value):
    if hasattr(value, "numpy"):
        return value.numpy()
    array = np.asarray(value, order="C")
    # Of text numpy would drop trailing zeros; what is no array at all is refused by the caller.
    return value if array.dtype.kind in "SUO" else array


def as_tensors(results, outputs):
    """What a function of tensors gave, as a list of tensors of these dtypes."""
    if results is None:
        return []
    if isinstance(results, (list, tuple)):
        return [_tensor(r, dtype) for r, dtype in zip(results, outputs)]
    return [_tensor(results, outputs[0] if outputs else None)]


def _tensor(value, dtype):
    from millrace.framework.convert import convert_to_tensor

    if hasattr(value, "handle") and hasattr(value, "assign"):
        raise RuntimeError(
            f"the function gives a variable, {value!r}; its value is variable.read_value()"
        )
    if isinstance(value, (np.ndarray, np.generic)) and dtype is not None:
        # Any number for any number, as numpy casts.
        if value.dtype.kind in "fiuc" and (_has_gradient(dtype) or dtype.is_integer):
            value = value.astype(dtype.as_numpy_dtype)
    return convert_to_tensor(value, dtype)


@functools.cache
def _end_calls_with_python():
    from millrace._load import native

    atexit.register(native.end_python_calls)
