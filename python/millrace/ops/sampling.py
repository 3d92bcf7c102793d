"""Training many classes by a few of them: candidate samplers, and the losses over their samples."""

import collections

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.elementwise import cast
from millrace.ops.embedding import partitioned_lookup
from millrace.ops.linalg import matmul
from millrace.ops.reduce import reduce_sum

__all__ = [
    "all_candidate_sampler",
    "compute_accidental_hits",
    "fixed_unigram_candidate_sampler",
    "learned_unigram_candidate_sampler",
    "log_uniform_candidate_sampler",
    "nce_loss",
    "sampled_softmax_loss",
    "uniform_candidate_sampler",
]

Sampled = collections.namedtuple(
    "Sampled", ["sampled_candidates", "true_expected_count", "sampled_expected_count"]
)


def _sample(op, true_classes, num_true, num_sampled, unique, seed, name, **attrs):
    from millrace.random import get_seed

    seed, seed2 = get_seed(seed)
    attrs = dict(
        attrs, num_true=num_true, num_sampled=num_sampled, unique=unique, seed=seed, seed2=seed2
    )
    true_classes = convert_to_tensor(true_classes, dtypes.int64)
    return Sampled(*apply_op(op, (true_classes,), attrs, name))


@public
def uniform_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
):
    """(sampled classes, how often each true class and each sampled class is expected among them).

    Args:
      true_classes: int64 [batch, num_true].
      num_sampled: how many of [0, range_max) to draw, all alike; without repetition if unique.
    """
    args = (true_classes, num_true, num_sampled, unique, seed, name)
    return _sample("UniformCandidateSampler", *args, range_max=range_max)


@public
def log_uniform_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
):
    """As uniform_candidate_sampler, but class k with probability
    log((k + 2) / (k + 1)) / log(range_max + 1): for classes that are sorted by frequency."""
    args = (true_classes, num_true, num_sampled, unique, seed, name)
    return _sample("LogUniformCandidateSampler", *args, range_max=range_max)


@public
def learned_unigram_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
):
    """As uniform_candidate_sampler, but each class in proportion to how often it was a true one so
    far, and once more."""
    args = (true_classes, num_true, num_sampled, unique, seed, name)
    return _sample("LearnedUnigramCandidateSampler", *args, range_max=range_max)


@public
def fixed_unigram_candidate_sampler(
    true_classes,
    num_true,
    num_sampled,
    unique,
    range_max,
    vocab_file="",
    distortion=1.0,
    num_reserved_ids=0,
    num_shards=1,
    shard=0,
    unigrams=(),
    seed=None,
    name=None,
):
    """As uniform_candidate_sampler, but each class in proportion to its weight.

    Args:
      vocab_file: a file with the weight of a class in the last of the columns of a line, which
        commas separate; or unigrams: the weights.
      distortion: the power to which they are raised.
      num_reserved_ids: so many classes come before those and are never drawn.
      num_shards, shard: draws only class `shard` of every num_shards.
    """
    attrs = {
        "range_max": range_max,
        "vocab_file": vocab_file,
        "distortion": distortion,
        "num_reserved_ids": num_reserved_ids,
        "num_shards": num_shards,
        "shard": shard,
        "unigrams": list(unigrams),
    }
    args = (true_classes, num_true, num_sampled, unique, seed, name)
    return _sample("FixedUnigramCandidateSampler", *args, **attrs)


@public
def all_candidate_sampler(true_classes, num_true, num_sampled, unique, seed=None, name=None):
    """All classes of [0, num_sampled)."""
    return _sample("AllCandidateSampler", true_classes, num_true, num_sampled, unique, seed, name)


@public
def compute_accidental_hits(true_classes, sampled_candidates, num_true, seed=None, name=None):
    """(rows of the batch, positions in the sample, the least float): where a sampled class is one
    of the example's true classes."""
    from millrace.random import get_seed

    seed, seed2 = get_seed(seed)
    attrs = {"num_true": num_true, "seed": seed, "seed2": seed2}
    args = (
        convert_to_tensor(true_classes, dtypes.int64),
        convert_to_tensor(sampled_candidates, dtypes.int64),
    )
    return apply_op("ComputeAccidentalHits", args, attrs, name)


