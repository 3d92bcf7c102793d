"""SavedModels as objects: variables, functions and resources, under the attributes they had."""

import itertools
import os

from millrace import _load, dtypes, errors
from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import constant, constant_value
from millrace.framework.dispatch import apply_op
from millrace.framework.graph import Graph
from millrace.framework.importer import import_graph_def
from millrace.framework.module import Module
from millrace.framework.variable import Variable
from millrace.framework.wire import DecodeError
from millrace.io import CheckpointReader
from millrace.saved_model.object_proto import SavedModelProto
from millrace.saved_model.restored_function import (
    Arguments,
    RestoredFunction,
    RestoredSignature,
    RestoredTrace,
)
from millrace.saved_model.structured import shape_of
from millrace.train.object_graph import OBJECT_GRAPH_KEY, TrackableObjectGraph

_loads = itertools.count()


def read_object_graph(export_dir, tags):
    """The SavedObjectGraph of the graph with just these tags; None if it has none, as models of
    TensorFlow 1. DataLossError if the file is damaged."""
    path = os.path.join(export_dir, "saved_model.pb")
    try:
        with open(path, "rb") as f:
            model = SavedModelProto.FromString(f.read())
    except (OSError, DecodeError) as e:
        raise errors.DataLossError(None, None, f"{path}: {e}") from None
    for meta_graph in model.meta_graphs:
        if set(meta_graph.meta_info_def.tags) == set(tags):
            return meta_graph.object_graph_def if meta_graph.object_graph_def.nodes else None
    return None


class LoadedObject(Module):
    """An object of a SavedModel: what it held has the same names.

    Attributes:
      signatures: {key: signature}, of the outermost object.
    """


class LoadedCallable(LoadedObject):
    """One that can be called."""

    @public
    def __call__(self, *args, **kwargs):
        return self._call(*args, **kwargs)


class LoadedResource:
    """A table or other state that functions of the model make and initialise."""

    def __init__(self):
        self._handle = None

    @property
    def resource_handle(self):
        """Made on first use."""
        if self._handle is None:
            with context.init_scope():
                self._handle = self._create_resource()
        return self._handle


def _in_eager_library(native_graph):
    """{name: native function} of a graph's functions, which are known where ops run at once as
    long as these objects live."""
    _load.native.eager_library().copy_functions(native_graph)
    return {name: _load.native.Function(name) for name in native_graph.function_names()}


