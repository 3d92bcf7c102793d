"""Summaries: curves and graphs that TensorBoard shows."""

from millrace.summary.ops import histogram, merge, merge_all, scalar
from millrace.summary.writer import FileWriter

__all__ = ["FileWriter", "histogram", "merge", "merge_all", "scalar"]