def _sampled_logits(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true,
    sampled_values,
    remove_accidental_hits,
    partition_strategy,
    seed,
):
    """(logits, labels), each [batch, num_true + num_sampled]; labels are 1 / num_true at the true
    classes."""
    inputs = convert_to_tensor(inputs)
    labels = cast(convert_to_tensor(labels), dtypes.int64)
    flat_labels = apply_op("Reshape", (labels, [-1]))
    if sampled_values is None:
        sampled_values = log_uniform_candidate_sampler(
            labels, num_true, num_sampled, True, num_classes, seed
        )
    sampled, true_count, sampled_count = (apply_op("StopGradient", (s,)) for s in sampled_values)
    sampled = cast(sampled, dtypes.int64)
    ids = apply_op("ConcatV2", ([flat_labels, sampled], 0))
    rows = partitioned_lookup(weights, ids, partition_strategy, None, None)
    bias = partitioned_lookup(biases, ids, partition_strategy, None, None)
    if rows.dtype is not inputs.dtype:
        rows = cast(rows, inputs.dtype)
    n = apply_op("Size", (flat_labels,))
    true_rows, sampled_rows = rows[:n], rows[n:]
    true_bias, sampled_bias = bias[:n], bias[n:]
    sampled_logits = matmul(inputs, sampled_rows, transpose_b=True) + sampled_bias
    size = inputs.shape[-1] or rows.shape[-1]
    products = apply_op("ExpandDims", (inputs, 1)) * apply_op(
        "Reshape", (true_rows, [-1, num_true, size])
    )
    true_logits = reduce_sum(products, 2) + apply_op("Reshape", (true_bias, [-1, num_true]))
    if remove_accidental_hits:
        sampled_logits = _without_hits(sampled_logits, labels, sampled, num_true)
    true_logits = true_logits - apply_op("Log", (true_count,))
    sampled_logits = sampled_logits - apply_op("Log", (sampled_count,))
    logits = apply_op("ConcatV2", ([true_logits, sampled_logits], 1))
    ones = apply_op("OnesLike", (true_logits,)) / float(num_true)
    zeros = apply_op("ZerosLike", (sampled_logits,))
    return logits, apply_op("ConcatV2", ([ones, zeros], 1))


def _without_hits(logits, labels, sampled, num_true):
    """The logits, with the least float added where a sampled class is a true one."""
    rows, positions, weights = compute_accidental_hits(labels, sampled, num_true)
    at = apply_op("Pack", ([cast(rows, dtypes.int64), positions],), {"axis": 1})
    shape = cast(apply_op("Shape", (logits,)), dtypes.int64)
    return logits + apply_op("ScatterNd", (at, cast(weights, logits.dtype), shape))


@public
def nce_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=False,
    name="nce_loss",
    *,
    partition_strategy="div",
):
    """Noise-contrastive estimation: one loss an example (Gutmann & Hyvarinen 2010).

    Args:
      weights, biases: [num_classes, dim] and [num_classes]; or lists of parts of them.
      labels: int64 [batch, num_true]; inputs: [batch, dim].
      num_sampled: how many classes to sample for the batch.
      sampled_values: what a candidate sampler gave; log-uniform samples if None.
    """
    from millrace.framework.scopes import name_scope
    from millrace.nn import sigmoid_cross_entropy_with_logits

    with name_scope(name):
        logits, targets = _sampled_logits(
            weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
            remove_accidental_hits, partition_strategy, None,
        )  # fmt: skip
        return reduce_sum(sigmoid_cross_entropy_with_logits(targets, logits), 1)


@public
def sampled_softmax_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=True,
    seed=None,
    name="sampled_softmax_loss",
    *,
    partition_strategy="div",
):
    """The cross entropy of a softmax over the true and some sampled classes: one loss an example
    (Jean et al. 2014). Arguments as for nce_loss."""
    from millrace.framework.scopes import name_scope
    from millrace.nn import softmax_cross_entropy_with_logits

    with name_scope(name):
        logits, targets = _sampled_logits(
            weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
            remove_accidental_hits, partition_strategy, seed,
        )  # fmt: skip
        targets = apply_op("StopGradient", (targets,))
        return softmax_cross_entropy_with_logits(targets, logits)
