"""Signals: Fourier transforms, windows, frames."""

import math

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.cosine import (
    dct,
    idct,
    inverse_mdct,
    kaiser_bessel_derived_window,
    kaiser_window,
    mdct,
    mfccs_from_log_mel_spectrograms,
    vorbis_window,
)
from millrace.ops.elementwise import cast

__all__ = [
    "dct",
    "fft",
    "fft2d",
    "fft3d",
    "fftshift",
    "frame",
    "hamming_window",
    "hann_window",
    "idct",
    "ifft",
    "ifft2d",
    "ifft3d",
    "ifftshift",
    "inverse_mdct",
    "inverse_stft",
    "inverse_stft_window_fn",
    "irfft",
    "irfft2d",
    "irfft3d",
    "kaiser_bessel_derived_window",
    "kaiser_window",
    "linear_to_mel_weight_matrix",
    "mdct",
    "mfccs_from_log_mel_spectrograms",
    "overlap_and_add",
    "rfft",
    "rfft2d",
    "rfft3d",
    "stft",
    "vorbis_window",
]


def _complex(name, op, axes):
    def transform(input, name=None):
        return apply_op(op, (convert_to_tensor(input),), None, name)

    transform.__name__ = transform.__qualname__ = name
    what = "inverse discrete" if name.startswith("i") else "discrete"
    transform.__doc__ = f"The {what} Fourier transform of complex numbers along the last {axes}."
    return public(transform)


fft, ifft = _complex("fft", "FFT", "axis"), _complex("ifft", "IFFT", "axis")
fft2d, ifft2d = _complex("fft2d", "FFT2D", "two axes"), _complex("ifft2d", "IFFT2D", "two axes")
fft3d, ifft3d = _complex("fft3d", "FFT3D", "3 axes"), _complex("ifft3d", "IFFT3D", "3 axes")


def _real(name, op, rank):
    inverse = name.startswith("i")

    def transform(input_tensor, fft_length=None, name=None):
        x = convert_to_tensor(input_tensor, dtype_hint=dtypes.complex64 if inverse else None)
        length = _lengths(x, fft_length, rank, inverse)
        attrs = {"Treal": _real_type(x)} if inverse else {"Tcomplex": _complex_type(x)}
        if fft_length is not None:
            x = _fitted(x, fft_length, rank, inverse)
        return apply_op(op, (x, length), attrs, name)

    transform.__name__ = transform.__qualname__ = name
    transform.__doc__ = (
        ("The real numbers of which rfft gave these" if inverse else "The half of the discrete "
         "Fourier transform of real numbers that is not the mirror of the other half")
        + f", along the last {rank} axes. fft_length: {rank} integers: cut off or filled up with "
        "zeros first."
    )  # fmt: skip
    return public(transform)


def _complex_type(x):
    return dtypes.complex128 if x.dtype is dtypes.float64 else dtypes.complex64


def _real_type(x):
    return dtypes.float64 if x.dtype is dtypes.complex128 else dtypes.float32


def _lengths(x, fft_length, rank, inverse):
    if fft_length is not None:
        return convert_to_tensor(fft_length, dtypes.int32)
    known = x.shape[-rank:].as_list() if x.shape.rank is not None else [None]
    if None not in known:
        if inverse and known[-1] > 0:
            known[-1] = max(0, 2 * (known[-1] - 1))
        return convert_to_tensor(known, dtypes.int32)
    shape = apply_op("Shape", (x,))[-rank:]
    if not inverse:
        return shape
    last = apply_op("Maximum", ((shape[-1:] - 1) * 2, convert_to_tensor([0])))
    return apply_op("ConcatV2", ([shape[:-1], last], 0))


def _fitted(x, fft_length, rank, inverse):
    """The input, filled up with zeros where it is shorter than the transform."""
    if hasattr(fft_length, "dtype") and not isinstance(fft_length, np.ndarray):
        from millrace.framework.convert import constant_value

        fft_length = constant_value(fft_length)
        if fft_length is None:
            return x
    wanted = [int(n) for n in np.asarray(fft_length).reshape(-1)]
    if inverse and wanted[-1] > 0:
        wanted[-1] = wanted[-1] // 2 + 1
    have = x.shape[-rank:].as_list()
    if None in have or all(h >= w for h, w in zip(have, wanted)):
        return x
    missing = [[0, max(0, w - h)] for h, w in zip(have, wanted)]
    return apply_op("Pad", (x, [[0, 0]] * (x.shape.rank - rank) + missing))


