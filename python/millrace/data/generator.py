"""Datasets of what Python's generators give."""

import itertools
import threading
import warnings

import numpy as np

from millrace import dtypes
from millrace.data import functions, variants
from millrace.data.elements import make
from millrace.framework import nest
from millrace.framework.tensor import TensorSpec
from millrace.ops.script import numpy_function

_NUMBER = TensorSpec([], dtypes.int64)


def from_generator(generator, element_spec, args, name):
    """The dataset of what the iterable that generator(*arrays) gives yields, begun anew for each
    iteration and closed at its end."""
    running = _Running(generator, element_spec)
    args = tuple(args)
    parts = [p for s in nest.flatten(element_spec) for p in _parts(s)]

    def next_element(number):
        values = numpy_function(running.next, [number], [p.dtype for p in parts])
        for value, part in zip(values, parts):
            value.set_shape(part.shape)
        left = iter(values)
        return tuple(_whole(s, left) for s in nest.flatten(element_spec))

    start = functions.trace(lambda: numpy_function(running.start, args, dtypes.int64))
    advance = functions.trace(next_element, _NUMBER)
    finish = functions.trace(lambda n: numpy_function(running.finish, [n], dtypes.int64), _NUMBER)
    inputs = (start.captured, advance.captured, finish.captured)
    attrs = {"init_func": start, "next_func": advance, "finalize_func": finish}
    return make("GeneratorDataset", inputs, element_spec, attrs, name)


class _Iteration:
    """One generator. Advanced by one thread at a time; finished by any."""

    def __init__(self, iterator):
        self.iterator = iterator
        self._lock = threading.Lock()
        self._finished = False

    def advance(self):
        try:
            with self._lock:
                return next(self.iterator)
        finally:
            if self._finished:
                self.finish()

    def finish(self):
        """Closes it; while it is being advanced that is left to whoever does so."""
        self._finished = True
        if not self._lock.acquire(blocking=False):
            return
        try:
            if hasattr(self.iterator, "close"):
                self.iterator.close()
        except Exception as error:
            warnings.warn(f"closing a generator failed: {error!r}", RuntimeWarning, stacklevel=2)
        finally:
            self._lock.release()


class _Running:
    """The generators of a dataset that are being iterated over, by number."""

    def __init__(self, generator, element_spec):
        self._generator, self._spec = generator, element_spec
        self._numbers = itertools.count()
        self._iterations = {}

    def start(self, *arrays):
        number = next(self._numbers)
        self._iterations[number] = _Iteration(iter(self._generator(*arrays)))
        return np.int64(number)

    def next(self, number):
        value = self._iterations[int(number)].advance()
        leaves = _flatten_as(self._spec, value, self._spec, value)
        specs = nest.flatten(self._spec)
        return [array for v, s in zip(leaves, specs) for array in _arrays(v, s)]

    def finish(self, number):
        iteration = self._iterations.pop(int(number), None)
        if iteration is not None:
            iteration.finish()
        return np.int64(0)


def _flatten_as(spec, value, whole_spec, whole):
    """The leaves of a value of the structure of spec."""
    if not nest.is_nested(spec):
        return [value]
    if isinstance(spec, dict):
        fits = isinstance(value, dict) and set(value) == set(spec)
        pairs = [(spec[k], value[k]) for k in nest.sorted_keys(spec)] if fits else ()
    else:
        fits = isinstance(value, tuple) and len(value) == len(spec)  # a list is a tensor
        pairs = list(zip(spec, value)) if fits else ()
    if not fits:
        raise TypeError(
            "`generator` yielded an element that did not match the expected structure. The "
            f"expected structure was {whole_spec}, but the yielded element was {whole!r:.200}."
        )
    return [leaf for s, v in pairs for leaf in _flatten_as(s, v, whole_spec, whole)]


def _parts(spec):
    return spec.parts() if variants.is_variant_spec(spec) else [spec]


def _whole(spec, parts):
    """The value of the next parts."""
    if not variants.is_variant_spec(spec):
        return next(parts)
    return spec.of_parts([next(parts) for _ in spec.parts()])


def _arrays(value, spec):
    if not variants.is_variant_spec(spec):
        return [_array(value, spec)]
    if not spec.is_compatible_with(value):
        raise TypeError(
            f"`generator` yielded an element of {spec.value_type.__name__} where {spec} was "
            f"expected: {value!r:.200}"
        )
    return [_array(part, s) for part, s in zip(spec.parts_of(value), spec.parts())]


def _array(value, spec):
    if hasattr(value, "numpy"):
        value = value.numpy()
    is_text = spec.dtype is dtypes.string
    try:
        array = np.asarray(value, object if is_text else spec.dtype.as_numpy_dtype)
    except (OverflowError, TypeError, ValueError) as error:
        raise TypeError(
            "`generator` yielded an element that could not be converted to the expected type. The "
            f"expected type was {spec.dtype.name}, but the yielded element was {value!r:.200}."
        ) from error
    if not spec.shape.is_compatible_with(array.shape):
        raise TypeError(
            f"`generator` yielded an element of shape {array.shape} where an element of shape "
            f"{spec.shape} was expected."
        )
    return array
