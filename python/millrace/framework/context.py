"""Where ops go: into the default graph of this thread, or, where there is none, they run at
once."""

import contextlib
import threading

from millrace._load import native, public

_local = threading.local()
_eager_by_default = True
_global_graph = None
_eager_seed = None  # what random.set_seed() gave where ops run at once


def graph_stack():
    """This thread's graphs made default by `with graph.as_default()`, outermost first."""
    try:
        return _local.graphs
    except AttributeError:
        _local.graphs = []
        return _local.graphs


def push_graph(graph):
    """Makes a graph this thread's default."""
    graph_stack().append(graph)
    native.set_building(True)


def pop_graph(graph):
    """Ends the last push_graph of that graph."""
    stack = graph_stack()
    for i in range(len(stack) - 1, -1, -1):
        if stack[i] is graph:
            del stack[i]
            break
    native.set_building(bool(stack))


def building_graph():
    """The graph that ops are added to now, or None if they run at once."""
    stack = graph_stack()
    if stack:
        return stack[-1]
    if _eager_by_default or getattr(_local, "eager", False):
        return None
    return get_default_graph()


@public
def executing_eagerly():
    """True if ops run at once here; False within `with Graph().as_default()` and while a function
    is traced."""
    return building_graph() is None


@public
def get_default_graph():
    """The innermost default graph of this thread; a graph of the whole process if there is none."""
    global _global_graph
    stack = graph_stack()
    if stack:
        return stack[-1]
    if _global_graph is None:
        from millrace.framework.graph import Graph

        _global_graph = Graph()
    return _global_graph


@public
def reset_default_graph():
    """Forgets the process's graph. AssertionError inside `with graph.as_default()`."""
    global _global_graph
    if graph_stack():
        raise AssertionError(
            "reset_default_graph() cannot be used inside `with graph.as_default()`"
        )
    _global_graph = None


@public
def disable_eager_execution():
    """From now on ops outside any `with graph.as_default()` go to the process's default graph."""
    global _eager_by_default
    _eager_by_default = False


@public
def enable_eager_execution():
    """From now on ops outside any `with graph.as_default()` run at once (the default)."""
    global _eager_by_default
    _eager_by_default = True


@contextlib.contextmanager
def eager_here():
    """Within it ops of this thread run at once, whatever is the rule elsewhere."""
    before = getattr(_local, "eager", False)
    _local.eager = True
    try:
        yield
    finally:
        _local.eager = before


def eager_seed():
    """The seed of what runs at once, and of functions traced there; None if none was set."""
    return _eager_seed


def set_eager_seed(seed):
    global _eager_seed
    _eager_seed = seed


def converted(function):
    """The function with its control flow converted (autograph/), where a graph is built."""
    if building_graph() is None:
        return function
    from millrace.autograph import policy

    return policy.converted(function)


class init_scope:
    """`with init_scope():` leaves the functions being traced: ops go to the outermost plain graph,
    or run at once."""

    def __enter__(self):
        stack = graph_stack()
        self._saved = list(stack)
        while stack and stack[-1].is_function:
            stack.pop()
        native.set_building(bool(stack))

    def __exit__(self, *exc):
        graph_stack()[:] = self._saved
        native.set_building(bool(self._saved))
