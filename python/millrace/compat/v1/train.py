"""tf.train: millrace.train, and the input by queues that TensorFlow 1 has there."""

from millrace import train as _train
from millrace.compat.v1.input_pipeline import (  # noqa: F401
    batch,
    batch_join,
    input_producer,
    limit_epochs,
    match_filenames_once,
    range_input_producer,
    shuffle_batch,
    shuffle_batch_join,
    slice_input_producer,
    string_input_producer,
)
from millrace.train import *  # noqa: F403


def __getattr__(name):
    return getattr(_train, name)
