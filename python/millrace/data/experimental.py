"""Transformations under the names of tf.data.experimental: functions for Dataset.apply()."""

from millrace import dtypes
from millrace._load import public
from millrace.data.dataset import Dataset
from millrace.data.elements import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, int64, make
from millrace.data.grouping import single
from millrace.data.optional import Optional
from millrace.data.options import (
    AutotuneOptions,
    DistributeOptions,
    OptimizationOptions,
    ThreadingOptions,
)
from millrace.data.transformations import AUTOTUNE

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "AutotuneOptions",
    "Counter",
    "DistributeOptions",
    "OptimizationOptions",
    "Optional",
    "RandomDataset",
    "ThreadingOptions",
    "assert_cardinality",
    "bucket_by_sequence_length",
    "cardinality",
    "choose_from_datasets",
    "dense_to_ragged_batch",
    "enumerate_dataset",
    "get_single_element",
    "get_structure",
    "group_by_window",
    "ignore_errors",
    "map_and_batch",
    "parallel_interleave",
    "sample_from_datasets",
    "scan",
    "shuffle_and_repeat",
    "take_while",
    "unbatch",
    "unique",
]


def _by_method(name):
    method = getattr(Dataset, name)

    def transformation(*args, **kwargs):
        return lambda dataset: method(dataset, *args, **kwargs)

    transformation.__name__ = transformation.__qualname__ = name
    transformation.__doc__ = f"Dataset.{name} for Dataset.apply()."
    return public(transformation)


(
    bucket_by_sequence_length,
    group_by_window,
    ignore_errors,
    scan,
    take_while,
    unbatch,
    unique,
) = map(
    _by_method,
    (
        "bucket_by_sequence_length",
        "group_by_window",
        "ignore_errors",
        "scan",
        "take_while",
        "unbatch",
        "unique",
    ),
)
choose_from_datasets = Dataset.choose_from_datasets
sample_from_datasets = Dataset.sample_from_datasets
get_single_element = single
Counter, RandomDataset = Dataset.counter, Dataset.random


@public
def dense_to_ragged_batch(batch_size, drop_remainder=False, row_splits_dtype=dtypes.int64):
    """Dataset.ragged_batch for Dataset.apply()."""
    return lambda dataset: dataset.ragged_batch(batch_size, drop_remainder, row_splits_dtype)


@public
def enumerate_dataset(start=0):
    """Dataset.enumerate for Dataset.apply()."""
    return lambda dataset: dataset.enumerate(start)


@public
def cardinality(dataset):
    """Dataset.cardinality."""
    return dataset.cardinality()


@public
def get_structure(dataset_or_iterator):
    """Its element_spec."""
    return dataset_or_iterator.element_spec


@public
def assert_cardinality(expected_cardinality):
    """The same elements. FailedPreconditionError at the end if there is another number of them."""

    def transformation(dataset):
        args = (dataset._variant, int64(expected_cardinality))
        return make("AssertCardinalityDataset", args, dataset.element_spec)

    return transformation


@public
def map_and_batch(
    map_func,
    batch_size,
    num_parallel_batches=None,
    drop_remainder=False,
    num_parallel_calls=None,
):
    """map(), then batch()."""
    return lambda d: d.map(map_func, num_parallel_calls).batch(batch_size, drop_remainder)


@public
def shuffle_and_repeat(buffer_size, count=None, seed=None):
    """shuffle(), then repeat()."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


@public
def parallel_interleave(
    map_func,
    cycle_length,
    block_length=1,
    sloppy=False,
    buffer_output_elements=None,
    prefetch_input_elements=None,
):
    """interleave() with as many calls at once as datasets in turns."""
    return lambda d: d.interleave(
        map_func, cycle_length, block_length, cycle_length, deterministic=not sloppy
    )
