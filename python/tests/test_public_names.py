"""Functions of several modules that training programs use. The values are those of TensorFlow
2.21 where nothing else is said."""

import zlib

import millrace as mr
import numpy as np
import pytest

v1 = mr.compat.v1


def close(found, expected, tolerance=1e-5):
    np.testing.assert_allclose(np.asarray(found), expected, rtol=tolerance, atol=tolerance)


# ----- ragged tensors -----

R = [[[1, 2], [3]], [], [[4], [], [5, 6]]]


@pytest.mark.parametrize(
    ("axes", "expected"),
    [
        ((0, 1), [[1, 2], [3], [4], [], [5, 6]]),
        ((1, 2), [[1, 2, 3], [], [4, 5, 6]]),
        ((-2, -1), [[1, 2, 3], [], [4, 5, 6]]),
        ((1, 1), R),
    ],
)
def test_merged_axes(axes, expected):
    assert mr.ragged.constant(R).merge_dims(*axes).to_list() == expected


def test_merged_inner_axes():
    ragged = mr.ragged.constant(R)
    assert ragged.merge_dims(0, 2).numpy().tolist() == [1, 2, 3, 4, 5, 6]
    inner = mr.ragged.constant([[[1, 2], [3, 4]], [[5, 6]]], ragged_rank=1)
    assert inner.merge_dims(1, 2).to_list() == [[1, 2, 3, 4], [5, 6]]
    assert inner.merge_dims(0, 1).numpy().tolist() == [[1, 2], [3, 4], [5, 6]]
    for axes in ((2, 1), (0, 3)):
        with pytest.raises(ValueError, match="merge_dims"):
            ragged.merge_dims(*axes)


def test_rows_of_values():
    ragged = mr.ragged.constant(R)
    ids = [t.numpy().tolist() for t in ragged.nested_value_rowids()]
    assert ids == [[0, 0, 2, 2, 2], [0, 0, 1, 2, 4, 4]]
    nested = [[0, 0, 2], [0, 1, 1]]
    made = mr.RaggedTensor.from_nested_value_rowids([1, 2, 3], nested, [4, 3])
    assert made.to_list() == [[[1], [2, 3]], [], [[]], []]
    with pytest.raises(ValueError, match="nested_nrows"):
        mr.RaggedTensor.from_nested_value_rowids([1, 2, 3], nested, [4])
    other = ragged.with_row_splits_dtype(mr.int32)
    assert [s.dtype for s in other.nested_row_splits] == [mr.int32] * 2
    assert other.to_list() == R
    assert ragged.uniform_row_length is None


def test_partitions_stacked():
    stack = mr.ragged.stack_dynamic_partitions
    assert stack(["a", "b", "c", "d"], [3, 1, 3, 0], 5).to_list() == [
        [b"d"],
        [b"b"],
        [],
        [b"a", b"c"],
        [],
    ]
    rows = stack([[1, 2], [3, 4]], [[1, 0], [1, 1]], 2)
    assert rows.to_list() == [[2], [1, 3, 4]]


# ----- variables -----


def test_scatters_of_variables():
    v = mr.Variable([[1.0, 2], [3, 4], [5, 6]])
    delta = mr.IndexedSlices(mr.constant([[2.0, 2]]), mr.constant([1]))
    for name, row in (
        ("scatter_max", [3, 4]),
        ("scatter_min", [2, 2]),
        ("scatter_mul", [4, 4]),
        ("scatter_div", [2, 2]),
    ):
        assert getattr(v, name)(delta).numpy()[1].tolist() == row
    v.scatter_nd_add([[0, 1], [2, 0]], [10.0, 20])
    v.scatter_nd_sub([[0, 0]], [1.0])
    v.scatter_nd_update([[1]], [[7.0, 8]])
    assert v.numpy().tolist() == [[0, 12], [7, 8], [25, 6]]
    with mr.GradientTape() as tape:
        y = v.gather_nd([[0, 1], [2, 0]])
    assert y.numpy().tolist() == [12, 25]
    close(mr.convert_to_tensor(tape.gradient(y, v)), [[0, 1], [0, 0], [1, 0]])


def test_count_up_to():
    v = mr.Variable(1)
    assert [int(v.count_up_to(3)) for _ in range(2)] == [1, 2]
    with pytest.raises(mr.errors.OutOfRangeError):
        v.count_up_to(3)


