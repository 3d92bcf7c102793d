"""TensorFlow 1's metrics and functions that resize. The values are those of TensorFlow 2.21."""

import millrace as mr
import numpy as np
import pytest

v1 = mr.compat.v1
LABELS, FOUND = [0, 1, 2, 2, 1, 0], [0, 1, 1, 2, 1, 2]
WEIGHTS = [1.0, 2, 1, 1, 0.5, 1]
TRUE, SCORES, LIMITS = [0, 1, 1, 0, 1, 1], [0.1, 0.4, 0.8, 0.6, 0.9, 0.3], [0.2, 0.5, 0.85]


def close(found, expected, tolerance=2e-6):
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def run(metric, grows=False):
    """(value, what the update gives) after one batch; a second one leaves the value as it is, or
    doubles it."""
    with mr.Graph().as_default(), v1.Session() as session:
        value, update = metric(v1.metrics)
        session.run(v1.local_variables_initializer())
        first = session.run(update)
        found = session.run(value)
        session.run(update)
        close(session.run(value), np.array(found) * (2 if grows else 1))
        return found, first


@pytest.mark.parametrize(
    ("metric", "value", "update"),
    [
        (lambda m: m.mean_iou(LABELS, FOUND, 3), 0.5, [[1, 0, 1], [0, 2, 0], [0, 1, 1]]),
        (
            lambda m: m.mean_iou(LABELS, FOUND, 3, WEIGHTS),
            0.515873,
            [[1, 0, 1], [0, 2.5, 0], [0, 1, 1]],
        ),
        (lambda m: m.mean_per_class_accuracy(LABELS, FOUND, 3), 0.6666667, [0.5, 1, 0.5]),
        (lambda m: m.mean_per_class_accuracy(LABELS, FOUND, 3, WEIGHTS), 0.6666667, [0.5, 1, 0.5]),
        (
            lambda m: m.mean_relative_error([1.0, 2, 4], [2.0, 2, 2], [1.0, 4, 0]),
            0.3333333,
            0.3333333,
        ),
        (
            lambda m: m.mean_cosine_distance([[1.0, 0], [0.6, 0.8]], [[0.8, 0.6], [0.6, 0.8]], 1),
            0.1,
            0.1,
        ),
        (lambda m: m.sensitivity_at_specificity(TRUE, SCORES, 0.5), 1.0, 1.0),
        (lambda m: m.specificity_at_sensitivity(TRUE, SCORES, 0.75), 0.5, 0.5),
    ],
)
def test_metrics(metric, value, update):
    found, first = run(metric)
    close(found, value)
    close(first, update)


AT_THRESHOLDS = {
    "precision": ([0.8, 0.6666667, 0.9999999], [0.8181818, 0.6, 0.9999998]),
    "recall": ([1, 0.5, 0.25], [1, 0.3333333, 0.1111111]),
    "true_positives": ([4, 2, 1], [4.5, 1.5, 0.5]),
    "false_positives": ([1, 1, 0], [1, 1, 0]),
    "true_negatives": ([1, 1, 2], [1, 1, 2]),
    "false_negatives": ([0, 2, 3], [0, 3, 4]),
}


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("name", AT_THRESHOLDS)
def test_metrics_at_thresholds(name, weights):
    expected = AT_THRESHOLDS[name][weights is not None]
    found, first = run(
        lambda m: getattr(m, f"{name}_at_thresholds")(TRUE, SCORES, LIMITS, weights),
        grows=name.endswith("tives"),
    )
    close(found, expected)
    close(first, expected)


CLASSES = [[0.1, 0.5, 0.3, 0.1], [0.6, 0.1, 0.2, 0.1], [0.2, 0.2, 0.5, 0.1]]
ONE, MANY = [[1], [2], [0]], [[1, 2], [2, 3], [0, 0]]
# What follows (labels, scores): (recall, precision) at 1 and at 2.
AT_K = {
    "one": (lambda: ONE, {}, [(0.3333333, 0.3333333), (1, 0.5)]),
    "flat": (lambda: [1, 2, 0], {}, [(0.3333333, 0.3333333), (1, 0.5)]),
    "many": (lambda: MANY, {}, [(0.2, 0.3333333), (0.8, 0.6666667)]),
    "sparse": (lambda: sparse_labels(), {}, [(0.6666667, 0.6666667), (1, 0.5)]),
    "weighted": (
        lambda: MANY,
        {"weights": [1.0, 2, 0.5]},
        [(0.1538462, 0.2857143), (0.6923077, 0.6428571)],
    ),
    "class": (lambda: MANY, {"class_id": 2}, [(0, 0), (1, 0.6666667)]),
    "weighted class": (
        lambda: MANY,
        {"class_id": 2, "weights": [1.0, 2, 0.5]},
        [(0, 0), (1, 0.8571429)],
    ),
    "class of sparse labels": (
        lambda: sparse_labels(),
        {"class_id": 2},
        [(0.5, 1), (1, 0.6666667)],
    ),
}