rfft, irfft = _real("rfft", "RFFT", 1), _real("irfft", "IRFFT", 1)
rfft2d, irfft2d = _real("rfft2d", "RFFT2D", 2), _real("irfft2d", "IRFFT2D", 2)
rfft3d, irfft3d = _real("rfft3d", "RFFT3D", 3), _real("irfft3d", "IRFFT3D", 3)


def _shifted(x, axes, sign, name):
    x = convert_to_tensor(x)
    axes = list(range(x.shape.rank)) if axes is None else [axes] if isinstance(axes, int) else axes
    shape = apply_op("Shape", (x,))
    half = apply_op("GatherV2", (shape, [a % x.shape.rank for a in axes], 0)) // 2
    if sign < 0:
        half = -half
    return apply_op("Roll", (x, half, list(axes)), None, name)


@public
def fftshift(x, axes=None, name=None):
    """The zero frequency moved to the middle of the axes (all if None)."""
    return _shifted(x, axes, 1, name)


@public
def ifftshift(x, axes=None, name=None):
    """The inverse of fftshift."""
    return _shifted(x, axes, -1, name)


def _raised_cosine(length, periodic, dtype, a, b):
    dtype = dtypes.as_dtype(dtype)
    length = convert_to_tensor(length, dtypes.int32)
    even = 1 - length % 2
    n = cast(length + int(bool(periodic)) * even - 1, dtype)
    one = convert_to_tensor(1, dtype)
    n = apply_op("SelectV2", (n > 0, n, one))  # a window of one element is 1
    count = cast(apply_op("Range", (0, length, 1)), dtype)
    cosine = apply_op("Cos", (convert_to_tensor(2 * math.pi, dtype) * count / n,))
    window = convert_to_tensor(a, dtype) - convert_to_tensor(b, dtype) * cosine
    alone = apply_op("Equal", (length, 1))
    return apply_op("SelectV2", (alone, apply_op("OnesLike", (window,)), window))


@public
def hann_window(window_length, periodic=True, dtype=dtypes.float32, name=None):
    """0.5 - 0.5 cos(2 pi n / N)."""
    return _raised_cosine(window_length, periodic, dtype, 0.5, 0.5)


@public
def hamming_window(window_length, periodic=True, dtype=dtypes.float32, name=None):
    """0.54 - 0.46 cos(2 pi n / N)."""
    return _raised_cosine(window_length, periodic, dtype, 0.54, 0.46)


