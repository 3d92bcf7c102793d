"""MetaGraphDefs: a graph with its collections, signatures and saver, as files keep them."""

import logging

from millrace import _load
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.imported_variable import RefVariable, variable_from_def
from millrace.framework.variable import Variable

log = logging.getLogger("millrace")

# Collections whose variables are described whole; elsewhere a variable is the name of its handle.
_OF_VARIABLES = (
    GraphKeys.GLOBAL_VARIABLES,
    GraphKeys.TRAINABLE_VARIABLES,
    GraphKeys.LOCAL_VARIABLES,
    GraphKeys.MODEL_VARIABLES,
    GraphKeys.MOVING_AVERAGE_VARIABLES,
    GraphKeys.GLOBAL_STEP,
)


def meta_graph_bytes(
    graph,
    saver=None,
    tags=(),
    signatures=None,
    main_op=None,
    clear_devices=False,
    strip_default_attrs=False,
    collection_list=None,
    assets=(),
):
    """A serialised MetaGraphDef.

    Args:
      saver: a SaverDef, or None.
      signatures: {key: SignatureDef}.
      main_op: an operation to run once the variables have their values.
      collection_list: the names of the collections to write; all if None.
      assets: [(name of a tensor, file below assets/)].
    """
    keys = graph.get_all_collection_keys() if collection_list is None else collection_list
    collections, variables = {}, {}
    for key in keys:
        items = graph.get_collection(key)
        if key in _OF_VARIABLES and all(isinstance(i, (Variable, RefVariable)) for i in items):
            variables[key] = [_variable_def(v) for v in items]
            continue
        try:
            collections[key] = _encode(items)
        except TypeError as error:
            log.warning("the collection %s is not written: %s", key, error)
    if main_op is not None:
        collections["saved_model_main_op"] = ("nodes", [getattr(main_op, "name", main_op)])
    described = {
        key: (
            s.method_name,
            {k: graph.as_graph_element(t)._key for k, t in s.inputs.items()},
            {k: graph.as_graph_element(t)._key for k, t in s.outputs.items()},
        )
        for key, s in (signatures or {}).items()
    }
    return _load.native.meta_graph(
        graph._c,
        {
            "tags": list(tags),
            "clear_devices": clear_devices,
            "strip_default_attrs": strip_default_attrs,
            "signatures": described,
            "saver": None if saver is None else tuple(saver),
            "collections": collections,
            "variables": variables,
            "assets": list(assets),
        },
    )


def _variable_def(v):
    names = (v.initializer.name, v._graph_element.name, v.initial_value.name)
    part = None if v._slice is None else tuple(v._slice)
    return (v._handle_name, *names, v.trainable, isinstance(v, Variable), part)


def _encode(items):
    """(kind, values) of a collection. TypeError for what has no form there."""
    if all(isinstance(i, (str, bytes)) for i in items):
        return "bytes", items
    if all(isinstance(i, int) for i in items):
        return "ints", items
    if all(isinstance(i, float) for i in items):
        return "floats", items
    return "nodes", [_node_name(i) for i in items]


def _node_name(item):
    if hasattr(item, "_handle_name"):
        return item._handle_name
    if hasattr(item, "graph") and hasattr(item, "name"):
        return item.name
    raise TypeError(f"it holds {item!r}")


def fill_collections(graph, prefix, meta):
    """Adds what a MetaGraphDef's collections name, to the graph that its nodes were added to.

    Args:
      prefix: of the nodes' new names, "" or ending in "/".
      meta: what _native.read_meta_graph gave.
    """
    for key, (kind, items) in meta["collections"].items():
        for item in items:
            graph.add_to_collection(
                key, graph.as_graph_element(prefix + item) if kind == "nodes" else item
            )
    made = {}  # a variable of several collections is one object
    for key, definitions in meta["variables"].items():
        for definition in definitions:
            if definition[0] not in made:
                made[definition[0]] = variable_from_def(graph, prefix, definition)
            graph.add_to_collection(key, made[definition[0]])
