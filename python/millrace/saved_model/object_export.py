"""The object graph of a SavedModel that is written: which attribute leads to which variable,
function or constant."""

import inspect

from millrace.data.elements import map_leaves
from millrace.framework.argument_specs import named_specs
from millrace.framework.function import Function
from millrace.framework.module import Module
from millrace.framework.tensor import TensorSpec
from millrace.framework.type_spec import composite_spec
from millrace.framework.variable import Variable
from millrace.saved_model.object_proto import (
    BareFunctionProto,
    ConcreteFunctionProto,
    ConstantProto,
    FunctionProto,
    FunctionSpecProto,
    ResourceProto,
    SavedObject,
    SavedObjectGraph,
    UserObjectProto,
    VariableProto,
    VersionProto,
)
from millrace.saved_model.restored_function import RestoredFunction, RestoredTrace
from millrace.saved_model.saved_tables import SavedTable, table_of
from millrace.saved_model.structured import encode, shape_proto
from millrace.train.object_graph import (
    ObjectReference,
    SerializedTensor,
    TrackableObject,
    TrackableObjectGraph,
    children,
    escape,
)

_GENERIC = "_generic_user_object"


class Objects:
    """The objects below a root, and the functions among them.

    Attributes:
      variables: [(key in the checkpoint, variable)].
      traces: [trace], each once.
      constants: {node: (name of the operation, tensor)}.
      tables: [SavedTable].
    """

    def __init__(self, root, signatures):
        self.saved, self.checkpoint = SavedObjectGraph(), TrackableObjectGraph()
        self.variables, self.traces, self.constants = [], [], {}
        self.tables = []
        self._ids, self._kept, self._handle_nodes = {}, [], {}
        self._add_object(root, "")
        map_node = self._add_node(SavedObject(user_object=_user_object("signature_map")))
        self._link(0, "signatures", map_node)
        for key, (trace, names) in signatures.items():
            bare = BareFunctionProto(concrete_function_name=trace.name, argument_keywords=names)
            node = self._add_node(SavedObject(bare_concrete_function=bare))
            self._link(map_node, key, node)
            self._use(trace, ((), dict(zip(names, trace._specs))))
        for trace in self.traces:
            stored = self.saved.concrete_functions[trace.name]
            stored.bound_inputs.extend(self._captured(t, trace) for t in trace.captured_inputs)

    def _add_node(self, saved):
        self.saved.nodes.append(saved)
        self.checkpoint.nodes.append(TrackableObject())
        return len(self.saved.nodes) - 1

    def _link(self, parent, name, child):
        for graph in (self.saved, self.checkpoint):
            graph.nodes[parent].children.append(ObjectReference(node_id=child, local_name=name))

    def _add_object(self, obj, path):
        """The node of an object; it is added with what it holds."""
        if id(obj) in self._ids:
            return self._ids[id(obj)]
        self._kept.append(obj)  # so that its id is not taken by another
        if isinstance(obj, Variable):
            return self._add_variable(obj, path)
        node = self._ids[id(obj)] = self._add_node(SavedObject(user_object=_kind_of(obj)))
        prefix = f"{path}/" if path else ""
        for name, child in children(obj):
            self._link(node, name, self._add_object(child, prefix + escape(name)))
        for name, value in sorted(getattr(obj, "__dict__", {}).items()):
            if (table := table_of(value)) is not None:
                self._link(node, name, self._add_table(table))
        for name, function in functions_of(obj):
            self._link(node, name, self._add_function(function))
        return node

    def _add_variable(self, variable, path):
        proto = VariableProto(
            dtype=variable.dtype._enum,
            shape=shape_proto(variable.shape),
            trainable=variable.trainable,
            name=variable.name.partition(":")[0],
        )
        node = self._ids[id(variable)] = self._add_node(SavedObject(variable=proto))
        self._handle_nodes[id(variable.handle)] = node
        key = f"{path}/.ATTRIBUTES/VARIABLE_VALUE"
        self.checkpoint.nodes[node].attributes.append(
            SerializedTensor(name="VARIABLE_VALUE", full_name=proto.name, checkpoint_key=key)
        )
        self.variables.append((key, variable))
        return node

    def _add_table(self, table):
        if id(table.resource_handle) not in self._handle_nodes:
            saved = SavedTable(table)
            node = self._add_node(SavedObject(resource=ResourceProto()))
            self._handle_nodes[id(saved.handle)] = node
            self.tables.append(saved)
            for name in ("create", "initialize"):
                trace = getattr(saved, name)
                self._use(trace, ((), {}))
                function = FunctionProto(
                    concrete_functions=[trace.name], function_spec=_no_arguments()
                )
                child = self._add_node(SavedObject(function=function))
                self._link(node, f"_{name}_resource" if name == "create" else f"_{name}", child)
        return self._handle_nodes[id(table.resource_handle)]

    def _add_function(self, function):
        if id(function) in self._ids:
            return self._ids[id(function)]
        self._kept.append(function)
        traces = traces_of(function)
        proto = FunctionProto(function_spec=_spec_of(function))
        for trace in traces:
            if self._use(trace, _arguments_of(trace, function)):
                proto.concrete_functions.append(trace.name)
        node = self._ids[id(function)] = self._add_node(SavedObject(function=proto))
        return node

    def _use(self, trace, arguments):
        """Notes a trace; False if it was made for a value that cannot be stored."""
        try:
            proto = ConcreteFunctionProto(
                canonicalized_input_signature=encode(arguments),
                output_signature=encode(_specs_in(trace.structured_outputs)),
            )
        except TypeError:
            return False
        if trace.name not in self.saved.concrete_functions:
            self.saved.concrete_functions[trace.name] = proto
            self.traces.append(trace)
        return True

    def _captured(self, tensor, trace):
        """The node of what a trace captures."""
        if id(tensor) in self._handle_nodes:
            return self._handle_nodes[id(tensor)]
        if tensor.dtype.name in ("resource", "variant"):
            for v in trace._traced.graph.variables_read.values():
                if v.handle is tensor:
                    return self._add_unreached(v)
            raise ValueError(
                "a function to be saved may use variables, and tables that are attributes of the "
                "object, but no other resources"
            )
        if id(tensor) not in self._ids:
            self._kept.append(tensor)
            name = f"captured_{len(self.constants)}"
            node = self._add_node(SavedObject(constant=ConstantProto(operation=name)))
            self._ids[id(tensor)] = node
            self.constants[node] = (name, tensor)
        return self._ids[id(tensor)]

    def _add_unreached(self, variable):
        """A variable that a function reads and no attribute holds."""
        name = f"captured_variable_{len(self.variables)}"
        self._kept.append(variable)
        node = self._add_variable(variable, name)
        self._link(0, name, node)
        return node


