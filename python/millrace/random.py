"""Random numbers. They are counter-based: a seed gives the same numbers on each device and at each
number of threads."""

import importlib

from millrace import dtypes
from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.array import _shape_arg
from millrace.ops.sampling import (  # noqa: F401
    all_candidate_sampler,
    fixed_unigram_candidate_sampler,
    learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler,
    uniform_candidate_sampler,
)
from millrace.ops.stateless import *  # noqa: F403

DEFAULT_GRAPH_SEED = 87654321
_times_seeded = 0  # where ops run at once: each time their sequences begin anew
_eager_seeds = None  # Python's generator, of the seeds of ops that are given none


@public
def set_seed(seed):
    """The seed of the default graph, or of what runs at once: makes random ops repeatable."""
    global _eager_seeds, _times_seeded
    graph = context.building_graph()
    if graph is None:
        import random

        context.set_eager_seed(seed)
        _eager_seeds = random.Random(seed)
        _times_seeded += 1
    else:
        graph.seed = seed


def get_seed(op_seed):
    """(seed, seed2) of an op, by TensorFlow's rule; both 0 mean: another sequence in each
    session."""
    graph = context.building_graph()
    graph_seed = context.eager_seed() if graph is None else graph.seed
    if graph_seed is None:
        return (0, 0) if op_seed is None else (DEFAULT_GRAPH_SEED, op_seed)
    if op_seed is None:
        if graph is None:
            op_seed = _eager_seeds.randint(0, 2**31 - 1)
        else:
            op_seed = graph._random_ops_seeded
            graph._random_ops_seeded += 1
    seeds = (graph_seed % 2**31, op_seed % 2**31)
    return (0, 2**31 - 1) if seeds == (0, 0) else seeds


def _attrs(seed, dtype=None):
    seed, seed2 = get_seed(seed)
    attrs = {"seed": seed, "seed2": seed2}
    if dtype is not None:
        attrs["dtype"] = dtype
    if _times_seeded and context.building_graph() is None:
        attrs["_times_seeded"] = _times_seeded  # another kernel, which begins at the seed
    return attrs


@public
def normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None):
    """Normally distributed numbers."""
    dtype = dtypes.as_dtype(dtype)
    x = apply_op("RandomStandardNormal", (_shape_arg(shape),), _attrs(seed, dtype))
    return _scaled(x, stddev, mean, name)


@public
def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None):
    """Normally distributed numbers, but none farther than two standard deviations from the mean."""
    dtype = dtypes.as_dtype(dtype)
    x = apply_op("TruncatedNormal", (_shape_arg(shape),), _attrs(seed, dtype))
    return _scaled(x, stddev, mean, name)


def _scaled(x, factor, offset, name):
    if isinstance(factor, (int, float)) and factor != 1:
        x = x * factor
    elif not isinstance(factor, (int, float)):
        x = x * convert_to_tensor(factor, x.dtype)
    if isinstance(offset, (int, float)) and offset == 0:
        return x
    return apply_op("AddV2", (x, offset), None, name)


@public
def uniform(shape, minval=0, maxval=None, dtype=dtypes.float32, seed=None, name=None):
    """Numbers of [minval, maxval), evenly distributed; maxval is 1 for floats and must be given
    for integers."""
    dtype = dtypes.as_dtype(dtype)
    if dtype.is_integer:
        if maxval is None:
            raise ValueError("uniform: integers need maxval")
        bounds = (convert_to_tensor(minval, dtype), convert_to_tensor(maxval, dtype))
        return apply_op("RandomUniformInt", (_shape_arg(shape), *bounds), _attrs(seed), name)
    x = apply_op("RandomUniform", (_shape_arg(shape),), _attrs(seed, dtype), name)
    if maxval is None and isinstance(minval, (int, float)) and minval == 0:
        return x
    low = convert_to_tensor(minval, dtype)
    high = convert_to_tensor(1 if maxval is None else maxval, dtype)
    return apply_op("AddV2", (x * (high - low), low), None, name)


@public
def shuffle(value, seed=None, name=None):
    """The rows in a random order."""
    return apply_op("RandomShuffle", (value,), _attrs(seed), name)


@public
def categorical(logits, num_samples, dtype=None, seed=None, name=None):
    """num_samples classes for each row of logits, [batch, classes], with probability
    softmax(logits)."""
    attrs = _attrs(seed)
    attrs["output_dtype"] = dtypes.int64 if dtype is None else dtypes.as_dtype(dtype)
    num_samples = convert_to_tensor(num_samples, dtypes.int32)
    return apply_op("Multinomial", (logits, num_samples), attrs, name)


@public
def gamma(shape, alpha, beta=None, dtype=dtypes.float32, seed=None, name=None):
    """Numbers of the gamma distribution: `shape` of them for each alpha (shape) and beta (rate, 1
    if None), which broadcast."""
    dtype = dtypes.as_dtype(dtype)
    alpha = convert_to_tensor(alpha, dtype)
    beta = convert_to_tensor(1 if beta is None else beta, dtype)
    alpha = alpha + apply_op("ZerosLike", (beta,))
    shape = convert_to_tensor(_shape_arg(shape), dtype_hint=dtypes.int32)
    x = apply_op("RandomGamma", (shape, alpha), _attrs(seed))
    least = convert_to_tensor(dtype._limits().tiny, dtype)
    return apply_op("Maximum", (least, x / beta), None, name)


@public
def poisson(shape, lam, dtype=dtypes.float32, seed=None, name=None):
    """Numbers of the Poisson distribution: `shape` of them for each mean in lam."""
    shape = convert_to_tensor(_shape_arg(shape), dtype_hint=dtypes.int32)
    return apply_op("RandomPoissonV2", (shape, lam), _attrs(seed, dtype), name)


# Imported when they are first asked for: they use variables.
_LAZY = ("Generator", "create_rng_state", "get_global_generator", "set_global_generator")


def __getattr__(name):
    if name == "experimental":
        return importlib.import_module("millrace.random")
    if name in _LAZY:
        return getattr(importlib.import_module("millrace.ops.generator"), name)
    raise AttributeError(f"module 'millrace.random' has no attribute {name!r}")
