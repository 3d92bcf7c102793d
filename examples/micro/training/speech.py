"""Spoken words from espeak-ng: one second of int16 at 16 kHz each, by many voices, in noise."""

import io
import subprocess
import wave

import numpy as np

RATE = 16000
LABELS = ["silence", "unknown", "yes", "no"]
_OTHERS = (
    "up down left right stop go on off one two three four five house tree cat bird happy seven "
    "follow learn know now guess yet chess nose never low less"
).split()
_ACCENTS = ["en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbcwmd", "en-029"]
_VARIANTS = "m1 m2 m3 m4 m5 m6 m7 f1 f2 f3 f4 f5 klatt2 adam linda edward".split()
# Voices that are not trained on.
HELD_OUT = {"m4", "f3", "edward"}


def say(word, voice, speed, pitch):
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", word]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(data)) as file:
        rate = file.getframerate()
    sound = np.frombuffer(data[44:], np.int16).astype(np.float64)
    # The spectrum up to half the new rate.
    length = int(len(sound) * RATE / rate)
    return np.fft.irfft(np.fft.rfft(sound)[: length // 2 + 1], length) * length / len(sound)


def noise(rng, length=RATE):
    """From white to brown, of any loudness."""
    spectrum = rng.normal(size=length // 2 + 1) + 1j * rng.normal(size=length // 2 + 1)
    spectrum /= np.maximum(np.arange(length // 2 + 1), 20.0) ** rng.uniform(0, 1.2)
    sound = np.fft.irfft(spectrum, length)
    return sound / np.abs(sound).max() * 10 ** rng.uniform(0.5, 3.0)


def in_a_second(sound, rng):
    """The sound somewhere in a second of noise, at some loudness."""
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    sound = sound[loud[0] : loud[-1]][:RATE] if len(loud) > 1 else sound[:RATE]
    sound = sound / max(np.abs(sound).max(), 1) * 10 ** rng.uniform(3.3, 4.4)
    second = noise(rng)
    at = rng.integers(0, RATE - len(sound) + 1)
    second[at : at + len(sound)] += sound
    return np.clip(second, -32768, 32767).astype(np.int16)


def clips(seed=0, times=3):
    """(clips int16 [n, 16000], labels, whether by a held-out voice)"""
    rng = np.random.default_rng(seed)
    sounds, labels, held_out = [], [], []

    def add(sound, label, variant, times):
        for _ in range(times):
            sounds.append(in_a_second(sound, rng) if len(sound) else noise(rng).astype(np.int16))
            labels.append(label)
            held_out.append(variant in HELD_OUT)

    for accent in _ACCENTS:
        for variant in _VARIANTS:
            words = ["yes"] * 3 + ["no"] * 3 + list(rng.choice(_OTHERS, 8, replace=False))
            for word in words:
                speed, pitch = rng.integers(110, 200), rng.integers(25, 75)
                sound = say(word, f"{accent}+{variant}", speed, pitch)
                add(sound, LABELS.index(word) if word in LABELS else 1, variant, times)
            add(np.zeros(0), 0, variant, times)
    return np.array(sounds), np.array(labels), np.array(held_out)
