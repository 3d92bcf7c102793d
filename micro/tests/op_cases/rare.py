"""Ops that few models have: segments, diagonals, bits, complex numbers, volumes, ..."""

import numpy as np
from op_models import Tensor, constant

SAME, VALID = 0, 1


def add_cases(cases):
    _one_hot(cases)
    _range(cases)
    _sequences(cases)
    _diagonals(cases)
    _segments(cases)
    _sparse(cases)
    _bits(cases)
    _floats(cases)
    _spectra(cases)
    _volumes(cases)


def _one_hot(c):
    for dtype in ("float32", "int32", "int64", "int8", "uint8", "bool"):
        for axis, shape in ((-1, (2, 3, 5)), (0, (5, 2, 3)), (1, (2, 5, 3))):
            indices = Tensor((2, 3), "int32" if axis else "int64")
            on, off = (constant(c.values((), dtype), dtype) for _ in range(2))
            feeds = [c.rng.integers(-1, 6, (2, 3)).astype(indices.dtype)]
            options = ("OneHotOptions", {"axis": axis})
            inputs = [indices, constant(5), on, off]
            c.add("ONE_HOT", inputs, [Tensor(shape, dtype)], options, feeds)


def _range(c):
    for start, limit, delta in ((0, 5, 1), (3, -8, -4), (2, 9, 3), (-5, 1, 2)):
        for dtype, by in (("int32", 1), ("int64", 1), ("float32", 2)):
            values = [np.asarray(v, dtype) / by for v in (start, limit, delta)]
            count = len(np.arange(start, limit, delta))
            inputs = [constant(values[0].astype(dtype), dtype)]
            inputs += [constant(values[1].astype(dtype), dtype), Tensor((), dtype)]
            feeds = [values[2].astype(dtype)]
            c.add("RANGE", inputs, [Tensor((count,), dtype)], ("RangeOptions", {}), feeds)


def _sequences(c):
    for dtype in ("float32", "int32", "int64", "int16", "uint8"):
        for sequence, batch in ((1, 0), (0, 2), (3, 1)):
            shape = (4, 5, 3, 6)
            lengths = c.rng.integers(0, shape[sequence] + 1, shape[batch]).astype("int32")
            x = c.tensor(shape, dtype)
            options = ("ReverseSequenceOptions", {"seqDim": sequence, "batchDim": batch})
            inputs = [x, constant(lengths)]
            c.add("REVERSE_SEQUENCE", inputs, [c.like(x, shape)], options)


def _diagonals(c):
    for dtype in ("float32", "int32", "int64", "int8", "uint8", "int16"):
        x = c.tensor((2, 4), dtype)
        c.add("MATRIX_DIAG", [x], [c.like(x, (2, 4, 4))], ("MatrixDiagOptions", {}))
        for rows, columns in ((3, 3), (4, 2), (2, 5)):
            x = c.tensor((2, rows, columns), dtype)
            inputs = [x, c.like(x, (2, min(rows, columns)))]
            c.add("MATRIX_SET_DIAG", inputs, [c.like(x, x.shape)], ("MatrixSetDiagOptions", {}))


def _segments(c):
    for dtype in ("float32", "int32"):
        ids = np.array([0, 0, 1, 3, 3], "int32")
        x, y = Tensor((5, 2), dtype), Tensor((4, 2), dtype)
        c.add("SEGMENT_SUM", [x, constant(ids)], [y], ("SegmentSumOptions", {}))
        for what in ("Sum", "Prod", "Max", "Min"):
            for shape in ((5,), (5, 2)):
                ids = c.rng.integers(-1, 3, shape).astype("int32")
                inputs = [Tensor((5, 2, 3), dtype), constant(ids), constant(3)]
                y = Tensor((3, *(5, 2, 3)[len(shape) :]), dtype)
                feeds = [(c.values((5, 2, 3), dtype) % 7).astype(dtype)]
                options = (f"UnsortedSegment{what}Options", {})
                c.add(f"UNSORTED_SEGMENT_{what.upper()}", inputs, [y], options, feeds)


def _sparse(c):
    options = ("SparseToDenseOptions", {"validateIndices": True})
    for dtype in ("float32", "int32", "int64", "int8", "uint8"):
        for index in ("int32", "int64"):
            default = constant(c.values((), dtype), dtype)
            for places, shape, count in (
                (np.array([1, 3]), (5,), 2),
                (np.array([[0, 1], [1, 0], [2, 3]]), (3, 4), 3),
                (np.array([[0, 1, 1], [1, 0, 0]]), (2, 2, 3), None),
            ):
                values = Tensor((count,) if count else (), dtype)
                inputs = [constant(places, index), constant(shape, index), values, default]
                c.add("SPARSE_TO_DENSE", inputs, [Tensor(shape, dtype)], options)


