"""Moving averages of variables and tensors."""

from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.graph_keys import GraphKeys, trainable_variables
from millrace.framework.scopes import colocate_with, group, name_scope
from millrace.framework.variable import Variable
from millrace.ops.array import zeros_like
from millrace.ops.elementwise import cast, minimum


class ExponentialMovingAverage:
    """Keeps average = decay * average + (1 - decay) * value, for use at evaluation.

    Args:
      decay: close to 1.
      num_updates: a step counter: the decay is then min(decay, (1 + n) / (10 + n)), so that the
        averages move faster at first.
      zero_debias: averages of tensors start at 0; correct for that.
    """

    @public
    def __init__(self, decay, num_updates=None, zero_debias=False, name="ExponentialMovingAverage"):
        if zero_debias:
            raise NotImplementedError("ExponentialMovingAverage: zero_debias is not supported")
        self._decay, self._num_updates, self._name = decay, num_updates, name
        self._averages = {}  # id of a variable or tensor -> (it, average)

    @property
    def name(self):
        return self._name

    @public
    def apply(self, var_list=None):
        """The operation that updates the averages; makes those that are new.

        The average of a variable starts with its initial value, that of a tensor with 0.
        """
        items = trainable_variables() if var_list is None else list(var_list)
        with context.init_scope():
            for item in items:
                self._make(item)
        with name_scope(self._name):
            decay = self._current_decay()
            return group(*[self._update(item, decay) for item in items], name="update")

    def _make(self, item):
        if id(item) in self._averages:
            return
        graph = item.graph
        is_variable = isinstance(item, Variable)
        initial = item.initial_value if is_variable else zeros_like(item)
        with graph.name_scope(""), colocate_with(item.op):
            average = Variable(
                initial, trainable=False, name=f"{item.op.name}/{self._name}", dtype=item.dtype
            )
        if is_variable:
            graph.add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, item)
        self._averages[id(item)] = (item, average)

    def _current_decay(self):
        decay = convert_to_tensor(self._decay, name="decay")
        if self._num_updates is None:
            return decay
        n = cast(self._num_updates, decay.dtype)
        return minimum(decay, (1.0 + n) / (10.0 + n))

    def _update(self, item, decay):
        average = self._averages[id(item)][1]
        rate = 1.0 - decay
        if rate.dtype is not average.dtype:
            rate = cast(rate, average.dtype)
        with colocate_with(average.handle):
            delta = (average.value() - convert_to_tensor(item)) * rate
            return apply_op("AssignSubVariableOp", (average.handle, delta))

    @public
    def average(self, var):
        """The variable that holds the average of `var`; None if it has none."""
        return self._averages.get(id(var), (None, None))[1]

    @public
    def average_name(self, var):
        """The name of that variable, which is also its name in checkpoints."""
        average = self.average(var)
        return f"{var.op.name}/{self._name}" if average is None else average.op.name

    @public
    def variables_to_restore(self, moving_avg_variables=None):
        """{name in a checkpoint: variable}, for a Saver that restores the averages as the
        variables' values."""
        averaged = (
            [
                *trainable_variables(),
                *context.get_default_graph().get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES),
            ]
            if moving_avg_variables is None
            else list(moving_avg_variables)
        )
        names = {self.average_name(v): v for v in averaged}
        known = {id(v) for v in averaged}
        for v in context.get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES):
            if id(v) not in known and v.op.name not in names:
                names[v.op.name] = v
        return names
