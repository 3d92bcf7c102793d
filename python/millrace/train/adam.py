"""Adam (Kingma & Ba 2015, algorithm 1, with the learning rate corrected as in its section 2)."""

from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.scopes import colocate_with, control_dependencies
from millrace.framework.variable import Variable
from millrace.train.optimizer import Optimizer, _at_top


class AdamOptimizer(Optimizer):
    """m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; variable -= rate_t m / (sqrt(v)
    + epsilon).

    rate_t = learning_rate * sqrt(1 - beta2^t) / (1 - beta1^t). Of sparse gradients, too, m and v
    decay everywhere.
    """

    @public
    def __init__(
        self,
        learning_rate=0.001,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        use_locking=False,
        name="Adam",
    ):
        super().__init__(use_locking, name)
        self._learning_rate, self._beta1, self._beta2, self._epsilon = (
            learning_rate,
            beta1,
            beta2,
            epsilon,
        )
        self._powers = None

    def _create_slots(self, variable):
        if self._powers is None:
            with _at_top(), colocate_with(variable.handle):
                self._powers = tuple(
                    Variable(value, trainable=False, name=name, dtype="float32")
                    for name, value in (("beta1_power", self._beta1), ("beta2_power", self._beta2))
                )
        self._slot(variable, "m")
        self._slot(variable, "v")

    def _prepare(self):
        self._hypers = [
            self._hyper(value, name)
            for value, name in (
                (self._learning_rate, "learning_rate"),
                (self._beta1, "beta1"),
                (self._beta2, "beta2"),
                (self._epsilon, "epsilon"),
            )
        ]
        self._power_values = [p.value() for p in self._powers]

    def _own_variables(self):
        return list(self._powers or ())

    def variables(self):
        return [*self._own_variables(), *super().variables()]

    def _args(self, variable):
        m, v = self._slot(variable, "m"), self._slot(variable, "v")
        powers = [self._as(p, variable) for p in self._power_values]
        return m, v, powers, [self._as(h, variable) for h in self._hypers]

    def _apply_dense(self, gradient, variable):
        m, v, powers, hypers = self._args(variable)
        args = (variable.handle, m.handle, v.handle, *powers, *hypers, gradient)
        return apply_op("ResourceApplyAdam", args, {"use_locking": self._use_locking})

    def _apply_sparse(self, slices, variable):
        m, v, (power1, power2), (rate, beta1, beta2, epsilon) = self._args(variable)
        g, rows = slices.values, slices.indices
        rate = rate * apply_op("Sqrt", (1 - power2,)) / (1 - power1)

        def decay_and_add(slot, beta, row_values):
            decayed = apply_op("AssignVariableOp", (slot.handle, slot.value() * beta))
            with _after(decayed):
                added = apply_op("ResourceScatterAdd", (slot.handle, rows, row_values))
            with _after(added):
                return slot.value()

        new_m = decay_and_add(m, beta1, g * (1 - beta1))
        new_v = decay_and_add(v, beta2, g * g * (1 - beta2))
        step = rate * new_m / (apply_op("Sqrt", (new_v,)) + epsilon)
        return apply_op("AssignSubVariableOp", (variable.handle, step))

    def _finish(self, updates):
        """The powers are multiplied when all variables are changed."""
        with _after(*updates):
            finished = []
            for power, beta in zip(self._powers, self._hypers[1:3]):
                with colocate_with(power.handle):
                    product = convert_to_tensor(beta, "float32") * power.value()
                    finished.append(apply_op("AssignVariableOp", (power.handle, product)))
        return finished


def _after(*operations):
    return control_dependencies([] if context.building_graph() is None else list(operations))
