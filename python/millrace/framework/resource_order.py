"""The order of effects inside a function: as the program says, also where no data flows."""

from millrace._load import native

# What only looks at a resource.
_READS = frozenset(
    ("ReadVariableOp", "ResourceGather", "ResourceGatherNd", "VarIsInitializedOp", "VariableShape")
)
# What gives handles and looks at no resource. A handle that a loop hands on must be seen to be the
# same one, without a wait for what the loop does with it.
_HANDLES = frozenset(("Identity", "Placeholder", "VarHandleOp"))
_RESOURCE = 20
_stateful_ops = {}


def _is_stateful(op_type):
    found = _stateful_ops.get(op_type)
    if found is None:
        # Random ops are stateful, but their order does not matter.
        found = (
            native.op_schema(op_type)["is_stateful"]
            and "Random" not in op_type
            and op_type != "TruncatedNormal"
        )
        _stateful_ops[op_type] = found
    return found


class ResourceOrder:
    """For each resource: the last op that changed it, and the ops that read it since."""

    def __init__(self):
        self._last_write = {}
        self._reads = {}
        self._last_effect = None  # of ops without a resource, such as Print
        self.stateful = False

    def before(self, op_type, inputs):
        """The operations that a new one must wait for."""
        if op_type in _HANDLES:
            return []
        wait = []
        resources = [t._key for t in inputs if t.dtype._enum == _RESOURCE]
        reads = op_type in _READS
        for key in resources:
            if key in self._last_write:
                wait.append(self._last_write[key])
            if not reads:
                wait.extend(self._reads.get(key, ()))
        if not resources and self._last_effect is not None and _is_stateful(op_type):
            wait.append(self._last_effect)
        return wait

    def added(self, op, op_type, inputs):
        """Notes what a new operation does."""
        if op_type == "Placeholder":
            return
        resources = [t._key for t in inputs if t.dtype._enum == _RESOURCE]
        if resources or _is_stateful(op_type):
            self.stateful = True
        for key in resources:
            if op_type in _READS:
                self._reads.setdefault(key, []).append(op)
            elif op_type not in _HANDLES:
                self._last_write[key] = op
                self._reads.pop(key, None)
        if not resources and _is_stateful(op_type):
            self._last_effect = op
