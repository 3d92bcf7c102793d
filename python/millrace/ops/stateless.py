"""Random numbers that a seed of two integers determines: the same call gives the same numbers."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.array import _shape_arg

__all__ = [
    "Algorithm",
    "fold_in",
    "index_shuffle",
    "split",
    "stateless_binomial",
    "stateless_categorical",
    "stateless_gamma",
    "stateless_normal",
    "stateless_parameterized_truncated_normal",
    "stateless_poisson",
    "stateless_shuffle",
    "stateless_truncated_normal",
    "stateless_uniform",
]


class Algorithm:
    """How random numbers are made. Philox is the one that is there, and what AUTO_SELECT takes."""

    PHILOX, THREEFRY, AUTO_SELECT = 1, 2, 3


def algorithm_number(alg):
    """The number of an algorithm that goes by a number or a name. ValueError for others."""
    names = {"philox": 1, "auto_select": 1, "threefry": 2}
    number = names.get(str(alg).lower(), getattr(alg, "value", alg))
    if number == Algorithm.THREEFRY:
        raise NotImplementedError("the random number algorithm ThreeFry is not there; Philox is")
    if number not in (Algorithm.PHILOX, Algorithm.AUTO_SELECT):
        raise ValueError(f"there is no random number algorithm {alg!r}")
    return Algorithm.PHILOX


def _key_counter(seed, alg):
    seed = convert_to_tensor(seed, dtype_hint=dtypes.int32)
    key, counter = apply_op("StatelessRandomGetKeyCounter", (seed,))
    return key, counter, algorithm_number(alg)


def _scaled(x, factor, offset, name):
    factor, offset = convert_to_tensor(factor, x.dtype), convert_to_tensor(offset, x.dtype)
    return apply_op("AddV2", (x * factor, offset), None, name)


@public
def stateless_uniform(
    shape, seed, minval=0, maxval=None, dtype=dtypes.float32, name=None, alg="auto_select"
):
    """Numbers of [minval, maxval), evenly distributed; maxval is 1 for floats. Integers of the full
    range where both are None.

    Args:
      seed: two integers.
    """
    return uniform_by(_key_counter(seed, alg), shape, minval, maxval, dtype, name)


def uniform_by(generator, shape, minval, maxval, dtype, name):
    """stateless_uniform, given (key, counter, algorithm)."""
    dtype, shape = dtypes.as_dtype(dtype), _shape_arg(shape)
    if not dtype.is_integer:
        x = apply_op("StatelessRandomUniformV2", (shape, *generator), {"dtype": dtype})
        low = convert_to_tensor(0 if minval is None else minval, dtype)
        high = convert_to_tensor(1 if maxval is None else maxval, dtype)
        return apply_op("AddV2", (x * (high - low), low), None, name)
    if (minval is None) != (maxval is None):
        raise ValueError(
            f"for the integer dtype {dtype.name} minval and maxval must both be given, or both "
            f"be None; got {minval} and {maxval}"
        )
    if minval is None:
        args = (shape, *generator)
        return apply_op("StatelessRandomUniformFullIntV2", args, {"dtype": dtype}, name)
    bounds = (convert_to_tensor(minval, dtype), convert_to_tensor(maxval, dtype))
    return apply_op("StatelessRandomUniformIntV2", (shape, *generator, *bounds), None, name)


@public
def stateless_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None, alg="auto_select"
):
    """Normally distributed numbers."""
    generator = _key_counter(seed, alg)
    return normal_by("StatelessRandomNormalV2", generator, shape, mean, stddev, dtype, name)


def normal_by(op, generator, shape, mean, stddev, dtype, name):
    """stateless_normal and stateless_truncated_normal, given (key, counter, algorithm)."""
    x = apply_op(op, (_shape_arg(shape), *generator), {"dtype": dtypes.as_dtype(dtype)})
    return _scaled(x, stddev, mean, name)


@public
def stateless_truncated_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None, alg="auto_select"
):
    """Normally distributed numbers, none farther than two standard deviations from the mean."""
    generator = _key_counter(seed, alg)
    return normal_by("StatelessTruncatedNormalV2", generator, shape, mean, stddev, dtype, name)


@public
def stateless_categorical(logits, num_samples, seed, dtype=dtypes.int64, name=None):
    """num_samples classes for each row of logits, with probability softmax(logits)."""
    attrs = {"output_dtype": dtypes.as_dtype(dtype)}
    args = (logits, num_samples, convert_to_tensor(seed, dtype_hint=dtypes.int32))
    return apply_op("StatelessMultinomial", args, attrs, name)


@public
def stateless_gamma(shape, seed, alpha, beta=None, dtype=dtypes.float32, name=None):
    """Numbers of the gamma distribution of shape alpha and rate beta (1 if None), which broadcast
    to the last dimensions of `shape`."""
    dtype = dtypes.as_dtype(dtype)
    alpha = convert_to_tensor(alpha, dtype)
    beta = convert_to_tensor(1 if beta is None else beta, dtype)
    both = apply_op("BroadcastArgs", (apply_op("Shape", (alpha,)), apply_op("Shape", (beta,))))
    alpha = apply_op("BroadcastTo", (alpha, both))
    seed = convert_to_tensor(seed, dtype_hint=dtypes.int32)
    x = apply_op("StatelessRandomGammaV2", (_shape_arg(shape), seed, alpha))
    least = convert_to_tensor(dtype._limits().tiny, dtype)
    return apply_op("Maximum", (least, x / beta), None, name)


@public
def stateless_poisson(shape, seed, lam, dtype=dtypes.int32, name=None):
    """Numbers of the Poisson distribution of mean lam."""
    args = (_shape_arg(shape), convert_to_tensor(seed, dtype_hint=dtypes.int32), lam)
    return apply_op("StatelessRandomPoisson", args, {"dtype": dtypes.as_dtype(dtype)}, name)


@public
def stateless_binomial(shape, seed, counts, probs, output_dtype=dtypes.int32, name=None):
    """How many of `counts` trials succeed with probability `probs`, which broadcast to the last
    dimensions of `shape`."""
    probs = convert_to_tensor(probs, dtype_hint=dtypes.float32)
    counts = convert_to_tensor(counts, probs.dtype)
    args = (_shape_arg(shape), convert_to_tensor(seed, dtype_hint=dtypes.int32), counts, probs)
    return apply_op("StatelessRandomBinomial", args, {"dtype": dtypes.as_dtype(output_dtype)}, name)


@public
def stateless_parameterized_truncated_normal(
    shape, seed, means=0.0, stddevs=1.0, minvals=-2.0, maxvals=2.0, name=None
):
    """Normally distributed numbers between minvals and maxvals; the parameters broadcast to the
    last dimensions of `shape`."""
    args = (_shape_arg(shape), convert_to_tensor(seed, dtype_hint=dtypes.int32))
    args += (means, stddevs, minvals, maxvals)
    return apply_op("StatelessParameterizedTruncatedNormal", args, None, name)


@public
def stateless_shuffle(value, seed, alg="auto_select", name=None):
    """The rows in a random order."""
    return apply_op("StatelessShuffle", (value, *_key_counter(seed, alg)), None, name)


@public
def index_shuffle(index, seed, max_index):
    """Where a random permutation of [0, max_index] puts an index.

    Args:
      index, max_index: an integer, or [n].
      seed: two integers, or [n, 2].
    """
    seed = convert_to_tensor(seed)
    paddings = [[1, 0]] if seed.shape.rank is None else [[0, 0]] * (seed.shape.rank - 1) + [[1, 0]]
    # The number that TensorFlow puts before the two.
    seed = apply_op("PadV2", (seed, paddings, convert_to_tensor(498247692, seed.dtype)))
    index = convert_to_tensor(index)
    args = (index, seed, convert_to_tensor(max_index, index.dtype))
    return apply_op("RandomIndexShuffle", args, {"rounds": 4})


@public
def split(seed, num=2, alg="auto_select"):
    """[num, 2]: seeds of independent sequences, made of one."""
    seed = convert_to_tensor(seed)
    return stateless_uniform([num, 2], seed, None, None, seed.dtype, alg=alg)


@public
def fold_in(seed, data, alg="auto_select"):
    """A seed, made of one and an integer."""
    seed, data = convert_to_tensor(seed), convert_to_tensor(data)
    first = stateless_uniform([1], seed, None, None, data.dtype, alg=alg)
    return apply_op("ConcatV2", ([first, apply_op("Reshape", (data, [1]))], 0))
