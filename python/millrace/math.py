"""Mathematical functions, under the names of tf.math."""

import types as _types

from millrace.nn import in_top_k, l2_normalize, log_softmax, softmax, softsign, top_k  # noqa: F401
from millrace.ops import special as _special
from millrace.ops.counting import (  # noqa: F401
    bincount,
    confusion_matrix,
    is_non_decreasing,
    is_strictly_increasing,
    zero_fraction,
)
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
from millrace.ops.segments import (  # noqa: F401
    unsorted_segment_max,
    unsorted_segment_mean,
    unsorted_segment_min,
    unsorted_segment_prod,
    unsorted_segment_sqrt_n,
)
from millrace.ops.special import *  # noqa: F403

divide_no_nan = div_no_nan  # noqa: F405
special = _types.SimpleNamespace(**{n: getattr(_special, n) for n in _special.SPECIAL})
