"""The object graph of a SavedModel: its messages (protos/saved_object_graph.proto,
protos/struct.proto)."""

from millrace.framework.wire import Message
from millrace.train.object_graph import ObjectReference


class DimProto(Message):
    """A size."""

    _fields = {"size": (1, "int"), "name": (2, "string")}  # noqa: RUF012


class ShapeProto(Message):
    """dim: -1 for sizes that are not known."""

    _fields = {"dim": (2, [DimProto]), "unknown_rank": (3, "bool")}  # noqa: RUF012


class TensorSpecProto(Message):
    """A tensor of any value."""

    _fields = {  # noqa: RUF012
        "name": (1, "string"),
        "shape": (2, ShapeProto),
        "dtype": (3, "int"),
    }


class Nothing(Message):
    """None."""


class Structured(Message):
    """A value of Python's, maybe nested."""


class Values(Message):
    """Of a list or a tuple."""

    _fields = {"values": (1, [Structured])}  # noqa: RUF012


class Fields(Message):
    """Of a dictionary."""

    _fields = {"fields": (1, {"": Structured})}  # noqa: RUF012


class PairProto(Message):
    """A field of a named tuple."""

    _fields = {"key": (1, "string"), "value": (2, Structured)}  # noqa: RUF012


class NamedTuple(Message):
    """name: of its class."""

    _fields = {"name": (1, "string"), "values": (2, [PairProto])}  # noqa: RUF012


class TypeSpec(Message):
    """A value that is made of several tensors."""

    _fields = {  # noqa: RUF012
        "type_spec_class": (1, "int"),
        "type_state": (2, Structured),
        "type_spec_class_name": (3, "string"),
        "num_flat_components": (4, "int"),
    }


Structured._fields = {
    "none_value": (1, Nothing),
    "float64_value": (11, "double"),
    "int64_value": (12, "sint"),
    "string_value": (13, "string"),
    "bool_value": (14, "bool"),
    "tensor_shape_value": (31, ShapeProto),
    "tensor_dtype_value": (32, "int"),
    "tensor_spec_value": (33, TensorSpecProto),
    "type_spec_value": (34, TypeSpec),
    "bounded_tensor_spec_value": (35, TensorSpecProto),
    "list_value": (51, Values),
    "tuple_value": (52, Values),
    "dict_value": (53, Fields),
    "named_tuple_value": (54, NamedTuple),
    "tensor_value": (55, "bytes"),
    "numpy_value": (56, "bytes"),
}
Structured._oneof = tuple(Structured._fields)


class FunctionSpecProto(Message):
    """How a Python function is called."""

    _fields = {  # noqa: RUF012
        "fullargspec": (1, Structured),
        "is_method": (2, "bool"),
        "input_signature": (5, Structured),
    }


class ConcreteFunctionProto(Message):
    """One trace. bound_inputs: the nodes of what it captures."""

    _fields = {  # noqa: RUF012
        "bound_inputs": (2, "ints"),
        "canonicalized_input_signature": (3, Structured),
        "output_signature": (4, Structured),
    }


class VersionProto(Message):
    """producer: who wrote it. min_consumer: who may read it."""

    _fields = {"producer": (1, "int"), "min_consumer": (2, "int")}  # noqa: RUF012


class UserObjectProto(Message):
    """identifier: of its class."""

    _fields = {"identifier": (1, "string"), "version": (2, VersionProto)}  # noqa: RUF012


class _Asset(Message):
    _fields = {"asset_file_def_index": (1, "int")}  # noqa: RUF012


class FunctionProto(Message):
    """A function with its traces, by name."""

    _fields = {  # noqa: RUF012
        "concrete_functions": (1, ["string"]),
        "function_spec": (2, FunctionSpecProto),
    }


class VariableProto(Message):
    """A variable; its value is in the checkpoint."""

    _fields = {  # noqa: RUF012
        "dtype": (1, "int"),
        "shape": (2, ShapeProto),
        "trainable": (3, "bool"),
        "name": (6, "string"),
    }


class BareFunctionProto(Message):
    """A trace that stands alone, as a signature."""

    _fields = {  # noqa: RUF012
        "concrete_function_name": (1, "string"),
        "argument_keywords": (2, ["string"]),
        "allowed_positional_arguments": (3, "int"),
    }


class ConstantProto(Message):
    """operation: of the graph, that holds the value."""

    _fields = {"operation": (1, "string")}  # noqa: RUF012


class ResourceProto(Message):
    """A table, or other state."""

    _fields = {"device": (1, "string")}  # noqa: RUF012


class SavedObject(Message):
    """A node."""

    _fields = {  # noqa: RUF012
        "children": (1, [ObjectReference]),
        "user_object": (4, UserObjectProto),
        "asset": (5, _Asset),
        "function": (6, FunctionProto),
        "variable": (7, VariableProto),
        "bare_concrete_function": (8, BareFunctionProto),
        "constant": (9, ConstantProto),
        "resource": (10, ResourceProto),
        "captured_tensor": (12, Nothing),
        "registered_name": (13, "string"),
    }
    _oneof = (
        "user_object",
        "asset",
        "function",
        "variable",
        "bare_concrete_function",
        "constant",
        "resource",
        "captured_tensor",
    )


class SavedObjectGraph(Message):
    """nodes: the root first. concrete_functions: by name."""

    _fields = {  # noqa: RUF012
        "nodes": (1, [SavedObject]),
        "concrete_functions": (2, {"": ConcreteFunctionProto}),
    }


class _Info(Message):
    _fields = {"tags": (4, ["string"])}  # noqa: RUF012


class MetaGraphProto(Message):
    """The part of a MetaGraphDef that tells of objects."""

    _fields = {  # noqa: RUF012
        "meta_info_def": (1, _Info),
        "object_graph_def": (7, SavedObjectGraph),
    }


class SavedModelProto(Message):
    """The part of a SavedModel that tells of objects."""

    _fields = {"meta_graphs": (2, [MetaGraphProto])}  # noqa: RUF012
