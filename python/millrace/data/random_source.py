"""Random numbers as datasets."""

from millrace import dtypes
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op


def choices(n, weights, seed, seed2):
    """An endless dataset of numbers below n, by chance; weights: a list, a tensor, a dataset of
    such, or None for all alike."""
    from millrace.data.dataset import Dataset

    if weights is None:
        logits = convert_to_tensor([[0.0] * n])
    elif isinstance(weights, Dataset):
        return Dataset.zip((weights, Dataset.range(2**62))).map(
            lambda w, i: _draw(_log(w), i, seed, seed2)
        )
    else:
        logits = _log(convert_to_tensor(weights))
    return Dataset.range(2**62).map(lambda i: _draw(logits, i, seed, seed2))


def numbers(seed, seed2):
    """An endless dataset of int64 numbers of [0, 2^32)."""
    from millrace.data.dataset import Dataset

    def draw(i):
        attrs = {"dtype": dtypes.uint32}
        drawn = apply_op("StatelessRandomUniformFullInt", ([], _at(i, seed, seed2)), attrs)
        return apply_op("Cast", (drawn,), {"DstT": dtypes.int64})

    return Dataset.range(2**62).map(draw)


def _at(i, seed, seed2):
    base = convert_to_tensor(seed ^ seed2, dtypes.int64)
    return apply_op("Pack", ([base, i],), {"axis": 0})


def _log(weights):
    dtype = weights.dtype
    if dtype.is_integer:
        weights = apply_op("Cast", (weights,), {"DstT": dtypes.float32})
    return apply_op("ExpandDims", (apply_op("Log", (weights,)), 0))


def _draw(logits, i, seed, seed2):
    attrs = {"output_dtype": dtypes.int64}
    drawn = apply_op("StatelessMultinomial", (logits, 1, _at(i, seed, seed2)), attrs)
    return drawn[0, 0]
