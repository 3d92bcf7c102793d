"""Files (.npy, .npz, .wav, .png, .bmp) as inputs of a model.

A case is one invoke's inputs, a list of arrays. A sound is cut into frames; frames of a model with
a front end go through that first, and its features are cut into windows.
"""

import dataclasses
import json

import numpy as np

from millrace.micro import image_file, sound_file
from millrace.micro.model_file import ModelFileError, numpy_type_of
from millrace.micro.quantization import dequantize, quantize


class InputError(ValueError):
    """A file does not fit the model."""


@dataclasses.dataclass
class Hints:
    """What the metadata entry "millrace" of a model (JSON) says about its use."""

    labels: tuple = ()  # of the output's elements
    front_end: str = ""  # the file, beside the model, that makes features of sound
    rate: int = 16000  # of sound, samples a second
    hop: int = 0  # samples from frame to frame; 0: a frame
    settle: int = 0  # frames after which the front end's features are used
    reconstructs: bool = False  # the output is to equal the input
    threshold: float = 0.0  # of the mean squared error above which something is unusual

    @classmethod
    def of(cls, model_file):
        try:
            said = json.loads(model_file.metadata.get("millrace", b"{}"))
            known = {f.name for f in dataclasses.fields(cls)}
            return cls(**{key: value for key, value in said.items() if key in known})
        except (ValueError, AttributeError) as error:
            raise ModelFileError(f"the metadata entry 'millrace' is damaged: {error}") from None


@dataclasses.dataclass
class Cases:
    inputs: list  # of lists of arrays
    names: list  # of each case, for people
    keep_state: bool = False


def load(paths, graph, hints, runner_of_front_end=None, image_range=None):
    """The cases of the files: one for each input, or one sound or .npz for all."""
    tensors = [graph.tensors[i] for i in graph.inputs]
    suffixes = [path.suffix.lower() for path in paths]
    for path in paths:
        if not path.is_file():
            raise InputError(f"there is no file {path}")
    if suffixes == [".npz"]:
        return _archive(paths[0], tensors)
    if suffixes == [".wav"]:
        if runner_of_front_end is not None:
            return _through_front_end(paths[0], tensors, runner_of_front_end, hints.settle)
        return _frames_of(paths[0], tensors, hints)
    if len(paths) != len(tensors):
        wanted = ", ".join(f"{t.name} {t.type} {list(t.shape)}" for t in tensors)
        raise InputError(f"{len(paths)} files for {len(tensors)} inputs: {wanted}")
    columns = [_file(path, tensor, image_range) for path, tensor in zip(paths, tensors)]
    return _zip(columns, paths[0].name)


def _file(path, tensor, image_range):
    suffix = path.suffix.lower()
    if suffix == ".npy":
        try:
            return split(np.load(path, allow_pickle=False), tensor, path.name)
        except (ValueError, EOFError) as error:
            raise InputError(f"{path} cannot be used: {error}") from None
    if suffix in (".png", ".bmp"):
        return [_image(path, tensor, image_range)]
    if suffix == ".wav":
        raise InputError(f"{path}: a sound is the only input of a model")
    raise InputError(f"{path}: only .npy, .npz, .wav, .png and .bmp files are read")


def _zip(columns, name):
    counts = {len(column) for column in columns}
    if len(counts) != 1:
        raise InputError(f"the inputs hold different numbers of cases: {sorted(counts)}")
    cases = [list(case) for case in zip(*columns)]
    names = [name] if len(cases) == 1 else [f"{name}[{i}]" for i in range(len(cases))]
    return Cases(cases, names)


def split(array, tensor, name):
    """The examples in an array: it has the tensor's shape, or one with examples along axis 0."""
    shape = tuple(tensor.shape)
    elements = int(np.prod(shape, dtype=np.int64))
    dtype = np.dtype(numpy_type_of(tensor.type))
    if array.dtype != dtype:
        if array.dtype.kind != "f":
            raise InputError(
                f"{name} holds {array.dtype}; input {tensor.name} takes {tensor.type} "
                "(or real numbers, which are quantised)"
            )
        if dtype.kind != "f" and np.isnan(array).any():
            raise InputError(f"{name} holds values that are not numbers")
        array = quantize(array, tensor)
    if array.shape == shape:
        return [array]
    inner = shape[1:] if shape[:1] == (1,) else shape
    if array.ndim and array.shape[1:] in (shape, inner):
        return list(array.reshape(-1, *shape))
    if array.size == elements:
        return [array.reshape(shape)]
    raise InputError(f"{name} has shape {list(array.shape)}; input {tensor.name} has {list(shape)}")


