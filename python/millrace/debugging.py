"""Checks, under the names of tf.debugging."""

from millrace.ops.debugging import *  # noqa: F403
from millrace.ops.type_checks import *  # noqa: F403
