"""Files: whole ones, images and raw records as operations, and the contents of checkpoints,
without a graph."""

from millrace import _load
from millrace._load import public
from millrace.framework import gfile  # noqa: F401
from millrace.framework.dispatch import apply_op
from millrace.image.files import (  # noqa: F401
    decode_and_crop_jpeg,
    decode_bmp,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    encode_jpeg,
    encode_png,
    extract_jpeg_shape,
    is_jpeg,
)
from millrace.ops.parsing import *  # noqa: F403
from millrace.ops.serialized_sparse import (  # noqa: F401
    deserialize_many_sparse,
    serialize_many_sparse,
    serialize_sparse,
)

_OF_RECORDS = ("TFRecordOptions", "TFRecordWriter", "tf_record_iterator")


def __dir__():
    return sorted({*globals(), *_OF_RECORDS, "match_filenames_once", "write_graph"})


def __getattr__(name):
    if name in _OF_RECORDS:
        from millrace.framework import records

        return getattr(records, name)
    if name == "match_filenames_once":
        from millrace.compat.v1.input_pipeline import match_filenames_once

        return match_filenames_once
    if name == "write_graph":
        from millrace.train.meta_graph import write_graph

        return write_graph
    raise AttributeError(f"module 'millrace.io' has no attribute {name!r}")


@public
def encode_base64(input, pad=False, name=None):
    """Bytes as web-safe base64; with "=" at the end if pad is set."""
    return apply_op("EncodeBase64", (input,), {"pad": pad}, name)


@public
def decode_base64(input, name=None):
    """The bytes of web-safe base64. When it runs: InvalidArgumentError for anything else."""
    return apply_op("DecodeBase64", (input,), None, name)


@public
def decode_compressed(bytes, compression_type="", name=None):
    """Strings decompressed; compression_type is "ZLIB", "GZIP" or "" for none. When it runs:
    DataLossError for what is not compressed so."""
    return apply_op("DecodeCompressed", (bytes,), {"compression_type": compression_type}, name)


@public
def load_checkpoint(ckpt_dir_or_file):
    """A reader of a checkpoint: a prefix, or a folder (its latest one). ValueError if there is
    none."""
    return CheckpointReader(checkpoint_prefix(ckpt_dir_or_file))


def checkpoint_prefix(path):
    import os

    path = os.fspath(path)
    if os.path.isdir(path):
        from millrace.train import latest_checkpoint

        found = latest_checkpoint(path)
        if found is None:
            raise ValueError(f"the folder {path} holds no checkpoint")
        return found
    return path


class CheckpointReader:
    """The tensors of a checkpoint."""

    @public
    def __init__(self, prefix):
        self._c = _load.native.CheckpointReader(prefix)
        self._infos = {name: (dtype, shape) for name, dtype, shape in self._c.variables()}

    def get_variable_to_shape_map(self):
        return {name: list(shape) for name, (_, shape) in self._infos.items()}

    def get_variable_to_dtype_map(self):
        return {name: dtype for name, (dtype, _) in self._infos.items()}

    def has_tensor(self, name):
        return name in self._infos

    @public
    def get_tensor(self, name):
        """NotFoundError if there is none of that name, DataLossError if its bytes are damaged."""
        return self._c.get_tensor(name)


@public
def list_variables(ckpt_dir_or_file):
    """[(name, shape)] of a checkpoint."""
    reader = load_checkpoint(ckpt_dir_or_file)
    return [(name, list(shape)) for name, (_, shape) in sorted(reader._infos.items())]


@public
def load_variable(ckpt_dir_or_file, name):
    """One tensor of a checkpoint."""
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name)


@public
def read_file(filename, name=None):
    """All of a file, as a string tensor. When it runs: NotFoundError if there is none."""
    return apply_op("ReadFile", (filename,), None, name)


@public
def write_file(filename, contents, name=None):
    """An operation that writes a string into a file, whose folder is made if it is missing."""
    return apply_op("WriteFile", (filename, contents), None, name)


@public
def matching_files(pattern, name=None):
    """The names, sorted, of the files that fit one of the patterns of a shell."""
    return apply_op("MatchingFiles", (pattern,), None, name)


@public
def serialize_tensor(tensor, name=None):
    """A tensor as a string, which parse_tensor reads: a serialised TensorProto."""
    return apply_op("SerializeTensor", (tensor,), None, name)


@public
def parse_tensor(serialized, out_type, name=None):
    """The tensor in a string that serialize_tensor has made. InvalidArgumentError for another
    type."""
    return apply_op("ParseTensor", (serialized,), {"out_type": out_type}, name)


@public
def decode_raw(input_bytes, out_type, little_endian=True, fixed_length=None, name=None):
    """The bytes of strings as numbers, along a new last axis."""
    if fixed_length is not None:
        raise NotImplementedError("decode_raw: fixed_length is not there")
    attrs = {"out_type": out_type, "little_endian": little_endian}
    return apply_op("DecodeRaw", (input_bytes,), attrs, name)


@public
def decode_csv(
    records,
    record_defaults,
    field_delim=",",
    use_quote_delim=True,
    na_value="",
    select_cols=None,
    name=None,
):
    """The columns of lines of comma-separated values: a list of tensors.

    Args:
      record_defaults: of each column a tensor of its dtype: what an empty field is; an empty one
        where a field is required.
    """
    attrs = {
        "field_delim": field_delim,
        "use_quote_delim": use_quote_delim,
        "na_value": na_value,
        "select_cols": select_cols or [],
    }
    return apply_op("DecodeCSV", (records, list(record_defaults)), attrs, name)
