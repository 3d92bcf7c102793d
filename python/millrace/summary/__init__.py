"""Summaries: curves, distributions, pictures, texts and graphs that TensorBoard shows."""

from millrace._load import public as _public
from millrace.framework.context import executing_eagerly as _executing_eagerly
from millrace.summary import experimental
from millrace.summary import ops as _ops
from millrace.summary import recording as _recording
from millrace.summary.messages import (
    Event,
    HistogramProto,
    SessionLog,
    Summary,
    SummaryMetadata,
    TaggedRunMetadata,
    summary_iterator,
)
from millrace.summary.ops import merge, merge_all, tensor_summary
from millrace.summary.recording import (
    SummaryWriter,
    create_file_writer,
    create_noop_writer,
    flush,
    graph,
    record_if,
    should_record_summaries,
    write,
)
from millrace.summary.writer import FileWriter


def _by_mode(name):
    """TensorFlow 1's function in graphs, TensorFlow 2's where ops run at once."""
    in_graph, at_once = getattr(_ops, name), getattr(_recording, name)

    def summary(name, *args, **kwargs):
        function = at_once if _executing_eagerly() else in_graph
        return function(name, *args, **kwargs)

    summary.__name__ = summary.__qualname__ = name
    summary.__doc__ = (
        f"In a graph: {in_graph.__doc__}\n\nWhere ops run at once, (name, data, step=None): "
        f"{at_once.__doc__}"
    )
    return _public(summary)


audio, scalar, histogram, image, text = map(
    _by_mode, ("audio", "scalar", "histogram", "image", "text")
)

__all__ = [
    "Event",
    "FileWriter",
    "HistogramProto",
    "SessionLog",
    "Summary",
    "SummaryMetadata",
    "SummaryWriter",
    "TaggedRunMetadata",
    "audio",
    "create_file_writer",
    "create_noop_writer",
    "experimental",
    "flush",
    "graph",
    "histogram",
    "image",
    "merge",
    "merge_all",
    "record_if",
    "scalar",
    "should_record_summaries",
    "summary_iterator",
    "tensor_summary",
    "text",
    "write",
]
