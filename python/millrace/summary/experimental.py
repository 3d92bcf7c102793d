"""The step of summaries that are given none, under the names of tf.summary.experimental."""

import threading

from millrace._load import public
from millrace.summary.recording import write_raw_pb  # noqa: F401

_local = threading.local()


@public
def get_step():
    """The step of this thread, or None."""
    return getattr(_local, "step", None)


@public
def set_step(step):
    """A number or a variable, which is read when a summary is written."""
    _local.step = step
