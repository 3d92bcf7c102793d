"""From Python through the graph to trained variables."""

import millrace as mr
import numpy as np
import pytest
from millrace.compat import v1


def softmax_cross_entropy(logits, labels):
    shifted = logits - logits.max(1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    return -logs[np.arange(len(labels)), labels].mean(), np.exp(logs)


def numpy_mlp_step(p, x, labels, rate):
    """One step of gradient descent in float64; the loss before it."""
    z1 = x @ p[0] + p[1]
    h1 = np.maximum(z1, 0)
    z2 = h1 @ p[2] + p[3]
    h2 = np.maximum(z2, 0)
    loss, probabilities = softmax_cross_entropy(h2 @ p[4] + p[5], labels)
    d = probabilities.copy()
    d[np.arange(len(labels)), labels] -= 1
    d /= len(labels)
    gradients = [None] * 6
    gradients[4], gradients[5] = h2.T @ d, d.sum(0)
    d = (d @ p[4].T) * (z2 > 0)
    gradients[2], gradients[3] = h1.T @ d, d.sum(0)
    d = (d @ p[2].T) * (z1 > 0)
    gradients[0], gradients[1] = x.T @ d, d.sum(0)
    for value, gradient in zip(p, gradients):
        value -= rate * gradient
    return loss


def make_model(weights):
    x = v1.placeholder(mr.float32, [None, weights[0].shape[0]])
    y = v1.placeholder(mr.int32, [None])
    p = [mr.Variable(w.astype(np.float32), name=f"p{i}") for i, w in enumerate(weights)]
    h = mr.nn.relu(mr.matmul(x, p[0]) + p[1])
    h = mr.nn.relu(mr.matmul(h, p[2]) + p[3])
    logits = mr.matmul(h, p[4]) + p[5]
    loss = mr.reduce_mean(mr.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
    return x, y, p, loss


def start_weights(sizes):
    random = np.random.RandomState(1)
    weights = []
    for a, b in zip(sizes, sizes[1:]):
        weights += [random.randn(a, b) * np.sqrt(2 / a), np.zeros(b)]
    return weights


def test_an_mlp_trains_as_numpy_does():
    weights = start_weights((20, 16, 12, 5))
    random = np.random.RandomState(0)
    data = random.rand(64, 20)
    labels = random.randint(0, 5, 64)
    with mr.Graph().as_default():
        x, y, p, loss = make_model(weights)
        train = mr.train.GradientDescentOptimizer(0.1).minimize(loss)
        with mr.Session() as session:
            session.run(mr.global_variables_initializer())
            for _ in range(20):
                found, _ = session.run([loss, train], {x: data, y: labels})
                wanted = numpy_mlp_step(weights, data, labels, 0.1)
                assert found == pytest.approx(wanted, rel=1e-4)
            for variable, value in zip(p, weights):
                np.testing.assert_allclose(session.run(variable), value, rtol=1e-3, atol=1e-5)


def numpy_adam(value, gradient, state, t, rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m, v = state
    m[:] = beta1 * m + (1 - beta1) * gradient
    v[:] = beta2 * v + (1 - beta2) * gradient**2
    step = rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    value -= step * m / (np.sqrt(v) + epsilon)


def test_adam():
    start = np.array([1.0, -2.0, 3.0])
    value, state = start.copy(), (np.zeros(3), np.zeros(3))
    with mr.Graph().as_default():
        v = mr.Variable(start.astype(np.float32))
        step = mr.train.get_or_create_global_step()
        optimizer = mr.train.AdamOptimizer(0.01)
        train = optimizer.minimize(mr.reduce_sum(mr.square(v)), global_step=step)
        with mr.Session() as session:
            session.run(mr.global_variables_initializer())
            for t in range(1, 30):
                session.run(train)
                numpy_adam(value, 2 * value, state, t)
                np.testing.assert_allclose(session.run(v), value, rtol=1e-5)
            assert session.run(step) == 29
            assert optimizer.get_slot_names() == ["m", "v"]
            names = sorted(x.op.name for x in mr.global_variables())
            assert names == [
                "Variable",
                "Variable/Adam",
                "Variable/Adam_1",
                "beta1_power",
                "beta2_power",
                "global_step",
            ]


def test_momentum_with_and_without_nesterov():
    for nesterov in (False, True):
        value, slot = 5.0, 0.0
        with mr.Graph().as_default(), mr.Session() as session:
            v = mr.Variable(value)
            optimizer = mr.train.MomentumOptimizer(0.1, 0.9, use_nesterov=nesterov)
            train = optimizer.minimize(mr.square(v))
            session.run(mr.global_variables_initializer())
            for _ in range(10):
                session.run(train)
                gradient = 2 * value
                slot = 0.9 * slot + gradient
                value -= 0.1 * (gradient + 0.9 * slot if nesterov else slot)
                assert session.run(v) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: mr.train.GradientDescentOptimizer(0.1),
        lambda: mr.train.MomentumOptimizer(0.1, 0.5),
        lambda: mr.train.AdamOptimizer(0.1),
        lambda: mr.train.AdagradOptimizer(0.1),
    ],
    ids=["sgd", "momentum", "adam", "adagrad"],
)
def test_sparse_gradients_do_what_dense_ones_do(make):
    table = np.arange(12, dtype=np.float32).reshape(4, 3)
    ids = np.array([1, 3, 1])
    results = []
    for sparse in (False, True):
        with mr.Graph().as_default(), mr.Session() as session:
            v = mr.Variable(table)
            rows = mr.gather(v, ids) if sparse else mr.matmul(np.eye(4, dtype=np.float32)[ids], v)
            loss = mr.reduce_sum(mr.square(rows))
            optimizer = make()
            (pair,) = optimizer.compute_gradients(loss)
            assert isinstance(pair[0], mr.IndexedSlices) == sparse
            train = optimizer.apply_gradients([pair])
            session.run(mr.global_variables_initializer())
            session.run(train)  # Momentum and Adam: in the first step rows without a gradient stay
            results.append(session.run(v))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-5)


