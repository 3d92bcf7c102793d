"""Reductions along axes, running sums, normalisation, resizing."""

import numpy as np
from op_models import constant

from op_cases.cases import QUANTISED


def add_cases(cases):
    for dtype in ("float32", "int32", "int64", *QUANTISED):
        _sums(cases, dtype)
    for dtype in ("float32", "int32", "int64", "bool", *QUANTISED):
        _extremes(cases, dtype)
    for dtype in ("float32", "int32", "int64", "int8"):
        for axis, exclusive, reverse in ((0, 0, 0), (-1, 1, 0), (1, 0, 1), (-1, 1, 1)):
            x = cases.tensor((2, 3, 4), dtype)
            y = cases.tensor(x.shape, dtype, 0.37)
            options = ("CumsumOptions", {"exclusive": bool(exclusive), "reverse": bool(reverse)})
            cases.add("CUMSUM", [x, constant(axis)], [y], options)
    for dtype in ("float32", "int32", "int64", "int8", "uint8"):
        for k in (1, 4):
            x = cases.tensor((3, 7), dtype)
            outputs = [cases.like(x, (3, k)), cases.tensor((3, k), "int32")]
            cases.add("TOPK_V2", [x, constant(k)], outputs, ("TopKV2Options", {}))
    for dtype in ("float32", "int8"):
        for shape in ((5, 7), (2, 3, 16)):
            x, y = cases.tensor(shape, dtype), cases.tensor(shape, dtype, 1 / 128)
            y.zero_point = 0
            cases.add("L2_NORMALIZATION", [x], [y], ("L2NormOptions", {}))
    for dtype in ("float32", *QUANTISED):
        _resizes(cases, "RESIZE_BILINEAR", "ResizeBilinearOptions", dtype)
    for dtype in ("float32", "int32", *QUANTISED):
        _resizes(cases, "RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighborOptions", dtype)


def _reduced(shape, axes, keep):
    return np.sum(np.empty(shape), tuple(axes), keepdims=keep).shape


def _sums(c, dtype):
    for shape, axes, keep in (
        ((2, 5, 4, 3), [1, 2], True),
        ((2, 5, 4, 3), [1, 2], False),
        ((3, 4), [0], False),
        ((2, 7, 3), [-1], False),
        ((2, 3, 2, 2), [0, 1, 2, 3], False),
        ((4, 3, 5), [2, 0], True),
    ):
        for op in ("MEAN", "SUM", "REDUCE_PROD"):
            if op == "REDUCE_PROD" and dtype == "uint8":
                continue
            x = c.tensor(shape, dtype)
            y = c.tensor(_reduced(shape, axes, keep), dtype, 0.31 if op == "MEAN" else 2.7)
            feeds = [c.values(shape, dtype)]
            if op == "REDUCE_PROD" and dtype in QUANTISED:
                feeds = [feeds[0] // (2 if dtype == "int8" else 900)]
            elif op == "REDUCE_PROD":
                feeds = [np.sign(feeds[0]) * (1 + np.abs(feeds[0]) % 3)]
            options = ("ReducerOptions", {"keepDims": keep})
            c.add(op, [x, constant(axes)], [y], options, [f.astype(dtype) for f in feeds])


def _extremes(c, dtype):
    for shape, axes, keep in (((3, 4, 2), [1], True), ((5, 3), [0, -1], False)):
        ops = ("REDUCE_ALL", "REDUCE_ANY") if dtype == "bool" else ("REDUCE_MAX", "REDUCE_MIN")
        for op in ops:
            x = c.tensor(shape, dtype)
            y = c.like(x, _reduced(shape, axes, keep))
            c.add(op, [x, constant(axes)], [y], ("ReducerOptions", {"keepDims": keep}))
    if dtype == "bool":
        return
    for op, options in (("ARG_MAX", "ArgMaxOptions"), ("ARG_MIN", "ArgMinOptions")):
        for code, out in ((2, "int32"), (4, "int64")):
            axis = -1 if out == "int32" else 0
            y = c.tensor(np.argmax(np.empty((3, 5, 2)), axis).shape, out)
            inputs = [c.tensor((3, 5, 2), dtype), constant(axis)]
            c.add(op, inputs, [y], (options, {"outputType": code}))


def _resizes(c, op, table, dtype):
    for size in ((7, 4), (2, 9), (1, 1)):
        for corners, half in ((False, False), (True, False), (False, True)):
            x = c.tensor((2, 3, 5, 2), dtype)
            y = c.like(x, (2, *size, 2))
            options = (table, {"alignCorners": corners, "halfPixelCenters": half})
            c.add(op, [x, constant(size)], [y], options, version=3)
