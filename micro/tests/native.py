"""The C interface of micro/host/interpreter_c.h by ctypes, for tests."""

import ctypes
import os
import pathlib

import numpy as np

_MAX_RANK = 8
_DTYPES = {
    0: np.float32,
    2: np.int32,
    3: np.uint8,
    4: np.int64,
    6: np.bool_,
    7: np.int16,
    9: np.int8,
    15: np.uint32,
}
INPUT, OUTPUT, TENSOR = 0, 1, 2


class _Options(ctypes.Structure):
    _fields_ = [
        ("arena_bytes", ctypes.c_size_t),
        ("batch", ctypes.c_int32),
        ("preserve_all_tensors", ctypes.c_int32),
        ("large_arena", ctypes.c_int32),
        ("measure_ops", ctypes.c_int32),
    ]


class _Tensor(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("type", ctypes.c_int32),
        ("rank", ctypes.c_int32),
        ("dims", ctypes.c_int32 * _MAX_RANK),
        ("bytes", ctypes.c_size_t),
        ("scale", ctypes.c_float),
        ("zero_point", ctypes.c_int32),
        ("scale_count", ctypes.c_int32),
        ("quantized_dimension", ctypes.c_int32),
        ("scales", ctypes.POINTER(ctypes.c_float)),
        ("is_variable", ctypes.c_int32),
        ("data", ctypes.c_void_p),
    ]


class _Memory(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "tensor_pointers",
            "op_tables",
            "op_data",
            "variables",
            "padding",
            "lasting",
            "planned",
            "bookkeeping",
            "total",
        )
    ]


def library_path():
    """The library to test: MILLRACE_MICRO_LIB, or what Bazel built."""
    built = (
        pathlib.Path(__file__).resolve().parents[2] / "bazel-bin/micro/host/libmillrace_micro.so"
    )
    return pathlib.Path(os.environ.get("MILLRACE_MICRO_LIB", built))


def _load():
    library = ctypes.CDLL(str(library_path()))
    library.mr_micro_open.restype = ctypes.c_void_p
    library.mr_micro_error.restype = ctypes.c_char_p
    return library


class MicroError(Exception):
    pass


class Interpreter:
    def __init__(self, model, **options):
        self._library = _load()
        message = ctypes.create_string_buffer(512)
        self._handle = self._library.mr_micro_open(
            model,
            ctypes.c_size_t(len(model)),
            ctypes.byref(_Options(**options)),
            message,
            ctypes.c_size_t(512),
        )
        if not self._handle:
            raise MicroError(message.value.decode())
        self._handle = ctypes.c_void_p(self._handle)

    def __del__(self):
        if getattr(self, "_handle", None):
            self._library.mr_micro_close(self._handle)

    def _check(self, status):
        if status != 0:
            raise MicroError(self._library.mr_micro_error(self._handle).decode())

    def count(self, kind):
        return self._library.mr_micro_count(self._handle, kind)

    def tensor(self, kind, index):
        """The tensor as an array over its own memory."""
        info = _Tensor()
        self._check(self._library.mr_micro_get(self._handle, kind, index, ctypes.byref(info)))
        data = (ctypes.c_uint8 * info.bytes).from_address(info.data)
        return np.frombuffer(data, _DTYPES[info.type]).reshape(info.dims[: info.rank])

    def invoke(self):
        self._check(self._library.mr_micro_invoke(self._handle))

    def reset(self):
        self._check(self._library.mr_micro_reset(self._handle))

    def run(self, *inputs):
        for i, value in enumerate(inputs):
            target = self.tensor(INPUT, i)
            target[...] = value.reshape(target.shape)
        self.invoke()
        return [self.tensor(OUTPUT, i).copy() for i in range(self.count(OUTPUT))]

    def memory(self):
        report = _Memory()
        self._library.mr_micro_memory_report(self._handle, ctypes.byref(report))
        return {name: getattr(report, name) for name, _ in _Memory._fields_}
