"""Input pipelines, with the elements that TensorFlow 2.21 gives."""

import millrace as mr
import numpy as np
import pytest

Dataset = mr.data.Dataset


def elements(dataset):
    return [
        mr.nest.map_structure(lambda a: np.asarray(a).tolist(), e)
        for e in dataset.as_numpy_iterator()
    ]


def lengths(n):
    """Vectors of lengths 0 to n - 1, of their own lengths."""
    return Dataset.range(n).map(lambda x: mr.fill([x], x))


PIPELINES = {
    "map to dictionaries": (
        lambda: Dataset.range(2).map(lambda x: {"a": x, "b": [x, x]}),
        [{"a": 0, "b": [0, 0]}, {"a": 1, "b": [1, 1]}],
    ),
    "flat_map": (lambda: Dataset.range(4).flat_map(Dataset.range), [0, 0, 1, 0, 1, 2]),
    "interleave": (
        lambda: Dataset.range(3).interleave(
            lambda x: Dataset.from_tensors(x).repeat(3), cycle_length=2, block_length=2
        ),
        [0, 0, 1, 1, 0, 1, 2, 2, 2],
    ),
    "padded_batch": (
        lambda: lengths(4).padded_batch(2, padding_values=mr.constant(-1, mr.int64)),
        [[[-1], [1]], [[2, 2, -1], [3, 3, 3]]],
    ),
    "padded_batch of tuples": (
        lambda: lengths(2).map(lambda x: (x, mr.size(x))).padded_batch(2, ([3], [])),
        [([[0, 0, 0], [1, 0, 0]], [0, 1])],
    ),
    "windows": (
        lambda: (
            Dataset.range(5).window(3, shift=1, drop_remainder=True).flat_map(lambda w: w.batch(3))
        ),
        [[0, 1, 2], [1, 2, 3], [2, 3, 4]],
    ),
    "group_by_window": (
        lambda: Dataset.range(6).group_by_window(
            lambda x: x % 2, lambda key, group: group.batch(3), window_size=3
        ),
        [[0, 2, 4], [1, 3, 5]],
    ),
    "buckets": (
        lambda: lengths(5).bucket_by_sequence_length(
            lambda x: mr.size(x), [3, 8], [2, 2, 2], pad_to_bucket_boundary=True
        ),
        [
            [[0, 0], [1, 0]],
            [[3, 3, 3, 0, 0, 0, 0], [4, 4, 4, 4, 0, 0, 0]],
            [[2, 2]],
        ],
    ),
    "rebatch": (lambda: Dataset.range(5).batch(4).rebatch(3), [[0, 1, 2], [3, 4]]),
    "scan": (lambda: Dataset.range(4).scan(np.int64(0), lambda s, x: (s + x, s + x)), [0, 1, 3, 6]),
    "take_while": (lambda: Dataset.range(9).take_while(lambda x: x < 2), [0, 1]),
    "enumerate": (lambda: Dataset.range(5, 7).enumerate(start=1), [(1, 5), (2, 6)]),
    "concatenate": (lambda: Dataset.range(2).concatenate(Dataset.range(7, 8)), [0, 1, 7]),
    "unique": (lambda: Dataset.from_tensor_slices([1, 2, 2, 1]).unique(), [1, 2]),
    "shard": (lambda: Dataset.range(7).shard(3, 1), [1, 4]),
    "choose": (
        lambda: Dataset.choose_from_datasets(
            [Dataset.range(3), Dataset.range(10, 13)],
            Dataset.from_tensor_slices(np.array([0, 1, 1, 0])),
        ),
        [0, 10, 11, 1],
    ),
    "ignore_errors": (
        lambda: (
            Dataset.from_tensor_slices([1.0, 0.0, 2.0])
            .map(lambda x: mr.debugging.check_numerics(1.0 / x, "bad"))
            .ignore_errors()
        ),
        [1.0, 0.5],
    ),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_elements(name):
    make, expected = PIPELINES[name]
    assert elements(make()) == expected


def test_cache_and_reduce():
    cached = Dataset.range(3).cache()
    assert elements(cached) == elements(cached) == [0, 1, 2]
    total, product = Dataset.range(1, 5).reduce(
        (np.int64(0), np.int64(1)), lambda s, x: (s[0] + x, s[1] * x)
    )
    assert (total.numpy(), product.numpy()) == (10, 24)


def test_sizes():
    assert len(Dataset.range(5).batch(2)) == 3
    assert Dataset.range(5).repeat().cardinality().numpy() == mr.data.INFINITE_CARDINALITY
    with pytest.raises(TypeError, match="infinite"):
        len(Dataset.range(5).repeat())
    assert Dataset.range(1).get_single_element().numpy() == 0
    with pytest.raises(mr.errors.InvalidArgumentError):
        Dataset.range(2).get_single_element()


def test_lines_of_files(tmp_path):
    for name, text in (("a.txt", "1\n2\n"), ("b.txt", "3\n4\n")):
        (tmp_path / name).write_text(text)
    files = Dataset.list_files(f"{tmp_path}/*.txt", shuffle=False)
    assert elements(files.interleave(mr.data.TextLineDataset, cycle_length=2)) == [
        b"1",
        b"3",
        b"2",
        b"4",
    ]
    with pytest.raises(mr.errors.InvalidArgumentError, match="no files"):
        Dataset.list_files(f"{tmp_path}/*.csv")
    with pytest.raises(mr.errors.NotFoundError):
        elements(mr.data.TextLineDataset(f"{tmp_path}/none"))


def test_mistakes():
    with pytest.raises(ValueError, match="bool"):
        Dataset.range(3).filter(lambda x: x)
    with pytest.raises(TypeError, match="dataset"):
        Dataset.range(3).flat_map(lambda x: x)
    with pytest.raises(ValueError, match="rows differ"):
        Dataset.from_tensor_slices(([1, 2], [1, 2, 3]))
    with pytest.raises(TypeError, match="initial state"):
        Dataset.range(3).reduce(0.0, lambda s, x: x)
    with pytest.raises(ValueError, match="rank"):
        lengths(3).padded_batch(2, padded_shapes=[2, 2])


def test_iterators_of_a_structure_and_by_handle():
    with mr.Graph().as_default(), mr.Session() as session:
        first, second = Dataset.range(3).map(lambda x: x * 10), Dataset.range(2)
        shared = mr.data.Iterator.from_structure(mr.int64, mr.TensorShape([]))
        value = shared.get_next()
        for dataset, expected in ((first, [0, 10]), (second, [0, 1])):
            session.run(shared.make_initializer(dataset))
            assert [session.run(value) for _ in expected] == expected
        fed = mr.compat.v1.placeholder(mr.string, [])
        chosen = mr.data.Iterator.from_string_handle(fed, mr.int64, mr.TensorShape([])).get_next()
        handles = session.run([d.make_one_shot_iterator().string_handle() for d in (first, second)])
        assert [session.run(chosen, {fed: handles[i]}) for i in (0, 1, 0)] == [0, 0, 10]
        with pytest.raises(TypeError, match="elements"):
            shared.make_initializer(Dataset.from_tensors("x"))