def test_minimize_says_what_is_wrong():
    with mr.Graph().as_default():
        with pytest.raises(ValueError, match="no variables"):
            mr.train.GradientDescentOptimizer(0.1).minimize(mr.constant(1.0))
        mr.Variable(1.0, name="alone")
        with pytest.raises(ValueError, match="alone"):
            mr.train.GradientDescentOptimizer(0.1).minimize(mr.constant(1.0))


def test_gradients():
    with mr.Graph().as_default(), mr.Session() as session:
        x = v1.placeholder(mr.float32, [3])
        y = mr.reduce_sum(x * x * x)
        z = mr.constant(1.0)
        (dx,) = mr.gradients(y, [x])
        (ddx,) = mr.gradients(dx, [x])
        value = np.array([1.0, 2.0, -3.0], np.float32)
        np.testing.assert_allclose(session.run(dx, {x: value}), 3 * value**2)
        np.testing.assert_allclose(session.run(ddx, {x: value}), 6 * value)
        assert mr.gradients(y, [z]) == [None]
        assert session.run(mr.gradients(y, [z], unconnected_gradients="zero"), {x: value}) == [0.0]
        stopped = mr.gradients(x * mr.stop_gradient(x), [x], grad_ys=[mr.constant([1.0, 2.0, 3.0])])
        np.testing.assert_allclose(session.run(stopped[0], {x: value}), value * [1, 2, 3])
        with pytest.raises(mr.errors.InvalidArgumentError):
            mr.gradients(mr.constant(1), [x])


def test_fashion_mnist_in_a_few_steps():
    try:
        images, labels = mr.data.fashion_mnist.load_arrays("train")
    except FileNotFoundError:
        pytest.skip("dataset-fashion-mnist is not installed")
    with mr.Graph().as_default(), mr.Session() as session:
        x, y, _, loss = make_model(start_weights((784, 64, 64, 10)))
        train = mr.train.AdamOptimizer(2e-3).minimize(loss)
        session.run(mr.global_variables_initializer())
        losses = []
        for i in range(150):
            rows = slice(i * 64, i * 64 + 64)
            losses.append(session.run([loss, train], {x: images[rows], y: labels[rows]})[0])
    assert np.mean(losses[-20:]) < 0.5 * np.mean(losses[:5])
