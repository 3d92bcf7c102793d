"""Variables of a converted function, as its blocks share them: they are read, set and unset by
name."""

from millrace.framework import context, nest
from millrace.framework.tensor import Tensor


class _Unset:
    def __repr__(self):
        return "<not set>"


UNSET = _Unset()


def is_symbolic(value):
    """True for what decides only when a step runs: a tensor or variable while a graph is built."""
    return context.building_graph() is not None and (
        isinstance(value, Tensor) or hasattr(value, "_as_graph_element")
    )


class Local:
    """A variable of the function around, or of one further out."""

    def __init__(self, name, cell):
        self.name, self._cell = name, cell

    def get(self):
        try:
            return self._cell.cell_contents
        except ValueError:
            return UNSET

    def set(self, value):
        if value is not UNSET:
            self._cell.cell_contents = value
        elif self.get() is not UNSET:
            del self._cell.cell_contents


class Global:
    """A variable of the module, which the function declares global."""

    def __init__(self, name, variables):
        self.name, self._variables = name, variables

    def get(self):
        return self._variables.get(self.name, UNSET)

    def set(self, value):
        if value is not UNSET:
            self._variables[self.name] = value
        else:
            self._variables.pop(self.name, None)


class Attribute:
    """An attribute of an object."""

    def __init__(self, name, owner, attribute):
        self.name, self._owner, self._attribute = name, owner, attribute

    def get(self):
        try:
            return getattr(self._owner(), self._attribute)
        except (AttributeError, NameError):
            return UNSET

    def set(self, value):
        if value is not UNSET:
            setattr(self._owner(), self._attribute, value)
        elif self.get() is not UNSET:
            delattr(self._owner(), self._attribute)


class Item:
    """An item of a list or dictionary."""

    def __init__(self, name, owner, key):
        self.name, self._owner, self._key = name, owner, key

    def get(self):
        try:
            return self._owner()[self._key()]
        except (LookupError, NameError):
            return UNSET

    def set(self, value):
        if value is not UNSET:
            self._owner()[self._key()] = value
        elif self.get() is not UNSET:
            del self._owner()[self._key()]


def slots(names, block):
    """The slots of variables that a block's function names; attributes and items come as slots."""
    cells = dict(zip(block.__code__.co_freevars, block.__closure__ or ()))

    def slot(name):
        if not isinstance(name, str):
            return name
        cell = cells.get(name)
        return Global(name, block.__globals__) if cell is None else Local(name, cell)

    return [slot(n) for n in names]


def read(of):
    return [s.get() for s in of]


def write(of, values):
    for s, value in zip(of, values):
        s.set(value)


def is_tensorable(value):
    """True for what tensors can be made of."""
    return (
        isinstance(value, (Tensor, int, float, complex, str, bytes))
        or hasattr(value, "_as_tensor")
        or hasattr(value, "__array__")
    )


def leaves(value):
    """The parts of a value: those of a structure, else itself. UNSET and None count as parts."""
    return nest.flatten(value)


def same_structure(a, b):
    try:
        nest.assert_same_structure(a, b)
    except (TypeError, ValueError):
        return False
    return True