# ----- embeddings and dropout -----

TABLE = mr.constant([[1.0, 2], [3, 4], [5, 6], [7, 8]])
IDS = mr.SparseTensor(
    [[0, 0], [0, 1], [2, 0], [3, 0]], mr.constant([1, 3, -1, 2], mr.int64), [5, 3]
)
WEIGHTS = mr.SparseTensor(IDS.indices, mr.constant([2.0, 1, 1, 0]), [5, 3])
CLIPPED = [2.634018, 3.010307]


@pytest.mark.parametrize(
    ("combiner", "plain", "weighted", "clipped"),
    [
        (
            "mean",
            [[5, 6], [5, 6]],
            [4.333333, 5.333333],
            [[2.517009, 3.105154], [2.560738, 3.072885]],
        ),
        ("sum", [[10, 12], [5, 6]], [13, 16], [[5.034019, 6.210307], [2.560738, 3.072885]]),
        (
            "sqrtn",
            [[7.071068, 8.485281], [5, 6]],
            [5.813776, 7.155417],
            [[3.559589, 4.39135], [2.560738, 3.072885]],
        ),
    ],
)
def test_safe_embeddings(combiner, plain, weighted, clipped):
    look_up = mr.nn.safe_embedding_lookup_sparse
    zero = [0, 0]
    found = look_up(TABLE, IDS, combiner=combiner)
    close(found, [plain[0], zero, zero, plain[1], zero])
    found = look_up(TABLE, IDS, WEIGHTS, combiner=combiner)
    close(found, [weighted, zero, zero, zero, zero])
    found = look_up(TABLE, IDS, combiner=combiner, default_id=3, max_norm=4.0)
    close(found, [clipped[0], CLIPPED, CLIPPED, clipped[1], CLIPPED])


def test_safe_embeddings_of_more_dimensions():
    ids = mr.sparse.reshape(IDS, [5, 1, 3])
    found = mr.nn.safe_embedding_lookup_sparse(TABLE, ids)
    assert found.shape == [5, 1, 2]
    close(found[:, 0], mr.nn.safe_embedding_lookup_sparse(TABLE, IDS).numpy())


def test_stateless_dropout():
    drop = mr.nn.experimental.stateless_dropout
    close(drop(mr.ones([8]), 0.5, (1, 2)), [2, 0, 2, 0, 0, 2, 0, 0])
    rows = drop(mr.ones([3, 2]), 0.3, (1, 2), noise_shape=[3, 1])
    close(rows, [[1.428571] * 2, [0, 0], [1.428571] * 2])

    def sampler(shape, dtype):
        return mr.cast(mr.reshape(mr.range(4), shape), dtype) / 4

    general = mr.nn.experimental.general_dropout(mr.ones([4]), 0.5, sampler)
    close(general, [0, 0, 2, 2])
    with pytest.raises(ValueError, match="rate"):
        drop(mr.ones([8]), 1.0, (1, 2))


# ----- learning rates -----


@pytest.mark.parametrize(
    ("decay", "expected"),
    [
        (
            lambda s: v1.train.cosine_decay_restarts(0.1, s, 4, t_mul=2.0, m_mul=0.5, alpha=0.1),
            [0.1, 0.0231802, 0.04111038, 0.0325],
        ),
        (
            lambda s: v1.train.linear_cosine_decay(0.1, s, 10, alpha=0.1, beta=0.01),
            [0.111, 0.06451141, 0.009244296, 0.001],
        ),
        (
            lambda s: v1.train.noisy_linear_cosine_decay(
                0.1, s, 10, initial_variance=0.0, alpha=0.1, beta=0.01
            ),
            [0.111, 0.06451141, 0.009244296, 0.001],
        ),
    ],
)
def test_decays(decay, expected):
    close([float(decay(s)) for s in (0, 3, 7, 12)], expected)


def test_restarts_of_one_length():
    decay = [
        float(v1.train.cosine_decay_restarts(1.0, s, 4, t_mul=1.0, m_mul=0.5)) for s in (1, 5, 9)
    ]
    first = float(v1.train.cosine_decay(1.0, 1, 4))
    close(decay, [first, first / 2, first / 4])  # closed form


