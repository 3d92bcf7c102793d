"""Boxes in images: [top, left, bottom, right]."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op


@public
def crop_and_resize(
    image,
    boxes,
    box_indices,
    crop_size,
    method="bilinear",
    extrapolation_value=0.0,
    name=None,
):
    """The parts of the images in boxes, whose corners are of 0 to 1, each as crop_size.

    Args:
      image: [batch, height, width, channels]; boxes: [n, 4]; box_indices: [n]: of which image.
      method: "bilinear" or "nearest".
      extrapolation_value: what is outside of the image.
    """
    attrs = {"method": method, "extrapolation_value": extrapolation_value}
    return apply_op("CropAndResize", (image, boxes, box_indices, crop_size), attrs, name)


@public
def non_max_suppression(
    boxes,
    scores,
    max_output_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    name=None,
):
    """The positions of the best boxes: those that overlap a better one by more than iou_threshold,
    or score less than score_threshold, are left out."""
    args = (boxes, scores, max_output_size, iou_threshold, score_threshold)
    return apply_op("NonMaxSuppressionV3", args, None, name)


@public
def non_max_suppression_with_scores(
    boxes,
    scores,
    max_output_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    soft_nms_sigma=0.0,
    name=None,
):
    """(positions, scores) of the best boxes; with soft_nms_sigma overlap lowers the score."""
    args = (boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma)
    found = apply_op("NonMaxSuppressionV5", args, {"pad_to_max_output_size": False}, name)
    return found[0], found[1]


@public
def non_max_suppression_padded(
    boxes,
    scores,
    max_output_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    pad_to_max_output_size=False,
    name=None,
):
    """(positions, how many of them are true) of the best boxes; filled up with 0 if asked for."""
    args = (boxes, scores, max_output_size, iou_threshold, score_threshold)
    attrs = {"pad_to_max_output_size": pad_to_max_output_size}
    return apply_op("NonMaxSuppressionV4", args, attrs, name)


@public
def combined_non_max_suppression(
    boxes,
    scores,
    max_output_size_per_class,
    max_total_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    pad_per_class=False,
    clip_boxes=True,
    name=None,
):
    """(boxes, scores, classes, how many there are) of the best of all classes, image by image.

    Args:
      boxes: [batch, n, classes or 1, 4].
      scores: [batch, n, classes].
    """
    args = (
        boxes,
        scores,
        max_output_size_per_class,
        max_total_size,
        iou_threshold,
        score_threshold,
    )
    attrs = {"pad_per_class": pad_per_class, "clip_boxes": clip_boxes}
    return apply_op("CombinedNonMaxSuppression", args, attrs, name)


@public
def non_max_suppression_overlaps(
    overlaps,
    scores,
    max_output_size,
    overlap_threshold=0.5,
    score_threshold=float("-inf"),
    name=None,
):
    """non_max_suppression by a matrix of overlaps, [n, n]."""
    from millrace.framework.control_flow import while_loop

    overlaps, scores = convert_to_tensor(overlaps), convert_to_tensor(scores)
    n = apply_op("Size", (scores,))
    order = apply_op("TopKV2", (scores, n), {"sorted": True})[1]
    limit = apply_op("Minimum", (convert_to_tensor(max_output_size, dtypes.int32), n))
    kept = apply_op("Fill", (apply_op("Reshape", (n, [1])), False))

    def body(i, kept):
        at = order[i]
        row = overlaps[at]
        clash = apply_op("LogicalAnd", (kept, apply_op("Greater", (row, overlap_threshold))))
        count = apply_op("Sum", (apply_op("Cast", (kept,), {"DstT": dtypes.int32}), [0]))
        good = apply_op("LogicalNot", (apply_op("Any", (clash, [0])),))
        good = apply_op("LogicalAnd", (good, apply_op("Greater", (scores[at], score_threshold))))
        good = apply_op("LogicalAnd", (good, apply_op("Less", (count, limit))))
        here = apply_op("Equal", (apply_op("Range", (0, n, 1)), at))
        return i + 1, apply_op("LogicalOr", (kept, apply_op("LogicalAnd", (here, good))))

    _, kept = while_loop(lambda i, kept: i < n, body, [convert_to_tensor(0), kept])
    in_order = apply_op("GatherV2", (kept, order, 0))
    chosen = apply_op("Where", (in_order,))[:, 0]
    return apply_op("GatherV2", (order, chosen, 0), None, name)
