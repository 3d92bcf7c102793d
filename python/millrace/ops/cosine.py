"""Cosine transforms, the windows that go with them, and what speech recognition makes of them."""

import math

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.elementwise import cast

_INVERSES = {1: 1, 2: 3, 3: 2, 4: 4}


@public
def dct(input, type=2, n=None, axis=-1, norm=None, name=None):
    """The discrete cosine transform of floats along the last axis, of type 1 to 4, as in scipy.

    Args:
      n: cut off or filled up with zeros to that length first.
      norm: "ortho": the transform is orthonormal (not of type 1).
    """
    _check(type, n, axis, norm)
    x = convert_to_tensor(input, dtype_hint=dtypes.float32)
    if n is not None:
        x = _fitted(x, n)
    length = _length(x)
    if type == 1:
        return _dct1(x, length, name)
    made = {2: _dct2, 3: _dct3, 4: _dct4}[type](x, length, norm == "ortho")
    return apply_op("Identity", (made,), None, name)


@public
def idct(input, type=2, n=None, axis=-1, norm=None, name=None):
    """The inverse of dct() with the same arguments, but for a factor: without norm="ortho" 2 N
    (2 N - 2 of type 1)."""
    _check(type, n, axis, norm)
    return dct(input, _INVERSES[type], n, axis, norm, name)


def _check(type, n, axis, norm):
    if axis != -1:
        raise NotImplementedError(f"axis must be -1, got {axis}")
    if n is not None and n < 1:
        raise ValueError(f"n must be positive, got {n}")
    if type not in _INVERSES:
        raise ValueError(f"the types of the DCT are 1, 2, 3 and 4, got {type}")
    if norm not in (None, "ortho"):
        raise ValueError(f"norm must be None or 'ortho', got {norm!r}")
    if type == 1 and norm == "ortho":
        raise ValueError("Normalization is not supported for the Type-I DCT.")


def _length(x):
    """The last dimension, which must be known: factors depend on it."""
    n = x.shape[-1] if x.shape.rank else None
    if n is None:
        raise ValueError(f"dct: the last dimension must be known, got the shape {x.shape}")
    return n


def _fitted(x, n):
    if x.shape[-1] is not None and x.shape[-1] >= n:
        return x[..., :n]
    missing = apply_op("Maximum", (0, n - apply_op("Shape", (x,))[-1]))
    zero = apply_op("ZerosLike", (missing,))
    last = apply_op("Pack", ([zero, missing],), {"axis": 0})
    rest = np.zeros([x.shape.rank - 1, 2], np.int32)
    paddings = apply_op("ConcatV2", ([rest, apply_op("ExpandDims", (last, 0))], 0))
    made = apply_op("Pad", (x, paddings))[..., :n]
    made.set_shape([*x.shape.as_list()[:-1], n])
    return made


def _complex_type(x):
    return dtypes.complex128 if x.dtype is dtypes.float64 else dtypes.complex64


def _spectrum(x, length):
    """The first length // 2 + 1 of the Fourier transform of x filled up to that length."""
    x = _fitted(x, length)
    return apply_op("RFFT", (x, [length]), {"Tcomplex": _complex_type(x)})


def _turns(n, sign, dtype):
    """exp(sign i pi k / (2 n)) for k < n."""
    return convert_to_tensor(np.exp(sign * 0.5j * np.pi * np.arange(n) / n), dtype)


def _weights(first, others, n, x):
    return convert_to_tensor(np.array([first] + [others] * (n - 1)), x.dtype)


def _dct1(x, n, name):
    if n < 2:
        raise ValueError(f"a DCT of type 1 takes 2 values at least, got {n}")
    mirrored = apply_op("ConcatV2", ([x, x[..., -2:0:-1]], -1))
    return apply_op("Real", (_spectrum(mirrored, 2 * n - 2),), {"Tout": x.dtype}, name)


def _dct2(x, n, ortho):
    turned = _spectrum(x, 2 * n)[..., :n] * _turns(n, -1, _complex_type(x))
    made = apply_op("Real", (turned,), {"Tout": x.dtype}) * convert_to_tensor(2, x.dtype)
    return made * _weights(0.5 / math.sqrt(n), math.sqrt(0.5 / n), n, x) if ortho else made


def _dct3(x, n, ortho):
    if ortho:
        x = x * _weights(2 * math.sqrt(n), math.sqrt(2 * n), n, x)
    else:
        x = x * convert_to_tensor(2 * n, x.dtype)
    kind = _complex_type(x)
    bins = apply_op("Cast", (x,), {"DstT": kind}) * _turns(n, 1, kind)
    bins = apply_op("Pad", (bins, [[0, 0]] * (x.shape.rank - 1) + [[0, 1]]))
    return apply_op("IRFFT", (bins, [2 * n]), {"Treal": x.dtype})[..., :n]


