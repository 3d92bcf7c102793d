"""Datasets of files: records, lines, pieces of one length."""

from millrace import dtypes
from millrace._load import public
from millrace.data.dataset import Dataset
from millrace.data.elements import int64
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.tensor import TensorSpec

_RECORD = TensorSpec([], dtypes.string)


def _filenames(filenames):
    if isinstance(filenames, (str, bytes)) or hasattr(filenames, "__fspath__"):
        filenames = [filenames]
    if isinstance(filenames, (list, tuple)):
        filenames = [n if isinstance(n, bytes) else str(n) for n in filenames]
    return convert_to_tensor(filenames, dtypes.string)


class _OfFiles(Dataset):
    def __init__(self, op, filenames, further, num_parallel_reads, name):
        def of(names):
            return Dataset(apply_op(op, (names, *further), None, name), _RECORD)

        if isinstance(filenames, Dataset) or num_parallel_reads is not None:
            if not isinstance(filenames, Dataset):
                filenames = Dataset.from_tensor_slices(_filenames(filenames))
            made = (
                filenames.flat_map(of)
                if num_parallel_reads is None
                else filenames.interleave(of, num_parallel_reads, 1, num_parallel_reads)
            )
        else:
            made = of(_filenames(filenames))
        super().__init__(made._variant, _RECORD)
        self._kept = made


class TFRecordDataset(_OfFiles):
    """The records of TFRecord files, one after the other, as strings.

    Args:
      filenames: a name, several, or a dataset of them.
      compression_type: "", "ZLIB" or "GZIP".
      num_parallel_reads: so many files in turns.
    """

    @public
    def __init__(
        self,
        filenames,
        compression_type=None,
        buffer_size=None,
        num_parallel_reads=None,
        name=None,
    ):
        further = (compression_type or "", int64(buffer_size or 256 * 1024))
        super().__init__("TFRecordDataset", filenames, further, num_parallel_reads, name)


class TextLineDataset(_OfFiles):
    """The lines of text files, without their ends, as strings. Arguments as for TFRecordDataset."""

    @public
    def __init__(
        self,
        filenames,
        compression_type=None,
        buffer_size=None,
        num_parallel_reads=None,
        name=None,
    ):
        further = (compression_type or "", int64(buffer_size or 256 * 1024))
        super().__init__("TextLineDataset", filenames, further, num_parallel_reads, name)


class FixedLengthRecordDataset(_OfFiles):
    """Pieces of record_bytes bytes of files, between a header and a footer of so many bytes."""

    @public
    def __init__(
        self,
        filenames,
        record_bytes,
        header_bytes=None,
        footer_bytes=None,
        buffer_size=None,
        compression_type=None,
        num_parallel_reads=None,
        name=None,
    ):
        sizes = (header_bytes or 0, record_bytes, footer_bytes or 0, buffer_size or 256 * 1024)
        further = (*map(int64, sizes), compression_type or "")
        op = "FixedLengthRecordDatasetV2"
        super().__init__(op, filenames, further, num_parallel_reads, name)
