"""Proximal gradient descent and Adagrad (Duchi & Singer 2009): steps followed by shrinking."""

from millrace._load import public
from millrace.framework.dispatch import apply_op
from millrace.train.optimizer import Optimizer


class ProximalGradientDescentOptimizer(Optimizer):
    """p = variable - rate * g; variable = sign(p) max(|p| - rate * l1, 0) / (1 + rate * l2)."""

    @public
    def __init__(
        self,
        learning_rate,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="ProximalGradientDescent",
    ):
        super().__init__(use_locking, name)
        self._values = (learning_rate, l1_regularization_strength, l2_regularization_strength)

    def _prepare(self):
        names = ("learning_rate", "l1", "l2")
        self._hypers = [self._hyper(v, n) for v, n in zip(self._values, names)]

    def _args(self, variable):
        return (variable.handle, *(self._as(h, variable) for h in self._hypers))

    def _apply_dense(self, gradient, variable):
        return apply_op("ResourceApplyProximalGradientDescent", (*self._args(variable), gradient))

    def _apply_sparse(self, slices, variable):
        args = (*self._args(variable), slices.values, slices.indices)
        return apply_op("ResourceSparseApplyProximalGradientDescent", args)


class ProximalAdagradOptimizer(ProximalGradientDescentOptimizer):
    """As ProximalGradientDescentOptimizer, with Adagrad's rate: accumulator += g^2; rate =
    learning_rate / sqrt(accumulator)."""

    @public
    def __init__(
        self,
        learning_rate,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="ProximalAdagrad",
    ):
        if initial_accumulator_value <= 0:
            raise ValueError(
                f"initial_accumulator_value must be positive: {initial_accumulator_value}"
            )
        strengths = (l1_regularization_strength, l2_regularization_strength)
        super().__init__(learning_rate, *strengths, use_locking, name)
        self._initial = initial_accumulator_value

    def _create_slots(self, variable):
        self._slot(variable, "accumulator", self._initial)

    def _args(self, variable):
        slot = self._slot(variable, "accumulator")
        hypers = (self._as(h, variable) for h in self._hypers)
        return (variable.handle, slot.handle, *hypers)

    def _apply_dense(self, gradient, variable):
        return apply_op("ResourceApplyProximalAdagrad", (*self._args(variable), gradient))

    def _apply_sparse(self, slices, variable):
        args = (*self._args(variable), slices.values, slices.indices)
        return apply_op("ResourceSparseApplyProximalAdagrad", args)
