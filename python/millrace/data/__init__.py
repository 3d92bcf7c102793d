"""Input pipelines inside the graph: sources, shuffle, repeat, batch, map, prefetch."""

from millrace.data.dataset import Dataset
from millrace.data.elements import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, DatasetSpec
from millrace.data.fashion_mnist import fashion_mnist
from millrace.data.iterator import Iterator, NumpyIterator
from millrace.data.options import Options, ThreadingOptions
from millrace.data.records import FixedLengthRecordDataset, TextLineDataset, TFRecordDataset
from millrace.data.transformations import AUTOTUNE


def __getattr__(name):
    if name == "experimental":
        import importlib

        return importlib.import_module("millrace.data.experimental")
    raise AttributeError(f"module 'millrace.data' has no attribute {name!r}")


__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "DatasetSpec",
    "FixedLengthRecordDataset",
    "Iterator",
    "NumpyIterator",
    "Options",
    "TFRecordDataset",
    "TextLineDataset",
    "ThreadingOptions",
    "fashion_mnist",
]
