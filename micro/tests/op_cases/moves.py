"""Ops that move elements: reshape, concatenate, slice, pad, transpose, gather, ..."""

import numpy as np
from op_models import constant, one_op

from op_cases.cases import ALL


def add_cases(cases):
    for dtype in ALL:
        _shapes(cases, dtype)
        _joins(cases, dtype)
        _slices(cases, dtype)
        _pads(cases, dtype)
        _repeats(cases, dtype)
        _gathers(cases, dtype)
        _blocks(cases, dtype)
    for dtype in ("float32", "int8", "int16", "int32", "int64"):
        _decodes(cases, dtype)
    for dtype in ("int32", "int64"):
        c = cases
        shapes = [np.array([1, 3, 1], dtype), np.array([2, 1, 4, 3, 5], dtype)]
        inputs = [c.tensor((3,), dtype), c.tensor((5,), dtype)]
        c.add("BROADCAST_ARGS", inputs, [c.tensor((5,), dtype)], feeds=shapes)


def _shapes(c, dtype):
    x = c.tensor((2, 1, 3), dtype)
    c.add("RESHAPE", [x, constant([6])], [c.like(x, (6,))], ("ReshapeOptions", {}))
    squeeze = ("SqueezeOptions", {"squeezeDims": np.array([1], np.int32)})
    c.add("SQUEEZE", [x], [c.like(x, (2, 3))], squeeze)
    c.add("EXPAND_DIMS", [x, constant(-1)], [c.like(x, (2, 1, 3, 1))], ("ExpandDimsOptions", {}))
    for code, out in ((2, "int32"), (4, "int64")):
        c.add("SHAPE", [x], [c.tensor((3,), out)], ("ShapeOptions", {"outType": code}))
    c.add("RANK", [x], [c.tensor((), "int32")], ("RankOptions", {}))


def _joins(c, dtype):
    for axis in (0, -1, 1):
        x = c.tensor((2, 3, 2), dtype)
        other = list(x.shape)
        other[axis] = 4
        whole = list(x.shape)
        whole[axis] += 4
        options = ("ConcatenationOptions", {"axis": axis})
        c.add("CONCATENATION", [x, c.like(x, other)], [c.like(x, whole)], options)
        packed = np.stack([np.empty(x.shape)] * 2, axis).shape
        two = [c.like(x, x.shape), c.like(x, x.shape)]
        c.add("PACK", two, [c.like(x, packed)], ("PackOptions", {"axis": axis, "valuesCount": 2}))
        two = [c.like(x, x.shape), c.like(x, x.shape)]
        c.add("UNPACK", [c.like(x, packed)], two, ("UnpackOptions", {"axis": axis, "num": 2}))
        halves = list(x.shape)
        halves[axis] *= 2
        two = [c.like(x, x.shape), c.like(x, x.shape)]
        inputs = [constant(axis), c.like(x, halves)]
        c.add("SPLIT", inputs, two, ("SplitOptions", {"numSplits": 2}))
        parts = [c.like(x, x.shape), c.like(x, other)]
        inputs = [c.like(x, whole), constant([x.shape[axis], 4]), constant(axis)]
        c.add("SPLIT_V", inputs, parts, ("SplitVOptions", {"numSplits": 2}))


