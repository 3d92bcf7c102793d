"""Functions of a SavedModel: stored traces, of which a call takes the one that fits."""

from millrace._load import public
from millrace.framework import nest
from millrace.framework.argument_specs import part_specs
from millrace.framework.concrete_function import ConcreteFunction
from millrace.framework.convert import convert_to_tensor
from millrace.framework.func_graph import Traced
from millrace.framework.tensor import Tensor, TensorSpec
from millrace.framework.type_spec import CompositeSpec
from millrace.framework.variable import Variable
from millrace.saved_model.structured import OtherSpec, decode


class _StoredGraph:
    """What of a trace's graph is known: the variables that it reads, and what must live as long."""

    _custom_nodes = ()

    def __init__(self, variables, functions):
        self.variables_read = {id(v): v for v in variables}
        self._py_functions = [*functions.values(), *variables]


class _StoredBody(Traced):
    """The body of a function of a library."""

    def __init__(self, library, functions, structure, variables):
        super().__init__(_StoredGraph(variables, functions), structure, part_specs(structure), None)
        self._library = library

    def pack(self, tensors):
        tensors = iter(tensors)

        def leaf(spec):
            if isinstance(spec, TensorSpec):
                return next(tensors)
            if isinstance(spec, CompositeSpec):
                return spec.of_parts([next(tensors) for _ in spec.parts()])
            return None

        return nest.map_structure(leaf, self.structure)

    def add_to(self, native_graph, name):
        """Makes it, and what it calls, known to that graph."""
        native_graph.copy_functions(self._library)


class RestoredTrace(ConcreteFunction):
    """One stored trace.

    Args:
      name: in the library.
      library: a native graph that has the function.
      functions: {name: native function} of that graph.
      stored: its ConcreteFunctionProto.
      captured: gives (tensor, variable or None) for a bound input.
    """

    structured_input_signature = None

    def __init__(self, name, library, functions, stored, captured):
        self.name = name
        self._library, self._functions = library, functions
        self._stored, self._captured = stored, captured
        self._outer = None
        self._stateful = True
        arguments = decode(stored.canonicalized_input_signature) or ((), {})
        self.structured_input_signature = arguments
        self._specs = part_specs(arguments)
        self._result = decode(stored.output_signature)
        self._ready = None

    def _prepare(self):
        """What the objects that it captures must be made for."""
        if self._ready is None:
            found = [self._captured(node) for node in self._stored.bound_inputs]
            variables = [v for _, v in found if v is not None]
            self._ready = (
                [t for t, _ in found],
                [v for v in variables if v.trainable],
                _StoredBody(self._library, self._functions, self._result, variables),
                self._functions[self.name],
            )
        return self._ready

    @property
    def _captures(self):
        return self._prepare()[0]

    @property
    def _variables(self):
        return self._prepare()[1]

    @property
    def _handles(self):
        return [v.handle for v in self._variables]

    @property
    def _traced(self):
        return self._prepare()[2]

    @property
    def _native(self):
        return self._prepare()[3]

    @property
    def structured_outputs(self):
        return self._result

    @property
    def inputs_by_name(self):
        """{name: TensorSpec} of the keyword arguments."""
        return self.structured_input_signature[1]

    @public
    def __call__(self, *args, **kwargs):
        """Calls it with what it was traced for, or with flat tensors. TypeError for others."""
        flat = self.flat_inputs(args, kwargs, convert=True)
        if flat is None and not kwargs and len(args) == len(self._specs):
            flat = self._flat_as_specs(args)
        if flat is None:
            raise TypeError(
                f"the function takes {self.structured_input_signature}, got {args} and {kwargs}"
            )
        return self.call_flat(*flat)

    def _flat_as_specs(self, args):
        tensors = [_fitting(s, a, convert=True) for s, a in zip(self._specs, args)]
        return None if any(t is None for t in tensors) else tensors

    def flat_inputs(self, args, kwargs, convert):
        """The tensors among the arguments, or None if they do not fit."""
        found = []
        fits = _match(self.structured_input_signature, (tuple(args), dict(kwargs)), convert, found)
        return found if fits else None


def _match(spec, value, convert, found):
    """Whether a value is what the spec says; appends its tensors."""
    if isinstance(spec, dict):
        return (
            isinstance(value, dict)
            and set(spec) == set(value)
            and all(_match(spec[k], value[k], convert, found) for k in nest.sorted_keys(spec))
        )
    if isinstance(spec, (list, tuple)):
        return (
            isinstance(value, (list, tuple))
            and len(spec) == len(value)
            and all(_match(s, v, convert, found) for s, v in zip(spec, value))
        )
    if isinstance(spec, OtherSpec):
        return False
    if isinstance(spec, TensorSpec):
        tensor = _fitting(spec, value, convert)
        if tensor is None:
            return False
        found.append(tensor)
        return True
    if isinstance(spec, CompositeSpec):
        if not spec.is_compatible_with(value):
            return False
        given = isinstance(value, CompositeSpec)
        found.extend(value.parts() if given else spec.parts_of(value))
        return True
    if isinstance(value, (Tensor, TensorSpec)) or hasattr(value, "_as_tensor"):
        return False
    equal = spec is value or (type(spec) is type(value) and spec == value)
    return bool(equal) or (isinstance(spec, (int, float)) and spec == value)


