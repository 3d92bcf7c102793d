"""Mathematical functions, under the names of tf.math."""

from millrace.nn import in_top_k, l2_normalize, softsign, top_k  # noqa: F401
from millrace.ops.elementwise import *  # noqa: F403
from millrace.ops.linalg import *  # noqa: F403
from millrace.ops.matrices import complex, count_nonzero, imag, real  # noqa: F401
from millrace.ops.rearrange import (  # noqa: F401
    invert_permutation,
    segment_max,
    segment_mean,
    segment_min,
    segment_prod,
    segment_sum,
)
from millrace.ops.reduce import *  # noqa: F403
