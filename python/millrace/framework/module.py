"""Module: an object that finds the variables that its attributes hold."""

import re

from millrace._load import public
from millrace.framework import context, nest
from millrace.framework.scopes import name_scope as _name_scope
from millrace.framework.variable import Variable

_VALID = re.compile(r"^[A-Za-z_]\w*$")


class Module:
    """A model, or a part of one: variables and further modules are found in its attributes, also
    inside of lists, tuples and dictionaries.

    ValueError for a name that is no identifier of Python.
    """

    @public
    def __init__(self, name=None):
        if name is None:
            name = re.sub(
                r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", type(self).__name__
            )
            name = name.lower()
        if not _VALID.match(name):
            raise ValueError(f"{name!r} is not a valid name of a module: it must be an identifier")
        self._name = name
        self._scope_name = None

    @property
    def name(self):
        return self._name

    @property
    def name_scope(self):
        """A name scope, the same each time it is entered."""
        return _OneScope(self)

    @property
    def variables(self):
        """The variables of this module and of those in it, in the order of attribute names."""
        return tuple(self._found(lambda v: isinstance(v, Variable)))

    @property
    def trainable_variables(self):
        return tuple(self._found(lambda v: isinstance(v, Variable) and v.trainable))

    @property
    def non_trainable_variables(self):
        return tuple(self._found(lambda v: isinstance(v, Variable) and not v.trainable))

    @property
    def submodules(self):
        """The modules in this one, at any depth."""
        return tuple(m for m in self._found(lambda v: isinstance(v, Module)) if m is not self)

    def _found(self, wanted):
        """What is wanted of the attributes, each once; those of submodules come last."""
        seen, results, queue = {id(self)}, [], [self]
        while queue:
            module = queue.pop(0)
            for _, leaf in module_leaves(module):
                if id(leaf) in seen:
                    continue
                seen.add(id(leaf))
                if wanted(leaf):
                    results.append(leaf)
                if isinstance(leaf, Module):
                    queue.append(leaf)
        return results

    @classmethod
    def with_name_scope(cls, method):
        """A decorator: the method runs within the module's name scope."""
        import functools

        @functools.wraps(method)
        def inside(self, *args, **kwargs):
            with self.name_scope:
                return context.converted(method)(self, *args, **kwargs)

        return inside


class _OneScope:
    def __init__(self, module):
        self._module = module

    @property
    def name(self):
        return self._module._scope_name or self._module._name + "/"

    def __enter__(self):
        self._scope = _name_scope(self.name if self._module._scope_name else self._module._name)
        entered = self._scope.__enter__()
        self._module._scope_name = entered
        return entered

    def __exit__(self, *exc):
        return self._scope.__exit__(*exc)


def module_leaves(module):
    """(name, leaf) of the attributes' structures, sorted by name."""
    for key in sorted(vars(module)):
        for leaf in _leaves(vars(module)[key]):
            yield key, leaf


def _leaves(value):
    if isinstance(value, (list, tuple)):
        return [leaf for v in value for leaf in _leaves(v)]
    if isinstance(value, dict):
        return [leaf for k in nest.sorted_keys(value) for leaf in _leaves(value[k])]
    return [value]