def _slices(c, dtype):
    x = c.tensor((4, 3, 5), dtype)
    for index in ("int32", "int64"):
        begin, size = constant([1, 0, 2], index), constant([2, -1, 3], index)
        c.add("SLICE", [x, begin, size], [c.like(x, (2, 3, 3))], ("SliceOptions", {}))
    # begin, end, strides, masks; numpy's index for the shape
    every = slice(None)
    for begin, end, strides, masks, index in (
        ([0, 0, 0], [4, 3, 5], [2, 1, 3], {}, np.s_[::2, :, ::3]),
        ([-1, 0, 4], [-4, 2, 0], [-1, 1, -2], {}, np.s_[-1:-4:-1, 0:2, 4:0:-2]),
        ([1, 2, 0], [2, 0, 0], [1, 1, 1], {"beginMask": 6, "endMask": 6}, np.s_[1:2]),
        ([2, 0], [3, 2], [1, 1], {"shrinkAxisMask": 1}, np.s_[2, 0:2]),
        ([0, 1], [0, 4], [1, 1], {"ellipsisMask": 1}, (..., slice(1, 4))),
        ([0, 1], [0, 3], [1, 2], {"newAxisMask": 1}, (None, slice(1, 3, 2), every, every)),
    ):
        shape = np.empty(x.shape)[index].shape
        inputs = [c.like(x, x.shape), constant(begin), constant(end), constant(strides)]
        c.add("STRIDED_SLICE", inputs, [c.like(x, shape)], ("StridedSliceOptions", masks))
    y = c.tensor((2, 3, 1, 4), dtype)
    for order in ([3, 1, 0, 2], [0, 2, 3, 1], [1, 0, 2, 3]):
        shape = np.empty(y.shape).transpose(order).shape
        inputs = [c.like(y, y.shape), constant(order)]
        c.add("TRANSPOSE", inputs, [c.like(y, shape)], ("TransposeOptions", {}))
    for axis in (0, -1):
        inputs = [c.like(y, y.shape), constant([axis])]
        c.add("REVERSE_V2", inputs, [c.like(y, y.shape)], ("ReverseV2Options", {}))
    for start in ([1, 0, 3], [-5, 9, 1]):
        inputs = [x, c.like(x, (2, 1, 3)), constant(start)]
        c.add("DYNAMIC_UPDATE_SLICE", inputs, [c.like(x, x.shape)])


def _pads(c, dtype):
    x = c.tensor((2, 3, 2), dtype)
    paddings, shape = [[1, 0], [2, 1], [0, 2]], (3, 6, 4)
    for index in ("int32", "int64"):
        inputs = [c.like(x, x.shape), constant(paddings, index)]
        c.add("PAD", inputs, [c.like(x, shape)], ("PadOptions", {}))
        value = c.like(x, ())
        value.data = c.values((), dtype)
        inputs = [c.like(x, x.shape), constant(paddings, index), value]
        c.add("PADV2", inputs, [c.like(x, shape)], ("PadV2Options", {}))
    for mode in (0, 1):
        inputs = [c.like(x, x.shape), constant([[1, 1], [2, 1], [0, 1]])]
        options = ("MirrorPadOptions", {"mode": mode})
        c.add("MIRROR_PAD", inputs, [c.like(x, (4, 6, 3))], options)


def _repeats(c, dtype):
    x = c.tensor((2, 1, 3), dtype)
    c.add("TILE", [x, constant([2, 3, 1])], [c.like(x, (4, 3, 3))], ("TileOptions", {}))
    shape = (4, 2, 5, 3)
    broadcast = ("BroadcastToOptions", {})
    c.add("BROADCAST_TO", [x, constant(shape)], [c.like(x, shape)], broadcast, version=2)
    fill = [constant([2, 3]), c.like(x, ())]
    c.add("FILL", fill, [c.like(x, (2, 3))], ("FillOptions", {}))


def _gathers(c, dtype):
    x = c.tensor((3, 4, 2), dtype)
    for axis, batch, positions in (
        (0, 0, [2, 0, 0, 1]),
        (1, 0, [[3, 1], [0, 2]]),
        (1, 1, [[3, 1], [0, 2], [1, 1]]),
        (2, 1, [[1], [0], [1]]),
    ):
        positions = np.array(positions, "int32")
        shape = x.shape[:axis] + positions.shape[batch:] + x.shape[axis + 1 :]
        inputs = [c.like(x, x.shape), c.tensor(positions.shape, "int32")]
        options = ("GatherOptions", {"axis": axis, "batchDims": batch})
        feeds = [c.values(x.shape, dtype), positions]
        c.add("GATHER", inputs, [c.like(x, shape)], options, feeds)
    for depth, indices in ((1, [[2], [0]]), (2, [[2, 1], [0, 3]]), (3, [[0, 3, 1], [2, 2, 0]])):
        indices = np.array(indices, "int32")
        inputs = [c.like(x, x.shape), c.tensor(indices.shape, "int32")]
        feeds = [c.values(x.shape, dtype), indices]
        c.add("GATHER_ND", inputs, [c.like(x, (2, *x.shape[depth:]))], feeds=feeds)
        if dtype in ("float32", "int32", "int64", "int8", "uint8"):
            updates = c.like(x, (2, *x.shape[depth:]))
            inputs = [constant(indices), updates, constant(x.shape)]
            c.add("SCATTER_ND", inputs, [c.like(x, x.shape)])
    rows = np.array([3, 0, 3], "int32")
    table = c.like(x, (4, 3))
    table.data = c.values(table.shape, dtype)
    c.add("EMBEDDING_LOOKUP", [c.tensor((3,), "int32"), table], [c.like(x, (3, 3))], feeds=[rows])
    if dtype == "int8":
        table = c.like(x, (4, 3), zero_point=0)
        table.data = c.values(table.shape, dtype)
        inputs = [c.tensor((3,), "int32"), table]
        c.add("EMBEDDING_LOOKUP", inputs, [c.tensor((3, 3), "float32")], feeds=[rows])


