"""Operations on strings, elementwise unless said otherwise."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.sparse_tensor import SparseTensor
from millrace.ops.string_rows import rows_of_strings
from millrace.ops.unicode import *  # noqa: F403


@public
def length(input, name=None, unit="BYTE"):
    """How many bytes, or characters of UTF-8 (unit="UTF8_CHAR"), a string has."""
    return apply_op("StringLength", (input,), {"unit": unit}, name)


@public
def join(inputs, separator="", name=None):
    """The strings of several tensors, joined."""
    return apply_op("StringJoin", (list(inputs),), {"separator": separator}, name)


@public
def lower(input, encoding="", name=None):
    return apply_op("StringLower", (input,), {"encoding": encoding}, name)


@public
def upper(input, encoding="", name=None):
    return apply_op("StringUpper", (input,), {"encoding": encoding}, name)


@public
def strip(input, name=None):
    """Without white space at both ends."""
    return apply_op("StringStrip", (input,), None, name)


@public
def substr(input, pos, len, unit="BYTE", name=None):
    """`len` bytes or characters from `pos` on."""
    return apply_op("Substr", (input, pos, len), {"unit": unit}, name)


@public
def to_number(input, out_type=dtypes.float32, name=None):
    """When it runs: InvalidArgumentError for what is no number."""
    return apply_op("StringToNumber", (input,), {"out_type": out_type}, name)


@public
def as_string(input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None):
    """Numbers and bools as text."""
    attrs = {
        "precision": precision,
        "scientific": scientific,
        "shortest": shortest,
        "width": width,
        "fill": fill,
    }
    return apply_op("AsString", (input,), attrs, name)


@public
def regex_replace(input, pattern, rewrite, replace_global=True, name=None):
    """What matches the pattern (RE2) is replaced."""
    attrs = {"replace_global": replace_global}
    return apply_op("RegexReplace", (input, pattern, rewrite), attrs, name)


@public
def regex_full_match(input, pattern, name=None):
    """Whether a string as a whole matches the pattern (RE2)."""
    return apply_op("RegexFullMatch", (input, pattern), None, name)


@public
def to_hash_bucket(input, num_buckets, name=None):
    """A number in [0, num_buckets), the same for the same string."""
    return apply_op("StringToHashBucket", (input,), {"num_buckets": num_buckets}, name)


@public
def to_hash_bucket_fast(input, num_buckets, name=None):
    """As to_hash_bucket, by another hash."""
    return apply_op("StringToHashBucketFast", (input,), {"num_buckets": num_buckets}, name)


@public
def to_hash_bucket_strong(input, num_buckets, key, name=None):
    """As to_hash_bucket, by a keyed hash (SipHash). key: two integers."""
    attrs = {"num_buckets": num_buckets, "key": list(key)}
    return apply_op("StringToHashBucketStrong", (input,), attrs, name)


@public
def reduce_join(inputs, axis=None, keepdims=False, separator="", name=None):
    """The strings along the axes (all if None), joined."""
    inputs = convert_to_tensor(inputs)
    if axis is None:
        axis = list(range(inputs.shape.rank - 1, -1, -1))
        # All axes from the last one down: strings are joined in the order of the elements.
        if not axis:
            return apply_op("Identity", (inputs,), None, name)
        flat = apply_op("Reshape", (inputs, [-1]))
        made = apply_op("ReduceJoin", (flat, [0]), {"separator": separator}, name)
        return apply_op("Reshape", (made, [1] * len(axis))) if keepdims else made
    attrs = {"keep_dims": bool(keepdims), "separator": separator}
    return apply_op("ReduceJoin", (inputs, axis), attrs, name)


@public
def unsorted_segment_join(inputs, segment_ids, num_segments, separator="", name=None):
    """String s of the result joins the strings whose segment id is s."""
    args = (inputs, segment_ids, num_segments)
    return apply_op("UnsortedSegmentJoin", args, {"separator": separator}, name)


@public
def format(template, inputs, placeholder="{}", summarize=3, name=None):
    """The template with its placeholders replaced by the tensors' text, in order.

    Args:
      summarize: how many elements at each end of each axis are shown; -1: all.
    ValueError unless there is a placeholder for each input.
    """
    inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    if template.count(placeholder) != len(inputs):
        raise ValueError(
            f"{template.count(placeholder)} placeholders in the template for {len(inputs)} tensors"
        )
    attrs = {"template": template, "placeholder": placeholder, "summarize": summarize}
    return apply_op("StringFormat", (inputs,), attrs, name)


@public
def split(input, sep=None, maxsplit=-1, name=None):
    """The parts of strings between separators, or between white space where sep is None: a vector
    for a scalar, else a RaggedTensor with a row for each string."""
    sep = "" if sep is None else sep
    return _parts(input, "StringSplitV2", sep, {"maxsplit": maxsplit}, name)


@public
def bytes_split(input, name=None):
    """The bytes of strings: a vector for a scalar, else a RaggedTensor with a row for each."""
    return _parts(input, "StringSplit", "", {"skip_empty": False}, name)


def _parts(input, op, sep, attrs, name):
    def rows(strings):
        indices, values, shape = apply_op(op, (strings, sep), attrs, name)
        ids = indices[:, 0]
        return [RaggedTensor.from_value_rowids(values, ids, shape[0], validate=False)]

    return rows_of_strings(input, rows)[0]


@public
def ngrams(
    data,
    ngram_width,
    separator=" ",
    pad_values=None,
    padding_width=None,
    preserve_short_sequences=False,
    name=None,
):
    """The runs of ngram_width strings (a number, or several) of each row, joined.

    Args:
      data: strings, [..., n] or ragged.
      pad_values: what is put in before and behind each row: a string or (left, right).
      padding_width: how often; as often as an n-gram allows if None.
      preserve_short_sequences: a row too short for an n-gram gives one of all that it has.
    """
    widths = [ngram_width] if isinstance(ngram_width, int) else list(ngram_width)
    if not all(w > 0 for w in widths):
        raise ValueError(f"all ngram widths must be greater than 0, got {ngram_width}")
    if padding_width is not None and padding_width < 0:
        raise ValueError(f"padding_width must be 0 or more, got {padding_width}")
    if pad_values is None:
        left, right, pad = "", "", 0
    else:
        left, right = (pad_values, pad_values) if isinstance(pad_values, str) else pad_values
        pad = -1 if padding_width is None else padding_width
    is_ragged = isinstance(data, RaggedTensor)
    data = data if is_ragged else convert_to_tensor(data, dtypes.string)
    rank = data.shape.rank
    flat = rank == 1 and not is_ragged
    rows = data
    if not is_ragged:
        rows = apply_op("ExpandDims", (data, 0)) if flat else data
        rows = RaggedTensor.from_tensor(rows, ragged_rank=rows.shape.rank - 1)
    attrs = {
        "separator": separator,
        "ngram_widths": widths,
        "left_pad": left,
        "right_pad": right,
        "pad_width": pad,
        "preserve_short_sequences": preserve_short_sequences,
    }
    splits = rows.nested_row_splits
    values, inner = apply_op("StringNGrams", (rows.flat_values, splits[-1]), attrs, name)
    if flat:
        return values
    made = RaggedTensor.from_nested_row_splits(values, [*splits[:-1], inner], validate=False)
    return made if is_ragged else made.to_tensor(default_value="")


@public
def split_to_sparse(source, sep=" ", skip_empty=True):
    """The parts of each string of a vector, as a SparseTensor: a row a string."""
    attrs = {"skip_empty": skip_empty}
    return SparseTensor(*apply_op("StringSplit", (source, sep), attrs))
