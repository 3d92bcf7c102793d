"""Graph: operations under construction, and the scopes that say how new ones are named and
placed."""

import contextlib
import re

import numpy as np

from millrace import _load, dtypes
from millrace._load import public
from millrace.framework import context
from millrace.framework import device as device_names
from millrace.framework.operation import Operation

_LARGE_BYTES = 64 << 10
# They take resources and run elsewhere: their bodies' operations go to these.
_CALLS = {
    "Case",
    "If",
    "PartitionedCall",
    "StatefulPartitionedCall",
    "StatelessCase",
    "StatelessIf",
    "StatelessWhile",
    "While",
}
_VALID_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$")
_VALID_SCOPE = re.compile(r"^[A-Za-z0-9_.\\/>-]*$")


class _NewOp:
    """What a device function sees of the operation that is about to be made."""

    __slots__ = ("device", "inputs", "name", "type")

    def __init__(self, op_type, name, inputs, device):
        self.type, self.name, self.inputs, self.device = op_type, name, inputs, device

    node_def = property(lambda self: self)
    op = property(lambda self: self.type)


def _home_of(inputs):
    """The device that was asked for the resource among the inputs: operations on a resource run
    where it is, whatever the scopes say."""
    for tensor in inputs:
        if tensor.dtype is dtypes.resource:
            return tensor.op.device
    return ""


def elsewhere(item):
    """What to say of a tensor or an operation of another graph."""
    op = getattr(item, "op", item)
    line = getattr(op, "origin", "")
    return (
        f"{item!r} is not an element of this graph: it was made in another graph"
        + (f", at {line}" if line else "")
        + ". Build a model within one `with graph.as_default():`, and give that graph to its "
        "session"
    )


@contextlib.contextmanager
def _pushed(stack, entry):
    stack.append(entry)
    try:
        yield
    finally:
        stack.pop()


