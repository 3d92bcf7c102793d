"""Fashion-MNIST (Xiao, Rasul, Vollgraf 2017): 28x28 grey images of clothes in ten classes."""

import collections
import gzip
import os

import numpy as np

from millrace._load import public
from millrace.data.dataset import Dataset

FOLDER = "/usr/share/datasets/fashion-mnist"
CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
Example = collections.namedtuple("Example", ["image", "label"])
_PREFIX = {"train": "train", "test": "t10k"}


def _read_idx(path):
    """An array of unsigned bytes in the IDX format: 0, 0, 8, rank, sizes as big-endian int32,
    elements."""
    with gzip.open(path, "rb") as f:
        data = f.read()
    if len(data) < 4 or data[:3] != b"\0\0\x08":
        raise ValueError(f"{path} is no IDX file of unsigned bytes")
    rank = data[3]
    shape = np.frombuffer(data, ">i4", rank, 4)
    elements = np.frombuffer(data, np.uint8, offset=4 + 4 * rank)
    if elements.size != int(np.prod(shape, dtype=np.int64)):
        raise ValueError(f"{path} is cut off: {elements.size} bytes for the shape {shape.tolist()}")
    return elements.reshape(shape)


@public
def load_arrays(split="train", folder=None):
    """(images, labels) of "train" (60,000) or "test" (10,000).

    Returns:
      images: float32 [n, 784], from 0 to 1, rows top to bottom; labels: int32 [n].
    """
    if split not in _PREFIX:
        raise ValueError(f"fashion_mnist has the splits 'train' and 'test', not {split!r}")
    folder = folder or os.environ.get("MILLRACE_FASHION_MNIST", FOLDER)
    paths = [
        os.path.join(folder, f"{_PREFIX[split]}-{part}-ubyte.gz")
        for part in ("images-idx3", "labels-idx1")
    ]
    for path in paths:
        if not os.path.exists(path):
            raise FileNotFoundError(
                f"{path} is missing: install Debian's package dataset-fashion-mnist "
                "(apt-get install dataset-fashion-mnist), or name the "
                "folder of the four .gz files in MILLRACE_FASHION_MNIST"
            )
    images, labels = (_read_idx(path) for path in paths)
    images = images.reshape(len(images), -1).astype(np.float32) / np.float32(255)
    return images, labels.astype(np.int32)


@public
def fashion_mnist(split="train", folder=None):
    """A dataset of (image: float32 [784], label: int32) of "train" or "test"."""
    return Dataset.from_tensor_slices(Example(*load_arrays(split, folder)))


fashion_mnist.load_arrays = load_arrays
fashion_mnist.class_names = CLASS_NAMES
