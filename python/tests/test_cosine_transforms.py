"""Cosine transforms and their windows. The values are those of TensorFlow 2.21."""

import millrace as mr
import numpy as np
import pytest

signal = mr.signal
V = [1.0, -2, 3, 0.5, 4, -1, 2.5, 0]
DCT = {
    (1, None): [15.0, -3.678448, -7.375314, -3.84601, 2.785012, -1.475541, 0.5903018, 25.0],
    (2, None): [16.0, -2.442726, -7.615207, -0.5385381, 4.242641, 5.678643, 0.09285438, 18.90757],
    (2, "ortho"): [
        2.828427, -0.6106815, -1.903802, -0.1346345, 1.06066, 1.419661, 0.02321359, 4.726891,
    ],
    (3, None): [9.910736, -8.53955, -5.926804, -3.79871, 2.19903, 1.25969, -5.420753, 18.31636],
    (3, "ortho"): [
        2.581237, -2.031334, -1.378147, -0.8461242, 0.653311, 0.4184758, -1.251635, 4.682643,
    ],
    (4, None): [9.810922, -9.437038, -2.838369, 0.7592859, 7.536676, 0.3087186, 9.164971, 16.28379],
    (4, "ortho"): [
        2.45273, -2.359259, -0.7095923, 0.1898215, 1.884169, 0.07717963, 2.291243, 4.070946,
    ],
}  # fmt: skip


def close(found, expected, tolerance=2e-5):
    np.testing.assert_allclose(found.numpy(), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("type", "norm"), DCT)
def test_dct(type, norm):
    close(signal.dct(V, type, norm=norm), DCT[type, norm])
    inverse = {1: 1, 2: 3, 3: 2, 4: 4}[type]
    close(signal.idct(V, inverse, norm=norm), DCT[type, norm])
    there = signal.dct(mr.constant([V, V[::-1]], mr.float64), type, norm=norm)
    back = signal.idct(there, type, norm=norm)
    factor = 1 if norm else 14 if type == 1 else 16
    close(back, np.array([V, V[::-1]]) * factor, 1e-12)


def test_lengths():
    close(signal.dct(V, n=6), [11.0, -3.327482, -6.062178, 7.778174, -0.5, 14.35019])
    close(
        signal.dct(V, 2, n=10, norm="ortho"),
        [2.529822, 0.537187, -2.164979, -0.8218707, -0.03262381, 0.9486833, 1.600896, -0.09714109,
         1.532624, 4.430183],
    )  # fmt: skip
    close(
        signal.dct(V, 3, n=10),
        [11.64344, -4.694086, -9.121322, -4.461429, -3.667072, 1.320813, 3.974299, -4.878681,
         -0.707329, 20.59136],
    )  # fmt: skip

    @mr.function(input_signature=[mr.TensorSpec([None, None], mr.float32)])
    def cut(x):
        return signal.dct(x, n=6), signal.dct(x, n=10)

    for found, n in zip(cut([V, V]), (6, 10)):
        close(found, [signal.dct(V, n=n).numpy()] * 2)


def test_gradient():
    x = mr.constant(V)
    with mr.GradientTape() as tape:
        tape.watch(x)
        y = signal.dct(x, norm="ortho") * [1.0, 2, 3, 4, 5, 6, 7, 8]
    # The transform is orthonormal: the gradient is its inverse.
    close(tape.gradient(y, x), signal.idct([1.0, 2, 3, 4, 5, 6, 7, 8], norm="ortho").numpy())


@pytest.mark.parametrize(
    "arguments", [{"type": 5}, {"n": 0}, {"norm": "unit"}, {"type": 1, "norm": "ortho"}]
)
def test_what_is_no_transform(arguments):
    with pytest.raises(ValueError):
        signal.dct(V, **arguments)


def test_windows():
    close(
        signal.kaiser_window(7),
        [5.277345e-05, 0.05475932, 0.5188446, 1.0, 0.5188446, 0.05475932, 5.277345e-05],
    )
    close(
        signal.kaiser_window(6, beta=5.0),
        [0.03671089, 0.4149036, 0.9138123, 0.9138123, 0.4149036, 0.03671089],
    )
    close(signal.kaiser_window(1), [1.0])
    half = [0.006071829, 0.3882062, 0.9215726, 0.9999815]
    close(signal.kaiser_bessel_derived_window(8), half + half[::-1])
    half = [0.05974928, 0.4660662, 0.8847499, 0.9982134]
    close(signal.vorbis_window(8), half + half[::-1])
    close(signal.kaiser_window(33, dtype=mr.float64), np.kaiser(33, 12.0), 1e-12)


S = np.arange(16, dtype=np.float32) % 5 - 1.5
MDCT = [
    [-3.16609, 7.443189, 4.944963, 2.100694],
    [-5.89646, -0.9718004, 0.634216, 0.9622799],
    [-3.943141, -7.908875, 2.408184, -4.42723],
]


@pytest.mark.parametrize("norm", [None, "ortho"])
def test_mdct(norm):
    made = signal.mdct(S, 8, norm=norm)
    close(made, np.array(MDCT) / (np.sqrt(8) if norm else 1))
    back = signal.inverse_mdct(made, norm=norm)
    close(back[4:12], S[4:12])
    close(back[:4], [-0.09481877, -0.3147847, 0.5975668, 1.584109])
    padded = signal.mdct(S[:13], 8, window_fn=signal.kaiser_bessel_derived_window, pad_end=True)
    assert padded.shape == [4, 4]
    close(padded[3], [0.003373327, -0.00595516, 0.001184555, 0.00504854])
    with pytest.raises(ValueError, match="multiple of 4"):
        signal.mdct(S, 6)


def test_mfccs():
    close(
        signal.mfccs_from_log_mel_spectrograms([V]),
        [[4.0, -0.6106816, -1.903802, -0.1346345, 1.06066, 1.419661, 0.0232136, 4.726892]],
    )
