"""Serialised Examples as tensors. The values are those of TensorFlow 2.21."""

import millrace as mr
import numpy as np
import pytest

io, train = mr.io, mr.train


def example(a, b, c=None):
    feature = {
        "a": train.Feature(int64_list=train.Int64List(value=a)),
        "b": train.Feature(float_list=train.FloatList(value=b)),
    }
    if c is not None:
        feature["c"] = train.Feature(bytes_list=train.BytesList(value=[c]))
    return train.Example(features=train.Features(feature=feature)).SerializeToString()


EXAMPLES = [example([1, 2], [0.5], b"x"), example([3], [1.5, 2.5])]
FEATURES = {
    "c": io.FixedLenFeature([], mr.string, default_value="none"),
    "a": io.VarLenFeature(mr.int64),
    "b": io.FixedLenSequenceFeature([], mr.float32, allow_missing=True),
    "z": io.FixedLenFeature([2], mr.float32, default_value=[7.0, 8.0]),
    "r": io.RaggedFeature(mr.int64, value_key="a"),
}


def plain(parsed):
    found = {}
    for key, value in parsed.items():
        if isinstance(value, mr.SparseTensor):
            value = mr.sparse.to_dense(value)
        ragged = isinstance(value, mr.RaggedTensor)
        found[key] = value.to_list() if ragged else np.asarray(value.numpy()).tolist()
    return found


def test_a_batch():
    parsed = io.parse_example(EXAMPLES, FEATURES)
    assert list(parsed) == list(FEATURES)
    assert plain(parsed) == {
        "a": [[1, 2], [3, 0]],
        "b": [[0.5, 0.0], [1.5, 2.5]],
        "c": [b"x", b"none"],
        "r": [[1, 2], [3]],
        "z": [[7.0, 8.0], [7.0, 8.0]],
    }


def test_single_ones_in_a_dataset():
    made = mr.data.Dataset.from_tensor_slices(EXAMPLES).map(
        lambda s: io.parse_single_example(s, FEATURES)
    )
    assert made.element_spec == {
        "c": mr.TensorSpec([], mr.string),
        "a": mr.SparseTensorSpec([None], mr.int64),
        "b": mr.TensorSpec([None], mr.float32),
        "z": mr.TensorSpec([2], mr.float32),
        "r": mr.TensorSpec([None], mr.int64),
    }
    assert [plain(e) for e in made] == [
        {"a": [1, 2], "b": [0.5], "c": b"x", "r": [1, 2], "z": [7.0, 8.0]},
        {"a": [3], "b": [1.5, 2.5], "c": b"none", "r": [3], "z": [7.0, 8.0]},
    ]


@pytest.mark.parametrize(
    ("feature", "text"),
    [
        ({"b": io.FixedLenFeature([], mr.float32)}, "Key: b"),
        ({"q": io.FixedLenFeature([], mr.float32)}, "Key: q"),
        ({"a": io.VarLenFeature(mr.float32)}, "Data types don't match"),
    ],
)
def test_examples_that_do_not_have_it(feature, text):
    with pytest.raises(mr.errors.InvalidArgumentError, match=text):
        io.parse_example(EXAMPLES, feature)


@pytest.mark.parametrize(
    "features",
    [
        {},
        {"a": mr.int64},
        {"a": io.FixedLenFeature([None], mr.int64)},
        {"a": io.FixedLenSequenceFeature([], mr.int64)},
    ],
)
def test_features_that_say_too_little(features):
    with pytest.raises(ValueError, match="parse_example"):
        io.parse_example(EXAMPLES, features)


def test_a_single_one_is_a_scalar():
    with pytest.raises(ValueError, match="takes a scalar"):
        io.parse_single_example(EXAMPLES, FEATURES)
