"""GraphDefs into graphs."""

from millrace._load import public
from millrace.framework import context


def serialised(message):
    """Serialised bytes of what may be bytes or a protobuf message."""
    if isinstance(message, (bytes, bytearray)):
        return bytes(message)
    if hasattr(message, "SerializeToString"):
        return message.SerializeToString()
    raise TypeError(
        f"expected a protobuf message or its serialised bytes, got {type(message).__name__}"
    )


@public
def import_graph_def(
    graph_def, input_map=None, return_elements=None, name=None, producer_op_list=None
):
    """Adds the nodes of a GraphDef to the default graph.

    Args:
      graph_def: a GraphDef message, or its serialised bytes.
      input_map: tensors of this graph, by the names of the tensors of the GraphDef that they stand
        for.
      return_elements: names in the GraphDef to return the tensors ("op:0") and operations ("op")
        of.
      name: prefix of the new nodes' names; "import" if left out, "" for none.
    Returns:
      The list of return elements, or None.
    """
    graph = context.get_default_graph()
    prefix = "import" if name is None else name
    if prefix.endswith("/"):
        prefix = prefix[:-1]
    elif prefix:
        prefix = graph.unique_name(prefix)
    keys = {str(k): graph.as_graph_element(v)._key for k, v in (input_map or {}).items()}
    wanted = [str(e) for e in return_elements or ()]
    found = graph._c.import_graph_def(serialised(graph_def), prefix, keys, wanted)
    if return_elements is None:
        return None
    return [
        graph._tensor_of(number) if ":" in e else graph._operation(number)
        for e, number in zip(wanted, found)
    ]
