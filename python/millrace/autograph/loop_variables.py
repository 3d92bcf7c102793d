"""What a variable is while a loop of a graph carries it from turn to turn."""

from millrace.autograph import branches, state
from millrace.autograph.state import UNSET
from millrace.framework import nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.tensor import TensorSpec
from millrace.tensor_shape import TensorShape


class LoopVariable:
    """A variable with a start value, a tensor or a structure that holds some.

    Attributes:
      tensors: the start values.
      shapes: of these, what holds in all turns.
    """

    def __init__(self, slot, start, shapes=None):
        self.slot, self._start = slot, start
        self._parts = state.leaves(start)
        self.tensors = [convert_to_tensor(p) for p in self._parts if state.is_tensorable(p)]
        self.shapes = [t.shape for t in self.tensors]
        if shapes is not None:
            self.shapes = _invariants(shapes, len(self.tensors), slot.name)

    def placeholders(self, graph):
        """Stand-ins for its tensors in a graph."""
        made = []
        for tensor, shape in zip(self.tensors, self.shapes):
            like = tensor if shape == tensor.shape else TensorSpec(shape, tensor.dtype)
            made.append(graph.placeholder(like, "variable"))
        return made

    def put(self, tensors):
        """Makes these its value; takes as many from the iterator as it needs."""
        given = [next(tensors) if state.is_tensorable(p) else p for p in self._parts]
        self.slot.set(nest.pack_like(self._start, given))

    def after_turn(self):
        """Its tensors as the body left them. TypeError or ValueError if they cannot be those of the
        next turn."""
        name, value = self.slot.name, self.slot.get()
        if value is UNSET:
            raise ValueError(f"'{name}' is not set at the end of a turn of the loop")
        if not state.same_structure(self._start, value):
            raise TypeError(
                f"'{name}' does not have the same nested structure after one iteration: it was "
                f"{self._start!r}, it is {value!r}"
            )
        given, shapes = [], iter(self.shapes)
        for before, after in zip(self._parts, state.leaves(value)):
            if state.is_tensorable(before) and state.is_tensorable(after):
                given.append(self._checked(before, next(shapes), after))
            elif before is not after:
                raise TypeError(
                    f"'{name}' becomes {after!r} where it was {before!r}: only tensors can change "
                    "in a loop that depends on tensors"
                )
        return given

    def _checked(self, before, shape, after):
        name = self.slot.name
        was, dtype = branches.dtype_of(before), branches.dtype_of(after)
        if was is not dtype:
            raise TypeError(
                f"'{name}' has dtype {was.name} before the loop, but dtype {dtype.name} after one "
                "iteration"
            )
        after = convert_to_tensor(after)
        if not _holds(shape, after.shape):
            raise ValueError(
                f"'{name}' has shape {shape} before the loop, but shape {after.shape} after one "
                "iteration. Use mr.autograph.experimental.set_loop_options to set shape invariants."
            )
        return after


def _invariants(shapes, count, name):
    if count == 1:
        return [TensorShape(getattr(shapes, "shape", shapes))]
    flat = [TensorShape(s) for s in nest.flatten(shapes)]
    if len(flat) != count:
        raise ValueError(f"'{name}' has {count} tensors, but {len(flat)} shape invariants")
    return flat


def _holds(shape, after):
    """Whether a shape includes all that another may turn out to be."""
    if shape.rank is None:
        return True
    if after.rank != shape.rank:
        return False
    return all(a is None or a == b for a, b in zip(shape.as_list(), after.as_list()))
