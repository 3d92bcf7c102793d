"""The value that a tensor of a function being traced has in the call that it is traced for."""

from millrace import _load
from millrace.framework.convert import constant, constant_value
from millrace.framework.graph_tensor import GraphTensor


def value_now(tensor):
    """An immediate tensor: ops that lead to it run at once, with the arguments of the call.

    Raises ValueError where it depends on an argument without a value, or on an op that changes
    something.
    """
    return _Lifting().value(tensor)


class _Lifting:
    def __init__(self):
        self._values = {}  # (id of a graph, operation's id) -> (graph, outputs)

    def value(self, tensor):
        if not isinstance(tensor, GraphTensor):
            return tensor
        known = constant_value(tensor)
        if known is not None:
            return constant(known, tensor.dtype)
        return self._outputs(tensor.op)[tensor.value_index]

    def _outputs(self, op):
        key = id(op.graph), op._id
        if key not in self._values:
            self._values[key] = self._run(op)
        return self._values[key]

    def _run(self, op):
        if op.type == "Placeholder":
            return [self._argument(op)]
        schema = _load.native.op_schema(op.type)
        if schema["is_stateful"] and not _only_reads(op.type):
            raise ValueError(
                f"a variable's initial value depends on {op.name!r} ({op.type}), which cannot run "
                "before the function does: give the variable a value made outside of it"
            )
        attrs = {}
        for a in schema["attrs"]:
            try:
                attrs[a["name"]] = op.get_attr(a["name"])
            except ValueError:  # one that is left to its default
                continue
        return _load.native.eager_execute(op.type, [self.value(t) for t in op.inputs], attrs)

    def _argument(self, op):
        """The value of an argument, or of what the function captured."""
        tensor, graph = op.outputs[0], op.graph
        for outside, inside in graph.captures:
            if inside is tensor:
                return self.value(outside)
        for feed, inside in zip(getattr(graph, "feeds", ()), graph.inputs):
            if inside is tensor and feed is not None:
                return self.value(feed)
        raise ValueError(
            f"a variable's initial value depends on the argument {op.name!r}, which has no value "
            "while the function is traced"
        )


def _only_reads(op_type):
    return op_type == "ReadVariableOp" or "Random" in op_type or op_type == "TruncatedNormal"