def sparse_labels():
    return mr.SparseTensor([[0, 0], [0, 1], [2, 0]], mr.constant([1, 2, 2], mr.int64), [3, 2])


@pytest.mark.parametrize("case", AT_K)
def test_metrics_of_the_first_classes(case):
    labels, options, expected = AT_K[case]
    for k, both in zip((1, 2), expected):
        for name, share in zip(("recall_at_k", "precision_at_k"), both):
            found, first = run(lambda m: getattr(m, name)(labels(), CLASSES, k, **options))  # noqa: B023
            close(found, share)
            close(first, share)
            assert found.dtype == np.float64


def test_metrics_of_given_classes():
    best = np.array([[1, 2], [0, 2], [2, 0]])
    close(run(lambda m: m.recall_at_top_k(MANY, best)), [0.8, 0.8])
    close(run(lambda m: m.precision_at_top_k(MANY, best)), [0.6666667, 0.6666667])
    close(run(lambda m: m.recall_at_top_k(MANY, best, class_id=2)), [1, 1])


def test_rates_out_of_range():
    with mr.Graph().as_default():
        with pytest.raises(ValueError, match="range"):
            v1.metrics.sensitivity_at_specificity(TRUE, SCORES, 1.5)
        with pytest.raises(ValueError, match="range"):
            v1.metrics.specificity_at_sensitivity(TRUE, SCORES, -0.5)


X = (np.arange(60) * 37 % 11 / 11).reshape(4, 5, 3).astype(np.float32)
RESIZED = {
    (0, False): [0.0, 0.1515152, 0.3030303, 0.9090909, 0.06060606, 0.2121212],
    (0, True): [0.0, 0.1818182, 0.3636364, 0.3636364, 0.5454546, 0.7272727],
    (1, False): [0.0, 0.09090909, 0.2727273, 0.9090909, 0.0, 0.1818182],
    (1, True): [0.0, 0.1818182, 0.3636364, 0.3636364, 0.5454546, 0.7272727],
    (2, False): [0.0, 0.1481728, 0.3114158, 0.9090909, 0.001789546, 0.2205067],
    (2, True): [0.0, 0.1818182, 0.3636364, 0.3636364, 0.5454546, 0.7272727],
    (3, False): [0.2636364, 0.4090909, 0.5545455, 0.4727273, 0.3181818, 0.4636364],
    (3, True): [0.3333333, 0.3484849, 0.4848485, 0.4090909, 0.5909091, 0.7272727],
}


@pytest.mark.parametrize(("method", "align"), RESIZED)
def test_resized_images(method, align):
    found = v1.image.resize_images(X, [2, 3], method, align)
    assert found.dtype is mr.float32
    close(found.numpy()[:, :, 0].reshape(-1), RESIZED[method, align], 1e-6)
    name = ["bilinear", "nearest_neighbor", "bicubic", "area"][method]
    direct = getattr(v1.image, f"resize_{name}")(X[None], [2, 3], align)
    close(direct.numpy()[0], found.numpy())


def test_resizing_besides():
    half = v1.image.resize_bilinear(X[None], [2, 3], half_pixel_centers=True)
    close(
        half.numpy()[0, :, :, 0].reshape(-1),
        [0.2575758, 0.4090909, 0.560606, 0.5, 0.3181818, 0.4696969],
    )
    same = v1.image.resize(mr.cast(X * 10, mr.uint8), [4, 5])
    assert same.dtype is mr.uint8
    assert same.numpy()[0, 0].tolist() == [0, 3, 7]
    fitted = v1.image.resize_images(X, [8, 8], preserve_aspect_ratio=True)
    assert fitted.shape.as_list() == [6, 8, 3] or fitted.numpy().shape == (6, 8, 3)
    padded = v1.image.resize_image_with_pad(X, 8, 10)
    close(padded.numpy(), v1.image.resize_images(X, [8, 10]).numpy())
    assert v1.image.ResizeMethod.AREA == 3
    patches = v1.image.extract_image_patches(
        X[None], ksizes=[1, 2, 2, 1], strides=[1, 1, 1, 1], rates=[1, 1, 1, 1], padding="VALID"
    )
    close(patches.numpy()[0, 0, 0], X[:2, :2].reshape(-1))
    with pytest.raises(ValueError, match="no method"):
        v1.image.resize_images(X, [2, 2], method=7)


def test_names_of_the_first_version():
    serialized = mr.train.Example(
        features=mr.train.Features(
            feature={"a": mr.train.Feature(int64_list=mr.train.Int64List(value=[3]))}
        )
    ).SerializeToString()
    features = {"a": v1.FixedLenFeature([], mr.int64)}
    assert v1.parse_example([serialized], features, "name")["a"].numpy().tolist() == [3]
    assert int(v1.parse_single_example(serialized, features)["a"]) == 3
    assert v1.parse_tensor(v1.serialize_tensor([1.5]), mr.float32).numpy().tolist() == [1.5]