def _fitting(spec, value, convert):
    """The tensor, if the value is one that the spec allows (or can be made one); else None."""
    if isinstance(value, Variable):
        value = value.value()
    if not isinstance(value, (Tensor, TensorSpec)):
        if not convert or value is None:
            return None
        try:
            value = convert_to_tensor(value, spec.dtype)
        except (TypeError, ValueError):
            return None
    return value if spec.is_compatible_with(value) else None


class Arguments:
    """How a Python function takes its arguments: names in order, and defaults."""

    def __init__(self, proto):
        self.stored = proto
        spec = decode(proto.fullargspec)
        self._names = list(spec.args) if spec is not None else []
        defaults = tuple(spec.defaults or ()) if spec is not None else ()
        self._defaults = dict(zip(self._names[len(self._names) - len(defaults) :], defaults))
        self._keyword_defaults = dict(getattr(spec, "kwonlydefaults", None) or {})
        if proto.is_method and self._names[:1] == ["self"]:
            self._names = self._names[1:]
        self.has_signature = bool(decode(proto.input_signature))

    def ways(self, args, kwargs):
        """The ways of writing a call: (args, kwargs) with names in their places, with and without
        the defaults."""
        positional, rest = list(args), dict(kwargs)
        plain = self._placed(positional, rest, {})
        yield plain
        full = self._placed(positional, rest, self._defaults)
        full = (full[0], {**self._keyword_defaults, **full[1]})
        yield full
        yield plain[0], {**self._keyword_defaults, **plain[1]}

    def _placed(self, positional, keywords, defaults):
        placed, keywords = list(positional), dict(keywords)
        for name in self._names[len(placed) :]:
            if name in keywords:
                placed.append(keywords.pop(name))
            elif name in defaults:
                placed.append(defaults[name])
            else:
                break
        return tuple(placed), keywords


class RestoredFunction:
    """A function of a SavedModel. Nothing is traced: a call must fit one of the stored traces.

    Attributes:
      concrete_functions: the traces.
      spec: how it takes its arguments, as it is stored.
    """

    def __init__(self, traces, arguments):
        self.concrete_functions, self._arguments = traces, arguments
        self.spec = arguments.stored

    @public
    def __call__(self, *args, **kwargs):
        """ValueError if no trace fits the arguments, TypeError if there was an input_signature."""
        trace, tensors = self._find(args, kwargs)
        return trace.call_flat(*tensors)

    @public
    def get_concrete_function(self, *args, **kwargs):
        """The trace for these arguments, which may be TensorSpecs."""
        if not args and not kwargs and len(self.concrete_functions) == 1:
            return self.concrete_functions[0]
        return self._find(args, kwargs)[0]

    def _find(self, args, kwargs):
        ways = list(self._arguments.ways(args, kwargs))
        for convert in (False, True):
            for trace in self.concrete_functions:
                for positional, keywords in ways:
                    found = trace.flat_inputs(positional, keywords, convert)
                    if found is not None:
                        return trace, found
        known = "\n".join(f"  {t.structured_input_signature}" for t in self.concrete_functions)
        raise (TypeError if self._arguments.has_signature else ValueError)(
            "Could not find matching concrete function to call loaded from the SavedModel. Got "
            f"{args} and {kwargs}; there are traces for:\n{known}"
        )


class RestoredSignature:
    """A signature: takes its inputs by name, and gives {name: tensor}."""

    def __init__(self, trace, names, num_positional):
        self.trace, self.names, self._num_positional = trace, names, num_positional

    @property
    def structured_input_signature(self):
        return self.trace.structured_input_signature

    @property
    def structured_outputs(self):
        return self.trace.structured_outputs

    @public
    def __call__(self, *args, **inputs):
        """TypeError for names that are not those of the inputs. One input needs no name."""
        allowed = max(self._num_positional, 1 if len(self.names) == 1 else 0)
        if len(args) > allowed:
            raise TypeError(f"the inputs go by name: {sorted(self.names)}")
        inputs = {**dict(zip(self.names, args)), **inputs}
        if set(inputs) != set(self.names):
            raise TypeError(f"the signature takes {sorted(self.names)}, got {sorted(inputs)}")
        flat = []
        for name, spec in zip(self.names, self.trace._specs):
            tensor = _fitting(spec, inputs[name], convert=True)
            if tensor is None:
                raise TypeError(f"{name} must be {spec}, got {inputs[name]!r}")
            flat.append(tensor)
        return self.trace.call_flat(*flat)
