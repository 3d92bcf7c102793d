"""Adagrad, Adadelta, RMSProp and FTRL."""

from millrace._load import public
from millrace.framework.dispatch import apply_op
from millrace.train.optimizer import Optimizer


class AdagradOptimizer(Optimizer):
    """accumulator += g^2; variable -= learning_rate * g / sqrt(accumulator) (Duchi et al. 2011)."""

    @public
    def __init__(
        self, learning_rate, initial_accumulator_value=0.1, use_locking=False, name="Adagrad"
    ):
        if initial_accumulator_value <= 0:
            raise ValueError(
                f"initial_accumulator_value must be > 0, got {initial_accumulator_value}"
            )
        super().__init__(use_locking, name)
        self._learning_rate, self._initial = learning_rate, initial_accumulator_value

    def _create_slots(self, variable):
        self._slot(variable, "accumulator", self._initial)

    def _prepare(self):
        self._rate = self._hyper(self._learning_rate, "learning_rate")

    def _apply_dense(self, gradient, variable):
        slot = self._slot(variable, "accumulator")
        return apply_op(
            "ResourceApplyAdagrad",
            (variable.handle, slot.handle, self._as(self._rate, variable), gradient),
        )

    def _apply_sparse(self, slices, variable):
        slot = self._slot(variable, "accumulator")
        args = (
            variable.handle,
            slot.handle,
            self._as(self._rate, variable),
            slices.values,
            slices.indices,
        )
        return apply_op("ResourceSparseApplyAdagrad", args)


class AdadeltaOptimizer(Optimizer):
    """accum and accum_update are running means of g^2 and of the squared updates; update =
    sqrt(accum_update + epsilon) / sqrt(accum + epsilon) * g (Zeiler 2012)."""

    @public
    def __init__(
        self, learning_rate=0.001, rho=0.95, epsilon=1e-8, use_locking=False, name="Adadelta"
    ):
        super().__init__(use_locking, name)
        self._values = (learning_rate, rho, epsilon)

    def _create_slots(self, variable):
        self._slot(variable, "accum")
        self._slot(variable, "accum_update")

    def _prepare(self):
        self._hypers = [self._hyper(v, n) for v, n in zip(self._values, ("lr", "rho", "epsilon"))]

    def _args(self, variable):
        slots = [self._slot(variable, s).handle for s in ("accum", "accum_update")]
        return (variable.handle, *slots, *(self._as(h, variable) for h in self._hypers))

    def _apply_dense(self, gradient, variable):
        return apply_op("ResourceApplyAdadelta", (*self._args(variable), gradient))

    def _apply_sparse(self, slices, variable):
        args = (*self._args(variable), slices.values, slices.indices)
        return apply_op("ResourceSparseApplyAdadelta", args)


class RMSPropOptimizer(Optimizer):
    """ms = decay ms + (1 - decay) g^2; mom = momentum mom + rate g / sqrt(ms + epsilon); variable
    -= mom."""

    @public
    def __init__(
        self,
        learning_rate,
        decay=0.9,
        momentum=0.0,
        epsilon=1e-10,
        use_locking=False,
        centered=False,
        name="RMSProp",
    ):
        super().__init__(use_locking, name)
        self._values = (learning_rate, decay, momentum, epsilon)
        self._centered = centered

    def _create_slots(self, variable):
        self._slot(variable, "rms", 1.0)
        if self._centered:
            self._slot(variable, "mg")
        self._slot(variable, "momentum")

    def _prepare(self):
        names = ("learning_rate", "decay", "momentum", "epsilon")
        self._hypers = [self._hyper(v, n) for v, n in zip(self._values, names)]

    def _handles(self, variable):
        slots = (["mg"] if self._centered else []) + ["rms", "momentum"]
        return [variable.handle, *(self._slot(variable, s).handle for s in slots)]

    def _op(self, sparse):
        centered = "Centered" if self._centered else ""
        return f"Resource{'Sparse' if sparse else ''}Apply{centered}RMSProp"

    def _apply_dense(self, gradient, variable):
        hypers = [self._as(h, variable) for h in self._hypers]
        return apply_op(self._op(False), (*self._handles(variable), *hypers, gradient))

    def _apply_sparse(self, slices, variable):
        hypers = [self._as(h, variable) for h in self._hypers]
        return apply_op(
            self._op(True), (*self._handles(variable), *hypers, slices.values, slices.indices)
        )


class FtrlOptimizer(Optimizer):
    """Follow the regularised leader (McMahan et al. 2013)."""

    @public
    def __init__(
        self,
        learning_rate,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="Ftrl",
    ):
        super().__init__(use_locking, name)
        self._initial = initial_accumulator_value
        self._values = (
            learning_rate,
            l1_regularization_strength,
            l2_regularization_strength,
            learning_rate_power,
        )

    def _create_slots(self, variable):
        self._slot(variable, "accum", self._initial)
        self._slot(variable, "linear")

    def _prepare(self):
        names = ("learning_rate", "l1", "l2", "learning_rate_power")
        self._hypers = [self._hyper(v, n) for v, n in zip(self._values, names)]

    def _apply_dense(self, gradient, variable):
        accum, linear = self._slot(variable, "accum"), self._slot(variable, "linear")
        hypers = [self._as(h, variable) for h in self._hypers]
        return apply_op(
            "ResourceApplyFtrl", (variable.handle, accum.handle, linear.handle, gradient, *hypers)
        )

    def _apply_sparse(self, slices, variable):
        accum, linear = self._slot(variable, "accum"), self._slot(variable, "linear")
        hypers = [self._as(h, variable) for h in self._hypers]
        args = (
            variable.handle,
            accum.handle,
            linear.handle,
            slices.values,
            slices.indices,
            *hypers,
        )
        return apply_op("ResourceSparseApplyFtrl", args)
