"""GraphDef: the nodes of a graph as a message, to be read and changed."""

from millrace.framework.wire import Message


class _Bytes:
    """A message that is handed on as it is."""

    def __init__(self, data=b""):
        self._data = bytes(data)

    @classmethod
    def FromString(cls, data):
        return cls(data)

    def SerializeToString(self):
        return self._data

    def __eq__(self, other):
        return isinstance(other, _Bytes) and self._data == other._data

    __hash__ = None


class NodeDef(Message):
    """name, op, input (names, of control inputs after "^"), device; attr: {name: its bytes}."""

    _fields = {  # noqa: RUF012
        "name": (1, "string"),
        "op": (2, "string"),
        "input": (3, ["string"]),
        "device": (4, "string"),
        "attr": (5, {"": _Bytes}),
    }


class GraphDef(Message):
    """node: the NodeDefs; versions and library as they are."""

    _fields = {  # noqa: RUF012
        "node": (1, [NodeDef]),
        "library": (2, _Bytes),
        "version": (3, "int"),
        "versions": (4, _Bytes),
    }

    def CopyFrom(self, other):
        """Becomes the same."""
        self.ParseFromString(other.SerializeToString())


class SerializedGraphDef(bytes):
    """The bytes of a GraphDef, which tell its nodes too."""

    @property
    def node(self):
        """The NodeDefs. Changing them does not change the bytes: GraphDef.FromString(bytes) can be
        changed."""
        return GraphDef.FromString(self).node

    def SerializeToString(self):
        return bytes(self)
