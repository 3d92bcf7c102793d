"""Operations on strings, elementwise unless said otherwise."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.dispatch import apply_op
from millrace.framework.sparse_tensor import SparseTensor


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
def split_to_sparse(source, sep=" ", skip_empty=True):
    """The parts of each string of a vector, as a SparseTensor: a row a string."""
    attrs = {"skip_empty": skip_empty}
    return SparseTensor(*apply_op("StringSplit", (source, sep), attrs))
