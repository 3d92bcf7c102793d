"""`if`, and what decides by truth in expressions, on Python's values and on tensors."""

import numpy as np

from millrace import dtypes
from millrace.autograph import state
from millrace.autograph.jumps import RETURNED
from millrace.autograph.state import UNSET
from millrace.framework import nest
from millrace.framework.control_flow import cond, if_op
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.tensor import Tensor
from millrace.tensor_shape import TensorShape


def condition(value, what):
    """A tensor that decides, as a bool scalar. ValueError if it is none."""
    tensor = convert_to_tensor(value)
    shape = tensor.shape
    hint = ""
    if tensor.dtype is not dtypes.bool:
        hint = "; to use it as one, cast() it"
    elif shape.rank in (None, 0):
        return tensor
    elif shape.as_list() == [1]:
        return apply_op("Squeeze", (tensor,))
    raise ValueError(
        f"the condition of {what} must be a bool scalar, it is {tensor!r}{hint}; to check for "
        "None, use `is not None`"
    )


def if_(test, then, otherwise, names, soft, dead):
    """Runs one block, or, where `test` is a tensor of a graph, adds both to the graph.

    Args:
      names: variables that need a value afterwards.
      soft: variables that get one if both blocks give them one.
      dead: the other variables that the blocks change.
    """
    if not state.is_symbolic(test):
        then() if test else otherwise()
        return
    _If(then, otherwise, names, soft, dead).run(condition(test, "an if statement"))


class _If:
    def __init__(self, then, otherwise, names, soft, dead):
        self._blocks = then, otherwise
        self._slots = state.slots((*names, *soft, *dead), then)
        self._handed_on = len(names) + len(soft)
        self._needed = len(names)
        self._before = state.read(self._slots)
        self._after = []  # what each block left in the slots
        self._decided = []  # for each slot a value, the tensors in which are still to come

    def run(self, test):
        found = if_op(test, [self._tracer(b) for b in self._blocks], "if", self._results)
        found = iter(found)
        for slot, (value, is_decided) in zip(self._slots, self._decided):
            if not is_decided:
                parts = [next(found) if state.is_tensorable(p) else p for p in state.leaves(value)]
                value = nest.pack_like(value, parts)
            slot.set(value)

    def _tracer(self, block):
        def trace():
            block()
            self._after.append(state.read(self._slots))
            state.write(self._slots, self._before)
            return []

        return trace

    def _results(self, graphs):
        """The tensors that each branch gives."""
        given = [], []
        for i, (slot, before, *pair) in enumerate(zip(self._slots, self._before, *self._after)):
            if i >= self._handed_on:
                self._decided.append((before, True))
                continue
            if pair[0] is pair[1] and (pair[0] is before or not state.is_tensorable(pair[0])):
                self._decided.append((pair[0], True))
                continue
            if slot.name.startswith(RETURNED):
                _fill(pair, graphs)
            problem = _problem(slot.name, *pair)
            if problem is None:
                self._decided.append((pair[0], False))
                for values, value in zip(given, pair):
                    values += [p for p in state.leaves(value) if state.is_tensorable(p)]
            elif i < self._needed:
                raise problem
            else:
                self._decided.append((UNSET, True))
        return given


def _fill(pair, graphs):
    """Where one branch returns and the other goes on, nobody looks at what the latter returns."""
    for i, other in ((0, 1), (1, 0)):
        if pair[i] is UNSET and pair[other] is not None:
            with graphs[i].as_default():
                parts = [
                    _any_like(p) if state.is_tensorable(p) else p for p in state.leaves(pair[other])
                ]
            pair[i] = nest.pack_like(pair[other], parts)


def _problem(name, first, second):
    """The error for a variable that the branches leave in such states, or None."""
    for value, where in ((second, "else"), (first, "main")):
        if value is UNSET:
            return ValueError(f"'{name}' must also be initialized in the {where} branch")
        if value is None and name.startswith(RETURNED):
            return ValueError(f"the {where} branch must also return a value")
        if value is None:
            return ValueError(f"'{name}' is None at the end of the {where} branch")
    if not state.same_structure(first, second):
        return TypeError(
            f"'{name}' must have the same nested structure in the main and else branches: it is "
            f"{first!r} and {second!r}"
        )
    for a, b in zip(state.leaves(first), state.leaves(second)):
        if a is b:
            continue
        if not (state.is_tensorable(a) and state.is_tensorable(b)):
            return TypeError(
                f"'{name}' can only be decided by a tensor if it is a tensor itself, it is {a!r} "
                f"in the main branch and {b!r} in the else branch"
            )
        a, b = dtype_of(a), dtype_of(b)
        if a is not b:
            return TypeError(
                f"'{name}' has dtype {a.name} in the main branch, but dtype {b.name} in the else "
                "branch"
            )
    return None


def dtype_of(value):
    """The dtype of the tensor that a value becomes."""
    dtype = getattr(value, "dtype", None)
    return dtype if isinstance(dtype, dtypes.DType) else convert_to_tensor(value).dtype


def _any_like(value):
    shape = value.shape if isinstance(value, Tensor) else TensorShape(np.shape(value))
    return zeros_of(dtype_of(value), shape)


def zeros_of(dtype, shape):
    """A tensor of a dtype that fits a shape."""
    if dtype is dtypes.variant:
        return apply_op("OptionalNone", ())
    dims = [] if shape.rank is None else [d or 0 for d in shape.as_list()]
    if dtype is dtypes.string:
        value = convert_to_tensor("")
    else:
        value = apply_op("Cast", (convert_to_tensor(0),), {"DstT": dtype})
    return apply_op("Fill", (convert_to_tensor(dims, dtypes.int32), value)) if dims else value


def if_exp(test, then, otherwise):
    """`then() if test else otherwise()`."""
    if not state.is_symbolic(test):
        return then() if test else otherwise()
    expression = UNSET

    def block(give):
        def run():
            nonlocal expression
            expression = give()

        return run

    if_(test, block(then), block(otherwise), ("expression",), (), ())
    return expression


def and_(*operands):
    """The operands are functions; each is called only if those before it hold."""
    value = operands[0]()
    if len(operands) == 1:
        return value
    if state.is_symbolic(value):
        test = condition(value, "`and`")
        return cond(test, lambda: _truth(and_(*operands[1:]), "`and`"), lambda: test)
    return value and and_(*operands[1:])


def or_(*operands):
    """The operands are functions; each is called only if those before it do not hold."""
    value = operands[0]()
    if len(operands) == 1:
        return value
    if state.is_symbolic(value):
        test = condition(value, "`or`")
        return cond(test, lambda: test, lambda: _truth(or_(*operands[1:]), "`or`"))
    return value or or_(*operands[1:])


def _truth(value, what):
    return condition(value, what) if state.is_symbolic(value) else bool(value)


def not_(value):
    if state.is_symbolic(value):
        return apply_op("LogicalNot", (condition(value, "`not`"),))
    return not value


def chain(left, *links):
    """a < b < c, of a and pairs of (how to compare, how to get the right side)."""
    (holds, operand), rest = links[0], links[1:]
    right = operand()
    value = holds(left, right)
    return and_(lambda: value, lambda: chain(right, *rest)) if rest else value


def assert_(test, message=lambda: ""):
    """`assert`; on a tensor when the step runs, with InvalidArgumentError."""
    if state.is_symbolic(test):
        from millrace.ops.debugging import Assert

        Assert(condition(test, "an assert statement"), [message()])
    elif not test:
        raise AssertionError(*filter(None, [message()]))
