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


class _VarianceScaling:
    """Random numbers of variance scale / n, where n is the number of a unit's inputs ("fan_in"), of
    its outputs ("fan_out"), or their mean ("fan_avg").

    Args:
      distribution: "truncated_normal" (or "normal"), "untruncated_normal" or "uniform".
    """

    def __init__(
        self,
        scale=1.0,
        mode="fan_in",
        distribution="truncated_normal",
        seed=None,
        dtype=dtypes.float32,
    ):
        if scale <= 0:
            raise ValueError(f"scale must be positive, got {scale}")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"mode must be fan_in, fan_out or fan_avg, got {mode!r}")
        distribution = {"normal": "truncated_normal"}.get(distribution, distribution)
        if distribution not in ("truncated_normal", "untruncated_normal", "uniform"):
            raise ValueError(f"there is no distribution {distribution!r}")
        self.scale, self.mode, self.distribution = scale, mode, distribution
        self.seed, self.dtype = seed, dtype

    def __call__(self, shape, dtype=None):
        dtype = dtype or self.dtype
        inputs, outputs = _fans(shape)
        n = {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return random.uniform(shape, -limit, limit, dtype, self.seed)
        stddev = math.sqrt(variance)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, stddev, dtype, self.seed)
        # The truncated distribution's own standard deviation is 0.8796.
        return random.truncated_normal(shape, 0.0, stddev / 0.87962566103423978, dtype, self.seed)


class _Orthogonal:
    """An orthogonal matrix times gain; of tensors of more dimensions the first ones are rows."""

    def __init__(self, gain=1.0, seed=None, dtype=dtypes.float32):
        self.gain, self.seed, self.dtype = gain, seed, dtype

    def __call__(self, shape, dtype=None):
        from millrace.framework.dispatch import apply_op
        from millrace.ops.decompositions import qr

        shape = [int(d) for d in shape]
        if len(shape) < 2:
            raise ValueError(f"an orthogonal tensor has 2 dimensions or more, not {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        flat = [max(rows, columns), min(rows, columns)]
        q, r = qr(random.normal(flat, dtype=dtype or self.dtype, seed=self.seed))
        q = q * apply_op("Sign", (apply_op("MatrixDiagPart", (r,)),))
        if rows < columns:
            q = apply_op("Transpose", (q, [1, 0]))
        return self.gain * apply_op("Reshape", (q, shape))


class _Identity:
    """The identity matrix times gain."""

    def __init__(self, gain=1.0, dtype=dtypes.float32):
        self.gain, self.dtype = gain, dtype

    def __call__(self, shape, dtype=None):
        from millrace.ops.matrices import eye

        if len(shape) != 2:
            raise ValueError(f"an identity matrix has 2 dimensions, not {shape}")
        return self.gain * eye(*(int(d) for d in shape), dtype=dtype or self.dtype)


def _scaling(scale, mode, distribution, doc):
    def __init__(self, seed=None, dtype=dtypes.float32):
        _VarianceScaling.__init__(self, scale, mode, distribution, seed, dtype)

    return type("_Scaling", (_VarianceScaling,), {"__init__": __init__, "__doc__": doc})


glorot_uniform_initializer = _scaling(1.0, "fan_avg", "uniform", "Glorot & Bengio 2010.")
glorot_normal_initializer = _scaling(1.0, "fan_avg", "truncated_normal", "Glorot & Bengio 2010.")
he_uniform_initializer = _scaling(2.0, "fan_in", "uniform", "He et al. 2015.")
he_normal_initializer = _scaling(2.0, "fan_in", "truncated_normal", "He et al. 2015.")
lecun_uniform_initializer = _scaling(1.0, "fan_in", "uniform", "LeCun et al. 1998.")
lecun_normal_initializer = _scaling(1.0, "fan_in", "truncated_normal", "LeCun et al. 1998.")
zeros_initializer, ones_initializer, constant_initializer = _Zeros, _Ones, _Constant
random_normal_initializer, truncated_normal_initializer = _RandomNormal, _TruncatedNormal
random_uniform_initializer = _RandomUniform
variance_scaling_initializer = _VarianceScaling
orthogonal_initializer, identity_initializer = _Orthogonal, _Identity
