"""Loops of a graph over the variables of a function."""

from millrace.autograph import branches, state
from millrace.autograph.jumps import RETURNED
from millrace.autograph.loop_variables import LoopVariable
from millrace.autograph.state import UNSET
from millrace.framework import context, nest
from millrace.framework.control_flow import while_loop
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.func_graph import FuncGraph
from millrace.framework.scopes import control_dependencies
from millrace.ops.debugging import Assert


class GraphLoop:
    """A while_loop whose variables are those of a function.

    Args:
      block: the function of the loop's body.
      names: the variables that are carried on.
      soft: variables that are, if they are tensors before the loop.
      options: what set_loop_options was given.
      own: start values, a list of tensors, of the variables that only the loop itself knows.
    """

    def __init__(self, block, names, soft, options, own):
        self._slots = state.slots(names, block)
        self._slots += [s for s in state.slots(soft, block) if state.is_tensorable(s.get())]
        self._options = dict(options)
        self._options.pop("swap_memory", None)
        self._invariants = self._options.pop("shape_invariants", None) or ()
        self._own = own

    def run(self, test, body):
        """Goes round: test(*own) gives a bool tensor, body(*own) the next `own`; both find the
        variables in their slots."""
        values = [(s, s.get()) for s in self._slots]
        known = [LoopVariable(s, v, self._shape_of(s, v)) for s, v in values if _is_set(v)]
        unset = [s for s, v in values if not _is_set(v)]
        late = self._late_variables(unset, known, body) if unset else []
        variables = known + late
        must_turn = [v.slot for v in late if not v.slot.name.startswith(RETURNED)]
        own = [*self._own, *([convert_to_tensor(False)] if must_turn else [])]
        count = len(self._own)

        def take(tensors):
            rest = iter(tensors[len(own) :])
            for v in variables:
                v.put(rest)
            return tensors[:count]

        def turn(*tensors):
            following = body(*take(tensors))
            turned = [convert_to_tensor(True)] if must_turn else []
            return [*following, *turned, *(t for v in variables for t in v.after_turn())]

        found = while_loop(
            lambda *tensors: test(*take(tensors)),
            turn,
            [*own, *(t for v in variables for t in v.tensors)],
            shape_invariants=[*(t.shape for t in own), *(s for v in variables for s in v.shapes)],
            **self._options,
        )
        take(found)
        if must_turn:
            _check_turned(found[count], must_turn)

    def _shape_of(self, slot, value):
        """The shape invariant that was given for a variable, or None."""
        for key, shape in self._invariants:
            if key == slot.name if isinstance(key, str) else key is value:
                return shape
        return None

    def _late_variables(self, unset, known, body):
        """Variables without a value before the loop start with zeros of the kind that the body
        gives them. Those that it gives none are left out."""
        side = FuncGraph("first_turn", context.building_graph())
        before = [(s, s.get()) for s in self._slots]
        try:
            with side.as_default():
                for v in known:
                    v.put(iter(v.placeholders(side)))
                body(*(side.placeholder(t, "own") for t in self._own))
                kinds = [(s, *_kind(s.get())) for s in unset if _is_of_tensors(s.get())]
        except NameError as error:
            for slot in unset:
                if f"'{slot.name}'" in str(error):
                    text = f"'{slot.name}' must be defined before the loop"
                    raise ValueError(text) from error
            raise
        finally:
            for slot, value in before:
                slot.set(value)
        return [
            LoopVariable(
                slot,
                nest.pack_like(structure, [branches.zeros_of(*k) for k in parts]),
                [shape for _, shape in parts] if len(parts) != 1 else parts[0][1],
            )
            for slot, structure, parts in kinds
        ]


def _is_set(value):
    return value is not UNSET and value is not None


def _is_of_tensors(value):
    parts = state.leaves(value)
    return bool(parts) and all(map(state.is_tensorable, parts))


def _kind(value):
    """A structure, and the dtypes and shapes of its tensors."""
    tensors = [convert_to_tensor(p) for p in state.leaves(value)]
    return value, [(t.dtype, t.shape) for t in tensors]


def _check_turned(turned, slots):
    """Variables that had no value before the loop have one only if it went round."""
    names = ", ".join(s.name for s in slots)
    text = "loop must iterate at least once to"  # a longer one is cut in the message
    with control_dependencies([Assert(turned, [text, f"initialize {names}"])]):
        for slot in slots:
            parts = [apply_op("Identity", (p,)) for p in state.leaves(slot.get())]
            slot.set(nest.pack_like(slot.get(), parts))
