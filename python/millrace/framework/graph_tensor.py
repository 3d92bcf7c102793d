"""GraphTensor: one output of one operation of a graph."""

from millrace._load import public
from millrace.errors import OperatorNotAllowedInGraphError
from millrace.framework import tensor as tensor_module
from millrace.framework.tensor import Tensor
from millrace.tensor_shape import TensorShape


class _NoArray(OperatorNotAllowedInGraphError, NotImplementedError):
    """numpy asks for the value of a tensor of a graph. NotImplementedError as in TensorFlow, where
    a session that is fed a tensor raises a TypeError."""


class GraphTensor(Tensor):
    """A tensor that a session, or the function whose body it is in, will compute."""

    __slots__ = ("_key", "dtype", "graph", "op", "value_index")

    def __init__(self, op, value_index, dtype):
        self.op = op
        self.value_index = value_index
        self.dtype = dtype
        self.graph = op.graph
        self._key = (op._id << 24) | value_index

    @property
    def name(self):
        """ "operation:index", as feeds and fetches may name it."""
        return f"{self.op.name}:{self.value_index}"

    @property
    def shape(self):
        return TensorShape(self.graph._c.output_shape(self._key))

    @property
    def device(self):
        return self.op.device

    @public
    def set_shape(self, shape):
        """Adds to what is known of the shape. InvalidArgumentError if it cannot be."""
        self.graph._c.set_output_shape(self._key, TensorShape(shape))

    @public
    def consumers(self):
        """The operations that use it."""
        return [op for op in self.graph.get_operations() if self in op.inputs]

    @public
    def eval(self, feed_dict=None, session=None):
        """Its value: session.run of it, in the default session if none is given."""
        return _session_for(self, session).run(self, feed_dict)

    def __eq__(self, other):
        # Elementwise inside a function, as immediate code would be; elsewhere tensors are keys of
        # feed_dict.
        if self.graph.is_function and self._can_equal(other):
            return tensor_module.apply_op("Equal", (self, other))
        return self is other

    def __ne__(self, other):
        if self.graph.is_function and self._can_equal(other):
            return tensor_module.apply_op("NotEqual", (self, other))
        return self is not other

    def _can_equal(self, other):
        return other is not None and (self.dtype.name == "string" or not isinstance(other, str))

    def __hash__(self):
        return id(self)

    def _no_value(self, what):
        raise OperatorNotAllowedInGraphError(
            f"{what} asks for the value of {self!r}, which exists only when a step runs: fetch it "
            "with session.run, or use cond() and while_loop() for what depends on it"
        )

    @public
    def __bool__(self):
        self._no_value("bool()")

    @public
    def __float__(self):
        self._no_value("float()")

    @public
    def __int__(self):
        self._no_value("int()")

    @public
    def __index__(self):
        self._no_value("an index")

    @public
    def __array__(self, dtype=None, copy=None):
        raise _NoArray(
            f"{self!r} cannot become an array: it has its value only when a step runs; fetch it "
            "with session.run"
        )

    @public
    def __len__(self):
        size = self.shape[0] if self.shape.rank else None
        if size is None:
            raise TypeError(f"the length of {self!r} is not known while the graph is built")
        return size

    @public
    def __iter__(self):
        if self.shape.rank is None or self.shape[:1].as_list() == [None]:
            raise OperatorNotAllowedInGraphError(
                f"cannot iterate over {self!r}: its first dimension is not known"
            )
        if self.shape.rank == 0:
            raise TypeError(f"cannot iterate over {self!r}: it is a scalar")
        return iter([self[i] for i in range(self.shape[0])])

    def __repr__(self):
        return f"<mr.Tensor '{self.name}' shape={self.shape} dtype={self.dtype.name}>"


def _session_for(item, session):
    if session is not None:
        return session
    from millrace.session.session import get_default_session

    found = get_default_session()
    if found is None:
        raise ValueError(
            f"cannot run {item.name!r}: no default session; use `with session.as_default():` or "
            "give a session"
        )
    return found
