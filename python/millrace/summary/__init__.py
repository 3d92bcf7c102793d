"""Summaries: curves, distributions, pictures, texts and graphs that TensorBoard shows."""

from millrace.summary.messages import (
    Event,
    HistogramProto,
    SessionLog,
    Summary,
    SummaryMetadata,
    TaggedRunMetadata,
    summary_iterator,
)
from millrace.summary.ops import histogram, image, merge, merge_all, scalar, tensor_summary, text
from millrace.summary.writer import FileWriter

__all__ = [
    "Event",
    "FileWriter",
    "HistogramProto",
    "SessionLog",
    "Summary",
    "SummaryMetadata",
    "TaggedRunMetadata",
    "histogram",
    "image",
    "merge",
    "merge_all",
    "scalar",
    "summary_iterator",
    "tensor_summary",
    "text",
]
