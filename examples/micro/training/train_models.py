#!/usr/bin/env python3
"""Makes the models of examples/micro: trains them, quantises them with TensorFlow's converter,
writes sample inputs.

    train_models.py [--only NAME ...] [--out FOLDER] [--interpreter MODULE]

Needs tensorflow-cpu, espeak-ng, dataset-fashion-mnist, and a module whose Interpreter runs the
audio front end: millrace.micro or tflite_micro.python.tflite_micro.runtime. record_outputs.py then
records what tflite-micro makes of them. Results vary a little from machine to machine; what each
model reaches is printed.
"""

import argparse
import gzip
import importlib
import pathlib
import struct
import wave
import zlib

import anomaly
import front_end
import lstm_model
import numpy as np
import speech
import tensorflow as tf
from tflite_builder import with_hints

DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
CLOTHES = "T-shirt trouser pullover dress coat sandal shirt sneaker bag boot".split()
layers = tf.keras.layers


def fashion_mnist(part):
    """(images uint8 [n, 28, 28], labels)"""
    images = gzip.decompress((DATA / f"{part}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((DATA / f"{part}-labels-idx1-ubyte.gz").read_bytes())
    return (
        np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28),
        np.frombuffer(labels, np.uint8, offset=8),
    )


def convert(model, examples=None):
    """Float without examples, else int8 throughout, scaled to the examples."""
    # One example an invoke, so that no op asks for shapes.
    fixed = tf.keras.Sequential([layers.Input(batch_shape=(1, *model.input_shape[1:]))])
    for layer in model.layers:
        fixed.add(type(layer).from_config(layer.get_config()))
    fixed.set_weights(model.get_weights())
    converter = tf.lite.TFLiteConverter.from_keras_model(fixed)
    if examples is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([x[None]] for x in examples)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def outputs(data, inputs):
    """The model's real outputs for real inputs, by TensorFlow's own interpreter."""
    interpreter = tf.lite.Interpreter(model_content=data)
    interpreter.allocate_tensors()
    (i,), (o,) = interpreter.get_input_details(), interpreter.get_output_details()

    def run(x):
        if i["dtype"] == np.int8:
            scale, zero = i["quantization"]
            x = np.clip(np.round(x / scale) + zero, -128, 127)
        interpreter.reset_all_variables()
        interpreter.set_tensor(i["index"], x[None].astype(i["dtype"]))
        interpreter.invoke()
        y = interpreter.get_tensor(o["index"])[0]
        return (
            y if o["dtype"] != np.int8 else (y - float(o["quantization"][1])) * o["quantization"][0]
        )

    return np.array([run(x) for x in inputs])


def train(model, inputs, targets, epochs, batch=64, loss="sparse_categorical_crossentropy"):
    steps = epochs * (len(inputs) // batch)
    rate = tf.keras.optimizers.schedules.CosineDecay(4e-3, steps)
    model.compile(tf.keras.optimizers.Adam(rate), loss)
    model.fit(inputs, targets, batch, epochs, verbose=2)


def fashion(out, _):
    images, labels = fashion_mnist("train")
    x = (images / 255.0).astype(np.float32)[..., None]
    model = tf.keras.Sequential([layers.Input([28, 28, 1])])
    model.add(layers.Conv2D(16, 3, 2, "same", activation="relu"))
    model.add(layers.DepthwiseConv2D(3, 2, "same", activation="relu"))
    model.add(layers.Conv2D(32, 1, activation="relu"))
    for layer in (layers.Flatten(), layers.Dense(10), layers.Softmax()):
        model.add(layer)
    train(model, x, labels, epochs=4, batch=128)
    data = with_hints(convert(model, x[:300]), labels=CLOTHES)
    (out / "fashion.tflite").write_bytes(data)
    test, truth = fashion_mnist("t10k")
    found = outputs(data, (test / 255.0)[..., None]).argmax(-1)
    print(f"fashion.tflite: {len(data)} bytes, {np.mean(found == truth):.4f} of the test images")
    for label in (9, 5, 1):
        which = np.flatnonzero((found == label) & (truth == label))[0]
        write_png(out / f"{CLOTHES[label]}.png", test[which])


def lstm(out, _):
    images, labels = fashion_mnist("train")
    x = (images / 255.0).astype(np.float32)
    model = tf.keras.Sequential([layers.Input([28, 28]), layers.LSTM(20, return_sequences=True)])
    for layer in (layers.Flatten(), layers.Dense(10), layers.Softmax()):
        model.add(layer)
    train(model, x[:30000], labels[:30000], epochs=4, batch=128)
    float_model = lstm_model.build(model.get_weights(), steps=28)
    to_quantize = lstm_model.build(model.get_weights(), steps=28, to_be_quantized=True)
    test, truth = fashion_mnist("t10k")
    for name, data in (
        ("lstm_float.tflite", float_model),
        ("lstm.tflite", lstm_model.quantized(to_quantize, x[:200])),
    ):
        data = with_hints(data, labels=CLOTHES)
        (out / name).write_bytes(data)
        found = outputs(data, test[:2000] / 255.0).argmax(-1)
        right = np.mean(found == truth[:2000])
        print(f"{name}: {len(data)} bytes, {right:.4f} of 2000 test images")


def keyword(out, open_model):
    sounds, labels, held_out = speech.clips()
    front = open_model(str(out / "audio_front_end.tflite"))
    features = np.array([front_end.features(front, sound) for sound in sounds])
    x = ((features + 128.0) / 256.0).astype(np.float32)[..., None]
    model = tf.keras.Sequential([layers.Input([*x.shape[1:]])])
    model.add(layers.Conv2D(16, (10, 4), (2, 2), "same", activation="relu"))
    for filters, stride in ((24, 2), (32, 2)):
        model.add(layers.DepthwiseConv2D(3, stride, "same", activation="relu"))
        model.add(layers.Conv2D(filters, 1, activation="relu"))
    model.add(layers.Flatten())
    for layer in (layers.Dropout(0.3), layers.Dense(len(speech.LABELS)), layers.Softmax()):
        model.add(layer)
    train(model, x[~held_out], labels[~held_out], epochs=20)
    # The input's scale is then the features': 1 / 256.
    whole_range = np.linspace(0, 255 / 256, x[0].size, dtype=np.float32).reshape(x[0].shape)
    examples = [whole_range, *x[~held_out][:: len(x) // 200]]
    data = convert(model, examples)
    data = with_hints(data, labels=speech.LABELS, front_end="audio_front_end.tflite")
    (out / "keyword.tflite").write_bytes(data)
    found = outputs(data, x[held_out]).argmax(-1)
    right = np.mean(found == labels[held_out])
    print(f"keyword.tflite: {len(data)} bytes, {right:.4f} of {held_out.sum()} clips by new voices")
    for word in ("yes", "no"):
        clip = np.flatnonzero(
            (labels[held_out] == speech.LABELS.index(word)) & (found == labels[held_out])
        )[0]
        write_wav(out / f"{word}.wav", sounds[held_out][clip])


def machine(out, open_model):
    front = open_model(str(out / "audio_front_end.tflite"))
    rng = np.random.default_rng(0)
    normal = anomaly.windows(front, [anomaly.sound(rng) for _ in range(300)])
    model = tf.keras.Sequential([layers.Input([normal.shape[1]])])
    for units in (48, 8, 48):
        model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dense(normal.shape[1]))
    train(model, normal, normal, epochs=20, loss="mse")
    data = convert(model, normal[::20])

    def scores(faulty):
        clips = [anomaly.sound(rng, faulty) for _ in range(60)]
        each = [anomaly.windows(front, [clip]) for clip in clips]
        return np.array([np.mean((outputs(data, x) - x) ** 2) for x in each])

    good, bad = scores(False), scores(True)
    threshold = float(np.quantile(good, 0.95))
    data = with_hints(
        data,
        front_end="audio_front_end.tflite",
        settle=anomaly.SETTLE,
        reconstructs=True,
        threshold=threshold,
    )
    (out / "anomaly.tflite").write_bytes(data)
    area = np.mean(good[:, None] < bad[None, :])
    for name, faulty in (("machine", False), ("machine_faulty", True)):
        write_wav(out / f"{name}.wav", anomaly.sound(rng, faulty)[: speech.RATE])
    print(f"anomaly.tflite: {len(data)} bytes, area under the curve {area:.4f} on 120 clips")


def front(out, _):
    data = with_hints(front_end.build(), rate=front_end.RATE, hop=front_end.HOP)
    (out / "audio_front_end.tflite").write_bytes(data)
    print(f"audio_front_end.tflite: {len(data)} bytes")


def write_png(path, grey):
    """grey: uint8 [height, width]"""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", grey.shape[1], grey.shape[0], 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in grey)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)


def write_wav(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, speech.RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


MODELS = {"front": front, "fashion": fashion, "keyword": keyword, "machine": machine, "lstm": lstm}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent)
    parser.add_argument("--interpreter", default="millrace.micro")
    args = parser.parse_args()
    tf.keras.utils.set_random_seed(1)

    def open_model(path):
        return importlib.import_module(args.interpreter).Interpreter.from_file(path)

    for name in args.only:
        MODELS[name](args.out, open_model)


if __name__ == "__main__":
    main()
