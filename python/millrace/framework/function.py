"""@function: traced once for each kind of arguments, then run as a whole."""

import collections
import functools
import threading
import weakref

from millrace import dtypes
from millrace._load import public
from millrace.framework import context, tape
from millrace.framework.argument_specs import add_to_key, part_specs, with_specs
from millrace.framework.concrete_function import ConcreteFunction, Like
from millrace.framework.function_arguments import Parameters, check_signature, fit, general
from millrace.framework.tensor import TensorSpec
from millrace.framework.trace_key import watch

_MAX_TRACES = 128  # of one function; the least recently used one is forgotten
_run_eagerly = False


@public
def run_functions_eagerly(run_eagerly):
    """Whether functions run as Python has them, without being traced: to debug them."""
    global _run_eagerly
    _run_eagerly = bool(run_eagerly)


@public
def functions_run_eagerly():
    """What was given to run_functions_eagerly()."""
    return _run_eagerly


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
        functools.update_wrapper(self, python_function)
        self._python_function = python_function
        self._autograph = autograph
        self._name = name or getattr(python_function, "__name__", "function").strip("<>")
        if input_signature is not None:
            check_signature(input_signature)
            input_signature = tuple(input_signature)
        self.input_signature = input_signature
        self._signature = None if input_signature is None else part_specs(input_signature)
        self._traces = collections.OrderedDict()
        self._lock = threading.RLock()
        self._bound = weakref.WeakKeyDictionary()
        self._relax = reduce_retracing and input_signature is None
        self._trace_count = 0
        self._known_parameters = None

    @property
    def python_function(self):
        return self._python_function

    @property
    def name(self):
        return self._name

    @property
    def _parameters(self):
        if self._known_parameters is None:
            self._known_parameters = Parameters(self._python_function, self._is_method)
        return self._known_parameters

    def experimental_get_tracing_count(self):
        """How many times it was traced."""
        return self._trace_count

    def pretty_printed_concrete_signatures(self, verbose=True):
        """What it was traced for, a line each."""
        traces = self._traces.values()
        return "\n".join(f"{self._name}{t.structured_input_signature}" for t in traces)

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
                method, self.input_signature, self._name, self._relax, self._autograph
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
        if _run_eagerly and context.building_graph() is None:
            return self._python_function(*args, **kwargs)
        concrete, tensors = self._find(args, kwargs)
        if concrete.graph._custom_nodes and (
            tape.open_tapes() or context.building_graph() is not None
        ):
            return self._run(*args, **kwargs)  # its own gradients are Python's
        return concrete.call_flat(*tensors)

    @public
    def get_concrete_function(self, *args, **kwargs):
        """The trace for these arguments, which may be TensorSpecs."""
        if not args and not kwargs and self._signature is not None:
            args = self.input_signature
        return self._find(args, kwargs)[0]

    def _find(self, args, kwargs):
        args, kwargs = self._parameters.bind(args, kwargs)
        tensors, key = [], [context.building_graph() is not None and id(context.building_graph())]
        if self._signature is not None:
            args, kwargs = self._by_signature(args, kwargs, tensors)
        else:
            for a in args:
                add_to_key(a, tensors, key, not self._relax)
            for name in sorted(kwargs):
                key.append(name)
                add_to_key(kwargs[name], tensors, key, not self._relax)
        key = tuple(key)
        with self._lock:
            found, specs = self._traces.get(key), self._signature
            if self._relax and found is not None:
                specs = [general(s, t) for s, t in zip(found._specs, tensors)]
                if any(s.shape != known.shape for s, known in zip(specs, found._specs)):
                    found = None
            if found is not None:
                self._traces.move_to_end(key)
                return found, tensors
            found = self._trace(args, kwargs, tensors, specs)
            self._traces[key] = found
            self._forget_with(key, found)
            if len(self._traces) > _MAX_TRACES:
                self._traces.popitem(last=False)
            return found, tensors

    def _forget_with(self, key, trace):
        """Forgets a trace when an object goes that it was made for."""
        traces = weakref.ref(self._traces)

        def forget():
            known = traces()
            if known is not None:
                known.pop(key, None)

        trace.watched = watch(key, forget)

    def _by_signature(self, args, kwargs, tensors):
        """Finds the tensors that the input_signature asks for; the other arguments must be what
        they are by default. Returns the arguments with specs for tensors."""
        count = len(self.input_signature)
        if len(args) < count:
            raise TypeError(f"{self._name} takes {count} arguments by its input_signature")
        for i, spec in enumerate(self.input_signature):
            fit(spec, args[i], f"{self._name}: argument {self._parameters.name_of(i)!r}", tensors)
        defaults = self._parameters.bind(self.input_signature, {})
        if (args[count:], kwargs) != (defaults[0][count:], defaults[1]):
            raise TypeError(
                f"{self._name}: its input_signature has no place for {args[count:]} {kwargs or ''}"
            )
        return (*self.input_signature, *args[count:]), kwargs

    def _trace(self, args, kwargs, tensors, specs):
        args, kwargs = with_specs((list(args), dict(kwargs)), self._relax)
        specs = [
            t if isinstance(t, TensorSpec) else Like(t) if _is_like(s) else s
            for s, t in zip(specs or part_specs((args, kwargs)), tensors)
        ]
        first = self._trace_count == 0
        made = self._traced_once(args, kwargs, tensors, specs)
        if made.graph.variables_made and first:
            # Variables are made in the first call: another trace shall find them.
            made = self._traced_once(args, kwargs, tensors, specs)
        if made.graph.variables_made:
            names = ", ".join(repr(n) for n in made.graph.variables_made)
            raise ValueError(
                f"{self._name} makes variables each time it is traced ({names}): a function can "
                "only make variables that it keeps, and only in its first call"
            )
        return made

    def _traced_once(self, args, kwargs, tensors, specs):
        self._trace_count += 1

        def call(arguments):
            return self._run(*arguments[0], **arguments[1])

        structure = ((args, kwargs),)
        feeds = [None if isinstance(t, TensorSpec) else t for t in tensors]
        return ConcreteFunction(call, specs, structure, {}, self._name, self._parameters, feeds)


def _is_like(spec):
    """Whether the tensor says more than the spec: of handles, or where there is no spec."""
    return spec is None or spec.dtype in (dtypes.resource, dtypes.variant)


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
    and shapes of tensor arguments and the values of the others; then the recorded graph runs as a
    whole.

    Python's `if`, `while`, `for` and their like become part of the graph where tensors decide
    (docs/autograph.md); what Python's values decide is decided while recording.

    Args:
      func: the function (or leave it out, to decorate with arguments).
      input_signature: TensorSpecs: one trace for all arguments that fit them.
      autograph: False leaves Python's control flow as it is, to be decided while recording.
      reduce_retracing: where shapes differ from call to call, traces for shapes that include them.
    """
    relax = bool(reduce_retracing or experimental_relax_shapes)

    def decorate(f):
        return Function(f, input_signature, name, relax, autograph)

    return decorate if func is None else decorate(func)