def _blocks(c, dtype):
    wide, deep = c.tensor((2, 4, 6, 3), dtype), (2, 2, 3, 12)
    options = ("SpaceToDepthOptions", {"blockSize": 2})
    c.add("SPACE_TO_DEPTH", [wide], [c.like(wide, deep)], options)
    options = ("DepthToSpaceOptions", {"blockSize": 2})
    c.add("DEPTH_TO_SPACE", [c.like(wide, deep)], [c.like(wide, wide.shape)], options)
    for image, block, margins, blocked in (
        ((2, 5, 3), [2], [[1, 2]], (4, 4, 3)),
        ((1, 3, 4, 2), [2, 3], [[1, 0], [0, 2]], (6, 2, 2, 2)),
    ):
        there = [c.like(wide, image), constant(block), constant(margins)]
        # tflite-micro leaves the border undefined.
        reference = {"options": ("SpaceToBatchNDOptions", {}), "peers": ("reference",)}
        c.add("SPACE_TO_BATCH_ND", there, [c.like(wide, blocked)], **reference)
        back = [c.like(wide, blocked), constant(block), constant(margins)]
        c.add("BATCH_TO_SPACE_ND", back, [c.like(wide, image)], ("BatchToSpaceNDOptions", {}))


def _decodes(c, dtype):
    """Constants that are packed: indices into tables, and a mask of what was not pruned."""

    def header(kind, *rest):
        return np.array([kind, 1, 0, 0, 1, *rest, *[0] * (11 - len(rest))], "uint8")

    def add(encoded, ancillary, values, y):
        inputs = [constant(encoded, "uint8")]
        inputs += [constant(np.append(ancillary, values.view("uint8").reshape(-1)), "uint8")]
        c.add_model(f"TFLM_DECODE/{dtype}", one_op("TFLM_DECODE", inputs, [y], custom=b""), [], [])

    count = 18
    for axis, shape in ((15, (3, 6)), (0, (2, 9)), (1, (6, 3))):
        tables = 1 if axis == 15 else shape[axis]
        bits = "".join(f"{i:03b}" for i in c.rng.integers(0, 5, count))
        encoded = np.packbits([int(b) for b in bits])
        values = np.ascontiguousarray(c.values((tables, 5), dtype))
        scale = [0.5] * tables if tables > 1 else 0.5
        y = c.like(c.tensor((), dtype), shape, scale=scale, zero_point=0, axis=axis % 15)
        add(encoded, header(0, axis * 16 + 3, 5), values, y)
    kept = c.rng.random(count) < 0.4
    y = c.tensor((3, 6), dtype)
    add(np.packbits(kept), header(2), c.values((int(kept.sum()),), dtype), y)
    if dtype in ("int8", "int16"):
        # Codes 0, 10, 110 and 111: a table of one bit, and one of two behind its second entry.
        entries = [(8, 1, 1), (0, 1, 1), (8, 1, 2), (8, 1, 2), (8, 2, 100), (8, 2, 3)]
        packed = [(top << 28 | bits << 27) + rest for top, bits, rest in entries]
        codes = {1: "0", 2: "10", 100: "110", 3: "111"}
        bits = "".join(codes[int(v)] for v in c.rng.choice(list(codes), count))
        encoded = np.packbits([int(b) for b in bits.ljust(64, "0")])
        add(encoded, header(1, 1), np.array(packed, "uint32"), c.tensor((3, 6), dtype))
