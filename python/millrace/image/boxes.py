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
    args = (overlaps, scores, max_output_size, overlap_threshold, score_threshold)
    return apply_op("NonMaxSuppressionWithOverlaps", args, None, name)


@public
def draw_bounding_boxes(images, boxes, colors=None, name=None):
    """The images with the outlines of boxes, whose corners are of 0 to 1.

    Args:
      images: [batch, height, width, 1, 3 or 4 channels]; boxes: [batch, n, 4].
      colors: [n, channels], used in turn; ten of its own if None.
    """
    if colors is None:
        return apply_op("DrawBoundingBoxes", (images, boxes), None, name)
    return apply_op("DrawBoundingBoxesV2", (images, boxes, colors), None, name)


def _crop_attrs(aspect_ratio_range, area_range, max_attempts, use_image_if_no_bounding_boxes):
    attrs = {
        "aspect_ratio_range": aspect_ratio_range,
        "area_range": area_range,
        "max_attempts": max_attempts,
        "use_image_if_no_bounding_boxes": use_image_if_no_bounding_boxes,
    }
    return {name: value for name, value in attrs.items() if value is not None}


@public
def sample_distorted_bounding_box(
    image_size,
    bounding_boxes,
    seed=0,
    min_object_covered=0.1,
    aspect_ratio_range=None,
    area_range=None,
    max_attempts=None,
    use_image_if_no_bounding_boxes=None,
    name=None,
):
    """(begin, size, box) of a random part of an image: what `slice` takes, and [1, 1, 4].

    Args:
      image_size: [height, width, channels].
      bounding_boxes: [batch, n, 4], whose corners are of 0 to 1.
      min_object_covered: how much of one of the boxes the part shows.
      aspect_ratio_range: of width to height, (0.75, 1.33) if None.
      area_range: how much of the image the part may be, (0.05, 1) if None.
      max_attempts: after so many (100 if None) it is the whole image.
    """
    from millrace.random import get_seed

    seed, seed2 = get_seed(seed) if seed else (0, 0)
    attrs = _crop_attrs(
        aspect_ratio_range, area_range, max_attempts, use_image_if_no_bounding_boxes
    )
    attrs.update(seed=seed, seed2=seed2)
    args = (image_size, bounding_boxes, min_object_covered)
    return apply_op("SampleDistortedBoundingBoxV2", args, attrs, name)


@public
def stateless_sample_distorted_bounding_box(
    image_size,
    bounding_boxes,
    seed,
    min_object_covered=0.1,
    aspect_ratio_range=None,
    area_range=None,
    max_attempts=None,
    use_image_if_no_bounding_boxes=None,
    name=None,
):
    """sample_distorted_bounding_box as a function of a seed of two integers."""
    attrs = _crop_attrs(
        aspect_ratio_range, area_range, max_attempts, use_image_if_no_bounding_boxes
    )
    seed = convert_to_tensor(seed, dtype_hint=dtypes.int32)
    args = (image_size, bounding_boxes, min_object_covered, seed)
    return apply_op("StatelessSampleDistortedBoundingBox", args, attrs, name)


@public
def extract_glimpse(
    input,
    size,
    offsets,
    centered=True,
    normalized=True,
    noise="uniform",
    name=None,
):
    """A window of each image, filled up with noise where it leaves the image.

    Args:
      input: [batch, height, width, channels]; size: [height, width] of the window.
      offsets: [batch, 2], (y, x) of the window's middle: from -1 to 1 if normalized and centered,
        or else of its first pixel, in pixels or, if normalized, in sizes of the image.
      noise: "uniform", "gaussian" or "zero".
    """
    attrs = {
        "centered": centered,
        "normalized": normalized,
        "uniform_noise": False,
        "noise": noise,
    }
    return apply_op("ExtractGlimpseV2", (input, size, offsets), attrs, name)
