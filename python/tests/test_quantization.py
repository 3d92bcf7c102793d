"""Numbers of few bits. The values are those of TensorFlow 2.21."""

import millrace as mr
import numpy as np

q = mr.quantization
X = [-7.0, -1.3, 0, 0.26, 2.2, 6.5]


def close(found, expected):
    np.testing.assert_allclose(np.asarray(found), expected, rtol=2e-6, atol=2e-6)


def test_fake_quantisation():
    close(
        q.fake_quant_with_min_max_args(X),
        [-6.02353, -1.317647, 0.0, 0.282353, 2.211765, 5.97647],
    )
    close(
        q.fake_quant_with_min_max_args(X, min=-1, max=3, num_bits=4, narrow_range=True),
        [-1.142857, -1.142857, 0.0, 0.2857143, 2.285714, 2.857143],
    )
    close(
        q.fake_quant_with_min_max_vars(X, -1.0, 3.0, num_bits=4),
        [-1.066667, -1.066667, 0.0, 0.2666667, 2.133333, 2.933333],
    )
    channels = np.array(X, np.float32).reshape(3, 2)
    close(
        q.fake_quant_with_min_max_vars_per_channel(channels, [-1.0, -2], [3.0, 1], num_bits=4),
        [[-1.066667, -1.2], [0.0, 0.2], [2.133333, 1.0]],
    )


def test_gradients_of_fake_quantisation():
    ones, inside = np.ones(6, np.float32), [0, 0, 1, 1, 1, 0]
    close(q.fake_quant_with_min_max_args_gradient(ones, X, min=-1, max=3), inside)
    found = q.fake_quant_with_min_max_vars_gradient(ones, X, -1.0, 3.0)
    for part, expected in zip(found, (inside, 2.0, 1.0)):
        close(part, expected)
    with mr.GradientTape() as tape:
        low = mr.Variable(-1.0)
        high = mr.Variable(3.0)
        y = q.fake_quant_with_min_max_vars(X, low, high)
    close(tape.gradient(y, [low, high]), [2.0, 1.0])
    found = q.fake_quant_with_min_max_vars_per_channel_gradient(
        ones.reshape(3, 2), np.array(X, np.float32).reshape(3, 2), [-1.0, -2], [3.0, 1]
    )
    for part, expected in zip(found, ([[0, 1], [1, 1], [1, 0]], [1, 0], [0, 1])):
        close(part, expected)


def test_quantised_and_back():
    found = q.quantize(X, -2.0, 3.0, mr.quint8)
    assert np.asarray(found[0].numpy()).astype(int).tolist() == [0, 36, 102, 115, 214, 255]
    close([found[1], found[2]], [-2.0, 3.0])
    close(q.dequantize(*found), [-2.0, -1.294118, 0.0, 0.2549021, 2.196079, 3.0])
    scaled = q.quantize(X, -2.0, 3.0, mr.qint8, mode="SCALED")
    assert np.asarray(scaled[0].numpy()).astype(int).tolist() == [-128, -55, 0, 11, 93, 127]
    close([scaled[1], scaled[2]], [-3.023622, 3.0])


def test_quantised_and_back_at_once():
    round_trip = q.quantize_and_dequantize_v2
    close(
        round_trip(X, -2.0, 3.0, num_bits=4, range_given=True),
        [-3.428571, -1.285714, 0.0, 0.4285714, 2.142857, 3.0],
    )
    close(
        round_trip(X, 0.0, 0.0, num_bits=4),
        [-7.428571, -0.9285714, 0.0, 0.0, 1.857143, 6.5],
    )
    close(
        round_trip(X, -2.0, 3.0, num_bits=4, range_given=True, narrow_range=True),
        [-3.0, -1.285714, 0.0, 0.4285714, 2.142857, 3.0],
    )
