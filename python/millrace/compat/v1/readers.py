"""Readers: records of the files whose names a queue gives, as TensorFlow 1 had them before
datasets."""

from millrace._load import public
from millrace.framework import context
from millrace.framework.dispatch import apply_op
from millrace.framework.variable import unique_shared_name


class ReaderBase:
    """What gives one record after the other.

    Attributes:
      reader_ref: the handle.
      supports_serialize: whether serialize_state() and restore_state() work.
    """

    @public
    def __init__(self, reader_ref, supports_serialize=False):
        if context.executing_eagerly():
            raise RuntimeError("readers belong to graphs; where ops run at once use mr.data")
        self._reader_ref, self._supports_serialize = reader_ref, supports_serialize

    reader_ref = property(lambda self: self._reader_ref)
    supports_serialize = property(lambda self: self._supports_serialize)

    @public
    def read(self, queue, name=None):
        """(key, value): string tensors of the next record. Takes the name of the next file from
        the queue where the last one has ended; OutOfRangeError when it runs and there is none."""
        return apply_op("ReaderReadV2", (self._reader_ref, _ref(queue)), None, name)

    @public
    def read_up_to(self, queue, num_records, name=None):
        """(keys, values): string vectors of the next records, num_records or fewer."""
        args = (self._reader_ref, _ref(queue), num_records)
        return apply_op("ReaderReadUpToV2", args, None, name)

    @public
    def num_records_produced(self, name=None):
        """An int64 scalar: how many records were read."""
        return apply_op("ReaderNumRecordsProducedV2", (self._reader_ref,), None, name)

    @public
    def num_work_units_completed(self, name=None):
        """An int64 scalar: how many files were read to their ends."""
        return apply_op("ReaderNumWorkUnitsCompletedV2", (self._reader_ref,), None, name)

    @public
    def serialize_state(self, name=None):
        """A string scalar: where it stands. UnimplementedError, when it runs, of most readers."""
        return apply_op("ReaderSerializeStateV2", (self._reader_ref,), None, name)

    @public
    def restore_state(self, state, name=None):
        """An operation that goes to where serialize_state() stood."""
        return apply_op("ReaderRestoreStateV2", (self._reader_ref, state), None, name)

    @public
    def reset(self, name=None):
        """An operation that begins anew."""
        return apply_op("ReaderResetV2", (self._reader_ref,), None, name)


def _ref(queue):
    return getattr(queue, "queue_ref", queue)


def _made(op, attrs, name):
    """The handle; where ops run at once the reader's __init__ refuses."""
    if context.executing_eagerly():
        return None
    return apply_op(op, (), {**attrs, "shared_name": unique_shared_name(name or op)}, name)


class WholeFileReader(ReaderBase):
    """Files as a whole: the key is the file's name."""

    @public
    def __init__(self, name=None):
        super().__init__(_made("WholeFileReaderV2", {}, name), supports_serialize=True)


class TextLineReader(ReaderBase):
    """Lines, without their ends: the key is "file:number"."""

    @public
    def __init__(self, skip_header_lines=None, name=None):
        super().__init__(
            _made("TextLineReaderV2", {"skip_header_lines": skip_header_lines or 0}, name)
        )


class FixedLengthRecordReader(ReaderBase):
    """Records of record_bytes each, hop_bytes (record_bytes) apart, between a header and a
    footer."""

    @public
    def __init__(
        self,
        record_bytes,
        header_bytes=None,
        footer_bytes=None,
        hop_bytes=None,
        name=None,
        encoding=None,
    ):
        attrs = {
            "record_bytes": record_bytes,
            "header_bytes": header_bytes or 0,
            "footer_bytes": footer_bytes or 0,
            "hop_bytes": hop_bytes or 0,
            "encoding": encoding or "",
        }
        super().__init__(_made("FixedLengthRecordReaderV2", attrs, name))


class TFRecordReader(ReaderBase):
    """Records of TFRecord files. options: an io.TFRecordOptions, or a compression type."""

    @public
    def __init__(self, name=None, options=None):
        compression = getattr(options, "compression_type", options) or ""
        super().__init__(_made("TFRecordReaderV2", {"compression_type": compression}, name))


class IdentityReader(ReaderBase):
    """The queue's own elements, as key and as value."""

    @public
    def __init__(self, name=None):
        super().__init__(_made("IdentityReaderV2", {}, name), supports_serialize=True)


__all__ = [
    "FixedLengthRecordReader",
    "IdentityReader",
    "ReaderBase",
    "TFRecordReader",
    "TextLineReader",
    "WholeFileReader",
]
