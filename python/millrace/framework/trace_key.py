"""What a Python value is told apart by when a trace is chosen."""

import types
import weakref


def object_key(value):
    """What a Python value is told apart by. Objects that are equal only to themselves are not kept
    alive by it."""
    if isinstance(value, float) and value != value:
        return (float, "nan")
    try:
        hash(value)
    except TypeError:
        raise TypeError(
            f"a function cannot tell {value!r:.80} of {type(value)} from other arguments, as it "
            "has no hash: give it something else, or make it part of the function"
        ) from None
    kept = weakly(value)
    return (type(value), value if kept is None else kept)


def weakly(value, callback=None):
    """A weak reference to an object that is equal only to itself; None for values."""
    if isinstance(value, types.MethodType):
        return weakref.WeakMethod(value, callback)
    if type(value).__eq__ is not object.__eq__:
        return None
    try:
        return weakref.ref(value, callback)
    except TypeError:
        return None


def watch(key, forget):
    """Weak references that call forget() when an object goes that stands in the key."""
    found = []
    for item in key:
        kept = item[1] if isinstance(item, tuple) and len(item) == 2 else None
        if isinstance(kept, weakref.ref):
            value = kept()
            found.append(weakly(value, lambda _: forget()))
    return found


class Weak:
    """Stands for an object that may go."""

    def __init__(self, reference):
        self._reference = reference

    def __eq__(self, other):
        return self._reference() is other

    __hash__ = None

    def __repr__(self):
        return repr(self._reference())
