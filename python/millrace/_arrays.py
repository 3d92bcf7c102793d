"""Values to arrays that the extension can take: contiguous, in native byte order, of a dtype it
knows."""

import numpy as np

from millrace import dtypes

_BFLOAT16 = dtypes.bfloat16._enum
_STRING = dtypes.string._enum
_STORAGE = {11: np.int8, 12: np.uint8, 13: np.int32, 15: np.int16, 16: np.uint16}


def as_array(value, want):
    """(dtype number, shape, array or list of strings) of a value.

    Args:
      value: an array, number, string, or nested list of them.
      want: the number of the dtype that it shall have; 0 for its own, which for Python's int is
        int32 (int64 if it does
        not fit) and for Python's float is float32.
    """
    if hasattr(value, "numpy") and not isinstance(value, (np.ndarray, np.generic)):
        value = value.numpy()
    # Python's strings are taken one by one: numpy would not mix str and bytes, nor keep trailing
    # zeros.
    array = np.asarray(value, dtype=object if _is_text(value) else None)
    if array.dtype.kind in "OSU":
        return _strings(array, value, want)
    if array.dtype.name == "bfloat16" or (array.dtype.kind == "V" and want == _BFLOAT16):
        if want in (0, _BFLOAT16):
            return _BFLOAT16, array.shape, _plain(array.view(np.uint16))
        array = array.astype(np.float32)
    if want == _STRING:
        if array.size == 0:
            return _STRING, array.shape, []
        raise TypeError(f"expected string, got {_describe(value, array)}")
    if want == 0:
        array = _default_dtype(value, array)
        known = dtypes._by_numpy.get(array.dtype.newbyteorder("="))
        if known is None:
            raise TypeError(f"cannot make a tensor of {_describe(value, array)}")
        return known._enum, array.shape, _plain(array)
    if want == _BFLOAT16:
        return want, array.shape, _plain(_to_bfloat16(_cast(array, np.float32, want, value)))
    return (
        want,
        array.shape,
        _plain(_cast(array, _STORAGE.get(want) or dtypes.numpy_dtypes[want], want, value)),
    )


def object_array(items, shape):
    """An array of objects from a flat list."""
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array.reshape(shape)


def _plain(array):
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return np.asarray(array, order="C")


def _describe(value, array):
    if isinstance(value, np.ndarray):
        return f"an array of {array.dtype}"
    text = repr(value)
    return f"{array.dtype.name} value {text if len(text) < 60 else text[:57] + '...'}"


def _first_leaf(value):
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return value


def _is_text(value):
    return not isinstance(value, np.ndarray) and isinstance(_first_leaf(value), (str, bytes))


def _default_dtype(value, array):
    if array.dtype.kind not in "fiuc" or isinstance(_first_leaf(value), (np.ndarray, np.generic)):
        return array
    if hasattr(value, "__array__"):
        return array
    if array.dtype.kind == "f":
        return array.astype(np.float32)
    if array.dtype.kind == "c":
        return array.astype(np.complex64) if not isinstance(value, np.generic) else array
    if array.size == 0 or (array.min() >= -(2**31) and array.max() < 2**31):
        return array.astype(np.int32)
    return array


def _cast(array, to, want, value):
    to = np.dtype(to)
    if array.dtype == to:
        return array
    if array.size == 0 and not isinstance(value, np.ndarray):
        return array.astype(to)  # an empty list has no type of its own
    signed_to_unsigned = array.dtype.kind == "i" and to.kind == "u"
    if array.dtype.kind == "V" or not (
        np.can_cast(array.dtype, to, "same_kind") or signed_to_unsigned
    ):
        name = dtypes.by_enum[want].name
        raise TypeError(
            f"expected {name}, got {_describe(value, array)}; numpy's astype() converts it"
        )
    cast = array.astype(to)
    if to.kind in "iu" and array.dtype.itemsize >= to.itemsize and not np.array_equal(cast, array):
        raise ValueError(f"{_describe(value, array)} does not fit in {dtypes.by_enum[want].name}")
    return cast


def _to_bfloat16(array):
    """float32 to the upper 16 bits, rounded to even; NaN stays NaN."""
    bits = np.asarray(array, dtype=np.float32).view(np.uint32)
    rounded = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)
    return np.where(np.isnan(array), np.uint16(0x7FC0), rounded)


def _strings(array, value, want):
    flat = array.ravel().tolist()
    if any(not isinstance(item, (str, bytes)) for item in flat):
        bad = next(item for item in flat if not isinstance(item, (str, bytes)))
        raise TypeError(f"cannot make a tensor of {type(bad).__name__} {str(bad)[:60]!r}")
    if want not in (0, _STRING):
        raise TypeError(
            f"expected {dtypes.by_enum[want].name}, got string value {str(value)[:60]!r}"
        )
    return _STRING, array.shape, flat
