"""Functions under TensorFlow's names, with the values that TensorFlow 2.21 gives."""

import millrace as mr
import numpy as np
import pytest


def check(found, expected):
    if isinstance(found, mr.RaggedTensor):
        assert found.to_list() == expected
    elif isinstance(found, (list, tuple)):
        for f, e in zip(found, expected):
            check(f, e)
        assert len(found) == len(expected)
    elif found.dtype is mr.string:
        np.testing.assert_array_equal(found.numpy(), np.array(expected, object))
    else:
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-5, atol=1e-6)


CALLS = {
    "bincount": (lambda: mr.math.bincount([1, 1, 2, 5], maxlength=3), [0, 2, 1]),
    "bincount of rows": (
        lambda: mr.math.bincount([[1, 1, 2], [0, 0, 3]], axis=-1, binary_output=True),
        [[0, 1, 1, 0], [1, 0, 0, 1]],
    ),
    "confusion_matrix": (
        lambda: mr.math.confusion_matrix([0, 1, 2, 1], [0, 2, 2, 1]),
        [[1, 0, 0], [0, 1, 1], [0, 0, 1]],
    ),
    "histogram_fixed_width_bins": (
        lambda: mr.histogram_fixed_width_bins([-1.0, 0.0, 0.5, 1.0, 3.0, 10.0], [0.0, 5.0], 5),
        [0, 0, 0, 1, 3, 4],
    ),
    "searchsorted": (
        lambda: mr.searchsorted([[1, 3, 5, 7], [2, 4, 6, 8]], [[0, 3], [8, 6]], side="right"),
        [[0, 2], [4, 3]],
    ),
    "unravel_index": (lambda: mr.unravel_index([2, 5, 7], [3, 3]), [[0, 1, 2], [2, 2, 1]]),
    "unsorted_segment_min": (
        lambda: mr.math.unsorted_segment_min([1, 2, 3], [0, 0, -1], 2),
        [1, 2147483647],
    ),
    "diagonals": (lambda: mr.linalg.diag([[1.0, 2.0], [3.0, 0.0]], k=(0, 1)), [[3, 2], [0, 0]]),
    "repeat": (lambda: mr.repeat([1, 2], [2, 3]), [1, 1, 2, 2, 2]),
    # The greatest float32 that is an int32.
    "saturate_cast": (lambda: mr.saturate_cast([3e10, -3e10], mr.int32), [2147483520, -(2**31)]),
    "required_space_to_batch_paddings": (
        lambda: mr.required_space_to_batch_paddings([5, 6], [2, 4], [[1, 0], [0, 0]]),
        [[[1, 0], [0, 2]], [[0, 0], [0, 2]]],
    ),
    "set size": (lambda: mr.sets.size(mr.sparse.from_dense([[3, 2], [1, 0]])), [2, 1]),
    "set difference": (lambda: mr.sets.difference([[1, 2]], [[3, 2]]).values, [1]),
    "log_poisson_loss": (
        lambda: mr.nn.log_poisson_loss([1.0, 0.0, 4.0], [0.3, -2.0, 0.1], compute_full_loss=True),
        [1.0498588, 0.13533528, 3.8624344],
    ),
    "weighted_cross_entropy": (
        lambda: mr.nn.weighted_cross_entropy_with_logits([1.0, 0.0], [3.0, -2.0], 2.0),
        [0.0971747, 0.12692809],
    ),
    "collapse_repeated": (
        lambda: mr.nn.collapse_repeated([[1, 1, 2, 2, 3], [4, 5, 5, 5, 0]], [5, 4]),
        ([[1, 2, 3], [4, 5, 0]], [3, 2]),
    ),
    "split by separators": (
        lambda: mr.strings.split(["a,b,,c"], sep=",", maxsplit=1),
        [[b"a", b"b,,c"]],
    ),
    "split of a matrix": (
        lambda: mr.strings.split([["a b", "c"], ["d", "e f g"]]),
        [[[b"a", b"b"], [b"c"]], [[b"d"], [b"e", b"f", b"g"]]],
    ),
    "bytes_split": (lambda: mr.strings.bytes_split(["ab", ""]), [[b"a", b"b"], []]),
    "reduce_join": (
        lambda: mr.strings.reduce_join([["a", "b"], ["c", "d"]], axis=0, separator="-"),
        [b"a-c", b"b-d"],
    ),
    "ngrams": (
        lambda: mr.strings.ngrams(["a", "b", "c"], [1, 2], pad_values=("<", ">")),
        [b"a", b"b", b"c", b"< a", b"a b", b"b c", b"c >"],
    ),
    "hann_window": (
        lambda: mr.signal.hann_window(4, periodic=False),
        [0, 0.75, 0.75, 0],
    ),
    "frames": (
        lambda: mr.signal.frame([1, 2, 3, 4, 5], 3, 2, pad_end=True),
        [[1, 2, 3], [3, 4, 5], [5, 0, 0]],
    ),
    "gather_nd of a batch": (
        lambda: mr.gather_nd([[1, 2], [3, 4]], [[1], [0]], batch_dims=1),
        [2, 3],
    ),
    "stateless_uniform": (
        lambda: mr.random.stateless_uniform([3], seed=[1, 2]),
        [0.8440604, 0.19204533, 0.9962232],
    ),
    "stateless_categorical": (
        lambda: mr.random.stateless_categorical([[1.0, 2.0]], 4, seed=[1, 2]),
        [[1, 1, 0, 1]],
    ),
    "fold_in": (lambda: mr.random.fold_in([1, 2], 3), [1105988140, 3]),
    "convert_image_dtype": (
        lambda: mr.image.convert_image_dtype(mr.constant([0.0, 0.5, 1.0]), mr.uint8),
        [0, 127, 255],
    ),
    "rot90": (lambda: mr.image.rot90([[[1], [2]], [[3], [4]]]), [[[2], [4]], [[1], [3]]]),
}