@public
def frame(signal, frame_length, frame_step, pad_end=False, pad_value=0, axis=-1, name=None):
    """Frames of frame_length elements along an axis, each frame_step behind the one before: the
    axis becomes [frames, frame_length].

    Args:
      pad_end: fill up with pad_value, so that frames begin at every frame_step.
    """
    signal = convert_to_tensor(signal)
    rank = signal.shape.rank
    if rank is None:
        raise ValueError("frame: the rank of the signal must be known")
    axis %= rank
    size = apply_op("Shape", (signal,))[axis]
    if pad_end:
        count = -(-size // frame_step)
        missing = apply_op("Maximum", (0, frame_length + frame_step * (count - 1) - size))
        before = [[0, 0]] * axis
        zero = convert_to_tensor(0)
        at = apply_op("Pack", ([zero, missing],), {"axis": 0})
        rows = [*[convert_to_tensor(b) for b in before], at]
        rows += [convert_to_tensor([0, 0])] * (rank - axis - 1)
        paddings = apply_op("Pack", (rows,), {"axis": 0})
        signal = apply_op("PadV2", (signal, paddings, convert_to_tensor(pad_value, signal.dtype)))
    else:
        count = apply_op("Maximum", (0, 1 + (size - frame_length) // frame_step))
    starts = apply_op("Range", (0, count, 1)) * frame_step
    places = apply_op("ExpandDims", (starts, 1)) + apply_op("Range", (0, frame_length, 1))
    return apply_op("GatherV2", (signal, places, axis), None, name)


@public
def overlap_and_add(signal, frame_step, name=None):
    """The sum of frames [..., frames, frame_length], each frame_step behind the one before."""
    signal = convert_to_tensor(signal)
    shape = apply_op("Shape", (signal,))
    frames, length = shape[-2], shape[-1]
    out = length + frame_step * (frames - 1)
    starts = apply_op("ExpandDims", (apply_op("Range", (0, frames, 1)) * frame_step, 1))
    places = apply_op("Reshape", (starts + apply_op("Range", (0, length, 1)), [-1]))
    rank = signal.shape.rank
    flat = apply_op("Reshape", (signal, apply_op("ConcatV2", ([shape[:-2], [-1]], 0))))
    order = [rank - 2, *range(rank - 2)]
    turned = apply_op("Transpose", (flat, order))
    total = apply_op("UnsortedSegmentSum", (turned, places, out))
    return apply_op("Transpose", (total, [*range(1, rank - 1), 0]), None, name)


@public
def stft(
    signals,
    frame_length,
    frame_step,
    fft_length=None,
    window_fn=hann_window,
    pad_end=False,
    name=None,
):
    """The short-time Fourier transform: [..., samples] becomes [..., frames, fft_length // 2 + 1].

    Args:
      fft_length: the next power of 2 from frame_length on if None.
      window_fn: (length, dtype=) -> window; None for none.
    """
    signals = convert_to_tensor(signals)
    if fft_length is None:
        fft_length = _power_of_two(frame_length)
    frames = frame(signals, frame_length, frame_step, pad_end)
    if window_fn is not None:
        frames = frames * window_fn(frame_length, dtype=frames.dtype)
    if hasattr(frames, "set_shape") and isinstance(frame_length, int) and hasattr(frames, "op"):
        frames.set_shape([*frames.shape.as_list()[:-1], frame_length])
    return rfft(frames, [fft_length], name)


def _power_of_two(n):
    return 1 << max(0, int(n) - 1).bit_length()


@public
def inverse_stft(
    stfts, frame_length, frame_step, fft_length=None, window_fn=hann_window, name=None
):
    """The signal of which stft() gave these, with a window of inverse_stft_window_fn()."""
    stfts = convert_to_tensor(stfts)
    if fft_length is None:
        fft_length = _power_of_two(frame_length)
    frames = irfft(stfts, [fft_length])[..., :frame_length]
    if fft_length < frame_length:
        rank = frames.shape.rank
        frames = apply_op("Pad", (frames, [[0, 0]] * (rank - 1) + [[0, frame_length - fft_length]]))
    if window_fn is not None:
        frames = frames * window_fn(frame_length, dtype=frames.dtype)
    return overlap_and_add(frames, frame_step, name)


@public
def inverse_stft_window_fn(frame_step, forward_window_fn=hann_window, name=None):
    """A window for inverse_stft() that makes up for that of stft()."""

    def window(frame_length, dtype):
        forward = forward_window_fn(frame_length, dtype=dtype)
        squares = forward * forward
        overlaps = -(-frame_length // frame_step)
        padding = overlaps * frame_step - frame_length
        squares = apply_op("Pad", (squares, [[0, padding]]))
        grid = apply_op("Reshape", (squares, [overlaps, frame_step]))
        total = apply_op("Sum", (grid, [0]), {"keep_dims": True})
        flat = apply_op("Reshape", (apply_op("Tile", (total, [overlaps, 1])), [-1]))
        return forward / flat[:frame_length]

    return window


@public
def linear_to_mel_weight_matrix(
    num_mel_bins=20,
    num_spectrogram_bins=129,
    sample_rate=8000,
    lower_edge_hertz=125.0,
    upper_edge_hertz=3800.0,
    dtype=dtypes.float32,
    name=None,
):
    """[num_spectrogram_bins, num_mel_bins]: triangles evenly spaced on the mel scale, which turn a
    spectrogram into mel bins."""
    if num_mel_bins <= 0:
        raise ValueError(f"num_mel_bins must be positive, got {num_mel_bins}")
    if not 0 <= lower_edge_hertz < upper_edge_hertz:
        raise ValueError(f"0 <= {lower_edge_hertz} < {upper_edge_hertz} does not hold")
    if upper_edge_hertz > sample_rate / 2:
        raise ValueError(f"upper_edge_hertz must not exceed {sample_rate / 2}")

    def mel(hertz):
        return 1127.0 * np.log(1.0 + np.asarray(hertz) / 700.0)

    bins = mel(np.linspace(0.0, sample_rate / 2, num_spectrogram_bins)[1:])[:, None]
    edges = np.linspace(mel(lower_edge_hertz), mel(upper_edge_hertz), num_mel_bins + 2)
    lower, center, upper = (edges[i : i + num_mel_bins][None, :] for i in range(3))
    slopes = np.minimum((bins - lower) / (center - lower), (upper - bins) / (upper - center))
    weights = np.vstack([np.zeros((1, num_mel_bins)), np.maximum(0.0, slopes)])
    return convert_to_tensor(weights.astype(dtypes.as_dtype(dtype).as_numpy_dtype), name=name)
