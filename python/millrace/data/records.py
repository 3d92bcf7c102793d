"""Datasets of records in files."""

from millrace import dtypes
from millrace._load import public
from millrace.data.dataset import Dataset, _int64
from millrace.framework.convert import convert_to_tensor
from millrace.framework.tensor import TensorSpec

_RECORD = TensorSpec([], dtypes.string)


def _filenames(filenames):
    names = [filenames] if isinstance(filenames, str) else filenames
    return convert_to_tensor([str(n) for n in names] if isinstance(names, (list, tuple)) else names)


@public
def TFRecordDataset(
    filenames, compression_type=None, buffer_size=None, num_parallel_reads=None, name=None
):
    """The records of TFRecord files, one after the other, as strings."""
    args = (_filenames(filenames), compression_type or "", _int64(buffer_size or 256 * 1024))
    return _without_types("TFRecordDataset", args, name)


def _without_types(op, args, name):
    from millrace.framework.dispatch import apply_op

    return Dataset(apply_op(op, args, None, name), _RECORD)
