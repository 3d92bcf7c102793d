"""Checks, under the names of tf.debugging."""

from millrace.ops.debugging import *  # noqa: F403
