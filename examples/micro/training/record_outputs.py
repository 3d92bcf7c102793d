#!/usr/bin/env python3
"""Records what tflite-micro makes of each model of examples/micro: recorded.npz, with NAME/in and
NAME/out, cases one after another from a cleared state. Needs the Python package tflite-micro."""

import pathlib
import wave

import numpy as np
from tflite_micro.python.tflite_micro.runtime import Interpreter

FOLDER = pathlib.Path(__file__).resolve().parent.parent
CASES = 6


def random_cases(detail, rng):
    shape, dtype = (CASES, *detail["shape"]), np.dtype(detail["dtype"])
    if dtype.kind == "f":
        return rng.random(shape, dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def sound_frames(name):
    """The first frames of a sound as the front end's cases."""
    with wave.open(str(FOLDER / name)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return np.array([samples[at : at + 480] for at in range(0, 16000 - 480 + 1, 320)])


def main():
    recorded = {}
    for path in sorted(FOLDER.glob("*.tflite")):
        interpreter = Interpreter.from_file(str(path))
        detail = interpreter.get_input_details(0)
        cases = random_cases(detail, np.random.default_rng(len(recorded)))
        if path.stem == "audio_front_end":
            cases = sound_frames("yes.wav")
        outputs = []
        for case in cases:
            interpreter.set_input(case, 0)
            interpreter.invoke()
            outputs.append(interpreter.get_output(0).copy())
        if path.stem == "audio_front_end":
            features = np.array(outputs)
        if path.stem == "keyword":
            cases[0] = features.reshape(detail["shape"])
            interpreter.set_input(cases[0], 0)
            interpreter.invoke()
            outputs[0] = interpreter.get_output(0).copy()
        recorded[f"{path.stem}/in"], recorded[f"{path.stem}/out"] = cases, np.array(outputs)
    np.savez_compressed(FOLDER / "recorded.npz", **recorded)
    size = (FOLDER / "recorded.npz").stat().st_size
    print(f"recorded.npz: {len(recorded) // 2} models, {size} bytes")


if __name__ == "__main__":
    main()
