"""Hashes of rows."""

from millrace._load import public
from millrace.framework.dispatch import apply_op


@public
def fingerprint(data, method="farmhash64", name=None):
    """uint8 [rows, 8]: a hash of each row of data, the same in each program."""
    return apply_op("Fingerprint", (data, method), None, name)
