"""What ends detectors: boxes from anchors, non-maximum suppression."""

import numpy as np
from flatbuffers import flexbuffers
from op_models import Tensor, constant


def add_cases(cases):
    for dtype in ("float32", "uint8"):
        for regular in (False, True):
            for background in (0, 1):
                _detections(cases, dtype, regular, background)
    for sigma in (None, 0.0, 0.5):
        for boxes, most in ((12, 5), (20, 20)):
            _suppression(cases, boxes, most, sigma)


def _options(**values):
    builder = flexbuffers.Builder()
    with builder.Map():
        for key, value in sorted(values.items()):
            builder.Key(key)
            kind = {bool: builder.Bool, int: builder.Int, float: builder.Float}[type(value)]
            kind(value)
    return bytes(builder.Finish())


def _anchors(c, count):
    centres = c.rng.random((count, 2)) * 0.8 + 0.1
    sizes = c.rng.random((count, 2)) * 0.3 + 0.1
    return np.hstack([centres, sizes]).astype("float32")


def _detections(c, dtype, regular, background, count=30, classes=4):
    # Peers leave memory as it is beyond what they find: the outputs are to be filled.
    most, per_detection = int(c.rng.integers(3, 9)), 1 if regular else int(c.rng.integers(1, 4))
    values = dict(
        max_detections=most,
        max_classes_per_detection=per_detection,
        detections_per_class=int(c.rng.integers(2, 6)),
        use_regular_nms=regular,
        nms_score_threshold=float(c.rng.choice([0.0, 0.3])),
        nms_iou_threshold=float(c.rng.choice([0.5, 0.6])),
        num_classes=classes,
        y_scale=10.0,
        x_scale=10.0,
        h_scale=5.0,
        w_scale=5.0,
    )
    n = most * per_detection
    shapes = ((1, count, 4), (1, count, classes + background))
    if dtype == "float32":
        inputs = [Tensor(shape, dtype) for shape in shapes]
        # Scores without ties.
        scores = c.rng.permutation(count * (classes + background)).reshape(shapes[1])
        scores = (scores / scores.size).astype("float32")
        feeds = [c.values(shapes[0], dtype), scores]
        anchors = constant(_anchors(c, count), "float32")
    else:
        inputs = [
            Tensor(shapes[0], dtype, scale=0.06, zero_point=120),
            Tensor(shapes[1], dtype, scale=1 / 256, zero_point=0),
        ]
        feeds = [c.values(shape, dtype) for shape in shapes]
        anchors = constant(
            np.round(_anchors(c, count) * 250).astype("uint8"), dtype, scale=0.004, zero_point=0
        )
    outputs = [Tensor(shape, "float32") for shape in ((1, n, 4), (1, n), (1, n), (1,))]
    c.add(
        "TFLite_Detection_PostProcess", [*inputs, anchors], outputs, feeds=feeds,
        custom=_options(**values), peers=("reference",),  # tflite-micro leaves gaps
    )  # fmt: skip


def _suppression(c, count, most, sigma):
    corners = c.rng.random((count, 4)).astype("float32")
    corners[:, 2:] = corners[:, :2] + corners[:, 2:] * np.float32(0.6)
    corners[::5] = corners[::5][:, [2, 3, 0, 1]]
    scores = (c.rng.permutation(count) / count).astype("float32")
    limits = [constant(most), constant(np.float32(0.4), "float32")]
    limits.append(constant(np.float32(0.1), "float32"))
    outputs = [Tensor((most,), "int32"), Tensor((), "int32")]
    op = "NON_MAX_SUPPRESSION_V4"
    if sigma is not None:
        op = "NON_MAX_SUPPRESSION_V5"
        limits.append(constant(np.float32(sigma), "float32"))
        outputs.insert(1, Tensor((most,), "float32"))
    boxes = [Tensor((count, 4), "float32"), Tensor((count,), "float32")]
    options = (op.title().replace("_", "") + "Options", {})
    c.add(op, [*boxes, *limits], outputs, options, feeds=[corners, scores])