def _dct4(x, n, ortho):
    made = _dct2(_fitted(x, 2 * n), 2 * n, False)[..., 1::2]
    return made * convert_to_tensor(math.sqrt(0.5 / n), x.dtype) if ortho else made


@public
def mfccs_from_log_mel_spectrograms(log_mel_spectrograms, name=None):
    """The mel-frequency cepstral coefficients, as HTK scales them, of the logarithms of mel
    spectrograms, [..., bins]."""
    x = convert_to_tensor(log_mel_spectrograms)
    scale = convert_to_tensor(1 / math.sqrt(2 * _length(x)), x.dtype)
    return apply_op("Mul", (dct(x), scale), None, name)


def _steps(window_length, dtype):
    """(0, 1, ... window_length - 1; window_length), as floats."""
    n = convert_to_tensor(window_length, dtypes.int32)
    return cast(apply_op("Range", (0, n, 1)), dtype), cast(n, dtype)


@public
def kaiser_window(window_length, beta=12.0, dtype=dtypes.float32, name=None):
    """I0(beta sqrt(1 - x^2)) / I0(beta) for x from -1 to 1."""
    k, n = _steps(window_length, dtype)
    one = convert_to_tensor(1, n.dtype)
    x = 2 * k / apply_op("Maximum", (n - one, one)) - one
    x = x * cast(n > one, n.dtype)  # a single value is in the middle
    beta = convert_to_tensor(beta, n.dtype)
    inside = apply_op("Maximum", (one - x * x, 0 * one))
    top = apply_op("BesselI0", (beta * apply_op("Sqrt", (inside,)),))
    return apply_op("RealDiv", (top, apply_op("BesselI0", (beta,))), None, name)


@public
def kaiser_bessel_derived_window(window_length, beta=12.0, dtype=dtypes.float32, name=None):
    """The window made of the sums of a Kaiser window, for mdct()."""
    half = apply_op("FloorDiv", (convert_to_tensor(window_length, dtypes.int32), 2))
    sums = apply_op("Cumsum", (kaiser_window(half + 1, beta, dtype), 0))
    rising = apply_op("Sqrt", (sums[:-1] / sums[-1],))
    return apply_op("ConcatV2", ([rising, rising[::-1]], 0), None, name)


@public
def vorbis_window(window_length, dtype=dtypes.float32, name=None):
    """sin(pi / 2 sin^2(pi (k + 1/2) / N)), for mdct()."""
    k, n = _steps(window_length, dtype)
    inner = apply_op("Sin", ((k + 0.5) * np.pi / n,))
    return apply_op("Sin", (inner * inner * (np.pi / 2),), None, name)


@public
def mdct(signals, frame_length, window_fn=vorbis_window, pad_end=False, norm=None, name=None):
    """The modified discrete cosine transform of frames that overlap by half: [..., samples] becomes
    [..., frames, frame_length / 2].

    Args:
      frame_length: a multiple of 4.
      window_fn: (length, dtype=) -> window; None for none.
    """
    from millrace.signal import frame

    if frame_length % 4:
        raise ValueError(f"mdct: frame_length must be a multiple of 4, got {frame_length}")
    half, quarter = frame_length // 2, frame_length // 4
    frames = frame(convert_to_tensor(signals), frame_length, half, pad_end)
    if window_fn is not None:
        frames = frames * window_fn(frame_length, dtype=frames.dtype)
    a, b, c, d = (frames[..., i * quarter : (i + 1) * quarter] for i in range(4))
    folded = apply_op("ConcatV2", ([-c[..., ::-1] - d, a - b[..., ::-1]], -1))
    folded.set_shape([*folded.shape.as_list()[:-1], half])
    return dct(folded, 4, norm=norm, name=name)


@public
def inverse_mdct(mdcts, window_fn=vorbis_window, norm=None, name=None):
    """The signal of which mdct(), with the same window, gave these; without what only one frame
    holds."""
    from millrace.signal import overlap_and_add

    x = convert_to_tensor(mdcts)
    half = _length(x)
    folded = dct(x, 4, norm=norm)
    if norm is None:
        folded = folded * convert_to_tensor(0.5 / half, x.dtype)
    first, second = folded[..., : half // 2], folded[..., half // 2 :]
    parts = [second, -second[..., ::-1], -first[..., ::-1], -first]
    frames = apply_op("ConcatV2", (parts, -1))
    if window_fn is not None:
        frames = frames * window_fn(2 * half, dtype=x.dtype)
    return overlap_and_add(frames, half, name)
