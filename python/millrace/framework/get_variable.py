"""get_variable: variables by name, made or shared as the current variable scope says."""

import functools

from millrace._load import public
from millrace.framework import context
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.scopes import colocate_with, control_dependencies, name_scope
from millrace.framework.variable_scope import chain_getters, scope_state


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
    custom_getter=None,
    constraint=None,
    synchronization=None,
    aggregation=None,
):
    """The variable of that name in the current variable scope; made if it is new, shared if the
    scope says reuse.

    Args:
      name: within the scope.
      shape: needed for a new variable, unless the initializer is a value or takes no arguments.
      dtype: the scope's if None, which is float32 by default.
      initializer: a value, a function of shape and dtype such as zeros_initializer(), or one of no
        arguments. The scope's if None; if that has none, Glorot & Bengio's uniform distribution
        for floating-point numbers, zeros for others.
      regularizer: a function from the variable to a loss, which goes into the collection
        REGULARIZATION_LOSSES.
      partitioner: a function of shape and dtype to the number of parts in each dimension; the
        result is then a PartitionedVariable.
    Raises:
      ValueError if the variable exists and the scope does not reuse, if it does not exist and the
      scope only reuses, or where shape or dtype are not those of the variable that exists.
    """
    state = scope_state()
    scope = state.scope
    make = functools.partial(_get, state)
    getter = custom_getter or scope.custom_getter
    if custom_getter is not None and scope.custom_getter is not None:
        getter = chain_getters(custom_getter, scope.custom_getter)
    return (functools.partial(getter, make) if getter else make)(
        name=f"{scope.name}/{name}" if scope.name else name,
        shape=shape,
        dtype=dtype,
        initializer=scope.initializer if initializer is None else initializer,
        regularizer=scope.regularizer if regularizer is None else regularizer,
        reuse=scope.reuse,
        trainable=trainable,
        collections=collections,
        caching_device=caching_device,
        partitioner=scope.partitioner if partitioner is None else partitioner,
        validate_shape=validate_shape,
        use_resource=use_resource,
        constraint=scope.constraint if constraint is None else constraint,
    )


def _get(
    state, name, regularizer=None, caching_device=None, use_resource=None, dtype=None, **options
):
    """What a custom getter calls in the end."""
    default_dtype = state.scope.dtype
    made, is_new = state.store.get(name, dtype=dtype, default_dtype=default_dtype, **options)
    if is_new and regularizer is not None:
        for part in made if hasattr(made, "_partitions") else [made]:
            _regularize(part, regularizer)
    return made


def _regularize(variable, regularizer):
    with (
        control_dependencies(None),
        colocate_with(variable.handle),
        name_scope(variable.op.name + "/Regularizer/"),
    ):
        loss = regularizer(variable)
    if loss is not None:
        context.get_default_graph().add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)


@public
def get_local_variable(name, *args, **kwargs):
    """As get_variable, for a variable of this process only: it is neither trained nor saved."""
    kwargs["trainable"] = False
    kwargs["collections"] = [*(kwargs.get("collections") or ()), GraphKeys.LOCAL_VARIABLES]
    return get_variable(name, *args, **kwargs)


def no_regularizer(_):
    """A regularizer that adds no loss, where the scope has one."""
    return None


__all__ = ["get_local_variable", "get_variable", "no_regularizer"]
