"""FileWriter: event files."""

import numpy as np

from millrace import _load
from millrace._load import public
from millrace.summary.ops import TEXT


def _bytes(message):
    return message if isinstance(message, bytes) else message.SerializeToString()


class FileWriter:
    """Writes an event file into a folder. Thread-safe.

    Args:
      logdir: the folder; made if it is missing.
      graph: a Graph to write at once.
      filename_suffix: put at the end of the file's name.
    """

    @public
    def __init__(
        self, logdir, graph=None, max_queue=10, flush_secs=120, filename_suffix=None, session=None
    ):
        self._dir = str(logdir)
        self._suffix = filename_suffix or ""
        self._c = _load.native.EventWriter(self._dir, self._suffix)
        self._traced = set()  # tags of run metadata
        if graph is not None:
            self.add_graph(graph)

    def get_logdir(self):
        return self._dir

    @public
    def add_scalar(self, tag, value, step=0):
        """A point of the curve `tag`."""
        self._c.add_scalar(tag, float(value), int(step))

    def _add(self, op, tag, value, step, *further, attrs=None):
        """The summary that the op gives at once, also while a graph is built."""
        inputs = [_load.native.eager_constant(v, 0) for v in (tag, value, *further)]
        (summary,) = _load.native.eager_execute(op, inputs, attrs)
        self._c.add_summary(summary.numpy(), int(step))

    @public
    def add_histogram(self, tag, values, step=0):
        """How the values of an array are distributed."""
        self._add("HistogramSummary", tag, np.asarray(values), step)

    @public
    def add_image(self, tag, images, step=0, max_outputs=3):
        """The first images of a batch: see summary.image."""
        attrs = {"max_images": max_outputs}
        self._add("ImageSummary", tag, np.asarray(images), step, attrs=attrs)

    @public
    def add_text(self, tag, text, step=0):
        """A string, a list or a table of strings, shown as Markdown."""
        self._add("TensorSummaryV2", tag, text, step, TEXT.SerializeToString())

    @public
    def add_summary(self, summary, global_step=None):
        """What a summary operation gave, a serialised Summary; or a Summary."""
        self._c.add_summary(_bytes(summary), int(global_step or 0))

    @public
    def add_graph(self, graph, global_step=None):
        """A Graph, with the shapes that are known; or a GraphDef's bytes."""
        as_graph_def = getattr(graph, "as_graph_def", None)
        data = graph if as_graph_def is None else as_graph_def(add_shapes=True)
        self._c.add_graph(data, int(global_step or 0))

    @public
    def add_meta_graph(self, meta_graph_def, global_step=None):
        self._c.add_meta_graph(_bytes(meta_graph_def), int(global_step or 0))

    @public
    def add_run_metadata(self, run_metadata, tag, global_step=None):
        """When and where the operations of a step ran: a RunMetadata that Session.run has filled.
        ValueError for a tag that had one before."""
        if tag in self._traced:
            raise ValueError(f"the tag {tag!r} was already used for run metadata")
        self._traced.add(tag)
        self._c.add_run_metadata(_bytes(run_metadata), tag, int(global_step or 0))

    @public
    def add_session_log(self, session_log, global_step=None):
        """A turn of the training session, a SessionLog."""
        log = session_log
        self._c.add_session_log(int(log.status), log.checkpoint_path, int(global_step or 0))

    @public
    def reopen(self):
        """Begins another event file in the folder, after close()."""
        self.close()
        self._c = _load.native.EventWriter(self._dir, self._suffix)

    @public
    def flush(self):
        """Everything so far is in the file when it returns."""
        self._c.flush()

    @public
    def close(self):
        """Flushes and ends the file."""
        self._c.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
