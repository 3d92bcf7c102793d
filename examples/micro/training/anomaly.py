"""A machine's sound, healthy or faulty, and its windows of features for the autoencoder."""

import front_end
import numpy as np

FRAMES = 4  # of features in a window
SETTLE = 20  # frames until the front end's estimate of the noise has settled


def sound(rng, faulty=False, seconds=2.0):
    """A motor's hum with its harmonics over noise, int16 at 16 kHz. Faulty: a high tone, in
    short bursts (a bearing that rattles) or coming and going (a belt that slips)."""
    t = np.arange(int(seconds * front_end.RATE)) / front_end.RATE
    speed = rng.uniform(48, 52)
    wobble = 0.3 * np.sin(2 * np.pi * rng.uniform(0.5, 1.5) * t)
    phase = 2 * np.pi * (speed * t + wobble / (2 * np.pi))
    x = sum(np.sin(k * phase + rng.uniform(0, 6.28)) / k for k in range(1, 30))
    x += rng.normal(size=t.size) * 0.3
    if faulty:
        tone = np.sin(2 * np.pi * rng.uniform(1500, 5000) * t + 3 * np.sin(40 * t))
        rate, share = (rng.uniform(6, 12), 0.8) if rng.random() < 0.5 else (rng.uniform(1, 3), 0.2)
        x += (np.sin(2 * np.pi * rate * t) > share) * rng.uniform(1.0, 2.0) * tone
    return np.clip(x * rng.uniform(2000, 4000), -32768, 32767).astype(np.int16)


def windows(front, sounds):
    """float32 [n, FRAMES * 40]: features of FRAMES frames each, from sounds one by one."""
    result = []
    for samples in sounds:
        features = (front_end.features(front, samples) + 128.0) / 256.0
        for i in range(SETTLE, len(features) - FRAMES + 1, FRAMES):
            result.append(features[i : i + FRAMES].ravel())
    return np.array(result, np.float32)
