"""libmillrace_micro.so by ctypes: the structures and functions of micro/host/interpreter_c.h."""

import ctypes
import functools
import os
import pathlib

from millrace.micro import _source

MAX_RANK = 8
INPUT, OUTPUT, TENSOR = 0, 1, 2

STATUS_NAMES = (
    "OK",
    "INVALID_ARGUMENT",
    "INVALID_MODEL",
    "UNSUPPORTED_SCHEMA",
    "UNKNOWN_OP",
    "UNSUPPORTED_OP_VERSION",
    "UNSUPPORTED_TYPE",
    "INVALID_SHAPE",
    "INVALID_QUANTIZATION",
    "UNSUPPORTED",
    "ARENA_TOO_SMALL",
    "WRONG_ORDER",
    "INVOKE_FAILED",
    "ENDED_EARLY",
)


class Options(ctypes.Structure):
    _fields_ = [
        ("arena_bytes", ctypes.c_size_t),
        ("batch", ctypes.c_int32),
        ("preserve_all_tensors", ctypes.c_int32),
        ("large_arena", ctypes.c_int32),
        ("measure_ops", ctypes.c_int32),
    ]


class Failure(ctypes.Structure):
    _fields_ = [
        ("status", ctypes.c_int32),
        ("subgraph", ctypes.c_int32),
        ("op_index", ctypes.c_int32),
        ("op_code", ctypes.c_int32),
        ("tensor_index", ctypes.c_int32),
        ("needed_bytes", ctypes.c_size_t),
        ("reason", ctypes.c_char_p),
    ]


class Tensor(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("type", ctypes.c_int32),
        ("rank", ctypes.c_int32),
        ("dims", ctypes.c_int32 * MAX_RANK),
        ("bytes", ctypes.c_size_t),
        ("scale", ctypes.c_float),
        ("zero_point", ctypes.c_int32),
        ("scale_count", ctypes.c_int32),
        ("quantized_dimension", ctypes.c_int32),
        ("scales", ctypes.POINTER(ctypes.c_float)),
        ("is_variable", ctypes.c_int32),
        ("data", ctypes.c_void_p),
    ]


class Place(ctypes.Structure):
    _fields_ = [
        ("bytes", ctypes.c_uint32),
        ("offset", ctypes.c_uint32),
        ("first", ctypes.c_uint16),
        ("last", ctypes.c_uint16),
        ("subgraph", ctypes.c_int32),
        ("tensor", ctypes.c_int32),
    ]


MEMORY_KINDS = (
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


class Memory(ctypes.Structure):
    _fields_ = [(kind, ctypes.c_size_t) for kind in MEMORY_KINDS]


def _path():
    """What MILLRACE_MICRO_LIB names; else the package's, or what the source tree has built."""
    named = os.environ.get("MILLRACE_MICRO_LIB")
    if named:
        return named
    installed = pathlib.Path(__file__).parents[1] / "libmillrace_micro.so"
    built = _source.ROOT / "bazel-bin/micro/host/libmillrace_micro.so"
    return installed if installed.exists() else built


@functools.cache
def library():
    try:
        lib = ctypes.CDLL(str(_path()))
    except OSError as error:
        raise ImportError(
            f"{error}. The library is built and installed with the package: tools/install VENV"
        ) from None
    handle, index = ctypes.c_void_p, ctypes.c_int32
    lib.mr_micro_open.restype = handle
    lib.mr_micro_open.argtypes = [
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.POINTER(Options),
        ctypes.c_char_p,
        ctypes.c_size_t,
    ]
    lib.mr_micro_close.argtypes = [handle]
    lib.mr_micro_close.restype = None
    lib.mr_micro_count.argtypes = [handle, index]
    lib.mr_micro_get.argtypes = [handle, index, index, ctypes.POINTER(Tensor)]
    lib.mr_micro_get_tensor.argtypes = [handle, index, index, ctypes.POINTER(Tensor)]
    lib.mr_micro_invoke.argtypes = [handle]
    lib.mr_micro_reset.argtypes = [handle]
    lib.mr_micro_memory_report.argtypes = [handle, ctypes.POINTER(Memory)]
    lib.mr_micro_memory_report.restype = None
    lib.mr_micro_last_failure.argtypes = [handle, ctypes.POINTER(Failure)]
    lib.mr_micro_last_failure.restype = None
    lib.mr_micro_places.argtypes = [handle]
    lib.mr_micro_get_place.argtypes = [handle, index, ctypes.POINTER(Place)]
    lib.mr_micro_get_place.restype = None
    lib.mr_micro_search_plan.argtypes = [ctypes.POINTER(Place), index, index]
    lib.mr_micro_search_plan.restype = ctypes.c_uint32
    lib.mr_micro_place_of.argtypes = [handle, index, index]
    lib.mr_micro_place_tensors_only.argtypes = [handle]
    lib.mr_micro_place_tensors_only.restype = None
    lib.mr_micro_op_seconds.argtypes = [handle, ctypes.POINTER(ctypes.c_double), index]
    lib.mr_micro_op_seconds.restype = None
    return lib