@pytest.mark.parametrize("name", CALLS)
def test_values(name):
    call, expected = CALLS[name]
    check(call(), expected)


def test_the_exponential_of_matrices():
    a = np.array([[0.0, 10.0], [-10.0, 0.0]])
    turned = [[np.cos(10), np.sin(10)], [-np.sin(10), np.cos(10)]]
    np.testing.assert_allclose(mr.linalg.expm(a), turned, atol=1e-9)


def test_factors_multiply_to_the_matrix():
    a = np.random.RandomState(0).randn(2, 4, 3)
    s, u, v = mr.linalg.svd(a)
    np.testing.assert_allclose(mr.matmul(u * s[:, None, :], v, adjoint_b=True), a, atol=1e-12)
    square = a[:, :3]
    np.testing.assert_allclose(mr.linalg.lu_reconstruct(*mr.linalg.lu(square)), square, atol=1e-12)
    np.testing.assert_allclose(mr.linalg.pinv(a), np.linalg.pinv(a), atol=1e-12)
    x = mr.linalg.lstsq(a, a)
    np.testing.assert_allclose(mr.matmul(a, x), a, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_eigenvectors_are_only_scaled(dtype):
    a = np.random.RandomState(0).randn(2, 4, 4).astype(dtype)
    if dtype.startswith("complex"):
        a[1] *= 1 + 0.5j
    e, v = mr.linalg.eig(a)
    assert (
        e.dtype == v.dtype == ("complex64" if dtype in ("float32", "complex64") else "complex128")
    )
    tolerance = 1e-5 if e.dtype == "complex64" else 1e-12
    np.testing.assert_allclose(np.matmul(a, v), v * e[:, None, :], atol=tolerance)
    np.testing.assert_allclose(np.linalg.norm(v, axis=1), np.ones((2, 4)), atol=tolerance)
    np.testing.assert_allclose(mr.linalg.eigvals(a), e, atol=tolerance)


def test_stft_goes_back():
    x = np.random.RandomState(0).randn(40).astype(np.float32)
    spectrum = mr.signal.stft(x, 8, 4)
    window = mr.signal.inverse_stft_window_fn(4)
    back = mr.signal.inverse_stft(spectrum, 8, 4, window_fn=window)
    np.testing.assert_allclose(back[4:-4], x[4:36], atol=1e-5)


def test_seeds_as_tensorflow_counts_them():
    """Random ops without a seed, in a graph, a function and at once, where a seed is set."""
    with mr.Graph().as_default(), mr.Session() as session:
        mr.compat.v1.set_random_seed(7)
        values = session.run([mr.random.uniform([1]), mr.random.uniform([1])])
    np.testing.assert_allclose(values, [[0.7537285], [0.46037483]], rtol=1e-6)

    traced = mr.function(lambda: mr.random.uniform([1]))
    mr.random.set_seed(7)
    np.testing.assert_allclose(traced(), [0.7537285], rtol=1e-6)
    for _ in range(2):  # the sequence begins anew
        mr.random.set_seed(7)
        np.testing.assert_allclose(
            mr.random.uniform([2], seed=3), [0.40108788, 0.37683892], rtol=1e-6
        )


def test_generator():
    """Values and states of TensorFlow's Generator."""
    g = mr.random.Generator.from_seed(1234)
    np.testing.assert_allclose(g.normal([2]), [0.9356609, 1.0854305], rtol=1e-5)
    assert g.state.numpy().tolist() == [1234 + 2 * 256, 0, 0]
    other = mr.random.Generator.from_seed(2**63 - 1)
    other.skip(2**55)  # the low word overflows
    assert other.state.numpy().tolist() == [-1, 0, 0]
    other.skip(1)
    assert other.state.numpy().tolist() == [255, 1, 0]


def test_ragged_tensors():
    r = mr.ragged.constant([[1, 2], [], [3, 4, 5]])
    assert (r + mr.constant([[10], [20], [30]])).to_list() == [[11, 12], [], [33, 34, 35]]
    assert r[:, -2:].to_list() == [[1, 2], [], [4, 5]]
    assert r[::-1].to_list() == [[3, 4, 5], [], [1, 2]]
    assert mr.reduce_sum(r, axis=1).numpy().tolist() == [3, 0, 12]
    assert mr.concat([r, r], axis=1).to_list() == [[1, 2, 1, 2], [], [3, 4, 5, 3, 4, 5]]
    assert r.to_tensor(-1).numpy().tolist() == [[1, 2, -1], [-1, -1, -1], [3, 4, 5]]
    assert mr.RaggedTensor.from_sparse(r.to_sparse()).to_list() == r.to_list()
    with pytest.raises(mr.errors.InvalidArgumentError):
        mr.RaggedTensor.from_row_splits([1, 2, 3], [0, 2, 1, 3])
    with pytest.raises(ValueError, match="to_tensor"):
        mr.matmul(r, r)
    with mr.Graph().as_default(), mr.Session() as session:
        found = session.run(mr.ragged.constant([[1], [2, 3]]) * 2)
        assert found.values.tolist() == [2, 4, 6]
        assert found.row_splits.tolist() == [0, 1, 3]


def test_custom_gradients():
    @mr.custom_gradient
    def f(x, y):
        return x * y, lambda d: (d * 10.0 * x, d * 100.0 * y)

    a, b = mr.Variable(2.0), mr.constant(3.0)
    with mr.GradientTape() as outer:
        with mr.GradientTape() as inner:
            y = f(a, a)
        first = inner.gradient(y, a)
    assert first.numpy() == 220
    assert outer.gradient(first, a).numpy() == 110

    scale = mr.Variable(2.0)

    @mr.custom_gradient
    def g(x):
        return x * scale, lambda d, variables: (d * 5.0, [d * 7.0 for _ in variables])

    with mr.GradientTape() as tape:
        tape.watch(b)
        y = g(b)
    assert [v.numpy() for v in tape.gradient(y, [b, scale])] == [5, 7]

    traced = mr.function(lambda x: f(x, x) * 2.0)
    with mr.GradientTape() as tape:
        y = traced(a)
    assert y.numpy() == 8
    assert tape.gradient(y, a).numpy() == 440

    with mr.Graph().as_default(), mr.Session() as session:
        x = mr.constant(3.0)
        assert session.run(mr.gradients(f(x, x * 2.0) + x, x)[0]) == 10 * 3 + 200 * 6 + 1


def test_tables():
    pairs = mr.lookup.KeyValueTensorInitializer(["a", "b"], mr.constant([0, 1], mr.int64))
    table = mr.lookup.StaticHashTable(pairs, -1)
    assert table.lookup(mr.constant(["b", "x"])).numpy().tolist() == [1, -1]
    words = mr.lookup.StaticVocabularyTable(pairs, 2)
    found = words.lookup(mr.ragged.constant([["a"], ["b", "zzz"]])).to_list()
    assert found[0] == [0]
    assert found[1][0] == 1
    assert found[1][1] in (2, 3)
    with pytest.raises(TypeError):
        table.lookup(mr.constant([1]))
    with mr.Graph().as_default(), mr.Session() as session:
        in_graph = mr.lookup.StaticHashTable(mr.lookup.KeyValueTensorInitializer(["a"], [5]), -1)
        ids = in_graph.lookup(mr.constant(["a", "q"]))
        with pytest.raises(mr.errors.FailedPreconditionError):
            session.run(ids)
        session.run(mr.tables_initializer())
        assert session.run(ids).tolist() == [5, -1]


def test_modules():
    class Inner(mr.Module):
        def __init__(self):
            super().__init__()
            self.w = mr.Variable(1.0, name="w")
            self.fixed = mr.Variable(2.0, trainable=False, name="fixed")

    class Outer(mr.Module):
        def __init__(self):
            super().__init__(name="outer")
            self.parts = [Inner(), {"k": Inner()}]

        @mr.Module.with_name_scope
        def make(self):
            return mr.Variable(1.0, name="made").name

    model = Outer()
    assert [v.name for v in model.variables] == ["fixed:0", "w:0", "fixed:0", "w:0"]
    assert len(model.trainable_variables) == 2
    assert [m.name for m in model.submodules] == ["inner", "inner"]
    assert model.make() == model.make() == "outer/made:0"
    with pytest.raises(ValueError, match="identifier"):
        mr.Module(name="1x")


def test_a_condition_on_a_traced_tensor_is_refused_without_autograph():
    @mr.function(autograph=False)
    def f(x):
        return x if x > 0 else -x

    with pytest.raises(mr.errors.OperatorNotAllowedInGraphError, match=r"cond\(\)"):
        f(mr.constant(1))


def test_summaries_at_once(tmp_path):
    writer = mr.summary.create_file_writer(tmp_path)
    with writer.as_default(step=4):
        mr.summary.scalar("loss", 0.5)
        with mr.summary.record_if(False):
            assert not mr.summary.scalar("loss", 1.5)
        mr.summary.text("note", "hello", step=5)
    with pytest.raises(ValueError, match="step"), writer.as_default():
        mr.summary.scalar("loss", 1.0)
    writer.close()
    (path,) = tmp_path.iterdir()
    values = [(e.step, v) for e in mr.train.summary_iterator(path) for v in _values(e)]
    assert [(step, v.tag) for step, v in values] == [(4, "loss"), (5, "note")]
    assert values[0][1].metadata.plugin_data.plugin_name == "scalars"
    assert float(values[0][1].tensor) == 0.5


def _values(event):
    return event.summary.value if event.HasField("summary") else []


def test_structures_and_text():
    mr.nest.assert_same_structure([1, (2,), {"a": 3}], [4, (5,), {"a": 6}])
    for other, error in (([1], ValueError), ((1, 2), TypeError), (3, ValueError)):
        with pytest.raises(error):
            mr.nest.assert_same_structure([1, 2], other)
    assert mr.compat.as_bytes("ä") == "ä".encode()
    assert mr.compat.as_str_any(3) == "3"
    with pytest.raises(TypeError):
        mr.compat.as_text(3)


def test_vectorized_map():
    x, n = mr.vectorized_map(lambda x: (x * x, mr.cast(x, mr.int32)), mr.constant([1.0, 2.0]))
    assert x.numpy().tolist() == [1, 4]
    assert n.numpy().tolist() == [1, 2]


def test_garbage_collected_during_a_trace_stays_outside():
    old = [mr.Variable(1.0)]
    new = mr.Variable(2.0)

    @mr.function
    def read():
        old.clear()  # the variable's last reference
        return new + 1.0

    trace = read.get_concrete_function()
    assert [t is new.handle for t in trace.captured_inputs] == [True]
    assert "DestroyResourceOp" not in {op.type for op in trace.graph.get_operations()}
