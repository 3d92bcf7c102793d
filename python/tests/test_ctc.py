"""The loss and the decoders of connectionist temporal classification, against sums over paths."""

import itertools

import millrace as mr
import numpy as np
import pytest


def collapsed(path, blank):
    kept = [c for c, _ in itertools.groupby(path)]
    return [c for c in kept if c != blank]


def by_paths(logits, labels, blank):
    """Minus the logarithm of the probability of the labels, over all paths."""
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    steps, classes = p.shape
    total = 0.0
    for path in itertools.product(range(classes), repeat=steps):
        if collapsed(path, blank) == labels:
            total += np.prod([p[t, c] for t, c in enumerate(path)])
    return -np.log(total)


LOGITS = np.random.RandomState(1).randn(4, 2, 3).astype(np.float32)


@pytest.mark.parametrize("blank", [0, 1, 2, -1])
@pytest.mark.parametrize("dense", [True, False])
def test_loss_is_that_of_all_paths(blank, dense):
    classes = [c for c in range(3) if c != blank % 3]
    labels = [[classes[0], classes[1]], [classes[1]]]
    if dense:
        given, length = np.array([labels[0], [classes[1], 0]], np.int32), [2, 1]
    else:
        values = np.array(labels[0] + labels[1], np.int32)
        given, length = mr.SparseTensor([[0, 0], [0, 1], [1, 0]], values, [2, 2]), None
    wanted = [
        by_paths(LOGITS[:, 0], labels[0], blank % 3),
        by_paths(LOGITS[:3, 1], labels[1], blank % 3),
    ]
    loss = mr.nn.ctc_loss(given, LOGITS, length, [4, 3], blank_index=blank)
    np.testing.assert_allclose(loss.numpy(), wanted, rtol=1e-5)
    turned = LOGITS.transpose(1, 0, 2)
    loss = mr.nn.ctc_loss(given, turned, length, [4, 3], False, blank_index=blank)
    np.testing.assert_allclose(loss.numpy(), wanted, rtol=1e-5)


def test_loss_of_version_1_has_its_blank_last():
    labels = mr.SparseTensor([[0, 0], [1, 0]], np.array([1, 0], np.int32), [2, 1])
    wanted = [by_paths(LOGITS[:, 0], [1], 2), by_paths(LOGITS[:, 1], [0], 2)]
    loss = mr.compat.v1.nn.ctc_loss(labels, LOGITS, [4, 4])
    np.testing.assert_allclose(loss.numpy(), wanted, rtol=1e-5)


def test_loss_wants_to_know_the_blank():
    labels = mr.SparseTensor([[0, 0]], np.array([1], np.int32), [2, 1])
    with pytest.raises(ValueError, match="blank_index"):
        mr.nn.ctc_loss(labels, LOGITS, None, [4, 4])
    with pytest.raises(ValueError, match="none of the 3 classes"):
        mr.nn.ctc_loss(labels, LOGITS, None, [4, 4], blank_index=3)


def test_decoders_find_the_likeliest():
    path = [1, 1, 2, 0, 0, 1]
    logits = 9 * np.eye(3, dtype=np.float32)[path][:, None]
    (found,), score = mr.nn.ctc_greedy_decoder(logits, [6])
    assert found.values.numpy().tolist() == [1, 0, 1]
    assert score.numpy().tolist() == [[-54.0]]
    (found,), _ = mr.nn.ctc_greedy_decoder(logits, [6], merge_repeated=False, blank_index=0)
    assert found.values.numpy().tolist() == [1, 1, 2, 1]
    found, scores = mr.nn.ctc_beam_search_decoder(logits, [6], beam_width=20, top_paths=2)
    assert found[0].values.numpy().tolist() == [1, 0, 1]
    wanted = -by_paths(logits[:, 0], [1, 0, 1], 2)
    np.testing.assert_allclose(scores.numpy()[0, 0], wanted, atol=1e-5)


def test_edit_distance_counts_changes():
    def sparse(text):
        return mr.SparseTensor([[0, i] for i in range(len(text))], list(text), [1, len(text)])

    kitten, sitting = sparse("kitten"), sparse("sitting")
    assert mr.edit_distance(kitten, sitting, normalize=False).numpy().tolist() == [3.0]
    np.testing.assert_allclose(mr.edit_distance(kitten, sitting).numpy(), [3 / 7], rtol=1e-6)