def _bits(c):
    for source, shape, target, out in (
        ("float32", (2, 3), "int32", (2, 3)),
        ("int32", (2, 3), "int16", (2, 3, 2)),
        ("uint8", (3, 4), "float32", (3,)),
    ):
        x, y = Tensor(shape, source), Tensor(out, target)
        feeds = [c.rng.integers(0, 120, shape).astype(source)]
        c.add("BITCAST", [x], [y], ("BitcastOptions", {}), feeds)
    for dtype in ("int8", "uint8", "int16", "uint16", "int32", "uint32"):
        for a, b in (((2, 5), (2, 5)), ((2, 5), (5,))):
            two = [Tensor(a, dtype), Tensor(b, dtype)]
            c.add("BITWISE_XOR", two, [Tensor((2, 5), dtype)], ("BitwiseXorOptions", {}))
            feeds = [c.values(a, dtype), c.rng.integers(0, 8, b).astype(dtype)]
            c.add("RIGHT_SHIFT", two, [Tensor((2, 5), dtype)], ("RightShiftOptions", {}), feeds)


def _floats(c):
    two = [Tensor((3, 4), "float32"), Tensor((3, 4), "float32")]
    c.add("ATAN2", two, [Tensor((3, 4), "float32")])
    for dtype in ("float32", "int32", "int64"):
        values = np.array([-100.5, -2.0, 0.0, 1.5, 3.0], "float32")
        options = ("BucketizeOptions", {"boundaries": values})
        feeds = [c.rng.integers(-5, 6, (3, 5)).astype(dtype)]
        c.add("BUCKETIZE", [Tensor((3, 5), dtype)], [Tensor((3, 5), "int32")], options, feeds)
    for low, high, bits in ((-1, 1, 8), (-3.3, 7.1, 8), (0, 6, 4)):
        values = {"min": low, "max": high, "numBits": bits}
        x, y = Tensor((4, 5), "float32"), Tensor((4, 5), "float32")
        c.add("FAKE_QUANT", [x], [y], ("FakeQuantOptions", values))
    for radius, depth in ((2, 7), (20, 4)):
        values = {"radius": radius, "bias": 1.3, "alpha": 0.2, "beta": 0.75}
        x, y = (Tensor((1, 2, 2, depth), "float32") for _ in range(2))
        options = ("LocalResponseNormalizationOptions", values)
        c.add("LOCAL_RESPONSE_NORMALIZATION", [x], [y], options)


def _spectra(c):
    for op in ("REAL", "IMAG", "COMPLEX_ABS"):
        c.add(op, [Tensor((2, 5), "complex64")], [Tensor((2, 5), "float32")])
    for shape, rows, columns in (
        ((3, 1, 16), 1, 16),
        ((1, 10), 1, 8),
        ((2, 4, 8), 4, 8),
        ((3, 5), 2, 4),
        ((9, 20), 8, 32),
    ):
        y = Tensor((*shape[:-2], rows, columns // 2 + 1), "complex64")
        inputs = [Tensor(shape, "float32"), constant([rows, columns])]
        c.add("RFFT2D", inputs, [y], ("Rfft2dOptions", {}))


def _size(padding, size, taps, stride, dilation):
    span = (taps - 1) * dilation + 1
    return -(-size // stride) if padding == SAME else (size - span) // stride + 1


def _volumes(c):
    for padding, stride, dilation, activation in (
        (SAME, 1, 1, 0),
        (VALID, 2, 1, 1),
        (SAME, 1, 2, 3),
    ):
        shape, taps = (2, 4, 5, 6), (2, 3, 2)
        weights = constant(c.values((*taps, 3, 4), "float32") / 3, "float32")
        bias = constant(c.values((4,), "float32"), "float32") if stride == 1 else None
        sizes = zip(shape[1:], taps, strict=True)
        axes = [_size(padding, size, count, stride, dilation) for size, count in sizes]
        values = {"padding": padding, "fusedActivationFunction": activation}
        for axis in "DHW":
            values[f"stride{axis}"], values[f"dilation{axis}Factor"] = stride, dilation
        options = ("Conv3DOptions", values)
        inputs = [Tensor((*shape, 3), "float32"), weights]
        inputs += [bias] if bias is not None else []
        c.add("CONV_3D", inputs, [Tensor((2, *axes, 4), "float32")], options)
        if dilation > 1:
            continue
        # The same backwards.
        weights = constant(c.values((*taps, 3, 4), "float32") / 3, "float32")
        inputs = [constant((*shape, 3)), weights, Tensor((2, *axes, 4), "float32")]
        inputs += [constant(c.values((3,), "float32"), "float32")] if stride == 1 else []
        y = Tensor((*shape, 3), "float32")
        c.add("CONV_3D_TRANSPOSE", inputs, [y], options)
