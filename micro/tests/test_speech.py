"""Words in recordings: 30 ms of sound every 20 ms through the audio front end, 49 such frames
through the speech model.

The folder named by MILLRACE_MODELS holds audio_preprocessor_int8, micro_speech_quantized and
WORD_1000ms.wav; without it nothing is run.
"""

import os
import pathlib
import wave

import numpy as np
import pytest
from host import Host

FOLDER = os.environ.get("MILLRACE_MODELS", "")
WORDS = ["silence", "unknown", "yes", "no"]
WINDOW, STEP, FRAMES = 480, 320, 49


def find(name):
    return next(pathlib.Path(FOLDER).rglob(name))


def features(samples):
    front_end = Host(find("audio_preprocessor_int8.tflite").read_bytes())
    windows = [samples[i * STEP : i * STEP + WINDOW] for i in range(FRAMES)]
    return np.stack([front_end.run(window)[0] for window in windows])


@pytest.mark.skipif(not FOLDER, reason="MILLRACE_MODELS names no folder of models")
@pytest.mark.parametrize("word", ["yes", "no", "silence", "noise"])
def test_word(word):
    with wave.open(str(find(f"{word}_1000ms.wav"))) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    model = Host(find("micro_speech_quantized.tflite").read_bytes())
    scores = model.run(features(samples).reshape(1, -1))[0].reshape(-1)
    heard = WORDS[int(np.argmax(scores))]
    assert heard == word if word in WORDS else heard in ("silence", "unknown")
