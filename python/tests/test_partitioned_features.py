"""Features made of several ones, sparse and ragged. The values are those of TensorFlow 2.21."""

import millrace as mr
import pytest

io, train = mr.io, mr.train
Ragged = io.RaggedFeature


def ints(*values):
    return train.Feature(int64_list=train.Int64List(value=values))


def floats(*values):
    return train.Feature(float_list=train.FloatList(value=values))


def example(**feature):
    return train.Example(features=train.Features(feature=feature)).SerializeToString()


EXAMPLES = [
    example(
        v=ints(3, 1, 4, 1, 5, 9),
        splits=ints(0, 2, 4, 6),
        lengths=ints(2, 0, 4),
        starts=ints(0, 1),
        limits=ints(2, 6),
        ids=ints(0, 0, 2, 2, 2, 3),
        pairs=ints(1, 2),
        x=ints(5, 2),
        y=ints(0, 1),
        w=floats(0.5, 1.5),
    ),
    example(
        v=ints(2, 6),
        splits=ints(0, 2),
        lengths=ints(1, 1),
        starts=ints(0),
        limits=ints(2),
        ids=ints(1, 1),
        pairs=ints(0, 1),
        x=ints(3),
        y=ints(2),
        w=floats(2.5),
    ),
    example(),
]
CUTS = {
    "splits": (
        [Ragged.RowSplits("splits")],
        [[[3, 1], [4, 1], [5, 9]], [[2, 6]], []],
    ),
    "lengths": (
        [Ragged.RowLengths("lengths")],
        [[[3, 1], [], [4, 1, 5, 9]], [[2], [6]], []],
    ),
    "starts": (
        [Ragged.RowStarts("starts")],
        [[[3], [1, 4, 1, 5, 9]], [[2, 6]], []],
    ),
    "limits": (
        [Ragged.RowLimits("limits")],
        [[[3, 1], [4, 1, 5, 9]], [[2, 6]], []],
    ),
    "ids": (
        [Ragged.ValueRowIds("ids")],
        [[[3, 1], [], [4, 1, 5], [9]], [[], [2, 6]], []],
    ),
    "even": (
        [Ragged.UniformRowLength(2)],
        [[[3, 1], [4, 1], [5, 9]], [[2, 6]], []],
    ),
    "even outside": (
        [Ragged.UniformRowLength(1), Ragged.RowLengths("lengths")],
        [[[[3, 1]], [[]], [[4, 1, 5, 9]]], [[[2]], [[6]]], []],
    ),
    "even inside": (
        [Ragged.RowLengths("pairs"), Ragged.UniformRowLength(2)],
        [[[[3, 1]], [[4, 1], [5, 9]]], [[], [[2, 6]]], []],
    ),
}


def as_list(value):
    return value.to_list() if isinstance(value, mr.RaggedTensor) else value.numpy().tolist()


@pytest.mark.parametrize("validate", [False, True])
@pytest.mark.parametrize("cut", CUTS)
def test_ragged_features_are_cut(cut, validate):
    partitions, expected = CUTS[cut]
    feature = Ragged(mr.int64, "v", partitions, validate=validate)
    assert as_list(io.parse_example(EXAMPLES, {"r": feature})["r"]) == expected
    single = io.parse_single_example(EXAMPLES[0], {"r": feature})["r"]
    assert as_list(single) == expected[0]


@pytest.mark.parametrize("splits", [mr.int32, mr.int64])
def test_ragged_features_in_a_dataset(splits):
    features = {
        cut: Ragged(mr.int64, "v", partitions, row_splits_dtype=splits)
        for cut, (partitions, _) in CUTS.items()
    }
    whole = mr.data.Dataset.from_tensors(EXAMPLES).map(lambda s: io.parse_example(s, features))
    (found,) = whole
    for cut, (_, expected) in CUTS.items():
        assert as_list(found[cut]) == expected
        assert found[cut].row_splits.dtype is splits


def test_partitions_that_do_not_fit():
    bad = [example(v=ints(1, 2), n=ints(1, 2))]
    feature = Ragged(mr.int64, "v", [Ragged.RowLengths("n")], validate=True)
    with pytest.raises(mr.errors.InvalidArgumentError, match="row_splits"):
        io.parse_example(bad, {"r": feature})


def test_sparse_features():
    features = {
        "s": io.SparseFeature("x", "w", mr.float32, 8),
        "unsorted": io.SparseFeature("x", "w", mr.float32, 8, already_sorted=True),
        "two": io.SparseFeature(["x", "y"], "w", mr.float32, [8, 4]),
        "x": io.VarLenFeature(mr.int64),
    }
    found = io.parse_example(EXAMPLES, features)
    assert list(found) == list(features)
    s = found["s"]
    assert s.indices.numpy().tolist() == [[0, 2], [0, 5], [1, 3]]
    assert s.values.numpy().tolist() == [1.5, 0.5, 2.5]
    assert s.dense_shape.numpy().tolist() == [3, 8]
    assert found["unsorted"].values.numpy().tolist() == [0.5, 1.5, 2.5]
    two = found["two"]
    assert two.indices.numpy().tolist() == [[0, 2, 1], [0, 5, 0], [1, 3, 2]]
    assert two.dense_shape.numpy().tolist() == [3, 8, 4]
    single = io.parse_single_example(EXAMPLES[0], features)["two"]
    assert single.indices.numpy().tolist() == [[2, 1], [5, 0]]
    assert single.values.numpy().tolist() == [1.5, 0.5]
    assert single.dense_shape.numpy().tolist() == [8, 4]


@pytest.mark.parametrize(
    ("features", "text"),
    [
        ({"a": Ragged(mr.int64, "v"), "b": Ragged(mr.float32, "v")}, "two dtypes"),
        (
            {"a": io.SparseFeature("x", "w", mr.float32, 8), "x": io.VarLenFeature(mr.string)},
            "two dtypes",
        ),
        ({"a": io.SparseFeature(["x", "y"], "w", mr.float32, [8])}, "2 index_key and 1 size"),
    ],
)
def test_features_that_contradict(features, text):
    with pytest.raises(ValueError, match=text):
        io.parse_example(EXAMPLES, features)


def test_a_partition_must_be_one():
    with pytest.raises(TypeError, match="no partition"):
        Ragged(mr.int64, partitions=["lengths"])


def test_json():
    text = """{"features": {"feature": {
        "a": {"int64List": {"value": ["1", 2, -3]}},
        "b": {"float_list": {"value": [1.5, "Infinity"]}},
        "c": {"bytesList": {"value": ["aGk=", "-_8"]}}}}}"""
    made = io.decode_json_example([[text, "{}"]])
    assert made.shape == [1, 2]
    assert made.numpy()[0, 1] == b""
    kinds = {"a": mr.int64, "b": mr.float32, "c": mr.string}
    parsed = io.parse_single_example(
        made[0, 0], {key: io.RaggedFeature(dtype) for key, dtype in kinds.items()}
    )
    assert {key: value.numpy().tolist() for key, value in parsed.items()} == {
        "a": [1, 2, -3],
        "b": [1.5, float("inf")],
        "c": [b"hi", b"\xfb\xff"],
    }
    with pytest.raises(mr.errors.InvalidArgumentError, match="Error while parsing JSON"):
        io.decode_json_example("{")
