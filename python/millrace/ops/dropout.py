"""Dropout (Srivastava et al. 2014): elements set to 0 by chance."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.array import shape as _shape
from millrace.ops.array import zeros_like

__all__ = ["general_dropout", "stateless_dropout"]


def _dropped(x, rate, noise_shape, uniform, name):
    x = convert_to_tensor(x)
    if isinstance(rate, (int, float)):
        if not 0 <= rate < 1:
            raise ValueError(f"dropout: rate must be in [0, 1), got {rate}")
        if rate == 0:
            return x
    noise = uniform(_shape(x) if noise_shape is None else noise_shape, x.dtype)
    keep = apply_op("GreaterEqual", (noise, convert_to_tensor(rate, x.dtype)))
    return apply_op("SelectV2", (keep, x / (1 - rate), zeros_like(x)), None, name)


@public
def dropout(x, rate, noise_shape=None, seed=None, name=None):
    """Sets elements to 0 with probability `rate` and scales the rest by 1 / (1 - rate)."""
    from millrace import random

    def uniform(shape, dtype):
        return random.uniform(shape, seed=seed, dtype=dtype)

    return _dropped(x, rate, noise_shape, uniform, name)


@public
def stateless_dropout(x, rate, seed, rng_alg="auto_select", noise_shape=None, name=None):
    """As nn.dropout; the seed, two integers, alone decides."""
    from millrace.ops.stateless import stateless_uniform

    def uniform(shape, dtype):
        return stateless_uniform(shape, seed, dtype=dtype, alg=rng_alg)

    return _dropped(x, rate, noise_shape, uniform, name)


@public
def general_dropout(x, rate, uniform_sampler, noise_shape=None, name=None):
    """As nn.dropout, by uniform_sampler(shape=, dtype=): numbers of [0, 1)."""

    def uniform(shape, dtype):
        return uniform_sampler(shape=shape, dtype=dtypes.as_dtype(dtype))

    return _dropped(x, rate, noise_shape, uniform, name)
