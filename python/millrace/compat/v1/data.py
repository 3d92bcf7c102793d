"""Input pipelines, with the functions that TensorFlow 1 makes iterators by."""

from millrace._load import public
from millrace.data import *  # noqa: F403
from millrace.framework import nest


@public
def make_one_shot_iterator(dataset):
    """An iterator that goes over the dataset once."""
    return dataset.make_one_shot_iterator()


@public
def make_initializable_iterator(dataset, shared_name=None):
    """An iterator that its `initializer` starts."""
    return dataset.make_initializable_iterator(shared_name)


@public
def get_output_types(dataset):
    """The dtypes of an element, in its structure."""
    return nest.map_structure(lambda spec: spec.dtype, dataset.element_spec)


@public
def get_output_shapes(dataset):
    """The shapes of an element, in its structure."""
    return nest.map_structure(lambda spec: spec.shape, dataset.element_spec)
