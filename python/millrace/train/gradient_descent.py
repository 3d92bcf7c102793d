"""Gradient descent, with and without momentum."""

from millrace._load import public
from millrace.framework.dispatch import apply_op
from millrace.train.optimizer import Optimizer


class GradientDescentOptimizer(Optimizer):
    """variable -= learning_rate * gradient."""

    @public
    def __init__(self, learning_rate, use_locking=False, name="GradientDescent"):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate

    def _prepare(self):
        self._rate = self._hyper(self._learning_rate, "learning_rate")

    def _apply_dense(self, gradient, variable):
        return apply_op(
            "ResourceApplyGradientDescent",
            (variable.handle, self._as(self._rate, variable), gradient),
        )

    def _apply_sparse(self, slices, variable):
        step = slices.values * -self._as(self._rate, variable)
        return apply_op("ResourceScatterAdd", (variable.handle, slices.indices, step))


class MomentumOptimizer(Optimizer):
    """momentum_slot = momentum * momentum_slot + gradient; variable -= learning_rate *
    momentum_slot."""

    @public
    def __init__(
        self, learning_rate, momentum, use_locking=False, name="Momentum", use_nesterov=False
    ):
        super().__init__(use_locking, name)
        self._learning_rate, self._momentum = learning_rate, momentum
        self._attrs = {"use_nesterov": bool(use_nesterov)}

    def _create_slots(self, variable):
        self._slot(variable, "momentum")

    def _prepare(self):
        self._rate = self._hyper(self._learning_rate, "learning_rate")
        self._decay = self._hyper(self._momentum, "momentum")

    def _apply_dense(self, gradient, variable):
        slot = self._slot(variable, "momentum")
        rate, decay = self._as(self._rate, variable), self._as(self._decay, variable)
        return apply_op(
            "ResourceApplyMomentum",
            (variable.handle, slot.handle, rate, gradient, decay),
            self._attrs,
        )

    def _apply_sparse(self, slices, variable):
        slot = self._slot(variable, "momentum")
        rate, decay = self._as(self._rate, variable), self._as(self._decay, variable)
        args = (variable.handle, slot.handle, rate, slices.values, slices.indices, decay)
        return apply_op("ResourceSparseApplyMomentum", args, self._attrs)
