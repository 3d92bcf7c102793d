"""Symbolic gradients of a graph."""

import re

from millrace import errors
from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.graph_tensor import GraphTensor
from millrace.framework.indexed_slices import IndexedSlices

_OF_LOOPS = re.compile(r"\bop (Ref)?(Enter|Exit|NextIteration)\b")


def _as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _source(x):
    """What a gradient is taken by: of a variable, its handle."""
    return x.handle if hasattr(x, "handle") else x


@public
def gradients(
    ys,
    xs,
    grad_ys=None,
    name="gradients",
    colocate_gradients_with_ops=False,
    gate_gradients=False,
    aggregation_method=None,
    stop_gradients=None,
    unconnected_gradients="none",
):
    """d(sum of ys)/dx for each x in xs.

    Args:
      ys, xs: tensors (xs may be variables), or lists of them.
      grad_ys: the gradients to begin with, one a y; ones where None.
      stop_gradients: tensors that count as constants.
      unconnected_gradients: "none": None for an x that ys do not depend on; "zero": zeros.
    Returns:
      A tensor, IndexedSlices (of a gather) or None for each x.
    """
    graph = context.building_graph()
    if graph is None:
        raise RuntimeError("gradients() needs a graph; use GradientTape where ops run at once")
    ys = [convert_to_tensor(y) for y in _as_list(ys)]
    sources = [_source(x) for x in _as_list(xs)]
    for x in sources:
        if not isinstance(x, GraphTensor):
            raise TypeError(f"xs must be tensors or variables, got {x!r}")
    grads = [] if grad_ys is None else _as_list(grad_ys)
    if grads and len(grads) != len(ys):
        raise ValueError(f"{len(grads)} grad_ys for {len(ys)} ys")
    grads = [None if g is None else convert_to_tensor(g, y.dtype) for g, y in zip(grads, ys)]
    stops = [_source(s)._key for s in _as_list([] if stop_gradients is None else stop_gradients)]
    scope = graph._full_name(name)

    def natively(targets, starts, sources, further_stops=()):
        try:
            found = graph._c.gradients(
                [t._key for t in targets],
                [s._key for s in sources],
                [None if g is None else g._key for g in starts],
                [*stops, *further_stops],
                scope,
            )
        except errors.UnimplementedError as error:
            if not _OF_LOOPS.search(str(error)):
                raise
            raise errors.UnimplementedError(
                None,
                None,
                f"{error}: a loop of Switch, Merge, Enter and Exit, as TensorFlow 1 made them, has "
                "no gradient here. Import a graph that holds its gradients (that of training, as "
                "train.export_meta_graph writes it), or build the loop with while_loop",
            ) from None
        return [_to_python(graph, g) for g in found]

    if graph._custom_nodes:
        from millrace.framework.custom_gradient import differentiate

        nodes = list(graph._custom_nodes)
        ends = [o._key for node in nodes for o in node.outputs]

        def up_to_nodes(targets, starts, sources):
            return natively(targets, starts, sources, ends)

        results = differentiate(nodes, up_to_nodes, ys, grads, sources)
    else:
        results = natively(ys, grads, sources)
    if str(getattr(unconnected_gradients, "value", unconnected_gradients)) == "zero":
        from millrace.ops.array import zeros_like

        results = [zeros_like(x) if g is None else g for x, g in zip(_as_list(xs), results)]
    return results


def _to_python(graph, found):
    if found is None:
        return None
    if isinstance(found, tuple):
        values, indices, shape = (None if key is None else graph._tensor_of(key) for key in found)
        return IndexedSlices(values, indices, shape)
    return graph._tensor_of(found)
