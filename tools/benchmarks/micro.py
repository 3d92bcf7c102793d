"""Time of an Invoke and size of the arena of .tflite models, one thread.

The models are all *.tflite files below the folder of --models or the environment's MILLRACE_MODELS
(--only NAME,NAME picks some); models that a system refuses are left out. Inputs are random, the
same for all systems.
"""

import argparse
import os
import pathlib
import re
import sys
import tempfile

import numpy as np
from systems import emit, measure, median


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    systems = list(SYSTEMS)
    parser.add_argument("--system", choices=systems, required=True)
    parser.add_argument("--models", default=os.environ.get("MILLRACE_MODELS", ""))
    parser.add_argument("--only", help="names of models, with commas")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.1, help="of one repeat, about")
    options = parser.parse_args()
    if not options.models:
        parser.error("name a folder of models by --models or MILLRACE_MODELS")
    return options


def random_input(shape, dtype):
    random = np.random.default_rng(1)
    if np.issubdtype(dtype, np.floating):
        return random.uniform(-1, 1, shape).astype(dtype)
    if dtype == np.bool_:
        return random.integers(0, 2, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return random.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def printed_by(fn):
    """What fn, C++ included, writes to the error output: how tflite-micro tells its arena."""
    with tempfile.TemporaryFile("w+") as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            fn()
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        file.seek(0)
        return file.read()


class Micro:
    """An interpreter with tflite-micro's calls: ours or its own."""

    def __init__(self, interpreter, num_inputs):
        self.interpreter = interpreter
        self.invoke = interpreter.invoke
        for i in range(num_inputs):
            details = interpreter.get_input_details(i)
            interpreter.set_input(random_input(details["shape"], np.dtype(details["dtype"])), i)


class Millrace(Micro):
    def __init__(self, path):
        from millrace import micro

        interpreter = micro.Interpreter.from_file(str(path))
        super().__init__(interpreter, interpreter.num_inputs)

    def arena(self):
        return self.interpreter.memory()["total"]


class TfliteMicro(Micro):
    def __init__(self, path):
        from millrace.micro.model_file import ModelFile
        from tflite_micro.python.tflite_micro import runtime

        model = path.read_bytes()
        interpreter = runtime.Interpreter.from_bytes(model, arena_size=64 << 20)
        super().__init__(interpreter, len(ModelFile(model).subgraphs[0].inputs))

    def arena(self):
        text = printed_by(self.interpreter.print_allocations)
        return int(re.search(r"Arena allocation total (\d+)", text)[1])


class Tflite:
    """tflite-runtime or LiteRT: what they choose by themselves, on one thread."""

    def __init__(self, module, path):
        self.interpreter = module.Interpreter(str(path), num_threads=1)
        self.interpreter.allocate_tensors()
        self.invoke = self.interpreter.invoke
        for details in self.interpreter.get_input_details():
            self.interpreter.set_tensor(
                details["index"], random_input(details["shape"], np.dtype(details["dtype"]))
            )

    def arena(self):
        return None


def tflite_runtime(path):
    from tflite_runtime import interpreter

    return Tflite(interpreter, path)


def litert(path):
    from ai_edge_litert import interpreter

    return Tflite(interpreter, path)


SYSTEMS = {
    "millrace": Millrace,
    "tflite-micro": TfliteMicro,
    "tflite-runtime": tflite_runtime,
    "litert": litert,
}


def main():
    options = parse_arguments()
    only = options.only.split(",") if options.only else None
    for path in sorted(pathlib.Path(options.models).rglob("*.tflite"), key=lambda p: p.stem):
        if only and path.stem not in only:
            continue
        try:
            model = SYSTEMS[options.system](path)
            seconds = measure(model.invoke, options.repeats, options.seconds)
        except (RuntimeError, ValueError) as error:
            print(f"{path.stem}: {options.system} refuses it: {error}", file=sys.stderr)
            continue
        emit("micro", options.system, f"{path.stem}.us", 1e6 * median(seconds), "us", len(seconds))
        if model.arena() is not None:
            emit("micro", options.system, f"{path.stem}.arena", model.arena(), "B", 1)


if __name__ == "__main__":
    main()
