"""The global step: how many updates all workers made together."""

from millrace import dtypes
from millrace._load import public
from millrace.framework import context
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.variable import Variable


@public
def get_global_step(graph=None):
    """The graph's global step variable, or None."""
    graph = graph or context.get_default_graph()
    found = graph.get_collection(GraphKeys.GLOBAL_STEP)
    return found[0] if found else None


@public
def create_global_step(graph=None):
    """Makes the graph's global step. ValueError if it has one."""
    graph = graph or context.get_default_graph()
    if get_global_step(graph) is not None:
        raise ValueError("the graph has a global step already")
    with graph.as_default(), graph.name_scope(""):
        return Variable(
            0,
            trainable=False,
            name="global_step",
            dtype=dtypes.int64,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )


@public
def get_or_create_global_step(graph=None):
    graph = graph or context.get_default_graph()
    found = get_global_step(graph)
    return create_global_step(graph) if found is None else found


@public
def global_step(sess, global_step_tensor):
    """The value of the global step in the session."""
    return int(sess.run(global_step_tensor))
