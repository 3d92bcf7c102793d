"""The graph of the objects of a checkpoint: which attribute leads to which variable."""

import collections

from millrace.framework.module import Module
from millrace.framework.variable import Variable
from millrace.framework.wire import Message
from millrace.train.optimizer import Optimizer

OBJECT_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
_VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"


class ObjectReference(Message):
    """node_id: of a child; local_name: of the attribute."""

    _fields = {"node_id": (1, "int"), "local_name": (2, "string")}  # noqa: RUF012


class SerializedTensor(Message):
    """What a node stores, and under which key of the checkpoint."""

    _fields = {  # noqa: RUF012
        "name": (1, "string"),
        "full_name": (2, "string"),
        "checkpoint_key": (3, "string"),
    }


class SlotVariableReference(Message):
    """Which node is the slot of which variable."""

    _fields = {  # noqa: RUF012
        "original_variable_node_id": (1, "int"),
        "slot_name": (2, "string"),
        "slot_variable_node_id": (3, "int"),
    }


class _BoolValue(Message):
    _fields = {"value": (1, "bool")}  # noqa: RUF012


class TrackableObject(Message):
    """An object: its children, what it stores, and its slots if it is an optimizer."""

    _fields = {  # noqa: RUF012
        "children": (1, [ObjectReference]),
        "attributes": (2, [SerializedTensor]),
        "slot_variables": (3, [SlotVariableReference]),
        "has_checkpoint_values": (5, _BoolValue),
    }


class TrackableObjectGraph(Message):
    """nodes: the objects; the root is the first."""

    _fields = {"nodes": (1, [TrackableObject])}  # noqa: RUF012


def escape(name):
    """A name as a part of a key: "." and "/" are special in keys."""
    return name.replace(".", "..").replace("/", ".S")


def children(obj):
    """[(name, object)] of what an object holds that is stored: variables and what holds some."""
    if isinstance(obj, Variable):
        return []
    if isinstance(obj, dict):
        items = [(str(k), v) for k, v in obj.items()]
    elif isinstance(obj, (list, tuple)):
        items = [(str(i), v) for i, v in enumerate(obj)]
    elif isinstance(obj, Optimizer):
        items = [(v._name.split("/")[-1], v) for v in obj._own_variables()]
    elif hasattr(obj, "_checkpoint_children"):
        items = obj._checkpoint_children()
    else:
        items = [(k, v) for k, v in vars(obj).items() if not _hidden(obj, k)]
    return [(name, value) for name, value in items if is_stored(value)]


def _hidden(obj, name):
    return isinstance(obj, Module) and name in ("_name", "_scope_name")


def is_stored(value):
    """Whether a checkpoint has a node for it."""
    if isinstance(value, (Variable, Module, Optimizer)) or hasattr(value, "_checkpoint_children"):
        return True
    if isinstance(value, (list, tuple)):
        return any(is_stored(v) for v in value)
    if isinstance(value, dict):
        return any(is_stored(v) for v in value.values())
    return False


class ObjectGraph:
    """The objects that are reached from a root.

    Attributes:
      objects: breadth first, the root first.
      paths: the key of each, without its end.
      tensors: [(key, variable)].
      message: the TrackableObjectGraph.
    """

    def __init__(self, root):
        self.objects, self.paths, self.tensors = [root], [""], []
        ids = {id(root): 0}
        self.message = TrackableObjectGraph()
        queue = collections.deque([0])
        links = []
        while queue:
            at = queue.popleft()
            for name, child in children(self.objects[at]):
                if id(child) not in ids:
                    ids[id(child)] = len(self.objects)
                    self.objects.append(child)
                    prefix = f"{self.paths[at]}/" if self.paths[at] else ""
                    self.paths.append(prefix + escape(name))
                    queue.append(ids[id(child)])
                links.append((at, ids[id(child)], name))
        self.message.nodes.extend(TrackableObject() for _ in self.objects)
        for at, child, name in links:
            self.message.nodes[at].children.append(ObjectReference(node_id=child, local_name=name))
        for i, obj in enumerate(self.objects):
            if isinstance(obj, Variable):
                self._store(i, self.paths[i] + _VALUE, obj)
        for i, obj in enumerate(list(self.objects)):
            if isinstance(obj, Optimizer):
                self._add_slots(i, obj, ids)

    def _store(self, node, key, variable):
        self.message.nodes[node].attributes.append(
            SerializedTensor(
                name="VARIABLE_VALUE", full_name=variable._shared_name, checkpoint_key=key
            )
        )
        self.message.nodes[node].has_checkpoint_values = _BoolValue(value=True)
        self.tensors.append((key, variable))

    def _add_slots(self, node, optimizer, ids):
        for slot_name in optimizer.get_slot_names():
            for variable_id, slot in optimizer._slots[slot_name].items():
                if variable_id not in ids:
                    continue
                variable_node = ids[variable_id]
                self.objects.append(slot)
                self.message.nodes.append(TrackableObject())
                slot_node = len(self.objects) - 1
                key = f"{self.paths[variable_node]}/.OPTIMIZER_SLOT/{self.paths[node]}/"
                self._store(slot_node, key + escape(slot_name) + _VALUE, slot)
                self.message.nodes[node].slot_variables.append(
                    SlotVariableReference(
                        original_variable_node_id=variable_node,
                        slot_name=slot_name,
                        slot_variable_node_id=slot_node,
                    )
                )