# ----- devices -----


def test_devices():
    (cpu,) = mr.config.experimental.list_physical_devices()
    assert mr.config.get_visible_devices() == [cpu]
    assert mr.config.list_physical_devices("GPU") == []
    mr.config.set_visible_devices([], "GPU")
    mr.config.set_visible_devices(cpu, "CPU")
    with pytest.raises(ValueError, match="Unrecognized device"):
        mr.config.set_visible_devices("x")
    with pytest.raises(RuntimeError, match="hidden"):
        mr.config.set_visible_devices([], "CPU")
    with pytest.raises(ValueError, match="memory growth"):
        mr.config.experimental.set_memory_growth(cpu, True)
    assert mr.config.experimental.get_device_details(cpu) == {}


# ----- strings -----


def test_decompressed():
    text = b"text " * 100
    packed = [zlib.compress(text), zlib.compress(b"")]
    assert mr.io.decode_compressed(packed, "ZLIB").numpy().tolist() == [text, b""]
    assert v1.decode_compressed(text).numpy() == text
    with pytest.raises(mr.errors.DataLossError):
        mr.io.decode_compressed(b"no", "ZLIB")


# ----- sparse tensors -----


def parts(sparse):
    return [p.numpy().tolist() for p in (sparse.indices, sparse.values, sparse.dense_shape)]


def test_numbers_counted():
    count = mr.sparse.bincount
    places = [[0, 1], [0, 2], [1, 0], [1, 3]]
    rows = [[1, 1, 2], [0, 3, 3]]
    assert parts(count(rows, axis=-1)) == [places, [2, 1, 1, 2], [2, 4]]
    assert parts(count([1, 1, 2, 5])) == [[[1], [2], [5]], [2, 1, 1], [6]]
    weights = [[1.0, 2, 3], [4, 5, 6]]
    assert parts(count(rows, weights, axis=-1)) == [places, [3, 3, 4, 11], [2, 4]]
    once = count(rows, axis=-1, binary_output=True, minlength=6)
    assert parts(once) == [places, [1, 1, 1, 1], [2, 6]]
    ragged, sparse = mr.ragged.constant(rows), mr.sparse.from_dense(mr.constant(rows) + 1)
    assert parts(count(ragged, axis=-1)) == [places, [2, 1, 1, 2], [2, 4]]
    assert parts(count(ragged)) == [[[0], [1], [2], [3]], [1, 2, 1, 2], [4]]
    places = [[row, number + 1] for row, number in places]
    assert parts(count(sparse, axis=-1)) == [places, [2, 1, 1, 2], [2, 5]]
    with pytest.raises(ValueError, match="axis"):
        count(rows, axis=1)


def test_shapes_of_sparse_tensors():
    places = IDS.indices.numpy().tolist()
    assert parts(mr.sparse.reset_shape(IDS)) == [places, [1, 3, -1, 2], [4, 2]]
    assert parts(mr.sparse.reset_shape(IDS, [6, 4])) == [places, [1, 3, -1, 2], [6, 4]]
    with pytest.raises(mr.errors.InvalidArgumentError, match="smaller"):
        mr.sparse.reset_shape(IDS, [6, 2])
    with pytest.raises(ValueError, match="dimensions"):
        mr.sparse.reset_shape(IDS, [6])


def test_rows_of_sparse_gradients():
    slices = mr.IndexedSlices(TABLE, mr.constant([0, 2, 5, 7]))
    left = mr.sparse.mask(slices, [2, 7])
    assert left.values.numpy().tolist() == [[1, 2], [5, 6]]
    assert left.indices.numpy().tolist() == [0, 5]
    rows, ids = [0, 1, 3], [0, 0, 2]
    close(mr.sparse.segment_mean(TABLE, rows, ids), [[2, 3], [0, 0], [7, 8]])
    close(mr.sparse.segment_sum(TABLE, rows, ids, num_segments=4), [[4, 6], [0, 0], [7, 8], [0, 0]])
    close(mr.sparse.segment_sqrt_n(TABLE, rows, ids), [[2.828427, 4.24264], [0, 0], [7, 8]])


def test_fingerprints():
    assert mr.fingerprint([["a", "b"], ["c", "d"]]).numpy().tolist() == [
        [122, 64, 59, 169, 136, 60, 55, 83],
        [52, 252, 224, 38, 64, 226, 155, 60],
    ]


