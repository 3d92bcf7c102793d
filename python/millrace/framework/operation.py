"""Operation: a node of a graph."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.graph_tensor import GraphTensor, _session_for


class Operation:
    """A node: an op with its attributes, inputs and outputs."""

    __slots__ = ("__weakref__", "_id", "_outputs", "graph", "name", "type")

    def __init__(self, graph, node_id, name, op_type, dtype_numbers):
        self.graph = graph
        self._id = node_id
        self.name = name
        self.type = op_type
        self._outputs = []
        self._add_outputs(dtype_numbers)

    def _add_outputs(self, dtype_numbers):
        """Adds those that it does not have yet: gradients give an If further ones."""
        for i, n in enumerate(dtype_numbers[len(self._outputs) :], len(self._outputs)):
            self._outputs.append(GraphTensor(self, i, dtypes.by_enum[n]))

    @property
    def outputs(self):
        """Its output tensors."""
        return self._outputs

    def _info(self):
        return self.graph._c.node(self._id)

    @property
    def inputs(self):
        """The tensors it takes."""
        return [self.graph._tensor_of(key) for key in self._info()[3]]

    @property
    def control_inputs(self):
        """The operations that must have run before it."""
        return [self.graph._operation(node_id) for node_id in self._info()[4]]

    @property
    def device(self):
        """The device that was asked for; "" if none was."""
        return self._info()[2]

    @property
    def origin(self):
        """The user's own line that made it, "train.py:12"; "" if it was imported."""
        return self._info()[6]

    @public
    def get_attr(self, name):
        """The value of an attribute. ValueError if there is none of that name."""
        return self.graph._c.attr(self._id, name)

    @public
    def run(self, feed_dict=None, session=None):
        """Runs it in the session, or in the default session."""
        _session_for(self, session).run(self, feed_dict)

    def _add_control_input(self, op):
        self.graph._c.add_control_edge(op._id, self._id)

    def _set_device(self, device):
        self.graph._c.set_device(self._id, str(device))

    def colocation_groups(self):
        try:
            return self.get_attr("_class")
        except ValueError:
            return [b"loc:@" + self.name.encode()]

    def __repr__(self):
        return f"<mr.Operation '{self.name}' type={self.type}>"