class Graph:
    """A dataflow graph. One thread at a time may add to it; sessions may run it meanwhile."""

    is_function = False

    @public
    def __init__(self):
        self._c = _load.native.Graph()
        self._ops = {}
        self._collections = {}
        self._name_scope = ""
        self._scopes = set()  # names that scopes have taken
        self._devices = []
        self._controls = []
        self._colocation = []
        self._standing_feeds = {}  # placeholder -> array
        self._started_by_sessions = []  # (operation that starts it, operation that is its handle)
        self._custom_nodes = []  # calls of functions with gradients of their own
        self._py_functions = []  # what its nodes call by token
        self._slices = {}  # key of a tensor -> (variable that it is a part of, which part)
        self._seed = None
        self._random_ops_seeded = 0  # random ops that were given no seed, but the graph has one
        self._finalized = False
        self.building_function = self.is_function

    # ----- adding -----

    def _add(self, op_type, inputs, attrs=None, name=None):
        """A new operation over tensors of this graph, in the current scopes."""
        self._check_not_finalized()
        full_name = self._full_name(name or op_type)
        controls = self._controls[-1] if self._controls else ()
        if self._colocation and self._colocation[-1] is not None:
            groups, device = self._colocation[
                -1
            ]  # with that device too, whatever the device scopes say
            attrs = dict(attrs or ())
            attrs.setdefault("_class", groups)
        else:
            device = self._device_for(op_type, full_name, inputs) if self._devices else ""
            if device and op_type not in _CALLS:
                device = _home_of(inputs) or device
        node_id, made_name, types = self._c.add_node(
            op_type, full_name, [t._key for t in inputs], attrs, [c._id for c in controls], device
        )
        op = Operation(self, node_id, made_name, op_type, types)
        self._ops[node_id] = op
        return op

    def _check_not_finalized(self):
        if self._finalized:
            raise RuntimeError(
                "the graph is finalized and cannot be changed: make operations before "
                "graph.finalize(), or before the monitored session that does it"
            )

    def _full_name(self, name):
        if name[-1] == "/":  # the name of a scope as it is: no further prefix
            return name[:-1]
        if not self._name_scope:
            if not _VALID_NAME.match(name):
                raise ValueError(f"{name!r} is not a valid name of an operation")
            full = name
        else:
            full = f"{self._name_scope}/{name}"
        return self._free_name(full) if full in self._scopes else full

    def _free_name(self, name):
        """`name`, or name_1, name_2, ...: the first that neither a scope nor an operation has."""
        free, n = name, 0
        while free in self._scopes or self._c.find_node(free) >= 0:
            n += 1
            free = f"{name}_{n}"
        return free

    def _device_for(self, op_type, name, inputs):
        device = ""
        for entry in self._devices:
            if entry is None:
                device = ""
            elif callable(entry):
                device = device_names.merge(
                    device, str(entry(_NewOp(op_type, name, inputs, device)) or "")
                )
            else:
                device = device_names.merge(device, entry)
        return device

    def large_constant(self, value):
        """A tensor with the value; a large array stays beside the graph, and steps that need it
        are fed it."""
        from millrace.framework.convert import convert_to_tensor
        from millrace.ops.array import placeholder

        if self.is_function or not isinstance(value, np.ndarray) or value.nbytes < _LARGE_BYTES:
            return convert_to_tensor(value)
        made = placeholder(dtypes.as_dtype(value.dtype), value.shape, name="LargeConstant")
        self._standing_feeds[made] = value
        return made

    # ----- finding -----

    def _operation(self, node_id):
        found = self._ops.get(node_id)
        if found is None:
            op_type, name, _, _, _, types, _ = self._c.node(node_id)
            found = self._ops[node_id] = Operation(self, node_id, name, op_type, types)
        return found

    def _tensor_of(self, key):
        op, i = self._operation(key >> 24), key & 0xFFFFFF
        if i >= len(op._outputs):
            op._add_outputs(self._c.node(op._id)[5])
        return op._outputs[i]

    @public
    def get_operations(self):
        """All operations, in the order in which they were made."""
        return [self._operation(node_id) for node_id in self._c.node_ids()]

    @public
    def get_operation_by_name(self, name):
        """KeyError if there is none of that name, ValueError for the name of a tensor."""
        if ":" in name:
            raise ValueError(f"{name!r} is the name of a tensor, not of an operation")
        node_id = self._c.find_node(name)
        if node_id < 0:
            raise KeyError(f"the graph has no operation named {name!r}{self._names_like(name)}")
        return self._operation(node_id)

    def _names_like(self, name):
        import difflib

        names = [op.name for op in self.get_operations()]
        found = difflib.get_close_matches(name, names, 3)
        return f"; there are {', '.join(map(repr, found))}" if found else ""

    @public
    def get_tensor_by_name(self, name):
        """The tensor "operation:index". KeyError if there is none."""
        op_name, colon, index = name.rpartition(":")
        if not colon or not index.isdigit():
            raise ValueError(f"{name!r} is not the name of a tensor, which is 'operation:index'")
        outputs = self.get_operation_by_name(op_name).outputs
        if int(index) >= len(outputs):
            raise KeyError(f"operation {op_name!r} has {len(outputs)} outputs, none is {name!r}")
        return outputs[int(index)]

    @public
    def as_graph_element(self, obj, allow_tensor=True, allow_operation=True):
        """The tensor or operation of this graph that `obj`, one of them, a variable, or a name,
        means."""
        if hasattr(obj, "_as_graph_element"):
            obj = obj._as_graph_element()
        if isinstance(obj, (str, bytes)):
            text = obj.decode() if isinstance(obj, bytes) else obj
            obj = self.get_tensor_by_name(text) if ":" in text else self.get_operation_by_name(text)
        if getattr(obj, "graph", None) is not self:
            if hasattr(obj, "graph"):
                raise ValueError(elsewhere(obj))
            raise TypeError(f"cannot make a tensor or operation of {obj!r}")
        is_op = isinstance(obj, Operation)
        if is_op and not allow_operation:
            tensors = ", ".join(repr(t.name) for t in obj.outputs) or "it has none"
            raise TypeError(f"{obj!r} is an operation, not one of its tensors: {tensors}")
        if not is_op and not allow_tensor:
            raise TypeError(f"{obj!r} is not an operation")
        return obj

    # ----- scopes -----

    @contextlib.contextmanager
    def as_default(self):
        """`with graph.as_default():` ops of this thread are added here."""
        context.push_graph(self)
        try:
            yield self
        finally:
            context.pop_graph(self)

    # What is wrong is said where a scope is made, out of the frames of contextlib.

    def name_scope(self, name):
        """Prefixes names with `name`, made unique; a name that ends in "/" is taken as it is.
        Gives the prefix."""
        valid = _VALID_SCOPE if self._name_scope else _VALID_NAME
        if name and name[-1] != "/" and not valid.match(name):
            raise ValueError(f"{name!r} is not a valid name of a scope")
        return self._in_name_scope(name)

    @contextlib.contextmanager
    def _in_name_scope(self, name):
        before = self._name_scope
        if not name:
            self._name_scope = ""
        elif name[-1] == "/":
            self._name_scope = name[:-1]
        else:
            self._name_scope = self._free_name(f"{before}/{name}" if before else name)
            self._scopes.add(self._name_scope)
        try:
            yield self._name_scope + "/" if self._name_scope else ""
        finally:
            self._name_scope = before

    def get_name_scope(self):
        return self._name_scope

    @public
    def unique_name(self, name):
        return self._free_name(self._full_name(name))

    def device(self, device_name_or_function):
        """Places new operations: a device name, a function from operation to device name, or None
        for no request."""
        entry = device_name_or_function
        if entry is not None and not callable(entry):
            entry = str(entry)
            device_names.parse(entry)
        return _pushed(self._devices, entry)

    def control_dependencies(self, control_inputs):
        """New operations run after these; None forgets those of outer scopes."""
        if control_inputs is None:
            merged = []
        else:
            merged = list(self._controls[-1]) if self._controls else []
            for item in control_inputs:
                if hasattr(item, "_as_graph_element"):
                    item = item._as_graph_element()
                op = item if isinstance(item, Operation) else getattr(item, "op", None)
                if op is None and (item is None or hasattr(item, "numpy")):
                    continue  # an immediate tensor or variable: functions keep the order of updates
                if op is None:
                    raise TypeError(
                        f"a control input must be an operation or a tensor, got {item!r}"
                    )
                if op not in merged:
                    merged.append(op)
        return _pushed(self._controls, merged)

    def colocate_with(self, op, ignore_existing=False):
        """New operations go to the device of `op`, an operation or a tensor; None ends that of
        outer scopes."""
        if hasattr(op, "_as_graph_element"):
            op = op._as_graph_element()
        if getattr(op, "graph", None) is not self:  # None, or a handle from outside a function
            entry = None
        else:
            if hasattr(op, "_as_graph_element"):
                op = op._as_graph_element()
            op = getattr(op, "op", op)
            groups = [g.decode() for g in op.colocation_groups()]
            if not ignore_existing and self._colocation and self._colocation[-1]:
                groups = sorted({*groups, *self._colocation[-1][0]})
            entry = (groups, op.device)
        return _pushed(self._colocation, entry)

    # ----- collections, versions, export -----

    def add_to_collection(self, name, value):
        self._collections.setdefault(name, []).append(value)

    def get_collection(self, name, scope=None):
        """A copy of the collection; with `scope`, a regular expression, the items whose name
        begins so."""
        items = list(self._collections.get(name, ()))
        if scope is None:
            return items
        begins_so = re.compile(scope).match
        return [i for i in items if begins_so(getattr(i, "name", ""))]

    def get_collection_ref(self, name):
        return self._collections.setdefault(name, [])

    def clear_collection(self, name):
        self._collections.pop(name, None)

    def get_all_collection_keys(self):
        return [k for k, v in self._collections.items() if v]

    @property
    def seed(self):
        """Set by set_random_seed: makes the random ops of the graph repeatable."""
        return self._seed

    @seed.setter
    def seed(self, seed):
        self._seed = seed

    @property
    def version(self):
        return self._c.version()

    def finalize(self):
        """No operation may be added from now on."""
        self._finalized = True

    @property
    def finalized(self):
        return self._finalized

    @public
    def as_graph_def(self, add_shapes=False, strip_default_attrs=False, clear_devices=False):
        """The graph as a serialised GraphDef: bytes, that tell their `node`s and
        SerializeToString() too."""
        from millrace.framework.graph_def import SerializedGraphDef

        return SerializedGraphDef(
            self._c.as_graph_def(strip_default_attrs, clear_devices, add_shapes)
        )
