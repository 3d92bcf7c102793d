"""get_variable and variable_scope: variables shared by name."""

from millrace import dtypes
from millrace._load import public
from millrace.framework import context
from millrace.framework.variable import Variable
from millrace.ops.initializers import glorot_uniform_initializer, zeros_initializer
from millrace.tensor_shape import TensorShape

AUTO_REUSE = "auto_reuse"


class _State:
    """The variables of one graph by name, and its current scope."""

    def __init__(self):
        self.variables = {}
        self.scope = VariableScope("", False, None)


def _state():
    graph = context.get_default_graph()
    found = getattr(graph, "_variable_scopes", None)
    if found is None:
        found = graph._variable_scopes = _State()
    return found


class VariableScope:
    def __init__(self, name, reuse, initializer):
        self.name, self.reuse, self.initializer = name, reuse, initializer

    def reuse_variables(self):
        self.reuse = True


@public
def get_variable_scope():
    return _state().scope


class variable_scope:
    """`with variable_scope("layer"):` get_variable prefixes names with "layer/"."""

    def __init__(
        self, name_or_scope, default_name=None, values=None, initializer=None, reuse=None, **kwargs
    ):
        self._given, self._reuse, self._initializer = (
            name_or_scope or default_name,
            reuse,
            initializer,
        )

    def __enter__(self):
        state = _state()
        self._before = state.scope
        if isinstance(self._given, VariableScope):
            name, reuse = self._given.name, self._given.reuse
        else:
            name = f"{self._before.name}/{self._given}" if self._before.name else self._given
            reuse = self._before.reuse
        state.scope = VariableScope(
            name, self._reuse or reuse, self._initializer or self._before.initializer
        )
        self._names = context.get_default_graph().name_scope(
            name.rpartition("/")[2] if not isinstance(self._given, VariableScope) else name + "/"
        )
        self._names.__enter__()
        return state.scope

    def __exit__(self, *exc):
        self._names.__exit__(None, None, None)
        _state().scope = self._before


@public
def get_variable(
    name,
    shape=None,
    dtype=None,
    initializer=None,
    regularizer=None,
    trainable=None,
    collections=None,
    caching_device=None,
    partitioner=None,
    validate_shape=True,
    use_resource=None,
    **kwargs,
):
    """The variable of that name in the current variable scope; made if it is new, shared if the
    scope says reuse.

    ValueError if it exists and the scope does not reuse, or does not exist and the scope only
    reuses.
    """
    state = _state()
    scope = state.scope
    full_name = f"{scope.name}/{name}" if scope.name else name
    found = state.variables.get(full_name)
    if found is not None:
        if not scope.reuse:
            raise ValueError(
                f"variable {full_name} exists already; set reuse=True or AUTO_REUSE in its "
                "variable_scope"
            )
        if shape is not None and not found.shape.is_compatible_with(shape):
            raise ValueError(
                f"variable {full_name} has shape {found.shape}, asked for {TensorShape(shape)}"
            )
        return found
    if scope.reuse is True:
        raise ValueError(f"variable {full_name} does not exist, and its variable_scope only reuses")
    graph = context.get_default_graph()
    if initializer is None:
        initializer = scope.initializer
    initial, dtype = _initial_value(initializer, shape, dtype)
    with graph.name_scope(""):
        made = Variable(
            initial,
            trainable=trainable,
            name=full_name,
            dtype=dtype,
            validate_shape=validate_shape,
            collections=collections,
        )
    state.variables[full_name] = made
    return made


def _initial_value(initializer, shape, dtype):
    if initializer is not None and not callable(initializer):
        return initializer, dtype  # a value
    dtype = dtypes.as_dtype(dtype or dtypes.float32)
    if initializer is None:
        initializer = glorot_uniform_initializer() if dtype.is_floating else zeros_initializer()
    elif isinstance(initializer, type):
        initializer = initializer()
    if shape is None or not TensorShape(shape).is_fully_defined():
        raise ValueError("get_variable needs a full shape, or an initializer that is a value")
    sizes = TensorShape(shape).as_list()
    return lambda: initializer(sizes, dtype), dtype
