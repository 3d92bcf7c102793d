"""Layers of TensorFlow 1: functions that make variables in a scope of their own, and the classes
behind them."""

from millrace import dtypes, nn
from millrace._load import public
from millrace.compat.v1.batch_norm import BatchNormalization, batch_normalization
from millrace.compat.v1.layer import Layer, known_size
from millrace.framework.control_flow import cond
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.tensor import Tensor
from millrace.ops.array import identity
from millrace.ops.initializers import zeros_initializer

_zeros = zeros_initializer()


class _WithKernel(Layer):
    """What dense and convolution layers have in common: kernel, bias, activation."""

    def __init__(
        self,
        activation=None,
        use_bias=True,
        kernel_initializer=None,
        bias_initializer=_zeros,
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        trainable=True,
        name=None,
        **kwargs,
    ):
        super().__init__(trainable, name, **kwargs)
        self.activation, self.use_bias = activation, use_bias
        self._activity_regularizer = activity_regularizer
        self._kernel_options = {
            "initializer": kernel_initializer,
            "regularizer": kernel_regularizer,
            "constraint": kernel_constraint,
        }
        self._bias_options = {
            "initializer": bias_initializer,
            "regularizer": bias_regularizer,
            "constraint": bias_constraint,
        }

    def _make_weights(self, kernel_shape, outputs):
        self.kernel = self.add_weight("kernel", kernel_shape, **self._kernel_options)
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight("bias", [outputs], **self._bias_options)

    def _finish(self, outputs, data_format=None):
        if self.bias is not None:
            outputs = nn.bias_add(outputs, self.bias, data_format)
        if self.activation is not None:
            outputs = self.activation(outputs)
        if self._activity_regularizer is not None:
            self.add_loss(self._activity_regularizer(outputs))
        return outputs


class Dense(_WithKernel):
    """activation(inputs @ kernel + bias), along the last axis."""

    @public
    def __init__(self, units, activation=None, use_bias=True, **kwargs):
        super().__init__(activation, use_bias, **kwargs)
        self.units = int(units)

    def build(self, input_shape):
        inputs = known_size(input_shape, -1, f"dense layer {self.name}")
        self._make_weights([inputs, self.units], self.units)

    def call(self, inputs):
        inputs = convert_to_tensor(inputs, self._dtype)
        if inputs.shape.rank not in (None, 2):
            axes = [[inputs.shape.rank - 1], [0]]
            from millrace.ops.linalg import tensordot

            return self._finish(tensordot(inputs, self.kernel, axes))
        return self._finish(apply_op("MatMul", (inputs, self.kernel)))


@public
def dense(
    inputs,
    units,
    activation=None,
    use_bias=True,
    kernel_initializer=None,
    bias_initializer=_zeros,
    kernel_regularizer=None,
    bias_regularizer=None,
    activity_regularizer=None,
    kernel_constraint=None,
    bias_constraint=None,
    trainable=True,
    name=None,
    reuse=None,
):
    """activation(inputs @ kernel + bias) with variables kernel [inputs, units] and bias [units]."""
    return Dense(
        units,
        activation,
        use_bias,
        kernel_initializer=kernel_initializer,
        bias_initializer=bias_initializer,
        kernel_regularizer=kernel_regularizer,
        bias_regularizer=bias_regularizer,
        activity_regularizer=activity_regularizer,
        kernel_constraint=kernel_constraint,
        bias_constraint=bias_constraint,
        trainable=trainable,
        name=name,
        dtype=_dtype_of(inputs),
        _reuse=reuse,
        _scope=name,
    )(inputs)


def _dtype_of(inputs):
    return convert_to_tensor(inputs, dtype_hint=dtypes.float32).dtype


def _pair(value, what):
    pair = (value, value) if isinstance(value, int) else tuple(value)
    if len(pair) != 2:
        raise ValueError(f"{what} must be one number or two, got {value!r}")
    return pair


def _format(data_format):
    try:
        return {"channels_last": "NHWC", "channels_first": "NCHW"}[data_format]
    except KeyError:
        raise ValueError(
            f"data_format must be 'channels_last' or 'channels_first', got {data_format!r}"
        ) from None


