"""Strings as code points, and back."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.ops.string_rows import rows_of_strings

__all__ = [
    "unicode_decode",
    "unicode_decode_with_offsets",
    "unicode_encode",
    "unicode_script",
    "unicode_split",
    "unicode_split_with_offsets",
    "unicode_transcode",
]

_REPLACEMENT = 65533


@public
def unicode_transcode(
    input,
    input_encoding,
    output_encoding,
    errors="replace",
    replacement_char=_REPLACEMENT,
    replace_control_characters=False,
    name=None,
):
    """Strings in another encoding. errors: "strict" (InvalidArgumentError when it runs),
    "replace" or "ignore" what is badly formed."""
    attrs = {
        "input_encoding": input_encoding,
        "output_encoding": output_encoding,
        "errors": errors,
        "replacement_char": replacement_char,
        "replace_control_characters": replace_control_characters,
    }
    return apply_op("UnicodeTranscode", (input,), attrs, name)


@public
def unicode_script(input, name=None):
    """The number of the script, in ICU's order, of each int32 code point; -1 of what is none."""
    return apply_op("UnicodeScript", (input,), None, name)


@public
def unicode_decode(
    input,
    input_encoding,
    errors="replace",
    replacement_char=_REPLACEMENT,
    replace_control_characters=False,
    name=None,
):
    """The int32 code points of strings: a vector for a scalar, else a RaggedTensor with a row for
    each string."""
    attrs = _decoding(input_encoding, errors, replacement_char, replace_control_characters)
    return _decoded("UnicodeDecode", input, attrs, name)[0]


@public
def unicode_decode_with_offsets(
    input,
    input_encoding,
    errors="replace",
    replacement_char=_REPLACEMENT,
    replace_control_characters=False,
    name=None,
):
    """As unicode_decode, and the byte at which each code point begins, int64."""
    attrs = _decoding(input_encoding, errors, replacement_char, replace_control_characters)
    return tuple(_decoded("UnicodeDecodeWithOffsets", input, attrs, name))


@public
def unicode_split(
    input, input_encoding, errors="replace", replacement_char=_REPLACEMENT, name=None
):
    """The characters of strings, each a string: a vector for a scalar, else a RaggedTensor."""
    points = unicode_decode(input, input_encoding, errors, replacement_char, name=name)
    return _characters(points, input_encoding, errors, replacement_char)


@public
def unicode_split_with_offsets(
    input, input_encoding, errors="replace", replacement_char=_REPLACEMENT, name=None
):
    """As unicode_split, and the byte at which each character begins, int64."""
    points, offsets = unicode_decode_with_offsets(
        input, input_encoding, errors, replacement_char, name=name
    )
    return _characters(points, input_encoding, errors, replacement_char), offsets


@public
def unicode_encode(
    input, output_encoding, errors="replace", replacement_char=_REPLACEMENT, name=None
):
    """A string of each row of int32 code points [..., n], in "UTF-8", "UTF-16-BE" or
    "UTF-32-BE"."""
    attrs = {
        "output_encoding": output_encoding,
        "errors": errors,
        "replacement_char": replacement_char,
    }
    if isinstance(input, RaggedTensor):
        if input.ragged_rank > 1:
            inner = unicode_encode(input.values, output_encoding, errors, replacement_char, name)
            return input.with_values(inner)
        if input.flat_values.shape.rank > 1:
            flat = unicode_encode(
                input.flat_values, output_encoding, errors, replacement_char, name
            )
            return input.with_flat_values(flat)
        return apply_op("UnicodeEncode", (input.values, input.row_splits), attrs, name)
    input = convert_to_tensor(input, dtypes.int32)
    if not input.shape.rank:
        raise ValueError("code points must be a vector at least, of a rank that is known")
    shape = apply_op("Shape", (input,), {"out_type": dtypes.int64})
    rows, n = apply_op("Prod", (shape[:-1], [0])), shape[-1]
    splits = apply_op("Range", (0 * n, rows + 1, 1 + 0 * n)) * n
    encoded = apply_op("UnicodeEncode", (apply_op("Reshape", (input, [-1])), splits), attrs, name)
    return apply_op("Reshape", (encoded, shape[:-1]))


def _decoding(encoding, errors, replacement_char, replace_control_characters):
    return {
        "input_encoding": encoding,
        "errors": errors,
        "replacement_char": replacement_char,
        "replace_control_characters": replace_control_characters,
    }


def _decoded(op, input, attrs, name):
    def rows(strings):
        splits, *values = apply_op(op, (strings,), attrs, name)
        return [RaggedTensor.from_row_splits(v, splits, validate=False) for v in values]

    return rows_of_strings(input, rows)


def _characters(points, encoding, errors, replacement_char):
    flat = points.flat_values if isinstance(points, RaggedTensor) else points
    each = apply_op("ExpandDims", (flat, -1))
    strings = unicode_encode(each, encoding, errors, replacement_char)
    return points.with_flat_values(strings) if isinstance(points, RaggedTensor) else strings