class ObjectLoader:
    """Makes the objects of one model.

    Args:
      stored: the SavedObjectGraph.
      model: what native.read_saved_model() gave of it.
    """

    def __init__(self, stored, model):
        self._stored, self._assets = stored, model["assets"]
        self._prefix = model["variables_prefix"]
        self._suffix = f"__loaded_{next(_loads)}"
        self._graph = Graph()
        with self._graph.as_default():
            renamed = _load.native.rename_functions(model["graph"], self._suffix)
            import_graph_def(renamed, name="")
        self._functions = _in_eager_library(self._graph._c)
        self._traces, self._objects = {}, {}
        self._values, self._contents = {}, {}
        self._read_values()

    def load(self):
        """The outermost object; its tables are filled."""
        root = self._object(0)
        for node in range(len(self._stored.nodes)):
            made = self._objects.get(node)
            if isinstance(made, LoadedResource):
                if hasattr(made, "_initialize"):
                    made._initialize()
                if node in self._contents:
                    apply_op("LookupTableImportV2", (made.resource_handle, *self._contents[node]))
        if isinstance(root, Module) and not hasattr(root, "signatures"):
            root.signatures = {}
        return root

    def _read_values(self):
        """Of the checkpoint: each node's value, or the keys and values of a table that changes."""
        if not self._prefix:
            return
        reader = CheckpointReader(self._prefix)
        if not reader.has_tensor(OBJECT_GRAPH_KEY):
            return
        data = reader.get_tensor(OBJECT_GRAPH_KEY)
        kept = TrackableObjectGraph.FromString(data.item() if hasattr(data, "item") else data)
        for here, there in self._pairs(kept):
            for attribute in kept.nodes[there].attributes:
                key = attribute.checkpoint_key
                if attribute.name == "VARIABLE_VALUE":
                    self._values[here] = reader.get_tensor(key)
                elif reader.has_tensor(f"{key}-keys") and reader.has_tensor(f"{key}-values"):
                    parts = [reader.get_tensor(f"{key}-{part}") for part in ("keys", "values")]
                    self._contents[here] = [constant(part) for part in parts]

    def _pairs(self, kept):
        """(node, node of the checkpoint) that are reached by the same names."""
        pairs, queue = {0: 0}, [0]
        while queue:
            here = queue.pop()
            names = {c.local_name: c.node_id for c in self._children(here)}
            for child in kept.nodes[pairs[here]].children:
                node = names.get(child.local_name)
                if node is not None and node not in pairs and child.node_id < len(kept.nodes):
                    pairs[node] = child.node_id
                    queue.append(node)
        return pairs.items()

    def _node(self, number):
        if not 0 <= number < len(self._stored.nodes):
            raise errors.DataLossError(
                None, None, f"the model's objects refer to a node {number} that is not there"
            )
        return self._stored.nodes[number]

    def _children(self, number):
        return self._node(number).children

    def _object(self, number):
        if number in self._objects:
            return self._objects[number]
        node = self._node(number)
        kind = node.WhichOneof("kind") or "user_object"
        make = getattr(self, f"_make_{kind}", None)
        if make is None:
            raise NotImplementedError(f"the model has a {kind}, which cannot be loaded")
        return make(number, node)

    def _make_variable(self, number, node):
        proto = node.variable
        if number not in self._values:
            raise errors.NotFoundError(None, None, f"no value is stored for {proto.name!r}")
        made = self._objects[number] = Variable(
            self._values[number],
            trainable=proto.trainable,
            name=proto.name or None,
            dtype=dtypes.as_dtype(proto.dtype),
            shape=shape_of(proto.shape),
        )
        return made

    def _make_constant(self, number, node):
        operation = self._graph.get_operation_by_name(node.constant.operation)
        value = constant_value(operation.outputs[0])
        made = self._objects[number] = constant(value, operation.outputs[0].dtype)
        return made

    def _make_asset(self, number, node):
        index = node.asset.asset_file_def_index
        if not 0 <= index < len(self._assets):
            raise errors.DataLossError(None, None, f"the model has no asset {index}")
        made = self._objects[number] = constant(self._assets[index][1])
        return made

    def _make_resource(self, number, node):
        made = self._objects[number] = LoadedResource()
        self._set_children(made, node)
        return made

    def _make_function(self, number, node):
        proto = node.function
        traces = [self._trace(name) for name in proto.concrete_functions]
        made = RestoredFunction(traces, Arguments(proto.function_spec))
        self._objects[number] = made
        return made

    def _make_bare_concrete_function(self, number, node):
        proto = node.bare_concrete_function
        trace = self._trace(proto.concrete_function_name)
        names = list(proto.argument_keywords) or sorted(trace.inputs_by_name)
        made = RestoredSignature(trace, names, proto.allowed_positional_arguments)
        self._objects[number] = made
        return made

    def _make_user_object(self, number, node):
        identifier = node.user_object.identifier if node.HasField("user_object") else ""
        if identifier == "trackable_tuple_wrapper":
            items = self._by_index(node)
            made = self._objects[number] = tuple(self._object(n) for n in items)
        elif identifier == "trackable_list_wrapper":
            made = self._objects[number] = []
            made.extend(self._object(n) for n in self._by_index(node))
        elif identifier in ("trackable_dict_wrapper", "signature_map"):
            made = self._objects[number] = {}
            for child in node.children:
                made[child.local_name] = self._object(child.node_id)
        else:
            is_callable = any(c.local_name == "__call__" for c in node.children)
            made = self._objects[number] = LoadedCallable() if is_callable else LoadedObject()
            self._set_children(made, node)
        return made

    @staticmethod
    def _by_index(node):
        items = {c.local_name: c.node_id for c in node.children if c.local_name.isdecimal()}
        return [items[name] for name in sorted(items, key=int)]

    def _set_children(self, made, node):
        for child in node.children:
            name = "_call" if child.local_name == "__call__" else child.local_name
            if name.startswith("__") or (isinstance(made, Module) and name in _OWN_NAMES):
                continue
            setattr(made, name, self._object(child.node_id))

    def _trace(self, name):
        if name not in self._traces:
            if name not in self._stored.concrete_functions:
                raise errors.DataLossError(None, None, f"the model has no function {name!r}")
            stored = self._stored.concrete_functions[name]
            self._traces[name] = RestoredTrace(
                name + self._suffix, self._graph._c, self._functions, stored, self._captured
            )
        return self._traces[name]

    def _captured(self, number):
        """(tensor, variable or None) of a node that a function captures."""
        found = self._object(number)
        if isinstance(found, Variable):
            return found.handle, found
        return getattr(found, "resource_handle", found), None


_OWN_NAMES = frozenset(name for name in dir(Module) if isinstance(getattr(Module, name), property))
