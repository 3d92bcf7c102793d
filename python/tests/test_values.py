"""Values to tensors and back."""

import millrace as mr
import numpy as np
import pytest
from millrace._load import native

NUMPY_TYPES = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 "
    "float16 float32 float64 complex64 complex128"
)


def there_and_back(value, dtype=None):
    return native.to_array(value, 0 if dtype is None else mr.as_dtype(dtype).as_datatype_enum)


@pytest.mark.parametrize("name", NUMPY_TYPES.split())
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,), (2, 0, 3), (1, 1, 1, 1)])
def test_arrays_come_back_as_they_were(name, shape):
    array = (np.arange(np.prod(shape)) % 2).astype(name).reshape(shape)
    found = there_and_back(array)
    assert found.dtype == array.dtype
    assert found.shape == shape
    np.testing.assert_array_equal(found, array)


def test_arrays_of_every_layout():
    array = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
    for view in (
        array.T,
        array[:, ::2],
        array[::-1],
        array.astype(">i4"),
        np.broadcast_to(array[0], (5, 3, 4)),
    ):
        np.testing.assert_array_equal(there_and_back(view), view)


def test_python_numbers_have_the_dtypes_of_tensorflow():
    assert there_and_back(1).dtype == np.int32
    assert there_and_back(2**40).dtype == np.int64
    assert there_and_back(1.5).dtype == np.float32
    assert there_and_back(1j).dtype == np.complex64
    assert there_and_back(True).dtype == np.bool_
    assert there_and_back([[1.0, 2.0]]).dtype == np.float32
    assert there_and_back([np.float64(1.0)]).dtype == np.float64
    assert there_and_back([]).dtype == np.float32


def test_strings():
    assert there_and_back("grün") == "grün".encode()
    assert there_and_back(b"\0\xff") == b"\0\xff"
    found = there_and_back([["a", b"bb"], ["", "c" * 100]])
    assert found.dtype == object
    assert found.tolist() == [[b"a", b"bb"], [b"", b"c" * 100]]
    assert there_and_back(np.array(["x", "yy"])).tolist() == [b"x", b"yy"]


def test_bfloat16_rounds_to_even():
    values = np.array([1.0, 1 + 2**-8, 1 + 3 * 2**-8, -np.inf, 3.0e38], np.float32)
    found = there_and_back(values, "bfloat16")
    bits = found.view(np.uint16)
    assert bits.tolist() == [0x3F80, 0x3F80, 0x3F82, 0xFF80, 0x7F62]
    assert np.isnan(
        (
            there_and_back(np.float32("nan"), "bfloat16").view(np.uint16).astype(np.uint32) << 16
        ).view(np.float32)
    )


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1.5, "int32"),
        ("a", "float32"),
        (1, "string"),
        (1j, "float32"),
        (1, "bool"),
        (object(), None),
        ({}, None),
    ],
)
def test_values_that_do_not_fit_are_type_errors(value, dtype):
    with pytest.raises(TypeError):
        there_and_back(value, dtype)


@pytest.mark.parametrize(
    ("value", "dtype"), [(300, "uint8"), (-1, "uint8"), (2**40, "int32"), ([[1], [2, 3]], None)]
)
def test_values_out_of_range_are_value_errors(value, dtype):
    with pytest.raises(ValueError):
        there_and_back(value, dtype)


def test_dtypes():
    assert mr.float32 == np.float32
    assert mr.as_dtype("bfloat16") is mr.bfloat16
    assert mr.as_dtype(np.dtype("int64")) is mr.int64
    assert mr.float32 != mr.float64
    assert mr.int32.max == 2**31 - 1
    assert mr.float32.is_floating and not mr.float32.is_integer
    assert repr(mr.string) == "mr.string"
    with pytest.raises(TypeError):
        mr.as_dtype("no such type")


def test_tensor_shape():
    shape = mr.TensorShape([2, None, 3])
    assert shape.rank == 3 and shape.as_list() == [2, None, 3] and not shape.is_fully_defined()
    assert shape.merge_with([None, 5, 3]) == [2, 5, 3]
    assert shape.is_compatible_with([2, 7, 3]) and not shape.is_compatible_with([2, 7])
    assert mr.TensorShape(None).rank is None
    assert mr.TensorShape([1]).concatenate([2]).as_list() == [1, 2]
    with pytest.raises(ValueError):
        shape.merge_with([3, None, 3])
    with pytest.raises(ValueError):
        mr.TensorShape([-2])
