"""@function: traced once for each kind of arguments, then run as a whole."""

import collections
import functools
import threading
import weakref

import numpy as np

from millrace import _load, dtypes
from millrace._load import public
from millrace.framework import context, func_graph, nest, py_functions, tape
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.tensor import Tensor, TensorSpec

_MAX_TRACES = 128  # of one function; the least recently used one is forgotten


def _is_tensor_like(value):
    return isinstance(value, (Tensor, np.ndarray, np.generic))


class ConcreteFunction:
    """One trace of a function: for arguments of these dtypes and shapes, and these other values."""

    def __init__(self, python_function, specs, structure, kwargs, name):
        self._specs, self._structure = specs, structure
        self.name = func_graph.new_name(name)
        outer = context.building_graph()
        self._outer = outer

        def args(graph):
            leaves = iter(graph.add_input(s, f"arg{i}") for i, s in enumerate(specs))
            return _with_tensors(structure, leaves)

        self._traced = func_graph.trace(python_function, args, self.name, outer, kwargs)
        graph = self._traced.graph
        library = outer._c if outer is not None else _load.native.eager_library()
        self._traced.add_to(library, self.name)
        self._captures = [t for t, _ in graph.captures]
        self._variables = [v for v in graph.variables_read.values() if v.trainable]
        self._handles = [v.handle for v in self._variables]
        self._native = _load.native.Function(self.name) if outer is None else None
        self._stateful = graph.is_stateful

    @property
    def graph(self):
        return self._traced.graph

    @property
    def captured_inputs(self):
        return list(self._captures)

    @property
    def structured_outputs(self):
        return self._traced.pack(self._traced.outputs)

    def __call__(self, *tensors):
        """Calls it with flat tensors."""
        graph = context.building_graph()
        if graph is None:
            if self._handles and tape.open_tapes():
                self._native.watch(self._handles)
                for v in self._variables:
                    tape.note_read(v)
            return self._traced.pack(self._native.call([*tensors, *self._captures]))
        return self._call_in(graph, tensors)

    def _call_in(self, graph, tensors):
        if self._outer is not graph:
            self._traced.add_to(graph._c, self.name)
            py_functions.keep(graph, self._traced.graph._py_functions)
        for v in self._traced.graph.variables_read.values():
            if graph.is_function:
                graph.variables_read.setdefault(id(v), v)
            tape.note_read(v)
        inputs = [convert_to_tensor(t) for t in (*tensors, *self._captures)]
        attrs = {
            "f": self.name,
            "Tin": [t.dtype for t in inputs],
            "Tout": [t.dtype for t in self._traced.outputs],
        }
        op = "StatefulPartitionedCall" if self._stateful else "PartitionedCall"
        results = apply_op(op, (inputs,), attrs, self.name.strip("_"))
        results = results if isinstance(results, list) else []
        for tensor, inner in zip(results, self._traced.outputs):
            tensor.set_shape(inner.shape)
        return self._traced.pack(results)


