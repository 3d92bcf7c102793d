"""Runs a model on cases, on this machine or on an emulated device, in the same words."""

import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

from millrace.micro import _source
from millrace.micro.interpreter import Interpreter
from millrace.micro.model_file import ModelFile, numpy_type_of

PACKAGES = {
    "make": "make",
    "arm-none-eabi-g++": "gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib",
    "qemu-system-arm": "qemu-system-arm",
}


class DeviceError(RuntimeError):
    """A device's image could not be built or run."""


def missing_tools(*programs):
    """A sentence about the programs that are not installed, or None."""
    import shutil

    missing = [p for p in programs if shutil.which(p) is None]
    if not missing:
        return None
    packages = " ".join(PACKAGES[p] for p in missing)
    return f"{' and '.join(missing)} not found: apt-get install {packages}"


def targets():
    """Names of the devices that images can be built for."""
    return list(_source.tool("cortex_m/image").TARGETS)


def check_target(name):
    known = targets()
    if name not in known:
        raise DeviceError(f"there is no target {name}; there are {', '.join(known)}")


class HostRunner:
    def __init__(self, path, arena_size=None, measure_ops=False):
        self.model_file = ModelFile(path.read_bytes())
        self.interpreter = Interpreter(
            self.model_file.data, arena_size=arena_size, measure_ops=measure_ops
        )
        self.arena = self.interpreter.memory()["total"]

    def run(self, cases, keep_state=False):
        """cases: a list of lists of input arrays. The same of outputs; state is cleared before
        each case unless it is kept."""
        interpreter, results, seconds = self.interpreter, [], []
        interpreter.reset()
        for inputs in cases:
            if not keep_state:
                interpreter.reset()
            for i, array in enumerate(inputs):
                interpreter.set_input(array, i)
            begin = time.perf_counter()
            interpreter.invoke()
            seconds.append(time.perf_counter() - begin)
            results.append([interpreter.get_output(i) for i in range(interpreter.num_outputs)])
        self.cost = f"{np.median(seconds) * 1e6:.0f} us an invoke" if seconds else ""
        return results


def _show_progress(done, total):
    """A line that goes when all is done, on a terminal only."""
    if sys.stderr.isatty():
        line = f"compiling for the device: {done} of {total} files" if done < total else ""
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


class DeviceRunner:
    """Builds an image with the model and its ops and runs it in QEMU."""

    def __init__(self, path, target):
        problem = missing_tools("arm-none-eabi-g++", "qemu-system-arm")
        if problem:
            raise DeviceError(problem)
        self.model_file = ModelFile(path.read_bytes())
        self._target, self._tool = target, _source.tool("cortex_m/image")
        self._folder = tempfile.TemporaryDirectory(prefix="millrace-micro-")
        self.folder = pathlib.Path(self._folder.name)
        try:
            self.image = self._tool.build(target, path, self.folder, progress=_show_progress)
        except RuntimeError as error:
            raise DeviceError(f"the image for {target} could not be built: {error}") from None

    def execute(self, cases=(), keep_state=False, repeats=1):
        """What the image printed: {"arena": bytes, "init": instructions, "invoke": ...}."""
        data = b"".join(array.tobytes() for inputs in cases for array in inputs)
        (self.folder / "inputs").write_bytes(data)
        try:
            return self._tool.execute(
                self._target,
                self.image,
                self.folder / "inputs",
                self.folder / "outputs",
                not keep_state,
                repeats,
            )
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            raise DeviceError(f"{self._target}: {error}") from None

    def run(self, cases, keep_state=False):
        figures = self.execute(cases, keep_state)
        self.arena = figures["arena"]
        self.cost = f"{figures['invoke']} instructions an invoke"
        graph = self.model_file.subgraphs[0]
        tensors = [graph.tensors[i] for i in graph.outputs]
        data, at, results = (self.folder / "outputs").read_bytes(), 0, []
        for _ in cases:
            results.append([])
            for tensor in tensors:
                dtype = np.dtype(numpy_type_of(tensor.type))
                array = np.frombuffer(data, dtype, tensor.bytes // dtype.itemsize, at)
                results[-1].append(array.reshape(tensor.shape))
                at += tensor.bytes
        return results
