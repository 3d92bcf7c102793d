"""The updates of a variable."""

from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op


class Assigned:
    """A variable just after an update: its operation, and, where used as a tensor, the value that
    the update left."""

    def __init__(self, variable, op):
        self.op = op
        self.variable = variable
        self.graph = variable.graph
        self.handle = variable.handle
        self.dtype = variable.dtype
        self.shape = variable.shape
        with context.building_graph().control_dependencies([op]):
            self._value = apply_op("ReadVariableOp", (variable.handle,), {"dtype": variable.dtype})

    @property
    def name(self):
        return self._value.name

    def value(self):
        return self._value

    read_value = _read = value

    def _as_tensor(self, dtype=None):
        if dtype is not None and dtype is not self.dtype:
            raise ValueError(f"variable is {self.dtype.name}, wanted {dtype.name}")
        return self._value

    def _as_graph_element(self):
        return self._value

    def eval(self, feed_dict=None, session=None):
        return self._value.eval(feed_dict, session)

    def __getattr__(self, name):  # further updates, and what tensors have
        return getattr(
            self.variable if name.startswith(("assign", "scatter")) else self._value, name
        )


class VariableOps:
    """assign, assign_add and their like, for Variable."""

    def _updated(self, op_name, args, attrs, name, read_value):
        op = apply_op(op_name, args, attrs, name)
        graph = context.building_graph()
        if graph is None:
            return self if read_value else None
        if not read_value:
            return op
        return Assigned(self, op) if self.graph is graph else self

    def _value_for_update(self, value):
        value = convert_to_tensor(value, self.dtype)
        if not self.shape.is_compatible_with(value.shape):
            raise ValueError(
                f"cannot assign a value of shape {value.shape} to variable {self.name!r} of shape "
                f"{self.shape}"
            )
        return value

    @public
    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Its value becomes `value`. Returns the variable after that (the operation, with
        read_value=False)."""
        value = self._value_for_update(value)
        return self._updated("AssignVariableOp", (self.handle, value), None, name, read_value)

    @public
    def assign_add(self, delta, use_locking=False, name=None, read_value=True):
        """Adds `delta` to its value, atomically."""
        delta = self._value_for_update(delta)
        return self._updated("AssignAddVariableOp", (self.handle, delta), None, name, read_value)

    @public
    def assign_sub(self, delta, use_locking=False, name=None, read_value=True):
        """Subtracts `delta` from its value, atomically."""
        delta = self._value_for_update(delta)
        return self._updated("AssignSubVariableOp", (self.handle, delta), None, name, read_value)

    def _scatter(self, op_name, sparse_delta, name):
        updates = convert_to_tensor(sparse_delta.values, self.dtype)
        return self._updated(
            op_name,
            (self.handle, convert_to_tensor(sparse_delta.indices), updates),
            None,
            name,
            True,
        )

    @public
    def scatter_add(self, sparse_delta, use_locking=False, name=None):
        """Adds IndexedSlices to rows of its value."""
        return self._scatter("ResourceScatterAdd", sparse_delta, name)

    @public
    def scatter_sub(self, sparse_delta, use_locking=False, name=None):
        return self._scatter("ResourceScatterSub", sparse_delta, name)

    @public
    def scatter_update(self, sparse_delta, use_locking=False, name=None):
        return self._scatter("ResourceScatterUpdate", sparse_delta, name)

    @public
    def scatter_max(self, sparse_delta, use_locking=False, name=None):
        """Rows of its value become the greater of themselves and IndexedSlices."""
        return self._scatter("ResourceScatterMax", sparse_delta, name)

    @public
    def scatter_min(self, sparse_delta, use_locking=False, name=None):
        """Rows of its value become the less of themselves and IndexedSlices."""
        return self._scatter("ResourceScatterMin", sparse_delta, name)

    @public
    def scatter_mul(self, sparse_delta, use_locking=False, name=None):
        """Multiplies rows of its value by IndexedSlices."""
        return self._scatter("ResourceScatterMul", sparse_delta, name)

    @public
    def scatter_div(self, sparse_delta, use_locking=False, name=None):
        """Divides rows of its value by IndexedSlices."""
        return self._scatter("ResourceScatterDiv", sparse_delta, name)

    def _scatter_nd(self, op_name, indices, updates, name):
        args = (self.handle, convert_to_tensor(indices), convert_to_tensor(updates, self.dtype))
        return self._updated(op_name, args, None, name, True)

    @public
    def scatter_nd_add(self, indices, updates, name=None):
        """Adds to the elements, or slices, of its value at indices [..., depth]."""
        return self._scatter_nd("ResourceScatterNdAdd", indices, updates, name)

    @public
    def scatter_nd_sub(self, indices, updates, name=None):
        """Subtracts from the elements, or slices, of its value at indices [..., depth]."""
        return self._scatter_nd("ResourceScatterNdSub", indices, updates, name)

    @public
    def scatter_nd_update(self, indices, updates, name=None):
        """Sets the elements, or slices, of its value at indices [..., depth]."""
        return self._scatter_nd("ResourceScatterNdUpdate", indices, updates, name)

    @public
    def gather_nd(self, indices, name=None):
        """The elements, or slices, of its value at indices [..., depth]."""
        self._note_read()
        args = (self.handle, convert_to_tensor(indices))
        return apply_op("ResourceGatherNd", args, {"dtype": self.dtype}, name)

    @public
    def count_up_to(self, limit):
        """Its value, which then grows by 1. OutOfRangeError once it is the limit."""
        return apply_op("ResourceCountUpTo", (self.handle,), {"limit": limit, "T": self.dtype})

    @public
    def sparse_read(self, indices, name=None):
        """Rows of its value: a gather whose gradient is IndexedSlices."""
        self._note_read()
        return apply_op("ResourceGather", (self.handle, indices), {"dtype": self.dtype}, name)
