"""FileWriter: event files."""

from millrace import _load
from millrace._load import public


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
        self._c = _load.native.EventWriter(self._dir, filename_suffix or "")
        if graph is not None:
            self.add_graph(graph)

    def get_logdir(self):
        return self._dir

    @public
    def add_scalar(self, tag, value, step=0):
        """A point of the curve `tag`."""
        self._c.add_scalar(tag, float(value), int(step))

    @public
    def add_summary(self, summary, global_step=None):
        """What a summary operation gave: a serialised Summary."""
        self._c.add_summary(_bytes(summary), int(global_step or 0))

    @public
    def add_graph(self, graph, global_step=None):
        """A Graph, with the shapes that are known."""
        self._c.add_graph(graph.as_graph_def(add_shapes=True), int(global_step or 0))

    @public
    def add_meta_graph(self, meta_graph_def, global_step=None):
        self._c.add_meta_graph(_bytes(meta_graph_def), int(global_step or 0))

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
