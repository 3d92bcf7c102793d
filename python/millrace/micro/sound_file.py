"""Reads .wav files."""

import wave

import numpy as np


class SoundError(ValueError):
    pass


def read(path, rate):
    """int16 [samples] at `rate`, several channels averaged."""
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, own_rate, frames = file.getparams()[:4]
            data = file.readframes(frames)
    except (wave.Error, EOFError) as error:
        raise SoundError(
            f"{path} cannot be read: {error} (uncompressed PCM is understood)"
        ) from None
    if width == 1:
        samples = (np.frombuffer(data, np.uint8).astype(np.float64) - 128) * 256
    elif width == 3:
        raw = np.frombuffer(data, np.uint8).reshape(-1, 3)
        samples = np.frombuffer(raw[:, 1:].tobytes(), "<i2").astype(np.float64)  # the high bytes
    else:
        samples = np.frombuffer(data, f"<i{width}").astype(np.float64) / 2.0 ** (8 * width - 16)
    samples = samples[: len(samples) // channels * channels].reshape(-1, channels).mean(axis=1)
    if own_rate != rate and len(samples) > 0:
        samples = _resample(samples, int(len(samples) * rate / own_rate))
    return np.clip(np.round(samples), -32768, 32767).astype(np.int16)


def _resample(samples, count):
    """By the spectrum: what lies above the new rate's half is cut off."""
    spectrum = np.fft.rfft(samples)
    wanted = np.zeros(count // 2 + 1, complex)
    shared = min(len(spectrum), len(wanted))
    wanted[:shared] = spectrum[:shared]
    return np.fft.irfft(wanted, count) * count / len(samples)
