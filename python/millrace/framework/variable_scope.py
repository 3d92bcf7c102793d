"""Variable scopes: prefixes of the names of variables that get_variable shares, and their
defaults."""

import copy
import functools

from millrace import dtypes
from millrace._load import public
from millrace.framework import context
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.scopes import name_scope
from millrace.framework.variable_store import AUTO_REUSE, VariableStore

_DEFAULTS = (
    "initializer",
    "regularizer",
    "partitioner",
    "custom_getter",
    "caching_device",
    "constraint",
    "use_resource",
)


class VariableScope:
    """A prefix of variables' names, and what get_variable does where it is not told.

    Attributes:
      name: the prefix, without a "/" at its end.
      original_name_scope: the prefix of the operations made when the scope was new.
      reuse: whether get_variable finds variables (True), makes them (False), or both (AUTO_REUSE).
      initializer, regularizer, partitioner, custom_getter, dtype: defaults of get_variable.
    """

    def __init__(self, reuse=False, name="", name_scope="", dtype=dtypes.float32, **defaults):
        self.name, self.original_name_scope = name, name_scope
        self.reuse, self.dtype = reuse, dtypes.as_dtype(dtype)
        for key in _DEFAULTS:
            setattr(self, key, defaults.get(key))

    def reuse_variables(self):
        """From now on variables are found, not made."""
        self.reuse = True

    def set_initializer(self, initializer):
        self.initializer = initializer

    def set_regularizer(self, regularizer):
        self.regularizer = regularizer

    def set_partitioner(self, partitioner):
        self.partitioner = partitioner

    def set_dtype(self, dtype):
        self.dtype = dtypes.as_dtype(dtype)

    def get_collection(self, name):
        """Its items whose names begin with the scope's."""
        scope = self.name + "/" if self.name else ""
        return context.get_default_graph().get_collection(name, scope)

    def global_variables(self):
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def trainable_variables(self):
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def local_variables(self):
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)


class _ScopeState:
    """The variables of one graph by name, its current scope, and how often scopes were entered."""

    def __init__(self):
        self.store = VariableStore()
        self.scope = VariableScope()
        self.entered = {}

    def unique_name(self, default_name):
        before = self.scope.name + "/" if self.scope.name else ""
        name, n = default_name, 0
        while self.entered.get(before + name):
            n += 1
            name = f"{default_name}_{n}"
        return name


def scope_state():
    """What the default graph keeps of its variable scopes."""
    graph = context.get_default_graph()
    while getattr(graph, "outer", None) is not None:  # bodies of functions share it
        graph = graph.outer
    found = getattr(graph, "_variable_scopes", None)
    if found is None:
        found = graph._variable_scopes = _ScopeState()
    return found


@public
def get_variable_scope():
    """The current VariableScope."""
    return scope_state().scope


class variable_scope:
    """`with variable_scope("layer"):` get_variable prefixes names with "layer/", and operations'
    names begin with "layer/" too.

    Args:
      name_or_scope: a name, below the current scope; or a VariableScope to go back to.
      default_name: a name to be made unique, where name_or_scope is None.
      initializer, regularizer, partitioner, custom_getter, dtype: defaults of get_variable.
      reuse: True: variables are found; AUTO_REUSE: found or made; else as around.
      auxiliary_name_scope: with False, operations keep the names that they have around.
    """

    @public
    def __init__(
        self,
        name_or_scope,
        default_name=None,
        values=None,
        initializer=None,
        regularizer=None,
        caching_device=None,
        partitioner=None,
        custom_getter=None,
        reuse=None,
        dtype=None,
        use_resource=None,
        constraint=None,
        auxiliary_name_scope=True,
    ):
        if name_or_scope is None and default_name is None:
            raise TypeError("variable_scope needs a name_or_scope or a default_name")
        if name_or_scope is not None and not isinstance(name_or_scope, (str, VariableScope)):
            raise TypeError(
                f"name_or_scope must be a string or a VariableScope, got {name_or_scope!r}"
            )
        self._given, self._default_name = name_or_scope, default_name
        self._reuse, self._dtype, self._auxiliary = reuse, dtype, auxiliary_name_scope
        self._own = {
            "initializer": initializer,
            "regularizer": regularizer,
            "partitioner": partitioner,
            "custom_getter": custom_getter,
            "caching_device": caching_device,
            "constraint": constraint,
            "use_resource": use_resource,
        }

    @public
    def __enter__(self):
        state = scope_state()
        self._before, self._entered = state.scope, dict(state.entered)
        given = state.unique_name(self._default_name) if self._given is None else self._given
        is_scope = isinstance(given, VariableScope)
        base = given if is_scope else self._before
        scope = copy.copy(base)
        scope.reuse = self._reuse or base.reuse
        self._override(scope)
        if not is_scope and given:
            scope.name = f"{base.name}/{given}" if base.name else given
        name = given.name.rpartition("/")[2] if is_scope else given
        self._names = name_scope(name) if name and self._auxiliary else None
        if self._names is not None:
            entered = self._names.__enter__()
            if not is_scope:
                scope.original_name_scope = entered
        state.entered[scope.name] = state.entered.get(scope.name, 0) + 1
        state.scope = scope
        return scope

    def _override(self, scope):
        for key, value in self._own.items():
            if value is None:
                continue
            if key == "custom_getter" and scope.custom_getter is not None:
                value = chain_getters(value, scope.custom_getter)
            setattr(scope, key, value)
        if self._dtype is not None:
            scope.set_dtype(self._dtype)

    def __exit__(self, *exc):
        if self._names is not None:
            self._names.__exit__(*exc)
        state = scope_state()
        # What is below may be entered anew under the same names; the scope itself may not.
        inside, state.entered = state.entered, self._entered
        if self._given is None or isinstance(self._given, str):
            name = state.scope.name
            state.entered = {k: n for k, n in inside.items() if not k.startswith(name + "/")}
        state.scope = self._before


def chain_getters(inner, outer):
    """A custom getter that calls inner, whose true getter calls outer."""

    def getter(true_getter, *args, **kwargs):
        return inner(functools.partial(outer, true_getter), *args, **kwargs)

    return getter


__all__ = ["AUTO_REUSE", "VariableScope", "get_variable_scope", "variable_scope"]
