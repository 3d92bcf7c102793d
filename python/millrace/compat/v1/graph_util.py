"""Graphs for serving: parts of them, with constants for variables."""

from millrace._load import public
from millrace.framework.convert import constant
from millrace.framework.graph import Graph
from millrace.framework.graph_def import GraphDef, NodeDef
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.importer import serialised

_VARIABLES = ("VarHandleOp", "Variable", "VariableV2")


@public
def extract_sub_graph(graph_def, dest_nodes):
    """The GraphDef of the nodes of these names and of those that they need. ValueError if there is
    none of a name."""
    if isinstance(dest_nodes, str):
        raise TypeError("dest_nodes must be a list")
    graph_def = GraphDef.FromString(serialised(graph_def))
    nodes = {node.name: node for node in graph_def.node}
    found, stack = set(), list(dest_nodes)
    while stack:
        name = stack.pop()
        if name in found:
            continue
        if name not in nodes:
            raise ValueError(f"the graph has no node {name!r}")
        found.add(name)
        stack.extend(_node_of(i) for i in nodes[name].input)
    graph_def.node = [node for node in graph_def.node if node.name in found]
    return graph_def


def _node_of(name):
    return name.lstrip("^").partition(":")[0]


@public
def convert_variables_to_constants(
    sess,
    input_graph_def,
    output_node_names,
    variable_names_whitelist=None,
    variable_names_blacklist=None,
):
    """The GraphDef of what the outputs need, with the values that variables have in the session as
    constants.

    Args:
      variable_names_whitelist: the variables to make constants; all if None.
      variable_names_blacklist: those to leave.
    ValueError for a variable that the session's graph does not list, or that something other than
    reading uses.
    """
    graph_def = extract_sub_graph(input_graph_def, output_node_names)
    names = [
        node.name
        for node in graph_def.node
        if node.op in _VARIABLES
        and (variable_names_whitelist is None or node.name in variable_names_whitelist)
        and node.name not in (variable_names_blacklist or ())
    ]
    constants = _constants(sess, names)
    handles = {n.name for n in graph_def.node if n.op == "VarHandleOp" and n.name in constants}
    graph_def.node = [
        constants[n.name] if n.name in constants else _reading(n, constants, handles)
        for n in graph_def.node
    ]
    return graph_def


def _constants(sess, names):
    """{name: NodeDef of a constant} of variables."""
    keys = (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES)
    listed = {v.op.name: v for key in keys for v in sess.graph.get_collection(key)}
    unknown = sorted(set(names) - set(listed))
    if unknown:
        raise ValueError(f"the session's graph lists no variable {unknown[0]!r}")
    graph = Graph()
    with graph.as_default():
        for name, value in zip(names, sess.run([listed[n] for n in names])):
            constant(value, listed[name].dtype, name=name)
    return {node.name: node for node in graph.as_graph_def().node}


def _reading(node, constants, handles):
    """A node that takes the values of constants instead of handles."""
    used = [_node_of(i) for i in node.input if _node_of(i) in handles]
    if not used or all(i.startswith("^") for i in node.input if _node_of(i) in handles):
        return node
    dtype = constants[used[0]].attr["dtype"]
    if node.op == "ReadVariableOp":
        op, attr = "Identity", {"T": dtype}
    elif node.op == "ResourceGather":
        op, attr = "Gather", {"Tparams": dtype, "Tindices": node.attr["Tindices"]}
    else:
        raise ValueError(f"node {node.name!r} ({node.op}) does more with {used[0]!r} than read it")
    return NodeDef(name=node.name, op=op, input=node.input, device=node.device, attr=attr)
