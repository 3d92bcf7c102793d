"""Optimizer: what all optimizers share. They work on graphs and on what runs at once."""

from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.gradients import gradients
from millrace.framework.graph_keys import GraphKeys, trainable_variables
from millrace.framework.indexed_slices import IndexedSlices
from millrace.framework.scopes import colocate_with, control_dependencies, group, name_scope
from millrace.framework.variable import Variable


class Optimizer:
    """Changes variables along the gradient of a loss.

    A subclass gives _create_slots(variable), _prepare(), _apply_dense(gradient, variable) and
    _apply_sparse(IndexedSlices with each index once, variable).
    """

    GATE_NONE, GATE_OP, GATE_GRAPH = 0, 1, 2

    def __init__(self, use_locking, name):
        self._use_locking = use_locking
        self._name = name
        self._slots = {}  # slot name -> {variable key: Variable}

    def get_name(self):
        return self._name

    @public
    def minimize(
        self,
        loss,
        global_step=None,
        var_list=None,
        gate_gradients=1,
        aggregation_method=None,
        colocate_gradients_with_ops=False,
        name=None,
        grad_loss=None,
    ):
        """compute_gradients and apply_gradients in one.

        Args:
          loss: a tensor; where ops run at once, a function that computes it.
          global_step: a variable to be incremented after the update.
          var_list: the variables to change; all trainable ones if None.
          grad_loss: the gradient to begin with.
        Returns:
          The operation that changes the variables (None where ops run at once).
        """
        pairs = self.compute_gradients(loss, var_list, grad_loss=grad_loss)
        if not any(g is not None for g, _ in pairs):
            names = [v.name for _, v in pairs]
            raise ValueError(
                f"the loss {loss!r} does not depend on any of the variables {names} in a way that "
                "has a gradient: is there a constant, a cast to integers, argmax() or "
                "stop_gradient() in between?"
            )
        return self.apply_gradients(pairs, global_step, name)

    @public
    def compute_gradients(
        self,
        loss,
        var_list=None,
        gate_gradients=1,
        aggregation_method=None,
        colocate_gradients_with_ops=False,
        grad_loss=None,
    ):
        """[(gradient or None, variable)]; a gradient is a tensor or IndexedSlices."""
        if callable(loss):
            return self._gradients_of_function(loss, var_list, grad_loss)
        if context.building_graph() is None:
            raise RuntimeError("where ops run at once, the loss must be a function of no arguments")
        variables = trainable_variables() if var_list is None else list(var_list)
        if not variables:
            raise ValueError("there are no variables to optimize")
        found = gradients(loss, variables, None if grad_loss is None else [grad_loss])
        return list(zip(found, variables))

    def _gradients_of_function(self, loss, var_list, grad_loss):
        from millrace.framework.tape import GradientTape

        with GradientTape() as tape:
            value = loss()
        variables = list(tape.watched_variables() if var_list is None else var_list)
        return list(zip(tape.gradient(value, variables, output_gradients=grad_loss), variables))

    @public
    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """Changes the variables by gradients that were computed before.

        Args:
          grads_and_vars: [(gradient or None, variable)]; variables without a gradient stay.
          global_step: a variable to be incremented when all are changed.
          name: of the operation.
        """
        pairs = [(g, v) for g, v in grads_and_vars if g is not None]
        if not pairs:
            raise ValueError("no gradients for any variable")
        with context.init_scope():
            for _, variable in pairs:
                self._create_slots(variable)
        with name_scope(name or self._name) as scope:
            self._prepare()
            updates = [self._update(g, v) for g, v in pairs]
            extra = self._finish(updates)
            return self._count(updates + extra, global_step, scope)

    def _update(self, gradient, variable):
        with (
            name_scope("update_" + variable._shared_name.replace(":", "_")),
            colocate_with(variable.handle),
        ):
            if isinstance(gradient, IndexedSlices):
                return self._apply_sparse(_sum_duplicates(gradient), variable)
            return self._apply_dense(convert_to_tensor(gradient, variable.dtype), variable)

    def _count(self, updates, global_step, scope):
        graph = context.building_graph()
        if graph is None:
            if global_step is not None:
                global_step.assign_add(1)
            return None
        name = scope or self._name
        if global_step is None:
            train_op = group(*updates, name=name)
        else:
            finished = group(*updates, name="update")
            with control_dependencies([finished]), colocate_with(global_step.handle):
                one = convert_to_tensor(1, global_step.dtype)
                train_op = apply_op("AssignAddVariableOp", (global_step.handle, one), None, name)
        graph.add_to_collection(GraphKeys.TRAIN_OP, train_op)
        return train_op

    # ----- for subclasses -----

    def _create_slots(self, variable):
        """Makes the slots of a variable that it does not have yet."""

    def _prepare(self):
        """Makes tensors of the hyperparameters."""

    def _finish(self, updates):
        """Further updates after those of the variables."""
        return []

    def _apply_dense(self, gradient, variable):
        raise NotImplementedError

    def _apply_sparse(self, slices, variable):
        raise NotImplementedError

    def _hyper(self, value, name):
        value = value() if callable(value) else value
        if context.building_graph() is None and isinstance(value, (int, float)):
            return value
        return convert_to_tensor(value, name=name)

    def _as(self, hyper, variable):
        """A hyperparameter in the variable's dtype."""
        if isinstance(hyper, (int, float)):
            return convert_to_tensor(hyper, variable.dtype)
        return (
            hyper
            if hyper.dtype is variable.dtype
            else apply_op("Cast", (hyper,), {"DstT": variable.dtype})
        )

    def _slot(self, variable, slot_name, initial=0.0):
        """The slot of a variable: a variable of its shape and dtype beside it, made on first
        use, and named after the optimizer."""
        slots = self._slots.setdefault(slot_name, {})
        key = id(variable)
        if key not in slots:
            from millrace.ops.array import fill

            shape = variable.shape.as_list()
            name = f"{variable._shared_name}/{self._name}"  # made unique: Adam, Adam_1
            with _at_top(), colocate_with(variable.handle):
                slots[key] = Variable(
                    lambda: fill(shape, convert_to_tensor(initial, variable.dtype)),
                    trainable=False,
                    name=name,
                )
            if variable._slice is not None:  # the slots' parts are saved as one tensor too
                own_name = slots[key]._name[len(variable._name) :]
                whole = variable._slice.full_name + own_name
                slots[key]._slice = variable._slice._replace(full_name=whole)
        return slots[key]

    def get_slot(self, var, name):
        """The slot of a variable, or None."""
        return self._slots.get(name, {}).get(id(var))

    def get_slot_names(self):
        return sorted(self._slots)

    def _own_variables(self):
        """Those of its variables that are no slots."""
        return []

    def variables(self):
        """The variables that the optimizer keeps for itself."""
        return [slot for slots in self._slots.values() for slot in slots.values()]


def _at_top():
    """Out of all name scopes: slots are named after their variables."""
    graph = context.building_graph()
    return name_scope("") if graph is None else graph.name_scope("")


def _sum_duplicates(slices):
    """IndexedSlices in which each index occurs once."""
    found = apply_op("Unique", (slices.indices,), {"out_idx": "int32"})
    count = apply_op("Size", (found[0],))
    values = apply_op("UnsortedSegmentSum", (slices.values, found[1], count))
    return IndexedSlices(values, found[0], slices.dense_shape)
