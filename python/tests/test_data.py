"""Datasets."""

import gzip
import struct

import millrace as mr
import numpy as np
import pytest


def elements(dataset):
    return list(dataset)


def test_slices_batches_and_order_at_once():
    x = np.arange(10, dtype=np.float32)
    dataset = mr.data.Dataset.from_tensor_slices({"x": x, "y": x.astype(np.int32) * 2}).batch(4)
    found = elements(dataset)
    assert [e["x"].numpy().tolist() for e in found] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert found[1]["y"].numpy().tolist() == [8, 10, 12, 14]
    assert dataset.element_spec["x"].shape == [None]
    assert len(elements(mr.data.Dataset.range(10).batch(4, drop_remainder=True))) == 2


def test_shuffle_repeat_take_skip():
    numbers = mr.data.Dataset.range(20)
    first = [int(e) for e in numbers.shuffle(20, seed=1)]
    assert sorted(first) == list(range(20)) and first != list(range(20))
    assert first == [int(e) for e in numbers.shuffle(20, seed=1)]
    assert [int(e) for e in numbers.take(3).repeat(2)] == [0, 1, 2, 0, 1, 2]
    assert [int(e) for e in numbers.skip(18)] == [18, 19]
    assert [int(e) for e in mr.data.Dataset.range(3, 9, 2).prefetch(2)] == [3, 5, 7]


def test_map_filter_zip_shard():
    numbers = mr.data.Dataset.range(6)
    offset = mr.constant(10, mr.int64)
    assert [int(e) for e in numbers.map(lambda n: n * n + offset)] == [10, 11, 14, 19, 26, 35]
    assert [int(e) for e in numbers.filter(lambda n: n % 2 == 0)] == [0, 2, 4]
    pairs = mr.data.Dataset.zip(numbers, numbers.map(lambda n: (n, -n)))
    assert [(int(a), int(b), int(c)) for a, (b, c) in pairs.take(2)] == [(0, 0, 0), (1, 1, -1)]
    assert [int(e) for e in numbers.shard(3, 1)] == [1, 4]


def test_in_a_graph_with_a_large_array():
    images = np.random.RandomState(0).rand(1000, 100).astype(np.float32)
    with mr.Graph().as_default() as graph, mr.Session() as session:
        batch = mr.data.Dataset.from_tensor_slices(images).repeat().batch(10).prefetch(2).get_next()
        assert batch.shape == [None, 100]
        for i in range(3):
            np.testing.assert_array_equal(session.run(batch), images[10 * i : 10 * i + 10])
        assert len(graph.as_graph_def()) < 10_000  # the array is beside the graph


def test_the_end():
    with mr.Graph().as_default(), mr.Session() as session:
        iterator = mr.data.Dataset.range(1).make_initializable_iterator()
        x = iterator.get_next()
        with pytest.raises(mr.errors.FailedPreconditionError):
            session.run(x)
        for _ in range(2):
            session.run(iterator.initializer)
            assert session.run(x) == 0
            with pytest.raises(IndexError):
                session.run(x)


def write_idx(path, array):
    header = struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(
        f">{array.ndim}i", *array.shape
    )
    path.write_bytes(gzip.compress(header + array.tobytes()))


def test_fashion_mnist_files(tmp_path):
    images = np.arange(3 * 784, dtype=np.uint32).astype(np.uint8).reshape(3, 28, 28)
    write_idx(tmp_path / "t10k-images-idx3-ubyte.gz", images)
    with pytest.raises(FileNotFoundError, match="dataset-fashion-mnist"):
        mr.data.fashion_mnist.load_arrays("test", str(tmp_path))
    write_idx(tmp_path / "t10k-labels-idx1-ubyte.gz", np.array([7, 8, 9], np.uint8))
    x, y = mr.data.fashion_mnist.load_arrays("test", str(tmp_path))
    assert x.shape == (3, 784) and x.dtype == np.float32 and x.max() == 1.0
    assert y.tolist() == [7, 8, 9] and y.dtype == np.int32
    example = next(iter(mr.data.fashion_mnist("test", str(tmp_path))))
    assert int(example.label) == 7
    data = gzip.decompress((tmp_path / "t10k-labels-idx1-ubyte.gz").read_bytes())
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(data[:-1]))
    with pytest.raises(ValueError, match="cut off"):
        mr.data.fashion_mnist.load_arrays("test", str(tmp_path))
    with pytest.raises(ValueError, match="train"):
        mr.data.fashion_mnist.load_arrays("validation")