class Conv2D(_WithKernel):
    """2-D convolution; kernel is [height, width, channels, filters]."""

    @public
    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        data_format="channels_last",
        dilation_rate=(1, 1),
        activation=None,
        use_bias=True,
        **kwargs,
    ):
        super().__init__(activation, use_bias, **kwargs)
        self.filters, self.kernel_size = int(filters), _pair(kernel_size, "kernel_size")
        self.strides, self.padding = _pair(strides, "strides"), padding.upper()
        self.data_format, self.dilation_rate = _format(data_format), dilation_rate

    @classmethod
    def _base_name(cls):
        return "conv2d"

    def build(self, input_shape):
        axis = 1 if self.data_format == "NCHW" else -1
        channels = known_size(input_shape, axis, f"convolution layer {self.name}")
        self._make_weights([*self.kernel_size, channels, self.filters], self.filters)

    def call(self, inputs):
        dilation = _pair(self.dilation_rate, "dilation_rate")
        made = nn.conv2d(
            inputs, self.kernel, self.strides, self.padding, self.data_format, dilation
        )
        return self._finish(made, self.data_format)


@public
def conv2d(
    inputs,
    filters,
    kernel_size,
    strides=(1, 1),
    padding="valid",
    data_format="channels_last",
    dilation_rate=(1, 1),
    activation=None,
    use_bias=True,
    kernel_initializer=None,
    bias_initializer=_zeros,
    kernel_regularizer=None,
    bias_regularizer=None,
    activity_regularizer=None,
    kernel_constraint=None,
    bias_constraint=None,
    trainable=True,
    name=None,
    reuse=None,
):
    """2-D convolution with variables kernel [height, width, channels, filters] and bias
    [filters]."""
    return Conv2D(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
        activation,
        use_bias,
        kernel_initializer=kernel_initializer,
        bias_initializer=bias_initializer,
        kernel_regularizer=kernel_regularizer,
        bias_regularizer=bias_regularizer,
        activity_regularizer=activity_regularizer,
        kernel_constraint=kernel_constraint,
        bias_constraint=bias_constraint,
        trainable=trainable,
        name=name,
        dtype=_dtype_of(inputs),
        _reuse=reuse,
        _scope=name,
    )(inputs)


def _pooling(function, default_name):
    def pool(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
        return function(
            inputs,
            _pair(pool_size, "pool_size"),
            _pair(strides, "strides"),
            padding.upper(),
            _format(data_format),
            name or default_name,
        )

    pool.__name__ = pool.__qualname__ = default_name
    return pool


max_pooling2d = _pooling(nn.max_pool2d, "max_pooling2d")
max_pooling2d.__doc__ = "The greatest element of each window."
average_pooling2d = _pooling(nn.avg_pool2d, "average_pooling2d")
average_pooling2d.__doc__ = "The mean of each window."
max_pooling2d, average_pooling2d = public(max_pooling2d), public(average_pooling2d)


@public
def dropout(inputs, rate=0.5, noise_shape=None, seed=None, training=False, name=None):
    """nn.dropout where training, a bool or a bool tensor, holds; else the inputs."""

    def dropped():
        return nn.dropout(inputs, rate, noise_shape, seed, name or "dropout")

    if isinstance(training, Tensor):
        return cond(training, dropped, lambda: identity(inputs))
    return dropped() if training else identity(inputs)


@public
def flatten(inputs, name=None, data_format="channels_last"):
    """[batch, everything else]; of channels first, these go last before."""
    inputs = convert_to_tensor(inputs)
    rank = inputs.shape.rank
    if rank is None:
        raise ValueError("flatten: the rank of the input must be known")
    if _format(data_format) == "NCHW" and rank > 2:
        inputs = apply_op("Transpose", (inputs, [0, *range(2, rank), 1]))
    sizes = inputs.shape.as_list()[1:]
    if None not in sizes:
        total = 1
        for size in sizes:
            total *= size
        return apply_op("Reshape", (inputs, [-1, total]), None, name or "flatten")
    batch = apply_op("Shape", (inputs,))[0]
    return apply_op("Reshape", (inputs, [batch, -1]), None, name or "flatten")


__all__ = [
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Layer",
    "average_pooling2d",
    "batch_normalization",
    "conv2d",
    "dense",
    "dropout",
    "flatten",
    "max_pooling2d",
]
