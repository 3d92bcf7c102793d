"""save: a SavedModel of objects whose functions were traced where ops run at once."""

from millrace._load import public
from millrace.framework import context, nest
from millrace.framework.concrete_function import ConcreteFunction
from millrace.framework.convert import constant
from millrace.framework.dispatch import apply_op
from millrace.framework.function import Function
from millrace.framework.graph import Graph
from millrace.framework.scopes import group
from millrace.framework.tensor import Tensor, TensorSpec
from millrace.framework.variable import Variable
from millrace.ops.array import placeholder, zeros
from millrace.saved_model.builder import Builder
from millrace.saved_model.object_export import Objects, functions_of, parameters_of
from millrace.saved_model.restored_function import RestoredSignature
from millrace.saved_model.signature import SignatureDef
from millrace.session.session import Session
from millrace.train.checkpoint import write_checkpoint
from millrace.train.object_graph import OBJECT_GRAPH_KEY
from millrace.train.saver import Saver

_DEFAULT = "serving_default"


@public
def save(obj, export_dir, signatures=None, options=None):
    """Writes a SavedModel: the object with its variables and traced functions, for load(), and a
    graph of the signatures, for serving.

    Args:
      obj: a Module (or what holds some: a Checkpoint, lists, dictionaries). Of its functions the
        traces that were made, and those of input_signatures, are stored; its only function with an
        input_signature is the signature where `signatures` says nothing.
      export_dir: the folder; must not exist, or be empty.
      signatures: a function with an input_signature (or a trace of one), or {key: function}. What
        it gives is a tensor ("output_0"), several, or {name: tensor}.
    ValueError for a signature without an input_signature, and for a function that uses resources
    other than variables and the object's tables.
    """
    signatures = _traces(obj, signatures)
    objects = Objects(obj, signatures)
    values = [(key, v, v.numpy()) for key, v in objects.variables]
    constants = [(name, tensor, tensor.numpy()) for name, tensor in objects.constants.values()]
    graph = Graph()
    with graph.as_default(), Session(graph=graph) as session:
        state = _State(values, objects.tables)
        for trace in objects.traces:
            trace._traced.add_to(graph._c, trace.name)
        for name, tensor, value in constants:
            constant(value, tensor.dtype, name=name)
        made = {key: _signature(graph, f, names, state) for key, (f, names) in signatures.items()}
        builder = Builder(export_dir)
        saver = _ObjectSaver(values, state, objects.checkpoint)
        builder.add_meta_graph_and_variables(
            session, ["serve"], made, clear_devices=True, saver=saver, main_op=state.init_op
        )
        builder.add_objects(objects.saved)
        builder.save()


def _traces(obj, signatures):
    """{key: (trace of a function by keywords, their names)}."""
    if signatures is None:
        found = [f for _, f in functions_of(obj) if getattr(f, "_signature", None) is not None]
        signatures = {_DEFAULT: found[0]} if len(found) == 1 else {}
    if not isinstance(signatures, dict):
        signatures = {_DEFAULT: signatures}
    return {key: _as_signature(key, *_trace(key, f)) for key, f in signatures.items()}


def _trace(key, function):
    """A trace, and the names of its arguments."""
    if isinstance(function, RestoredSignature):
        return function.trace, function.names
    if isinstance(function, ConcreteFunction):
        names = [getattr(s, "name", None) for s in function._specs]
        return function, [n or f"args_{i}" for i, n in enumerate(names)]
    if not isinstance(function, Function) or function._signature is None:
        raise ValueError(f"the signature {key!r} must be a function with an input_signature")
    own = [p.name for p in parameters_of(function)]
    names = [
        spec.name or (own[i] if i < len(own) else f"args_{i}")
        for i, spec in enumerate(function._signature)
    ]
    return function.get_concrete_function(), names


def _as_signature(key, trace, names):
    def call(**inputs):
        return _named(trace.call_flat(*(inputs[n] for n in names)))

    specs = {n: TensorSpec(s.shape, s.dtype, n) for n, s in zip(names, trace._specs)}
    traced = Function(call, name=f"signature_{key}").get_concrete_function(**specs)
    return traced, sorted(specs)


class _State:
    """Variables and tables of the new graph in the places of those outside.

    Attributes:
      variables: {key in the checkpoint: variable}.
      init_op: what fills the tables, or None.
    """

    def __init__(self, values, tables):
        self._handles = {}  # id of a handle outside -> handle in the graph
        self.variables = {key: self._made_for(v, value) for key, v, value in values}
        filled = []
        for table in tables:
            self._handles[id(table.handle)] = handle = table.make()
            filled.append(table.fill(handle))
        self.init_op = group(*filled) if filled else None

    def _made_for(self, v, value):
        shape, dtype = value.shape, v.dtype
        made = Variable(lambda: zeros(shape, dtype), trainable=v.trainable, name=v._name)
        self._handles[id(v.handle)] = made.handle
        return made

    def tensor(self, captured):
        """What a captured tensor is in the new graph."""
        if id(captured) in self._handles:
            return self._handles[id(captured)]
        with context.init_scope():
            value = captured.numpy()
        return constant(value, captured.dtype)


class _ObjectSaver:
    """Restores the graph's variables from a checkpoint of objects, which it writes."""

    def __init__(self, values, state, checkpoint):
        self._values, self._checkpoint = values, checkpoint
        self._saver = Saver(state.variables, allow_empty=True)

    def save(self, session, prefix, **options):
        """Writes the values that the variables outside have."""
        names = [key for key, _, _ in self._values]
        arrays = [value for _, _, value in self._values]
        write_checkpoint(
            prefix, [*names, OBJECT_GRAPH_KEY], [*arrays, self._checkpoint.SerializeToString()]
        )

    def as_saver_def(self):
        return self._saver.as_saver_def()


def _signature(graph, trace, names, state):
    """The signature of a call of the trace in the graph."""
    inputs = {n: placeholder(s.dtype, s.shape, n) for n, s in zip(names, trace._specs)}
    arguments = [*inputs.values(), *(state.tensor(t) for t in trace._captures)]
    attrs = {
        "f": trace.name,
        "Tin": [t.dtype for t in arguments],
        "Tout": [t.dtype for t in trace._traced.outputs],
    }
    op = "StatefulPartitionedCall" if trace._stateful else "PartitionedCall"
    results = apply_op(op, (arguments,), attrs, trace.name)
    for tensor, inner in zip(results, trace._traced.outputs):
        tensor.set_shape(inner.shape)
    return SignatureDef(inputs, trace._traced.pack(results))


def _named(outputs):
    if isinstance(outputs, dict):
        return dict(outputs)
    leaves = [t for t in nest.flatten(outputs) if isinstance(t, Tensor)]
    return {f"output_{i}": t for i, t in enumerate(leaves)}
