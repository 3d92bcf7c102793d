"""Image files: JPEG, PNG, GIF and BMP, as images and back."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.dispatch import apply_op


def _jpeg_attrs(ratio, fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method):
    return {
        "ratio": ratio,
        "fancy_upscaling": fancy_upscaling,
        "try_recover_truncated": try_recover_truncated,
        "acceptable_fraction": acceptable_fraction,
        "dct_method": dct_method,
    }


@public
def decode_jpeg(
    contents,
    channels=0,
    ratio=1,
    fancy_upscaling=True,
    try_recover_truncated=False,
    acceptable_fraction=1,
    dct_method="",
    name=None,
):
    """A JPEG file as an image, uint8 [height, width, channels].

    Args:
      channels: 1 or 3; 0: as many as the file has.
      ratio: 1, 2, 4 or 8, by which height and width are divided.
      try_recover_truncated: takes what there is of an incomplete file, if it is
        acceptable_fraction of the rows.
      dct_method: INTEGER_FAST, INTEGER_ACCURATE, or as TensorFlow does.
    """
    attrs = _jpeg_attrs(
        ratio, fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method
    )
    return apply_op("DecodeJpeg", (contents,), {"channels": channels, **attrs}, name)


@public
def decode_and_crop_jpeg(
    contents,
    crop_window,
    channels=0,
    ratio=1,
    fancy_upscaling=True,
    try_recover_truncated=False,
    acceptable_fraction=1,
    dct_method="",
    name=None,
):
    """A part of a JPEG file: crop_window is y, x, height and width."""
    attrs = _jpeg_attrs(
        ratio, fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method
    )
    args = (contents, crop_window)
    return apply_op("DecodeAndCropJpeg", args, {"channels": channels, **attrs}, name)


@public
def extract_jpeg_shape(contents, output_type=dtypes.int32, name=None):
    """Height, width and channels of a JPEG file."""
    return apply_op("ExtractJpegShape", (contents,), {"output_type": output_type}, name)


@public
def is_jpeg(contents, name=None):
    """Whether a file begins as JPEG files do."""
    begin = apply_op("Substr", (contents, 0, 3))
    return apply_op("Equal", (begin, b"\xff\xd8\xff"), None, name)


@public
def decode_png(contents, channels=0, dtype=dtypes.uint8, name=None):
    """A PNG file as an image of uint8 or uint16; channels: 1, 3 or 4, or 0: as the file has."""
    return apply_op("DecodePng", (contents,), {"channels": channels, "dtype": dtype}, name)


@public
def decode_bmp(contents, channels=0, name=None):
    """A BMP file as an image of uint8."""
    return apply_op("DecodeBmp", (contents,), {"channels": channels}, name)


@public
def decode_gif(contents, name=None):
    """The frames of a GIF file, uint8 [frames, height, width, 3]."""
    return apply_op("DecodeGif", (contents,), None, name)


@public
def decode_image(contents, channels=None, dtype=dtypes.uint8, name=None, expand_animations=True):
    """A file of any kind as an image of uint8, uint16 or float32, which lies in [0, 1].

    A GIF file is its frames, [frames, height, width, 3], or the first of them without
    expand_animations.
    """
    attrs = {
        "channels": 0 if channels is None else channels,
        "dtype": dtype,
        "expand_animations": expand_animations,
    }
    return apply_op("DecodeImage", (contents,), attrs, name)


@public
def encode_jpeg(
    image,
    format="",
    quality=95,
    progressive=False,
    optimize_size=False,
    chroma_downsampling=True,
    density_unit="in",
    x_density=300,
    y_density=300,
    xmp_metadata="",
    name=None,
):
    """An image of uint8, 1 or 3 channels, as a JPEG file; quality is 0 to 100."""
    attrs = {
        "format": format,
        "quality": quality,
        "progressive": progressive,
        "optimize_size": optimize_size,
        "chroma_downsampling": chroma_downsampling,
        "density_unit": density_unit,
        "x_density": x_density,
        "y_density": y_density,
        "xmp_metadata": xmp_metadata,
    }
    return apply_op("EncodeJpeg", (image,), attrs, name)


@public
def encode_png(image, compression=-1, name=None):
    """Images of uint8 or uint16, 1 to 4 channels, each as a PNG file; compression is zlib's."""
    return apply_op("EncodePng", (image,), {"compression": compression}, name)