def _archive(path, tensors):
    """in0, in1, ... or the inputs' names."""
    try:
        archive = np.load(path, allow_pickle=False)
        columns = []
        for i, tensor in enumerate(tensors):
            key = next((k for k in (f"in{i}", tensor.name) if k in archive.files), None)
            if key is None:
                raise InputError(f"{path} has neither in{i} nor {tensor.name}: {archive.files}")
            columns.append(split(archive[key], tensor, f"{path.name}:{key}"))
    except (OSError, ValueError) as error:
        raise error if isinstance(error, InputError) else InputError(f"{path}: {error}") from None
    return _zip(columns, path.name)


def _image(path, tensor, image_range):
    shape = tuple(tensor.shape)
    if len(shape) == 4 and shape[3] in (1, 3):
        height, width, channels = shape[1:]
    elif len(shape) in (2, 3):  # rows of a grey image
        height, width, channels = (*shape[-2:], 1)
    else:
        raise InputError(f"{path}: input {tensor.name} with shape {list(shape)} takes no image")
    pixels = image_file.fit(image_file.read(path), height, width, channels).reshape(shape)
    if image_range is None:
        if tensor.type == "int8":
            return np.round(pixels - 128).astype(np.int8)
        if tensor.type == "uint8":
            return np.round(pixels).astype(np.uint8)
        image_range = (0.0, 1.0)
    low, high = image_range
    return quantize(low + pixels * (high - low) / 255, tensor)


def frames(samples, length, hop, at_least=1):
    """int16 [n, length]; silence is added to the end for the last frame and for at_least frames."""
    count = max(at_least, 1 + -(-max(len(samples) - length, 0) // hop))
    padded = np.zeros(length + (count - 1) * hop, np.int16)
    padded[: len(samples)] = samples
    return np.lib.stride_tricks.sliding_window_view(padded, length)[::hop]


def _frame_length(tensor, path):
    if tensor.type != "int16":
        raise InputError(
            f"{path}: input {tensor.name} takes {tensor.type} {list(tensor.shape)}, not int16 "
            "samples; name the model that makes features of sound with --front-end"
        )
    return int(np.prod(tensor.shape))


def _frames_of(path, tensors, hints):
    length = _frame_length(tensors[0], path)
    hop = hints.hop or length
    sound = frames(sound_file.read(path, hints.rate), length, hop)
    names = [f"{i * hop / hints.rate:.2f} s" for i in range(len(sound))]
    return Cases([[frame.reshape(tensors[0].shape)] for frame in sound], names, keep_state=True)


def _through_front_end(path, tensors, front_end, settle):
    (own,) = tensors
    graph = front_end.model_file.subgraphs[0]
    source, features = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    hints = Hints.of(front_end.model_file)
    length = _frame_length(source, path)
    hop = hints.hop or length
    width = int(np.prod(features.shape))
    rows = int(np.prod(own.shape)) // width
    if rows * width != np.prod(own.shape):
        raise InputError(
            f"input {own.name} {list(own.shape)} does not divide into {width} features"
        )
    sound = frames(sound_file.read(path, hints.rate), length, hop, at_least=settle + rows)
    found = front_end.run([[f.reshape(source.shape)] for f in sound], keep_state=True)
    table = np.array([outputs[0].reshape(-1) for outputs in found])
    same = (features.type, features.scales, features.zero_points)
    if same != (own.type, own.scales, own.zero_points):
        table = quantize(dequantize(table, features), own)
    step = max(1, rows // 4)
    starts = list(range(settle, len(table) - rows + 1, step))
    cases = [[np.ascontiguousarray(table[at : at + rows]).reshape(own.shape)] for at in starts]
    return Cases(cases, [f"{at * hop / hints.rate:.2f} s" for at in starts])
