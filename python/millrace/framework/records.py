"""Files of records (TFRecord), written and read in Python."""

import gzip
import os
import struct
import zlib

from millrace import errors
from millrace._load import public
from millrace.framework.crc import masked_crc32c


class TFRecordCompressionType:
    """How a file is compressed as a whole."""

    NONE, ZLIB, GZIP = 0, 1, 2


_NAMES = {0: "", 1: "ZLIB", 2: "GZIP"}


class TFRecordOptions:
    """compression_type: "", "ZLIB" or "GZIP"; compression_level: 0 to 9."""

    def __init__(self, compression_type=None, compression_level=None, **kwargs):
        self.compression_type = _compression(compression_type)
        self.compression_level = compression_level

    @classmethod
    def get_compression_type_string(cls, options):
        return _compression(options)


def _compression(options):
    if isinstance(options, TFRecordOptions):
        return options.compression_type
    name = _NAMES.get(options, options) or ""
    if name not in _NAMES.values():
        raise ValueError(f"compression_type must be '', 'ZLIB' or 'GZIP', not {name!r}")
    return name


class TFRecordWriter:
    """Writes a file of records.

    Args:
      path: of the file, which is made anew.
      options: a compression type, or TFRecordOptions.
    """

    @public
    def __init__(self, path, options=None):
        kind = _compression(options)
        level = getattr(options, "compression_level", None)
        level = -1 if level is None else level
        try:
            self._file = open(os.fspath(path), "wb")
        except FileNotFoundError as error:
            raise errors.NotFoundError(None, None, str(error)) from None
        window = {"": None, "ZLIB": zlib.MAX_WBITS, "GZIP": 16 + zlib.MAX_WBITS}[kind]
        self._packer = None if window is None else zlib.compressobj(level, zlib.DEFLATED, window)

    @public
    def write(self, record):
        """Adds a record: bytes, or text."""
        if self._file is None:
            raise errors.FailedPreconditionError(None, None, "the writer is closed")
        record = record.encode() if isinstance(record, str) else bytes(record)
        length = struct.pack("<Q", len(record))
        head = length + struct.pack("<I", masked_crc32c(length))
        self._put(head + record + struct.pack("<I", masked_crc32c(record)))

    def _put(self, data):
        self._file.write(data if self._packer is None else self._packer.compress(data))

    @public
    def flush(self):
        """What was written is in the file when it returns."""
        if self._packer is not None:
            self._file.write(self._packer.flush(zlib.Z_SYNC_FLUSH))
        self._file.flush()

    @public
    def close(self):
        """Ends the file."""
        if self._file is not None:
            if self._packer is not None:
                self._file.write(self._packer.flush())
            self._file.close()
            self._file = None

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


@public
def tf_record_iterator(path, options=None):
    """The records of a file, as bytes. DataLossError where one is damaged or cut off."""
    kind = _compression(options)
    try:
        with open(os.fspath(path), "rb") as file:
            data = file.read()
    except FileNotFoundError as error:
        raise errors.NotFoundError(None, None, str(error)) from None
    if kind:
        data = gzip.decompress(data) if kind == "GZIP" else zlib.decompress(data)
    return _records(data, path)


def _records(data, path):
    at = 0
    while at < len(data):
        head = data[at : at + 12]
        damaged = f"{path}: the record at byte {at} is damaged or cut off"
        if len(head) < 12 or masked_crc32c(head[:8]) != struct.unpack("<I", head[8:])[0]:
            raise errors.DataLossError(None, None, damaged)
        (length,) = struct.unpack("<Q", head[:8])
        record, end = data[at + 12 : at + 12 + length], at + 12 + length + 4
        if end > len(data) or masked_crc32c(record) != struct.unpack("<I", data[end - 4 : end])[0]:
            raise errors.DataLossError(None, None, damaged)
        yield record
        at = end