def _user_object(identifier):
    return UserObjectProto(identifier=identifier, version=VersionProto(producer=1, min_consumer=1))


def _kind_of(obj):
    if isinstance(obj, dict):
        return _user_object("trackable_dict_wrapper")
    if isinstance(obj, list):
        return _user_object("trackable_list_wrapper")
    if isinstance(obj, tuple):
        return _user_object("trackable_tuple_wrapper")
    return _user_object(_GENERIC)


def functions_of(obj):
    """[(name, function)] of an object's attributes and of its class."""
    found = {}
    if isinstance(obj, Module):
        for name, value in inspect.getmembers(type(obj)):
            if isinstance(value, Function):
                found[name] = getattr(obj, name)
    for name, value in getattr(obj, "__dict__", {}).items():
        if isinstance(value, (Function, RestoredFunction)):
            found["__call__" if name == "_call" else name] = value
    return [(name, f) for name, f in sorted(found.items()) if traces_of(f)]


def traces_of(function):
    """The traces of a function; one with an input_signature is traced for it."""
    if isinstance(function, RestoredFunction):
        return function.concrete_functions
    if not isinstance(function, Function):
        return []
    if function._signature is not None:
        return [function.get_concrete_function()]
    return [t for t in function._traces.values() if t._outer is None]


def parameters_of(function):
    """The parameters of its Python function, but for `self`."""
    python = function.python_function
    parameters = list(inspect.signature(python).parameters.values())
    return parameters[1:] if function._is_method else parameters


def _no_arguments():
    full = inspect.getfullargspec(lambda: None)
    return FunctionSpecProto(fullargspec=encode(full), input_signature=encode(None))


def _spec_of(function):
    if isinstance(function, RestoredFunction):
        return function.spec
    parameters = parameters_of(function)
    plain = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    only = [p for p in parameters if p.kind == p.KEYWORD_ONLY]
    defaults = tuple(p.default for p in plain if p.default is not p.empty)
    kinds = {p.kind: p.name for p in parameters}
    full = inspect.FullArgSpec(
        args=[p.name for p in plain],
        varargs=kinds.get(inspect.Parameter.VAR_POSITIONAL),
        varkw=kinds.get(inspect.Parameter.VAR_KEYWORD),
        defaults=_storable(defaults) or None,
        kwonlyargs=[p.name for p in only],
        kwonlydefaults=_storable({p.name: p.default for p in only if p.default is not p.empty})
        or None,
        annotations={},
    )
    return FunctionSpecProto(
        fullargspec=encode(full), input_signature=encode(function.input_signature)
    )


def _storable(defaults):
    """The defaults, or nothing if one of them cannot be stored."""
    try:
        encode(defaults)
    except TypeError:
        return type(defaults)()
    return defaults


def _specs_in(structure):
    """The structure with specs in the places of tensors."""

    def leaf(x):
        spec = composite_spec(x)
        if spec is not None:
            return spec
        return TensorSpec(x.shape, x.dtype) if hasattr(x, "dtype") else x

    return map_leaves(leaf, structure)


def _arguments_of(trace, function):
    """((positional, ...), {name: keyword}) that a trace was made for, defaults included."""
    if isinstance(trace, RestoredTrace):
        return trace.structured_input_signature
    names = [getattr(s, "name", None) for s in trace._specs]
    ((args, kwargs),) = named_specs(trace._structure, trace._specs, names)
    args, kwargs = list(args), dict(kwargs)
    for i, parameter in enumerate(parameters_of(function)):
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            if i == len(args) and parameter.name in kwargs:
                args.append(kwargs.pop(parameter.name))
            elif i == len(args) and parameter.default is not parameter.empty:
                args.append(parameter.default)
            if i < len(args) and isinstance(args[i], TensorSpec):
                args[i].name = args[i].name or parameter.name
        elif parameter.kind == parameter.KEYWORD_ONLY and parameter.default is not parameter.empty:
            kwargs.setdefault(parameter.name, parameter.default)
    return tuple(args), kwargs
