"""Serialised SequenceExamples as tensors. The values are those of TensorFlow 2.21."""

import millrace as mr
import pytest

io, train = mr.io, mr.train
Ragged = io.RaggedFeature


def ints(*values):
    return train.Feature(int64_list=train.Int64List(value=values))


def floats(*values):
    return train.Feature(float_list=train.FloatList(value=values))


def texts(*values):
    return train.Feature(bytes_list=train.BytesList(value=values))


def sequence(context, lists):
    lists = {k: train.FeatureList(feature=v) for k, v in lists.items()}
    return train.SequenceExample(
        context=train.Features(feature=context),
        feature_lists=train.FeatureLists(feature_list=lists),
    ).SerializeToString()


SEQUENCES = [
    sequence(
        {"id": ints(7), "tags": texts(b"p", b"q"), "v": ints(1, 2, 3), "l": ints(1, 2)},
        {
            "d": [floats(1, 2), floats(3, 4)],
            "t": [texts(b"a"), texts(), texts(b"b", b"c")],
            "n": [ints(1, 2, 3), ints(4)],
            "nl": [ints(2, 1), ints(1)],
            "m": [floats(9)],
        },
    ),
    sequence(
        {"id": ints(8), "v": ints(4), "l": ints(1)},
        {"d": [floats(5, 6)], "t": [], "n": [ints(5)], "nl": [ints(1)]},
    ),
]
CONTEXT = {
    "other": io.FixedLenFeature([2], mr.float32, [1.0, 2.0]),
    "id": io.FixedLenFeature([], mr.int64),
    "tags": io.VarLenFeature(mr.string),
    "r": Ragged(mr.int64, "v", [Ragged.RowLengths("l")]),
}
LISTS = {
    "d": io.FixedLenSequenceFeature([2], mr.float32),
    "t": io.VarLenFeature(mr.string),
    "tr": Ragged(mr.string, "t"),
    "n": Ragged(mr.int64, row_splits_dtype=mr.int64),
    "nn": Ragged(mr.int64, "n", [Ragged.RowLengths("nl")], row_splits_dtype=mr.int64),
    "m": io.FixedLenSequenceFeature([], mr.float32, allow_missing=True),
}


def plain(parsed):
    found = {}
    for key, value in parsed.items():
        if isinstance(value, mr.SparseTensor):
            found[key] = [p.numpy().tolist() for p in (value.indices, value.values)]
            found[key].append(value.dense_shape.numpy().tolist())
        else:
            ragged = isinstance(value, mr.RaggedTensor)
            found[key] = value.to_list() if ragged else value.numpy().tolist()
    return found


def test_a_batch():
    context, lists, lengths = io.parse_sequence_example(SEQUENCES, CONTEXT, LISTS)
    assert list(context) == list(CONTEXT)
    assert list(lists) == list(LISTS)
    assert plain(context) == {
        "id": [7, 8],
        "tags": [[[0, 0], [0, 1]], [b"p", b"q"], [2, 2]],
        "r": [[[1], [2, 3]], [[4]]],
        "other": [[1, 2], [1, 2]],
    }
    assert plain(lists) == {
        "d": [[[1, 2], [3, 4]], [[5, 6], [0, 0]]],
        "t": [[[0, 0, 0], [0, 2, 0], [0, 2, 1]], [b"a", b"b", b"c"], [2, 3, 2]],
        "tr": [[[b"a"], [], [b"b", b"c"]], []],
        "n": [[[1, 2, 3], [4]], [[5]]],
        "nn": [[[[1, 2], [3]], [[4]]], [[[5]]]],
        "m": [[9], [0]],
    }
    assert plain(lengths) == {"d": [2, 1], "m": [1, 0]}
    assert lists["tr"].row_splits.dtype is mr.int32
    assert lists["n"].row_splits.dtype is mr.int64


