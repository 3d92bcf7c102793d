"""Images changed by chance, and compared. The values are those of TensorFlow 2.21."""

import millrace as mr
import numpy as np
import pytest

image = mr.image
X = (np.arange(60) * 37 % 11 / 11).reshape(4, 5, 3).astype(np.float32)
A = (np.arange(2 * 24 * 20 * 3) * 37 % 101 / 101).reshape(2, 24, 20, 3).astype(np.float32)
B = (np.arange(2 * 24 * 20 * 3) * 53 % 97 / 97).reshape(2, 24, 20, 3).astype(np.float32)
SEED = (1, 2)


def close(found, expected, tolerance=2e-6):
    np.testing.assert_allclose(np.asarray(found), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda: image.stateless_random_brightness(X, 0.2, SEED),
            [0.1376242, 0.5012605, 0.8648969],
        ),
        (
            lambda: image.stateless_random_contrast(X, 0.2, 0.5, SEED),
            [0.2261688, 0.4257707, 0.5706943],
        ),
        (lambda: image.stateless_random_hue(X, 0.2, SEED), [0.2369055, 0.0, 0.7272727]),
        (
            lambda: image.stateless_random_saturation(X, 0.5, 1.0, SEED),
            [0.0567053, 0.391989, 0.7272727],
        ),
        (
            lambda: image.stateless_random_crop(X, [2, 3, 3], (3, 4)),
            [0.0, 0.3636364, 0.7272727],
        ),
    ],
)
def test_stateless_changes(change, expected):
    close(change()[0, 0], expected)
    close(mr.function(change)()[0, 0], expected)


def test_stateless_flips():
    first = [0.3636364, 0.0, 0.0, 0.3636364, 0.0, 0.3636364]
    for flip in (image.stateless_random_flip_left_right, image.stateless_random_flip_up_down):
        close([float(flip(X, (i, 0))[0, 0, 0]) for i in range(6)], first)
    batch = np.arange(12, dtype=np.float32).reshape(6, 1, 2, 1)
    flipped = image.stateless_random_flip_left_right(batch, SEED)
    assert flipped.numpy().reshape(-1).tolist() == [1, 0, 2, 3, 5, 4, 6, 7, 8, 9, 11, 10]


def test_jpeg_quality():
    rough = image.adjust_jpeg_quality(X, 30)
    contents = image.encode_jpeg(image.convert_image_dtype(X, mr.uint8, saturate=True), quality=30)
    close(rough, image.decode_jpeg(contents).numpy() / np.float32(255))
    drawn = mr.random.stateless_uniform([], SEED, 20, 90, mr.int32)
    found = image.stateless_random_jpeg_quality(X, 20, 90, SEED)
    close(found, image.adjust_jpeg_quality(X, drawn).numpy())
    assert image.random_jpeg_quality(X, 20, 90).shape == [4, 5, 3]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("random_brightness", (-1.0,)),
        ("random_contrast", (0.5, 0.2)),
        ("random_saturation", (-0.5, 0.2)),
        ("random_hue", (0.6,)),
        ("random_hue", (-0.1,)),
        ("random_jpeg_quality", (90, 20)),
        ("random_jpeg_quality", (0, 101)),
    ],
)
def test_changes_that_are_none(name, arguments):
    with pytest.raises(ValueError):
        getattr(image, name)(X, *arguments)
    with pytest.raises(ValueError):
        getattr(image, "stateless_" + name)(X, *arguments, SEED)


def test_a_crop_that_is_too_large():
    with pytest.raises(mr.errors.InvalidArgumentError, match="exceeds the shape"):
        image.stateless_random_crop(X, [5, 5, 3], SEED)


def test_ssim():
    close(image.ssim(A, A, 1.0), [1.0, 1.0])
    close(image.ssim(A, B, 1.0), [-0.02085219, -0.01961726], 5e-5)
    other = image.ssim(A, A * 0.8 + 0.1, 1.0, filter_size=5, filter_sigma=1.0, k1=0.02, k2=0.05)
    close(other, [0.9715217, 0.9718652], 5e-5)
    as_bytes = [mr.cast(A * factor, mr.uint8) for factor in (np.float32(255), np.float32(200))]
    close(image.ssim(*as_bytes, 255), [0.9438409, 0.9438546], 5e-5)
    each = image.ssim(A, A * np.float32(0.8), 1.0, return_index_map=True)
    assert each.shape == [2, 14, 10]
    close(each[0, 0, :3], [0.9521512, 0.9521551, 0.9521973], 5e-5)


def test_ssim_of_several_scales():
    changed = A * np.float32(0.8) + np.float32(0.1)
    found = image.ssim_multiscale(A, changed, 1.0, power_factors=(0.3, 0.7), filter_size=5)
    close(found, [0.9757828, 0.9757962], 5e-5)
    odd = A[:, :23, :19], changed[:, :23, :19]
    found = image.ssim_multiscale(*odd, 1.0, power_factors=(0.2, 0.3, 0.5), filter_size=3)
    close(found, [0.9762629, 0.9762568], 5e-5)
    with pytest.raises(ValueError, match="smaller than the window"):
        image.ssim_multiscale(A, changed, 1.0)
    with pytest.raises(ValueError, match="cannot be compared"):
        image.ssim(A, B[:, :3], 1.0)
    with pytest.raises(TypeError, match="cannot be compared"):
        image.ssim(A, B.astype(np.float64), 1.0)
