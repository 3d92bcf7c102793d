"""Variables of graphs that were imported with their collections."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.partitioned_variable import SliceInfo
from millrace.framework.variable import Variable


def variable_from_def(graph, prefix, definition):
    """The variable that nodes of the graph make up.

    Args:
      prefix: of the nodes' names.
      definition: (variable or handle, initializer, snapshot, initial value, trainable,
        is_resource, slice or None): the names, as a VariableDef has them.
    """
    handle, initializer, snapshot, initial, trainable, is_resource, part = definition
    find = graph.as_graph_element
    made = (Variable if is_resource else RefVariable).__new__(
        Variable if is_resource else RefVariable
    )
    made.graph, made._trainable, made.constraint = graph, trainable, None
    if part is not None:
        made._slice = SliceInfo(prefix + part[0], *part[1:])
    made._adopt(find(prefix + handle))
    made.initializer = find(prefix + initializer)
    made._graph_element = find(prefix + snapshot)
    made._initial_value = find(prefix + initial) if initial else None
    with graph.as_default(), graph.control_dependencies(None), graph.colocate_with(made.op):
        made._is_initialized = made.is_initialized()
    return made


class RefVariable:
    """A variable of TensorFlow's first kind, a tensor that operations take by reference. Imported
    graphs have them; it can be read, assigned, saved and restored. New variables are resources."""

    def _adopt(self, ref):
        self._ref, self._name = ref, ref.op.name
        self.dtype, self.shape = ref.dtype, ref.shape

    graph = None
    _slice = None
    op = property(lambda self: self._ref.op)
    name = property(lambda self: self._ref.name)
    device = property(lambda self: self._ref.device)
    trainable = property(lambda self: self._trainable)
    initial_value = property(lambda self: self._initial_value)
    _shared_name = property(lambda self: self._name)
    _handle_name = property(lambda self: self._ref.name)

    @property
    def handle(self):
        raise TypeError(
            f"{self.name} is a reference variable; optimizers and the like take resource variables"
        )

    def get_shape(self):
        return self.shape

    def value(self):
        """Its value as a tensor."""
        return self._graph_element

    def read_value(self):
        return apply_op("Identity", (self._ref,))

    @public
    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Its value becomes `value`. Returns the new value (the operation, with
        read_value=False)."""
        made = apply_op("Assign", (self._ref, convert_to_tensor(value, self.dtype)), None, name)
        return made if read_value else made.op

    def _assign_op(self, value):
        return self.assign(value, read_value=False)

    def is_initialized(self):
        return apply_op("IsVariableInitialized", (self._ref,), {"dtype": self.dtype})

    @public
    def eval(self, session=None):
        return self._graph_element.eval(session=session)

    def _as_tensor(self, dtype=None):
        if dtype is not None and dtypes.as_dtype(dtype) is not self.dtype:
            raise ValueError(f"variable {self._name!r} is {self.dtype.name}, wanted {dtype.name}")
        return self._graph_element

    def _as_graph_element(self):
        return self._graph_element

    def __repr__(self):
        return f"<mr.RefVariable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"
