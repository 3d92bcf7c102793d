"""Summaries of what runs at once: written by the default writer of the thread, at its step."""

import threading

import numpy as np

from millrace._load import public
from millrace.framework import context
from millrace.framework.dispatch import apply_op
from millrace.framework.scopes import eager_scope
from millrace.summary.messages import PluginData, SummaryMetadata
from millrace.summary.ops import TEXT
from millrace.summary.writer import FileWriter

_local = threading.local()
_SCALARS = SummaryMetadata(plugin_data=PluginData(plugin_name="scalars"), data_class=1)
_WAV = PluginData(plugin_name="audio", content=b"\x10\x0b")  # AudioPluginData: encoding WAV


class SummaryWriter:
    """What create_file_writer() makes: an event file, and the default writer where it is used by
    `with writer.as_default():`."""

    def __init__(self, logdir, filename_suffix):
        self._arguments, self._file = (logdir, filename_suffix), None

    @property
    def _writer(self):
        if self._file is None:
            logdir, suffix = self._arguments
            self._file = FileWriter(logdir, filename_suffix=suffix)
        return self._file

    @public
    def as_default(self, step=None):
        """`with writer.as_default():` summaries go here, those without a step at `step`."""
        return _Default(self, step)

    @public
    def set_as_default(self, step=None):
        """Summaries of this thread go here from now on."""
        _stack().append((self, step))

    def init(self):
        """Makes the file, if it is not there yet."""
        self._writer.flush()

    def flush(self):
        if self._file is not None:
            self._file.flush()

    def close(self):
        if self._file is not None:
            self._file.close()


class _NoWriter(SummaryWriter):
    """Writes nothing."""

    def __init__(self):
        super().__init__(None, None)


class _Default:
    def __init__(self, writer, step):
        self._entry = (writer, step)

    def __enter__(self):
        _stack().append(self._entry)
        return self._entry[0]

    def __exit__(self, *exc):
        _stack().pop()
        self._entry[0].flush()


class record_if:
    """`with record_if(condition):` summaries are written only if it holds; a bool, or a function
    that gives one."""

    def __init__(self, condition):
        self._condition = condition

    def __enter__(self):
        self._before = getattr(_local, "condition", True)
        _local.condition = self._condition

    def __exit__(self, *exc):
        _local.condition = self._before


def _stack():
    try:
        return _local.writers
    except AttributeError:
        _local.writers = []
        return _local.writers


@public
def create_file_writer(
    logdir,
    max_queue=None,
    flush_millis=None,
    filename_suffix=None,
    name=None,
    experimental_trackable=False,
    experimental_mesh=None,
):
    """A SummaryWriter of an event file in the folder."""
    return SummaryWriter(str(logdir), filename_suffix or ".v2")


@public
def create_noop_writer():
    """A SummaryWriter that writes nothing."""
    return _NoWriter()


@public
def should_record_summaries():
    """Whether summaries are written now."""
    condition = getattr(_local, "condition", True)
    wanted = condition() if callable(condition) else condition
    return bool(_stack()) and bool(wanted)


@public
def flush(writer=None, name=None):
    """What was written is in the file when it returns."""
    if writer is None and _stack():
        writer = _stack()[-1][0]
    if writer is not None:
        writer.flush()


def _record(name, step, write):
    """Calls write(FileWriter, tag, step), if anything is to be written, and says whether it was.
    ValueError without a step."""
    if context.building_graph() is not None:
        raise RuntimeError(
            "summaries inside of functions are not there: write them where ops run at once"
        )
    if not should_record_summaries():
        return False
    writer, default_step = _stack()[-1]
    step = default_step if step is None else step
    if step is None:
        from millrace.summary import experimental

        step = experimental.get_step()
    if step is None:
        raise ValueError("no step: give one here, or to as_default() or experimental.set_step()")
    if isinstance(writer, _NoWriter):
        return True
    scope = eager_scope()
    write(writer._writer, f"{scope}/{name}" if scope else name, int(step))
    return True


def _array(data):
    return data.numpy() if hasattr(data, "numpy") else np.asarray(data)


@public
def scalar(name, data, step=None, description=None):
    """A point of the curve `name`. Returns whether it was written."""

    def write(file, tag, step):
        value = np.asarray(_array(data)).astype(np.float32)
        if value.ndim:
            raise ValueError(f"a scalar summary takes a scalar, got the shape {value.shape}")
        file._add("TensorSummaryV2", tag, value, step, _SCALARS.SerializeToString())

    return _record(name, step, write)


@public
def graph(graph_data):
    """Writes a Graph or a GraphDef, for TensorBoard to draw. Returns whether it was written."""
    if not hasattr(graph_data, "as_graph_def") and not isinstance(graph_data, bytes):
        graph_data = graph_data.SerializeToString()
    return _record("graph", 0, lambda file, tag, step: file.add_graph(graph_data, step))


@public
def write_raw_pb(tensor, step=None, name=None):
    """Writes a serialised Summary. Returns whether it was written."""
    data = tensor.numpy() if hasattr(tensor, "numpy") else tensor
    return _record("raw", step, lambda file, tag, n: file.add_summary(data, n))


@public
def histogram(name, data, step=None, buckets=None, description=None):
    """How the values are distributed. Returns whether it was written."""
    return _record(name, step, lambda f, tag, n: f.add_histogram(tag, _array(data), n))


@public
def image(name, data, step=None, max_outputs=3, description=None):
    """The first images of a batch, [batch, height, width, channels]. Returns whether they were
    written."""
    return _record(name, step, lambda f, tag, n: f.add_image(tag, _array(data), n, max_outputs))


@public
def audio(name, data, sample_rate, step=None, max_outputs=3, encoding=None, description=None):
    """The first sounds of a batch in [-1, 1], [batch, frames, channels], as WAV files. Returns
    whether they were written."""
    if encoding not in (None, "wav"):
        raise ValueError(f"audio: the encoding must be 'wav', not {encoding!r}")

    def write(file, tag, step):
        sounds = np.asarray(_array(data), np.float32)
        if sounds.ndim != 3:
            raise ValueError(f"audio takes [batch, frames, channels], got shape {sounds.shape}")
        files = [apply_op("EncodeWav", (s, int(sample_rate))).numpy() for s in sounds[:max_outputs]]
        rows = np.array([[f, b""] for f in files], object).reshape(-1, 2)  # no labels
        metadata = SummaryMetadata(plugin_data=_WAV, summary_description=description or "")
        file._add("TensorSummaryV2", tag, rows, step, metadata.SerializeToString())

    return _record(name, step, write)


@public
def text(name, data, step=None, description=None):
    """Text, shown as Markdown. Returns whether it was written."""

    def write(file, tag, step):
        file._add("TensorSummaryV2", tag, _array(data), step, TEXT.SerializeToString())

    return _record(name, step, write)


@public
def write(tag, tensor, step=None, metadata=None, name=None):
    """A tensor under a tag, with the metadata for a plug-in. Returns whether it was written."""
    given = metadata or SummaryMetadata()

    def write_tensor(file, tag, step):
        file._add("TensorSummaryV2", tag, _array(tensor), step, given.SerializeToString())

    return _record(tag, step, write_tensor)
