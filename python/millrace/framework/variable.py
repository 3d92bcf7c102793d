"""Variable: state that outlives steps. Always a resource variable."""

import threading
import weakref

from millrace import dtypes
from millrace._load import native, public
from millrace.framework import context, scopes, tape, variable_slice
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.tensor import Tensor
from millrace.framework.variable_ops import Assigned, VariableOps
from millrace.tensor_shape import TensorShape

_counter = 0
_counter_lock = threading.Lock()


def unique_shared_name(name):
    """A name of a resource that no other in this process has."""
    global _counter
    with _counter_lock:
        _counter += 1
        return f"{name}_{_counter}"


def _destroy(handle):
    try:  # at once, even if garbage is collected in the middle of a trace
        native.eager_execute("DestroyResourceOp", [handle], {"ignore_lookup_error": True})
    except Exception:  # the interpreter may be half gone
        pass


def _destroy_after(handle):
    """What runs at once lives as long as its handle: a variable, or a trace that captured it, has
    that. (What is in a graph belongs to the sessions' container.)"""
    another = apply_op("Identity", (handle,))
    weakref.finalize(handle, _destroy, another).atexit = False


class Variable(VariableOps):
    """A tensor that steps read and update (docs/memory-model.md says what they see).

    Args:
      initial_value: a value, or a function of no arguments that gives one.
      trainable: whether optimizers change it (True if left out).
      name: "Variable" if left out.
      dtype: of the value; that of initial_value if left out.
      shape: of the value, where it may be less known than that of initial_value.
      collections: of the graph, that it is put in; the global variables if left out.
    """

    _slice = None  # a SliceInfo, where it is a part of a larger variable

    @public
    def __init__(
        self,
        initial_value=None,
        trainable=None,
        validate_shape=True,
        caching_device=None,
        name=None,
        variable_def=None,
        dtype=None,
        import_scope=None,
        constraint=None,
        synchronization=None,
        aggregation=None,
        shape=None,
        *,
        collections=None,
    ):
        if initial_value is None:
            raise ValueError("a variable needs an initial_value")
        self._trainable = True if trainable is None else trainable
        self.constraint = constraint
        dtype = None if dtype is None else dtypes.as_dtype(dtype)
        traced = context.building_graph()
        with context.init_scope():
            self.graph = context.building_graph()
            while traced is not self.graph and traced is not None:
                traced.variables_made.append(name or "Variable")
                traced = traced.outer
            if self.graph is None:
                self._create_now(initial_value, dtype, shape, name or "Variable")
            else:
                self._create_in_graph(
                    initial_value, dtype, shape, validate_shape, name, collections
                )

    def _create_now(self, initial_value, dtype, shape, name):
        if callable(initial_value):
            initial_value = initial_value()
        if hasattr(initial_value, "graph") and hasattr(initial_value, "_key"):
            from millrace.framework.lifting import value_now

            initial_value = value_now(initial_value)
        value = convert_to_tensor(initial_value, dtype)
        scope = scopes.eager_scope()
        self._name = f"{scope}/{name}" if scope else name
        self._dtype, self._shape = value.dtype, TensorShape(value.shape if shape is None else shape)
        attrs = {
            "dtype": value.dtype,
            "shape": self._shape,
            "shared_name": unique_shared_name(self._name),
        }
        self.handle = apply_op("VarHandleOp", (), attrs)
        _destroy_after(self.handle)
        self.initializer = None
        self._initial_value = None
        self._graph_element = None
        apply_op("AssignVariableOp", (self.handle, value))

    def _create_in_graph(self, initial_value, dtype, shape, validate_shape, name, collections):
        graph = self.graph
        with graph.control_dependencies(None), graph.name_scope(name or "Variable") as scope:
            self._name = scope[:-1]
            with graph.name_scope("Initializer"):
                if callable(initial_value):
                    initial_value = initial_value()
                value = convert_to_tensor(initial_value, dtype, name="initial_value")
            if shape is None:
                shape = value.shape if validate_shape else TensorShape(None)
            self._dtype, self._shape = value.dtype, TensorShape(shape)
            attrs = {"dtype": self._dtype, "shape": self._shape, "shared_name": self._name}
            self.handle = apply_op("VarHandleOp", (), attrs, scope)
            self._initial_value = value
            with graph.colocate_with(self.handle):
                self._is_initialized = apply_op(
                    "VarIsInitializedOp", (self.handle,), None, "IsInitialized/VarIsInitializedOp"
                )
                self.initializer = apply_op(
                    "AssignVariableOp", (self.handle, value), None, "Assign"
                )
                self._graph_element = self._read("Read/ReadVariableOp")
        for key in [GraphKeys.GLOBAL_VARIABLES] if collections is None else list(collections):
            graph.add_to_collection(key, self)
        if self._trainable and GraphKeys.TRAINABLE_VARIABLES not in (collections or ()):
            graph.add_to_collection(GraphKeys.TRAINABLE_VARIABLES, self)

    def _adopt(self, handle):
        """Becomes the variable of a handle in an imported graph."""
        self.handle, self._name = handle, handle.op.name
        self._dtype = handle.op.get_attr("dtype")
        self._shape = TensorShape(handle.op.get_attr("shape"))

    # ----- what it is -----

    @property
    def name(self):
        return self._name + ":0"

    @property
    def dtype(self):
        return self._dtype

    @property
    def shape(self):
        return self._shape

    def get_shape(self):
        return self._shape

    @property
    def op(self):
        """The operation that gives its handle (in a graph)."""
        return self.handle.op

    @property
    def device(self):
        return self.handle.device

    @property
    def trainable(self):
        return self._trainable

    @property
    def initial_value(self):
        """The tensor that initialises it (in a graph)."""
        return self._initial_value

    @property
    def _shared_name(self):
        return self._name

    @property
    def _handle_name(self):
        return self.handle.name

    def _assign_op(self, value):
        return apply_op("AssignVariableOp", (self.handle, value))

    # ----- reading -----

    def _read(self, name=None):
        graph = context.building_graph()
        if self._trainable and tape.open_tapes():
            tape.note_read(self)
        if graph is None:
            return native.read_variable(self.handle, self._dtype._enum, self._trainable)
        if graph.is_function:
            graph.note_read(self)
        return apply_op("ReadVariableOp", (self.handle,), {"dtype": self._dtype}, name)

    def _note_read(self):
        """Tells tapes and the function being traced of a read that is no ReadVariableOp."""
        graph = context.building_graph()
        if self._trainable and tape.open_tapes():
            tape.note_read(self)
            if graph is None:
                native.Function.watch([self.handle])
        if graph is not None and graph.is_function:
            graph.note_read(self)

    @public
    def value(self):
        """Its value as a tensor: a snapshot."""
        return self._read()

    @public
    def read_value(self):
        """As value(); in a graph, read after what control dependencies say."""
        return apply_op("Identity", (self._read("ReadVariableOp"),))

    def _as_tensor(self, dtype=None):
        value = self._read()
        if dtype is not None and value.dtype is not dtype:
            raise ValueError(f"variable {self._name!r} is {value.dtype.name}, wanted {dtype.name}")
        return value

    def _as_graph_element(self):
        return self._graph_element

    @public
    def numpy(self):
        """Its value as an array (where ops run at once)."""
        if self.graph is not None:
            raise NotImplementedError(
                "numpy() needs a variable that was made where ops run at once"
            )
        return self._read().numpy()

    @public
    def initialized_value(self):
        return self._initial_value if self.graph is not None else self.value()

    @public
    def is_initialized(self):
        """A bool tensor: whether it has a value."""
        return apply_op("VarIsInitializedOp", (self.handle,))

    @public
    def eval(self, session=None):
        return self._graph_element.eval(session=session)

    @public
    def load(self, value, session=None):
        """Gives it a value in the session."""
        from millrace.framework.graph_tensor import _session_for

        session = _session_for(self, session)
        session.run(self.initializer, {self.initializer.inputs[1]: value})

    def ref(self):
        from millrace.framework.tensor import TensorRef

        return TensorRef(self)

    def __array__(self, dtype=None, copy=None):
        array = self.numpy()
        return array if dtype is None else array.astype(dtype)

    def __float__(self):
        return float(self._read())

    def __int__(self):
        return int(self._read())

    def __bool__(self):
        return bool(self._read())

    def __complex__(self):
        return complex(self._read())

    def __index__(self):
        return self._read().__index__()

    def __iter__(self):
        return iter(self._read())

    def __eq__(self, other):
        return self._compared("Equal", other, self is other)

    def __ne__(self, other):
        return self._compared("NotEqual", other, self is not other)

    def __hash__(self):
        return id(self)

    def _compared(self, op, other, as_key):
        """Elementwise, as for its value. In plain graphs variables are compared as keys are."""
        if self.graph is not None or other is None or isinstance(other, (str, type)):
            return as_key
        return apply_op(op, (self._read(), other))

    def __repr__(self):
        if self.graph is None:
            value = f", numpy={self.numpy()!r}"
        else:
            value = ""
        return f"<mr.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}{value}>"


@public
def _item(variable, key):
    return variable_slice.get_item(variable, key)


Variable.__getitem__ = Assigned.__getitem__ = _item


def is_variable(value):
    return isinstance(value, Variable)


def _operator(name):
    method = getattr(Tensor, name)

    def operate(self, *args):
        return method(self._read(), *args)

    return public(operate)


for _name in (
    "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow "
    "matmul rmatmul lt le gt ge and rand or ror xor neg abs invert"
).split():
    for _class in (Variable, Assigned):
        setattr(_class, f"__{_name}__", _operator(f"__{_name}__"))
