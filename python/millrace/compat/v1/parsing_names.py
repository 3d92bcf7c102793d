"""What TensorFlow 1 has for serialised Examples and tensors outside of tf.io."""

from millrace import io as _io
from millrace._load import public
from millrace.io import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    SparseFeature,
    VarLenFeature,
    decode_json_example,
    matching_files,
    parse_single_sequence_example,
    parse_tensor,
    serialize_tensor,
)

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "SparseFeature",
    "VarLenFeature",
    "decode_compressed",
    "decode_json_example",
    "matching_files",
    "parse_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "parse_tensor",
    "serialize_tensor",
]

decode_compressed = _io.decode_compressed


@public
def parse_example(serialized, features, name=None, example_names=None):
    """{key: tensor} of serialised Examples: io.parse_example."""
    return _io.parse_example(serialized, features, example_names, name)


@public
def parse_single_example(serialized, features, name=None, example_names=None):
    """As parse_example, of one Example: a string scalar."""
    return _io.parse_single_example(serialized, features, example_names, name)
