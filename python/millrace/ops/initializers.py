"""Start values of variables: objects that are called with a shape."""

import math

from millrace import dtypes, random
from millrace.ops.array import ones, zeros


class _Zeros:
    def __call__(self, shape, dtype=dtypes.float32):
        return zeros(shape, dtype)


class _Ones:
    def __call__(self, shape, dtype=dtypes.float32):
        return ones(shape, dtype)


class _Constant:
    def __init__(self, value=0, dtype=dtypes.float32):
        self.value, self.dtype = value, dtype

    def __call__(self, shape, dtype=None):
        from millrace.framework.convert import constant

        return constant(self.value, dtype or self.dtype, shape=shape)


class _RandomNormal:
    _draw = staticmethod(random.normal)

    def __init__(self, mean=0.0, stddev=1.0, seed=None, dtype=dtypes.float32):
        self.mean, self.stddev, self.seed, self.dtype = mean, stddev, seed, dtype

    def __call__(self, shape, dtype=None):
        return self._draw(shape, self.mean, self.stddev, dtype or self.dtype, self.seed)


class _TruncatedNormal(_RandomNormal):
    _draw = staticmethod(random.truncated_normal)


class _RandomUniform:
    def __init__(self, minval=0.0, maxval=1.0, seed=None, dtype=dtypes.float32):
        self.minval, self.maxval, self.seed, self.dtype = minval, maxval, seed, dtype

    def __call__(self, shape, dtype=None):
        return random.uniform(shape, self.minval, self.maxval, dtype or self.dtype, self.seed)


def _fans(shape):
    """(inputs, outputs) of one unit of a layer whose weights have this shape."""
    shape = [int(d) for d in shape]
    if len(shape) < 2:
        size = shape[0] if shape else 1
        return size, size
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


class _Glorot:
    """Glorot & Bengio 2010: variance 2 / (inputs + outputs)."""

    def __init__(self, seed=None, dtype=dtypes.float32):
        self.seed, self.dtype = seed, dtype


class _GlorotUniform(_Glorot):
    def __call__(self, shape, dtype=None):
        limit = math.sqrt(6 / sum(_fans(shape)))
        return random.uniform(shape, -limit, limit, dtype or self.dtype, self.seed)


class _GlorotNormal(_Glorot):
    def __call__(self, shape, dtype=None):
        # The truncated distribution's own standard deviation is 0.8796.
        stddev = math.sqrt(2 / sum(_fans(shape))) / 0.87962566103423978
        return random.truncated_normal(shape, 0.0, stddev, dtype or self.dtype, self.seed)


zeros_initializer, ones_initializer, constant_initializer = _Zeros, _Ones, _Constant
random_normal_initializer, truncated_normal_initializer = _RandomNormal, _TruncatedNormal
random_uniform_initializer = _RandomUniform
glorot_uniform_initializer, glorot_normal_initializer = _GlorotUniform, _GlorotNormal
