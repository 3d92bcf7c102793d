"""What the benchmark programs share: the two systems behind one interface, the data, the timing.

Every program runs one system, named by --system, and prints one JSON line a figure:
{"bench", "system", "metric", "value", "unit", "n"}. Millrace and TensorFlow have the same names, so
the work is written once.
"""

import gzip
import json
import os
import pathlib
import statistics
import time

DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")


def load_system(name, eager=False):
    """(the module, what to call it): TensorFlow or ours, for graphs unless `eager`."""
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if name == "tensorflow":
        import tensorflow

        if not eager:
            tensorflow.compat.v1.disable_eager_execution()
        return tensorflow, f"tensorflow-{tensorflow.__version__}"
    import millrace

    return millrace, "millrace"


def emit(bench, system, metric, value, unit, n, **more):
    line = dict(bench=bench, system=system, metric=metric, value=value, unit=unit, n=n, **more)
    print(json.dumps(line), flush=True)


def measure(fn, repeats, seconds):
    """Seconds a call, once a repeat, each over about `seconds`."""
    for _ in range(3):
        fn()
    start = time.perf_counter()
    fn()
    calls = max(1, int(seconds / max(time.perf_counter() - start, 1e-7)))
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(calls):
            fn()
        times.append((time.perf_counter() - start) / calls)
    return times


def median(values):
    return statistics.median(values)


def fashion_mnist(split):
    """(images float32 [N, 784] in [0, 1], labels int32 [N]); split is "train" or "t10k"."""
    import numpy as np

    with gzip.open(DATA / f"{split}-images-idx3-ubyte.gz") as f:
        images = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 784)
    with gzip.open(DATA / f"{split}-labels-idx1-ubyte.gz") as f:
        labels = np.frombuffer(f.read(), np.uint8, offset=8)
    return images.astype(np.float32) / 255, labels.astype(np.int32)


def mlp_weights():
    """784-512-512-10: weights and zero biases, layer by layer, as every system starts."""
    import numpy as np

    random = np.random.RandomState(1)
    parameters = []
    for fan_in, fan_out in ((784, 512), (512, 512), (512, 10)):
        parameters.append((random.randn(fan_in, fan_out) * np.sqrt(2.0 / fan_in)).astype("float32"))
        parameters.append(np.zeros(fan_out, np.float32))
    return parameters
