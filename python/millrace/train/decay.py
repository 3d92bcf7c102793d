"""Learning rates that fall with the global step. Each is a tensor of a graph."""

import math

from millrace import random
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.scopes import name_scope
from millrace.ops.array import where
from millrace.ops.elementwise import cast, ceil, cos, exp, floor, log, maximum, minimum, sqrt
from millrace.ops.elementwise import pow as power_of


def _rate_and_step(learning_rate, global_step):
    if global_step is None:
        raise ValueError("a decaying learning rate needs the global_step")
    rate = convert_to_tensor(learning_rate)
    return rate, cast(global_step, rate.dtype)


@public
def exponential_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """learning_rate * decay_rate ^ (global_step / decay_steps); with staircase the quotient is
    rounded down."""
    with name_scope(name or "ExponentialDecay"):
        rate, step = _rate_and_step(learning_rate, global_step)
        ratio = step / cast(decay_steps, rate.dtype)
        return rate * power_of(cast(decay_rate, rate.dtype), floor(ratio) if staircase else ratio)


@public
def natural_exp_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """learning_rate * exp(-decay_rate * global_step / decay_steps)."""
    with name_scope(name or "NaturalExpDecay"):
        rate, step = _rate_and_step(learning_rate, global_step)
        ratio = step / cast(decay_steps, rate.dtype)
        return rate * exp(-decay_rate * (floor(ratio) if staircase else ratio))


@public
def inverse_time_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """learning_rate / (1 + decay_rate * global_step / decay_steps)."""
    with name_scope(name or "InverseTimeDecay"):
        rate, step = _rate_and_step(learning_rate, global_step)
        ratio = step / cast(decay_steps, rate.dtype)
        return rate / (1.0 + decay_rate * (floor(ratio) if staircase else ratio))


@public
def polynomial_decay(
    learning_rate,
    global_step,
    decay_steps,
    end_learning_rate=0.0001,
    power=1.0,
    cycle=False,
    name=None,
):
    """(learning_rate - end_learning_rate) * (1 - global_step / decay_steps) ^ power +
    end_learning_rate.

    The end is reached after decay_steps; with cycle it begins anew then, over twice, three times,
    ... as many steps.
    """
    with name_scope(name or "PolynomialDecay"):
        rate, step = _rate_and_step(learning_rate, global_step)
        steps = cast(decay_steps, rate.dtype)
        if cycle:
            steps = steps * maximum(ceil(step / steps), 1.0)
        else:
            step = minimum(step, steps)
        return (rate - end_learning_rate) * power_of(1.0 - step / steps, power) + end_learning_rate


@public
def cosine_decay(learning_rate, global_step, decay_steps, alpha=0.0, name=None):
    """Half a cosine wave from learning_rate down to alpha * learning_rate (Loshchilov & Hutter
    2016)."""
    with name_scope(name or "CosineDecay"):
        rate, step = _rate_and_step(learning_rate, global_step)
        ratio = minimum(step / cast(decay_steps, rate.dtype), 1.0)
        return rate * ((1.0 - alpha) * 0.5 * (1.0 + cos(math.pi * ratio)) + alpha)


@public
def cosine_decay_restarts(
    learning_rate, global_step, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name=None
):
    """cosine_decay again and again (Loshchilov & Hutter 2016): each time over t_mul times as many
    steps, from m_mul times as high."""
    with name_scope(name or "SGDRDecay"):
        rate, step = _rate_and_step(learning_rate, global_step)
        done = step / cast(first_decay_steps, rate.dtype)
        if t_mul == 1.0:
            restarts = floor(done)
            ratio = done - restarts
        else:
            # So many periods are the sum of a geometric series.
            restarts = floor(log(1.0 - done * (1.0 - t_mul)) / math.log(t_mul))
            length = power_of(cast(t_mul, rate.dtype), restarts)
            ratio = (done - (1.0 - length) / (1.0 - t_mul)) / length
        height = power_of(cast(m_mul, rate.dtype), restarts)
        wave = 0.5 * height * (1.0 + cos(math.pi * ratio))
        return rate * ((1.0 - alpha) * wave + alpha)


def _linear_cosine(learning_rate, global_step, decay_steps, num_periods, alpha, beta, noise):
    rate, step = _rate_and_step(learning_rate, global_step)
    steps = cast(decay_steps, rate.dtype)
    step = minimum(step, steps)
    linear = (steps - step) / steps + noise(step)
    wave = 0.5 * (1.0 + cos(math.pi * 2.0 * num_periods * step / steps))
    return rate * ((alpha + linear) * wave + beta)


@public
def linear_cosine_decay(
    learning_rate, global_step, decay_steps, num_periods=0.5, alpha=0.0, beta=0.001, name=None
):
    """learning_rate * ((alpha + the share of steps left) * a cosine wave + beta) (Bello et al.
    2017)."""
    with name_scope(name or "LinearCosineDecay"):
        arguments = learning_rate, global_step, decay_steps, num_periods, alpha, beta
        return _linear_cosine(*arguments, lambda step: 0.0)


@public
def noisy_linear_cosine_decay(
    learning_rate,
    global_step,
    decay_steps,
    initial_variance=1.0,
    variance_decay=0.55,
    num_periods=0.5,
    alpha=0.0,
    beta=0.001,
    name=None,
):
    """linear_cosine_decay with noise in the share of steps left, whose variance falls as
    initial_variance / (1 + global_step) ^ variance_decay."""

    def noise(step):
        variance = initial_variance / power_of(1.0 + step, cast(variance_decay, step.dtype))
        return random.normal([], dtype=step.dtype) * sqrt(variance)

    with name_scope(name or "NoisyLinearCosineDecay"):
        arguments = learning_rate, global_step, decay_steps, num_periods, alpha, beta
        return _linear_cosine(*arguments, noise)


@public
def piecewise_constant(x, boundaries, values, name=None):
    """values[i] for the first i with x <= boundaries[i]; the last value beyond.

    ValueError unless there is one value more than boundaries.
    """
    if len(values) != len(boundaries) + 1:
        raise ValueError(
            f"{len(boundaries)} boundaries need {len(boundaries) + 1} values, got {len(values)}"
        )
    with name_scope(name or "PiecewiseConstant"):
        x = convert_to_tensor(x)
        found = convert_to_tensor(values[-1])
        for boundary, value in zip(reversed(boundaries), reversed(values[:-1])):
            found = where(x <= cast(boundary, x.dtype), convert_to_tensor(value), found)
        return found


piecewise_constant_decay = piecewise_constant
