"""name_scope, device, control_dependencies and colocate_with as functions of the default graph."""

import contextlib
import threading

from millrace._load import public
from millrace.framework import context

_eager = threading.local()


class name_scope:
    """`with name_scope("layer") as scope:` prefixes the names of what is made inside."""

    def __init__(self, name, default_name=None, values=None):
        self._name = default_name if name is None else name

    @property
    def name(self):
        return self._name

    def __enter__(self):
        graph = context.building_graph()
        if graph is None:
            before = getattr(_eager, "scope", "")
            self._exit = lambda: setattr(_eager, "scope", before)
            scope = (
                self._name[:-1]
                if self._name.endswith("/")
                else f"{before}/{self._name}".lstrip("/")
            )
            _eager.scope = scope
            return scope + "/" if scope else ""
        manager = graph.name_scope(self._name)
        scope = manager.__enter__()
        self._exit = lambda: manager.__exit__(None, None, None)
        return scope

    def __exit__(self, *exc):
        self._exit()


def eager_scope():
    return getattr(_eager, "scope", "")


@public
def device(device_name_or_function):
    """Where ops shall run: "/cpu:0", "/job:ps/task:1", a function from operation to device name,
    or None."""
    graph = context.building_graph()
    if graph is None:
        if callable(device_name_or_function):
            raise ValueError(
                "a device function needs a graph: use it inside `with Graph().as_default()`"
            )
        return contextlib.nullcontext()
    return graph.device(device_name_or_function)


@public
def control_dependencies(control_inputs):
    """Ops made inside run after these operations or tensors. Ops that run at once are in order
    anyway."""
    graph = context.building_graph()
    if graph is None:
        return contextlib.nullcontext()
    return graph.control_dependencies(control_inputs)


@public
def colocate_with(op, ignore_existing=False):
    """Ops made inside go to the device of `op`."""
    graph = context.building_graph()
    if graph is None:
        return contextlib.nullcontext()
    return graph.colocate_with(op, ignore_existing)


@public
def group(*inputs, name=None):
    """An operation that runs all of these; None where ops run at once."""
    from millrace.framework import nest
    from millrace.framework.dispatch import apply_op

    graph = context.building_graph()
    if graph is None:
        return None
    with graph.control_dependencies(None), graph.control_dependencies(nest.flatten(list(inputs))):
        return apply_op("NoOp", (), None, name or "group_deps")


@public
def no_op(name=None):
    """An operation that does nothing but wait for its control inputs."""
    from millrace.framework.dispatch import apply_op

    return apply_op("NoOp", (), None, name)


@public
def identity_after(dependencies, tensor, name=None):
    """The tensor, once these have run."""
    from millrace.framework.dispatch import apply_op

    with control_dependencies(dependencies):
        return apply_op("Identity", (tensor,), None, name)
