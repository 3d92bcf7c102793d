"""A variable as the argument of a function: what the function is traced for, and what stands for it
inside."""

from millrace import dtypes
from millrace.framework.tensor import TensorSpec, TypeSpec
from millrace.framework.variable import Variable


class ArgumentVariable(Variable):
    """A variable inside a function that is given it: its handle is a placeholder."""

    def __init__(self, handle, spec):
        self.handle, self.graph = handle, None
        self._name, self._trainable = handle.op.name, spec.trainable
        self._dtype, self._shape = spec.dtype, spec.shape
        self.constraint = self.initializer = self._initial_value = self._graph_element = None

    def __repr__(self):
        return f"<mr.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"


class VariableSpec(TypeSpec):
    """What of a variable chooses a trace.

    alias_id: arguments that are one variable have one number.
    """

    __slots__ = ("alias_id", "dtype", "shape", "trainable")
    name = None

    def __init__(self, shape, dtype, trainable, alias_id):
        self.shape, self.dtype = shape, dtype
        self.trainable, self.alias_id = trainable, alias_id

    def _key(self):
        return self.shape, self.dtype, self.trainable, self.alias_id

    def is_compatible_with(self, value):
        if isinstance(value, VariableSpec):
            return self == value
        return (
            isinstance(value, Variable)
            and value.dtype is self.dtype
            and value.shape == self.shape
            and value.trainable == self.trainable
        )

    def parts(self):
        return [TensorSpec([], dtypes.resource)]

    def parts_of(self, value):
        value._note_read()  # by the function that is called
        return [value.handle]

    def of_parts(self, tensors):
        return ArgumentVariable(tensors[0], self)

    def __eq__(self, other):
        return isinstance(other, VariableSpec) and self._key() == other._key()

    def __hash__(self):
        return hash(self._key())

    def __repr__(self):
        return (
            f"VariableSpec(shape={self.shape}, dtype={self.dtype!r}, trainable={self.trainable}, "
            f"alias_id={self.alias_id})"
        )


def variable_spec(variable, alias_id):
    return VariableSpec(variable.shape, variable.dtype, variable.trainable, alias_id)