class Function:
    """What @function makes: chooses the trace for its arguments, or makes a new one."""

    _is_method = False  # bound to an object, which is the first argument of python_function

    @public
    def __init__(
        self,
        python_function,
        input_signature=None,
        name=None,
        reduce_retracing=False,
        autograph=True,
    ):
        self._python_function = python_function
        self._autograph = autograph
        self._name = name or getattr(python_function, "__name__", "function").strip("<>")
        self._signature = None if input_signature is None else list(nest.flatten(input_signature))
        self._traces = collections.OrderedDict()
        self._lock = threading.RLock()
        self._bound = weakref.WeakKeyDictionary()
        self._relax = reduce_retracing
        self._trace_count = 0
        functools.update_wrapper(self, python_function)

    @property
    def python_function(self):
        return self._python_function

    def experimental_get_tracing_count(self):
        """How many times it was traced."""
        return self._trace_count

    def __get__(self, instance, owner):
        if instance is None:
            return self
        try:
            bound = self._bound.get(instance)
        except TypeError:  # no weak references, or no hash
            return functools.partial(self, instance)
        if bound is None:
            # The method must not keep its object alive.
            reference = weakref.ref(instance)

            @functools.wraps(self._python_function)
            def method(*args, **kwargs):
                return self._run(reference(), *args, **kwargs)

            bound = self._bound[instance] = Function(
                method, self._signature, self._name, self._relax, self._autograph
            )
            bound._is_method = True
        return bound

    def _run(self, *args, **kwargs):
        """Calls the Python function, with its control flow converted if that is wanted."""
        from millrace.autograph import policy

        if not self._autograph:
            with policy.disabled():
                return self._python_function(*args, **kwargs)
        with policy.enabled():
            return policy.converted(self._python_function)(*args, **kwargs)

    @public
    def __call__(self, *args, **kwargs):
        concrete, tensors = self._find(args, kwargs)
        if concrete.graph._custom_nodes and (
            tape.open_tapes() or context.building_graph() is not None
        ):
            return self._run(*args, **kwargs)  # its own gradients are Python's
        return concrete(*tensors)

    @public
    def get_concrete_function(self, *args, **kwargs):
        """The trace for these arguments, which may be TensorSpecs."""
        if not args and self._signature is not None:
            args = tuple(self._signature)
        return self._find(args, kwargs)[0]

    def _find(self, args, kwargs):
        tensors, key = [], [context.building_graph() is not None and id(context.building_graph())]
        for a in args:
            self._add_to_key(a, tensors, key)
        for name in sorted(kwargs):
            key.append(name)
            self._add_to_key(kwargs[name], tensors, key)
        if self._signature is not None:
            self._check_signature(tensors)
            del key[1:]
        key = tuple(key)
        with self._lock:
            found = self._traces.get(key)
            if found is not None:
                self._traces.move_to_end(key)
                return found, tensors
            found = self._trace(args, kwargs, tensors)
            self._traces[key] = found
            if len(self._traces) > _MAX_TRACES:
                self._traces.popitem(last=False)
            return found, tensors

    def _add_to_key(self, value, tensors, key):
        if isinstance(value, _load.native.EagerTensor):
            tensors.append(value)
            key.append((value.dtype._enum, value._dims))
        elif isinstance(value, (Tensor, TensorSpec)):
            tensors.append(value)
            key.append((value.dtype._enum, value.shape))
        elif isinstance(value, (np.ndarray, np.generic)):
            tensors.append(convert_to_tensor(value))
            key.append((tensors[-1].dtype._enum, tensors[-1].shape._dims))
        elif isinstance(value, (list, tuple)):
            key.append((type(value), len(value)))
            for v in value:
                self._add_to_key(v, tensors, key)
        elif isinstance(value, dict):
            names = nest.sorted_keys(value)
            key.append((dict, *names))
            for n in names:
                self._add_to_key(value[n], tensors, key)
        else:
            try:
                hash(value)
                key.append((type(value), value))
            except TypeError:
                key.append(id(value))

    def _check_signature(self, tensors):
        if len(self._signature) != len(tensors):
            raise TypeError(
                f"{self._name} takes {len(self._signature)} tensors, got {len(tensors)}"
            )
        for i, (wanted, t) in enumerate(zip(self._signature, tensors)):
            if not wanted.is_compatible_with(t):
                raise TypeError(
                    f"{self._name}: argument {i} is {t.dtype.name}{t.shape}, which is not {wanted}"
                )

    def _trace(self, args, kwargs, tensors):
        self._trace_count += 1
        specs = [t if isinstance(t, TensorSpec) else _Like(t) for t in tensors]
        if self._signature is not None:
            if len(self._signature) != len(specs):
                raise TypeError(
                    f"{self._name} takes {len(self._signature)} tensors, got {len(specs)}"
                )
            for i, (wanted, t) in enumerate(zip(self._signature, specs)):
                if not wanted.is_compatible_with(t):
                    raise TypeError(
                        f"{self._name}: argument {i} is {t.dtype.name}{t.shape}, "
                        f"which is not {wanted}"
                    )
            specs = self._signature

        def call(arguments):
            return self._run(*arguments[0], **arguments[1])

        return ConcreteFunction(call, specs, ((list(args), dict(kwargs)),), {}, self._name)


class _Like:
    """dtype, shape and what is known behind the handle of an argument."""

    def __init__(self, tensor):
        self.dtype, self.shape = tensor.dtype, tensor.shape
        if tensor.dtype in (dtypes.resource, dtypes.variant):
            self._handle_data = lambda: func_graph._handle_data(tensor)


def _with_tensors(structure, tensors):
    """The structure with its tensors and arrays replaced, in order."""
    if isinstance(structure, dict):
        replaced = {k: _with_tensors(structure[k], tensors) for k in nest.sorted_keys(structure)}
        return {k: replaced[k] for k in structure}
    if isinstance(structure, (list, tuple)):
        items = [_with_tensors(v, tensors) for v in structure]
        return type(structure)(*items) if nest.is_namedtuple(structure) else type(structure)(items)
    return (
        next(tensors)
        if isinstance(structure, TensorSpec) or _is_tensor_like(structure)
        else structure
    )


@public
def function(
    func=None,
    input_signature=None,
    autograph=True,
    jit_compile=None,
    reduce_retracing=False,
    experimental_implements=None,
    experimental_autograph_options=None,
    experimental_attributes=None,
    experimental_relax_shapes=None,
    experimental_compile=None,
    experimental_follow_type_hints=None,
    *,
    name=None,
):
    """Stages a function: it is called once to record its ops for each combination of the dtypes
    and shapes of tensor
    arguments and the values of the others; then the recorded graph runs as a whole.

    Python's `if`, `while`, `for` and their like become part of the graph where tensors decide
    (docs/autograph.md); what Python's values decide is decided while recording.

    Args:
      func: the function (or leave it out, to decorate with arguments).
      input_signature: TensorSpecs: one trace for all arguments that fit them.
      autograph: False leaves Python's control flow as it is, to be decided while recording.
    """
    relax = bool(reduce_retracing or experimental_relax_shapes)

    def decorate(f):
        return Function(f, input_signature, name, relax, autograph)

    return decorate if func is None else decorate(func)