# ----- datasets, shapes -----


def test_endless_datasets():
    assert [int(x) for x in mr.data.Dataset.counter(3, 2).take(3)] == [3, 5, 7]
    assert [int(x) for x in mr.data.Dataset.counter(0, -1).take(2)] == [0, -1]
    small = mr.data.Dataset.counter(dtype=mr.int32)
    assert small.element_spec == mr.TensorSpec([], mr.int32)
    assert [int(x) for x in mr.data.experimental.Counter(5).take(1)] == [5]
    numbers = mr.data.Dataset.random(seed=7)
    assert numbers.element_spec == mr.TensorSpec([], mr.int64)
    drawn = np.array([int(x) for x in numbers.take(400)])
    assert drawn.tolist() == [int(x) for x in numbers.take(400)]
    assert len(set(drawn.tolist())) == 400
    assert drawn.min() >= 0
    assert drawn.max() < 2**32
    # The mean of 400 numbers evenly distributed: 2^31, give or take 5 deviations.
    assert abs(drawn.mean() - 2**31) < 5 * 2**32 / np.sqrt(12 * 400)


def test_ranks_of_shapes():
    shape = mr.TensorShape
    for call in (
        lambda: shape([1, 2]).assert_has_rank(3),
        lambda: shape([1, 2]).with_rank_at_least(3),
        lambda: shape([1]).with_rank_at_most(0),
        lambda: shape([1, None]).assert_is_fully_defined(),
        lambda: shape([1, 2]).assert_same_rank([1]),
    ):
        with pytest.raises(ValueError, match="Shape"):
            call()
    assert shape(None).with_rank_at_least(2).rank is None
    assert shape([1, 2]).with_rank_at_most(2) == shape([1, 2])
    shape(None).assert_has_rank(3)
    shape([1, 2]).assert_same_rank([None, 3])
    common = shape([1, 2]).most_specific_compatible_shape([1, 3])
    assert common.as_list() == [1, None]
    assert shape([1, 2]).most_specific_compatible_shape([1]).rank is None


def test_names_at_the_top():
    assert mr.as_string(3).numpy() == b"3"
    close(mr.matrix_square_root([[4.0, 0], [0, 9]]), [[2, 0], [0, 3]])
    close(mr.eigvals([[2.0, 0], [0, 3]]), [2, 3])
    assert {"as_string", "eig", "fingerprint", "quantization"} <= set(dir(mr))


def test_merged_ids():
    # As io.SparseFeature makes of them, whose values are recorded.
    places, shape = [[0, 0], [0, 1], [1, 0]], [3, 2]
    x = mr.SparseTensor(places, mr.constant([5, 2, 3], mr.int32), shape)
    y = mr.SparseTensor(places, mr.constant([0, 1, 2], mr.int64), shape)
    w = mr.SparseTensor(places, [0.5, 1.5, 2.5], shape)
    assert parts(v1.sparse_merge(x, w, 8)) == [[[0, 2], [0, 5], [1, 3]], [1.5, 0.5, 2.5], [3, 8]]
    kept = v1.sparse_merge(x, w, 8, already_sorted=True)
    assert kept.values.numpy().tolist() == [0.5, 1.5, 2.5]
    both = v1.sparse_merge([x, y], w, [8, 4])
    assert parts(both) == [[[0, 2, 1], [0, 5, 0], [1, 3, 2]], [1.5, 0.5, 2.5], [3, 8, 4]]
    with pytest.raises(ValueError, match="2 sp_ids and 1 vocab_size"):
        v1.sparse_merge([x, y], w, [8])


def test_names_of_constants():
    assert mr.saved_model.constants.SAVED_MODEL_FILENAME_PB == "saved_model.pb"
    assert mr.saved_model.VARIABLES_DIRECTORY == "variables"
    assert mr.saved_model.ASSETS_KEY == "saved_model_assets"
    assert mr.initializers.glorot_uniform is mr.initializers.GlorotUniform
    assert mr.initializers.zeros()([2]).numpy().tolist() == [0, 0]
    assert v1.fake_quant_with_min_max_args is mr.quantization.fake_quant_with_min_max_args
