"""Mathematical functions, under the names of tf.math."""

from millrace.nn import in_top_k, l2_normalize, softsign, top_k  # noqa: F401
from millrace.ops.elementwise import *  # noqa: F403
from millrace.ops.linalg import *  # noqa: F403
from millrace.ops.reduce import *  # noqa: F403
