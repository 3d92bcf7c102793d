"""Operations of a graph that give serialised Summary messages."""

import contextlib
import re

from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.graph_keys import GraphKeys


@contextlib.contextmanager
def _scope(name, family):
    """(tag, name of the op) of a summary: the tag is the op's name, so that no two are the same."""
    graph = context.building_graph()
    if graph is None:
        raise RuntimeError(
            "summaries need a graph; where ops run at once use FileWriter.add_scalar and its like"
        )
    name = re.sub(r"[^-\w./]", "_", name).lstrip("/")
    with graph.name_scope(f"{family}/{name}" if family else name) as scope:
        tag = scope.rstrip("/")
        yield (f"{family}/{tag}" if family else tag), scope


def _collected(made, collections):
    for key in [GraphKeys.SUMMARIES] if collections is None else collections:
        context.get_default_graph().add_to_collection(key, made)
    return made


@public
def scalar(name, tensor, collections=None, family=None):
    """A string tensor that holds the value of a scalar under a name: a point of a curve.

    Args:
      collections: that the tensor is put in; the summaries that merge_all() merges if left out.
      family: a prefix of the tag: what is shown together.
    """
    with _scope(name, family) as (tag, scope):
        made = apply_op("ScalarSummary", (tag, convert_to_tensor(tensor)), None, scope)
    return _collected(made, collections)


@public
def histogram(name, values, collections=None, family=None):
    """A string tensor that holds how the values of a tensor are distributed.

    When it runs: InvalidArgumentError, with the tag, for a value that is not finite.
    """
    with _scope(name, family) as (tag, scope):
        made = apply_op("HistogramSummary", (tag, convert_to_tensor(values)), None, scope)
    return _collected(made, collections)


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
