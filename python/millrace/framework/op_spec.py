"""What the package needs to know of an op to call it: read from the registry once, when the op is
first used."""

import collections

from millrace import _load, dtypes


class Arg:
    """An input or output: a tensor, or a list of tensors."""

    __slots__ = ("dtype", "is_list", "name", "number_attr", "type_attr", "type_list_attr")

    def __init__(self, d):
        self.name = d["name"]
        self.dtype = dtypes.by_enum.get(d["type"])
        self.type_attr = d["type_attr"]
        self.number_attr = d["number_attr"]
        self.type_list_attr = d["type_list_attr"]
        self.is_list = bool(self.number_attr or self.type_list_attr)


class OpSpec:
    """Inputs, outputs and attributes of an op."""

    __slots__ = (
        "attr_names",
        "inputs",
        "name",
        "output_tuple",
        "outputs",
        "plain_outputs",
        "several_lists",
        "type_defaults",
    )

    def __init__(self, name):
        schema = _load.native.op_schema(name)
        self.name = name
        self.inputs = [Arg(a) for a in schema["inputs"]]
        self.outputs = [Arg(a) for a in schema["outputs"]]
        self.attr_names = [a["name"] for a in schema["attrs"]]
        self.type_defaults = {
            a["name"]: dtypes.by_enum[a["default"]]
            for a in schema["attrs"]
            if a["kind"] == "type" and a["has_default"] and a["default"] in dtypes.by_enum
        }
        self.several_lists = sum(a.is_list for a in self.inputs) > 1
        self.plain_outputs = not any(a.is_list for a in self.outputs)
        self.output_tuple = None
        if len(self.outputs) > 1:
            self.output_tuple = collections.namedtuple(
                name, [a.name for a in self.outputs], rename=True
            )

    def pack(self, tensors, attr):
        """The op's result from its flat outputs. `attr(name)` gives an attribute's value, for the
        lengths of lists."""
        if self.plain_outputs:
            if len(self.outputs) == 1:
                return tensors[0]
            return self.output_tuple(*tensors) if tensors else None
        if len(self.outputs) == 1:
            return list(tensors)
        results, at = [], 0
        for arg in self.outputs:
            if not arg.is_list:
                results.append(tensors[at])
                at += 1
                continue
            n = attr(arg.number_attr) if arg.number_attr else len(attr(arg.type_list_attr))
            results.append(list(tensors[at : at + n]))
            at += n
        return self.output_tuple(*results)


_specs = {}


def spec_of(name):
    """The OpSpec of a registered op. NotFoundError if there is none."""
    try:
        return _specs[name]
    except KeyError:
        return _specs.setdefault(name, OpSpec(name))
