"""Arrays as JSON, for both processes: bit for bit, whatever the dtype."""

import base64

import numpy as np


def pack(array):
    """{"dtype", "shape", "data"}: base64 of the bytes, or of each string."""
    array = np.asarray(array)
    if array.dtype.kind in "OSU":
        flat = [s.encode() if isinstance(s, str) else s for s in array.ravel().tolist()]
        data = [base64.b64encode(s).decode() for s in flat]
        return {"dtype": "string", "shape": list(array.shape), "data": data}
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": data}


def unpack(packed):
    """The array again. bfloat16 needs ml_dtypes."""
    if packed["dtype"] == "string":
        array = np.empty(len(packed["data"]), dtype=object)
        array[:] = [base64.b64decode(s) for s in packed["data"]]
        return array.reshape(packed["shape"])
    if packed["dtype"] == "bfloat16":
        import ml_dtypes

        dtype = np.dtype(ml_dtypes.bfloat16)
    else:
        dtype = np.dtype(packed["dtype"])
    return np.frombuffer(base64.b64decode(packed["data"]), dtype).reshape(packed["shape"])


def pack_all(arrays):
    return {name: pack(array) for name, array in arrays.items()}


def unpack_all(packed):
    return {name: unpack(array) for name, array in packed.items()}


def assert_same(found, expected):
    """Dtype, shape and every bit."""
    assert set(found) == set(expected)
    for name, array in expected.items():
        assert pack(found[name]) == pack(array), name


def samples():
    """Tensors of each dtype that a checkpoint can hold; scalars, empty ones, odd values."""
    import ml_dtypes

    made = {"string": np.array([b"", b"a\0b", "ü".encode(), b"x" * 300], object).reshape(2, 2)}
    for name in "float16 float32 float64 complex64 complex128".split():
        made[name] = (np.arange(6) - 2.5).astype(name).reshape(3, 2)
        made[name][0, 0] = np.nan
        made[name][0, 1] = np.inf
    made["bfloat16"] = (np.arange(5) / 3).astype(ml_dtypes.bfloat16)
    for name in "int8 int16 int32 int64 uint8 uint16 uint32 uint64".split():
        limits = np.iinfo(name)
        made[name] = np.array([limits.min, 0, 7, limits.max], name)
    made["bool"] = np.array([[True, False, True]])
    made["complex64"] *= 1 - 2j
    made["scalar"] = np.float32(3.5)
    made["scalar_string"] = np.array(b"one", object)
    made["empty"] = np.zeros((0, 4), np.float32)
    made["empty_string"] = np.zeros((2, 0), object)
    made["layer/with.odd-name/w_1"] = np.arange(5000, dtype=np.float64).reshape(50, 100)
    return made
