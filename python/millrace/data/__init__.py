"""Input pipelines inside the graph: sources, shuffle, repeat, batch, map, prefetch."""

from millrace.data.dataset import AUTOTUNE, Dataset
from millrace.data.fashion_mnist import fashion_mnist
from millrace.data.records import TFRecordDataset

__all__ = [
    "AUTOTUNE",
    "Dataset",
    "TFRecordDataset",
    "fashion_mnist",
]