SINGLE = (
    {"id": 7, "tags": [[[0], [1]], [b"p", b"q"], [2]], "r": [[1], [2, 3]], "other": [1, 2]},
    {
        "d": [[1, 2], [3, 4]],
        "t": [[[0, 0], [2, 0], [2, 1]], [b"a", b"b", b"c"], [3, 2]],
        "tr": [[b"a"], [], [b"b", b"c"]],
        "n": [[1, 2, 3], [4]],
        "nn": [[[1, 2], [3]], [[4]]],
        "m": [9],
    },
)


def test_a_single_one():
    found = io.parse_single_sequence_example(SEQUENCES[0], CONTEXT, LISTS)
    assert tuple(map(plain, found)) == SINGLE


def test_in_datasets():
    def one(serialized):
        return io.parse_single_sequence_example(serialized, CONTEXT, LISTS)

    singles = mr.data.Dataset.from_tensor_slices(SEQUENCES).map(one)
    assert tuple(map(plain, next(iter(singles)))) == SINGLE
    context, lists = singles.element_spec
    assert context["id"] == mr.TensorSpec([], mr.int64)
    assert context["tags"] == mr.SparseTensorSpec([None], mr.string)
    assert lists["d"] == mr.TensorSpec([None, 2], mr.float32)
    assert lists["t"] == mr.SparseTensorSpec([None, None], mr.string)
    assert lists["m"] == mr.TensorSpec([None], mr.float32)

    def several(serialized):
        return io.parse_sequence_example(serialized, CONTEXT, LISTS)

    batches = mr.data.Dataset.from_tensor_slices(SEQUENCES).batch(2, True).map(several)
    context, lists, lengths = batches.element_spec
    assert context["other"] == mr.TensorSpec([2, 2], mr.float32)
    assert lists["d"] == mr.TensorSpec([2, None, 2], mr.float32)
    assert lengths["d"] == mr.TensorSpec([2], mr.int64)
    (found,) = batches
    assert plain(found[1])["nn"] == [[[[1, 2], [3]], [[4]]], [[[5]]]]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "must describe a feature"),
        ({"sequence_features": {"d": io.FixedLenFeature([2], mr.float32)}}, "stand here"),
        ({"sequence_features": {"s": io.SparseFeature("d", "d", mr.int64, 2)}}, "stand here"),
        ({"context_features": {"d": LISTS["d"]}}, "stand here"),
        (
            {"sequence_features": {"m": io.FixedLenSequenceFeature([], mr.float32, True, 1.0)}},
            "no default_value",
        ),
        (
            {"sequence_features": {"m": io.FixedLenSequenceFeature([None], mr.float32, True)}},
            "must be known",
        ),
    ],
)
def test_features_that_cannot_be_read(arguments, text):
    with pytest.raises(ValueError, match=text):
        io.parse_sequence_example(SEQUENCES, **arguments)


@pytest.mark.parametrize(
    ("context", "lists", "text"),
    [
        (None, {"m": io.FixedLenSequenceFeature([], mr.float32)}, "m"),
        (None, {"d": io.FixedLenSequenceFeature([3], mr.float32)}, "d"),
        ({"tags": io.FixedLenFeature([], mr.string)}, None, "tags"),
        ({"id": io.VarLenFeature(mr.float32)}, None, "id"),
    ],
)
def test_sequences_that_do_not_have_it(context, lists, text):
    with pytest.raises(mr.errors.InvalidArgumentError, match=text):
        io.parse_sequence_example(SEQUENCES, context, lists)


def test_steps_that_do_not_fit():
    bad = [sequence({}, {"n": [ints(1)], "nl": [ints(1), ints()]})]
    feature = Ragged(mr.int64, "n", [Ragged.RowLengths("nl")], validate=True)
    with pytest.raises(mr.errors.InvalidArgumentError, match="the number of steps differs"):
        io.parse_sequence_example(bad, sequence_features={"n": feature})


def test_a_single_one_is_a_scalar():
    with pytest.raises(ValueError, match="takes a scalar"):
        io.parse_single_sequence_example(SEQUENCES, CONTEXT)
