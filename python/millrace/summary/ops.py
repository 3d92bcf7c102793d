"""Operations of a graph that give serialised Summary messages."""

from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.graph_keys import GraphKeys


@public
def scalar(name, tensor, collections=None, family=None):
    """A string tensor that holds the value of a scalar under a name: a point of a curve."""
    graph = context.building_graph()
    if graph is None:
        raise RuntimeError(
            "summary.scalar needs a graph; where ops run at once use FileWriter.add_scalar"
        )
    tag = graph._full_name(f"{family}/{name}" if family else name)
    made = apply_op("ScalarSummary", (tag, convert_to_tensor(tensor)), None, name)
    for key in [GraphKeys.SUMMARIES] if collections is None else collections:
        graph.add_to_collection(key, made)
    return made


@public
def merge(inputs, collections=None, name=None):
    """The summaries of several tensors in one."""
    made = apply_op("MergeSummary", (list(inputs),), None, name)
    for key in collections or ():
        context.get_default_graph().add_to_collection(key, made)
    return made


@public
def merge_all(key=GraphKeys.SUMMARIES, scope=None, name=None):
    """All summaries of the default graph in one; None if there are none."""
    found = context.get_default_graph().get_collection(key, scope)
    return merge(found, name=name) if found else None
