"""Linear algebra, under the names of tf.linalg."""

from millrace.ops.linalg import matmul, matvec, norm, tensordot

__all__ = ["matmul", "matvec", "norm", "tensordot"]
