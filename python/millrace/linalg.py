"""Linear algebra, under the names of tf.linalg."""

from millrace.ops.clip import global_norm
from millrace.ops.linalg import matmul, matvec, norm, tensordot

__all__ = ["global_norm", "matmul", "matvec", "norm", "tensordot"]
