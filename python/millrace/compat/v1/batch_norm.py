"""batch_normalization: Ioffe & Szegedy 2015, with moving averages for use after training."""

from millrace import dtypes, nn
from millrace._load import public
from millrace.compat.v1.layer import Layer, known_size
from millrace.framework.control_flow import cond
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.tensor import Tensor
from millrace.ops.initializers import ones_initializer, zeros_initializer

_zeros, _ones = zeros_initializer(), ones_initializer()


class BatchNormalization(Layer):
    """(inputs - mean) / sqrt(variance + epsilon) * gamma + beta along all axes but one.

    In training mean and variance are those of the batch, and operations in UPDATE_OPS move
    moving_mean and moving_variance towards them; else they are these.
    """

    @public
    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer=_zeros,
        gamma_initializer=_ones,
        moving_mean_initializer=_zeros,
        moving_variance_initializer=_ones,
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        trainable=True,
        name=None,
        fused=None,
        **kwargs,
    ):
        super().__init__(trainable, name, **kwargs)
        self.axis = axis[0] if isinstance(axis, (list, tuple)) else axis
        self.momentum, self.epsilon = momentum, epsilon
        self.gamma, self.beta, self._may_fuse = None, None, fused is not False
        self._made = {  # name -> options, in the order of TensorFlow's checkpoints
            "gamma": (scale, gamma_initializer, gamma_regularizer, gamma_constraint, None),
            "beta": (center, beta_initializer, beta_regularizer, beta_constraint, None),
            "moving_mean": (True, moving_mean_initializer, None, None, False),
            "moving_variance": (True, moving_variance_initializer, None, None, False),
        }

    def build(self, input_shape):
        size = known_size(input_shape, self.axis, f"batch normalization layer {self.name}")
        self.axis %= input_shape.rank
        dtype = dtypes.float32 if self._dtype.size == 2 else self._dtype
        for name, (wanted, initializer, regularizer, constraint, trainable) in self._made.items():
            if wanted:
                made = self.add_weight(
                    name, [size], dtype, initializer, regularizer, trainable, constraint
                )
                setattr(self, name, made)

    @property
    def _is_fused(self):
        return self._may_fuse and self._rank == 4 and self.axis in (1, 3)

    def call(self, inputs, training=False):
        inputs = convert_to_tensor(inputs, self._dtype)
        self._rank = inputs.shape.rank
        if isinstance(training, Tensor):
            outputs, mean, variance = cond(
                training,
                lambda: self._normalised_by_batch(inputs),
                lambda: (
                    self._normalised_by_average(inputs),
                    self.moving_mean.value(),
                    self.moving_variance.value(),
                ),
            )
            self._move(mean, variance)
            return outputs
        if not training:
            return self._normalised_by_average(inputs)
        outputs, mean, variance = self._normalised_by_batch(inputs)
        self._move(mean, variance)
        return outputs

    def _move(self, mean, variance):
        """Towards what the batch has; by nothing where the averages themselves are given."""
        factor = 1.0 - self.momentum
        for average, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            self.add_update(average.assign_sub((average.value() - value) * factor))

    def _fused(self, inputs, training):
        """(outputs, mean, variance) by one operation."""
        gamma, beta = self.gamma, self.beta
        zeros = apply_op("ZerosLike", (self.moving_mean.value(),))
        gamma = apply_op("OnesLike", (zeros,)) if gamma is None else gamma.value()
        beta = zeros if beta is None else beta.value()
        given = (self.moving_mean.value(), self.moving_variance.value())
        if training:
            given = ([], [])
        attrs = {
            "epsilon": self.epsilon,
            "is_training": training,
            "data_format": "NCHW" if self.axis == 1 else "NHWC",
        }
        return apply_op("FusedBatchNormV3", (inputs, gamma, beta, *given), attrs)[:3]

    def _normalised_by_batch(self, inputs):
        if self._is_fused:
            return self._fused(inputs, True)
        axes = [i for i in range(self._rank) if i != self.axis]
        mean, variance = nn.moments(inputs, axes)
        return self._normalised(inputs, mean, variance), mean, variance

    def _normalised_by_average(self, inputs):
        if self._is_fused:
            return self._fused(inputs, False)[0]
        return self._normalised(inputs, self.moving_mean.value(), self.moving_variance.value())

    def _normalised(self, inputs, mean, variance):
        parts = (mean, variance, self.beta, self.gamma)
        if self.axis != self._rank - 1:
            shape = [1] * self._rank
            shape[self.axis] = -1
            parts = [None if p is None else apply_op("Reshape", (p, shape)) for p in parts]
        return nn.batch_normalization(inputs, *parts, self.epsilon)


@public
def batch_normalization(
    inputs,
    axis=-1,
    momentum=0.99,
    epsilon=1e-3,
    center=True,
    scale=True,
    beta_initializer=_zeros,
    gamma_initializer=_ones,
    moving_mean_initializer=_zeros,
    moving_variance_initializer=_ones,
    beta_regularizer=None,
    gamma_regularizer=None,
    beta_constraint=None,
    gamma_constraint=None,
    training=False,
    trainable=True,
    name=None,
    reuse=None,
    renorm=False,
    renorm_clipping=None,
    renorm_momentum=0.99,
    fused=None,
    virtual_batch_size=None,
    adjustment=None,
):
    """BatchNormalization. training: a bool, or a bool tensor.

    The step of training must run the operations in UPDATE_OPS too:
    `with control_dependencies(get_collection(GraphKeys.UPDATE_OPS)):`.
    """
    if renorm or virtual_batch_size or adjustment:
        raise NotImplementedError(
            "batch_normalization: renorm, virtual_batch_size and adjustment are not there"
        )
    layer = BatchNormalization(
        axis,
        momentum,
        epsilon,
        center,
        scale,
        beta_initializer,
        gamma_initializer,
        moving_mean_initializer,
        moving_variance_initializer,
        beta_regularizer,
        gamma_regularizer,
        beta_constraint,
        gamma_constraint,
        trainable,
        name,
        fused,
        dtype=convert_to_tensor(inputs).dtype,
        _reuse=reuse,
        _scope=name,
    )
    return layer(inputs, training=training)
