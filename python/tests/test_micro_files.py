"""millrace.micro's readers of images and sounds, against files written here and closed forms."""

import struct
import wave
import zlib

import numpy as np
import pytest
from millrace.micro import image_file, sound_file
from millrace.micro.inputs import frames


def png(pixels, colour, depth=8, palette=None, filters=(0, 1, 2, 3, 4)):
    """A PNG with each row predicted by another of the filters."""
    height, width = pixels.shape[:2]
    channels = pixels.shape[2] if pixels.ndim == 3 else 1

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    if depth == 8:
        rows = pixels.reshape(height, width * channels)
    else:
        bits = np.unpackbits(pixels.reshape(height, width, 1), axis=2)[:, :, 8 - depth :]
        rows = np.packbits(bits.reshape(height, -1), axis=1)
    step, raw = max(1, channels * depth // 8), b""
    above = np.zeros(rows.shape[1], int)
    for y, row in enumerate(rows.astype(int)):
        left = np.concatenate([np.zeros(step, int), row[:-step]])
        corner = np.concatenate([np.zeros(step, int), above[:-step]])
        guess = left + above - corner
        nearest = np.where(
            (abs(guess - left) <= abs(guess - above)) & (abs(guess - left) <= abs(guess - corner)),
            left,
            np.where(abs(guess - above) <= abs(guess - corner), above, corner),
        )
        kind = filters[y % len(filters)]
        predicted = [np.zeros_like(row), left, above, (left + above) // 2, nearest][kind]
        raw += bytes([kind]) + ((row - predicted) % 256).astype(np.uint8).tobytes()
        above = row
    data = b"\x89PNG\r\n\x1a\n"
    data += chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    if palette is not None:
        data += chunk(b"PLTE", palette.tobytes())
    return data + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("colour", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_png_colours_and_filters(tmp_path, colour, channels):
    pixels = np.random.default_rng(0).integers(0, 256, (11, 7, channels), np.uint8)
    (tmp_path / "a.png").write_bytes(png(pixels, colour))
    found = image_file.read(tmp_path / "a.png")
    np.testing.assert_array_equal(found, pixels[..., : 3 if channels > 2 else 1])


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_png_few_bits(tmp_path, depth):
    pixels = np.random.default_rng(0).integers(0, 1 << depth, (5, 9), np.uint8)
    (tmp_path / "a.png").write_bytes(png(pixels, 0, depth))
    expected = np.round(pixels * 255.0 / ((1 << depth) - 1)).astype(np.uint8)
    np.testing.assert_array_equal(image_file.read(tmp_path / "a.png")[..., 0], expected)


def test_png_palette(tmp_path):
    rng = np.random.default_rng(0)
    palette = rng.integers(0, 256, (16, 3), np.uint8)
    pixels = rng.integers(0, 16, (5, 6), np.uint8)
    (tmp_path / "a.png").write_bytes(png(pixels, 3, 4, palette))
    np.testing.assert_array_equal(image_file.read(tmp_path / "a.png"), palette[pixels])


def bmp(pixels, bottom_up):
    """24 bits a pixel."""
    height, width = pixels.shape[:2]
    rows = pixels[::-1] if bottom_up else pixels
    padding = b"\0" * (-width * 3 % 4)
    body = b"".join(row[:, ::-1].tobytes() + padding for row in rows)
    header = struct.pack("<2sIHHI", b"BM", 54 + len(body), 0, 0, 54)
    info = (40, width, height if bottom_up else -height, 1, 24, 0, len(body), 0, 0, 0, 0)
    return header + struct.pack("<IiiHHIIiiII", *info) + body


@pytest.mark.parametrize("bottom_up", [True, False])
def test_bmp(tmp_path, bottom_up):
    pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)
    (tmp_path / "a.bmp").write_bytes(bmp(pixels, bottom_up))
    np.testing.assert_array_equal(image_file.read(tmp_path / "a.bmp"), pixels)


def test_damaged_images(tmp_path):
    whole = png(np.zeros((9, 9, 3), np.uint8), 2)
    for length in (0, 8, 20, 33, 45, len(whole) - 30):
        (tmp_path / "a.png").write_bytes(whole[:length])
        with pytest.raises(image_file.ImageError, match=r"a\.png"):
            image_file.read(tmp_path / "a.png")
    (tmp_path / "a.bmp").write_bytes(bmp(np.zeros((4, 4, 3), np.uint8), True)[:60])
    with pytest.raises(image_file.ImageError, match=r"a\.bmp"):
        image_file.read(tmp_path / "a.bmp")


def test_fit():
    ramp = np.repeat(np.arange(0, 160, 10, dtype=np.uint8)[None, :, None], 4, axis=0)
    half = image_file.fit(ramp, 2, 8, 1)
    np.testing.assert_allclose(half[0, :, 0], np.arange(5, 160, 20))
    assert image_file.fit(ramp, 4, 16, 3).shape == (4, 16, 3)
    red = np.zeros((2, 2, 3), np.uint8) + np.array([255, 0, 0], np.uint8)
    np.testing.assert_allclose(image_file.fit(red, 2, 2, 1), 255 * 0.299)


def write_wav(path, data, channels, width, rate):
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(data)


def test_sound(tmp_path):
    samples = np.array([0, 1000, -32768, 32767], np.int16)
    write_wav(tmp_path / "a.wav", samples.tobytes(), 1, 2, 16000)
    np.testing.assert_array_equal(sound_file.read(tmp_path / "a.wav", 16000), samples)
    stereo = np.stack([samples, np.zeros_like(samples)], axis=1)
    write_wav(tmp_path / "b.wav", stereo.tobytes(), 2, 2, 16000)
    expected = np.round(samples / 2).astype(np.int16)
    np.testing.assert_array_equal(sound_file.read(tmp_path / "b.wav", 16000), expected)
    write_wav(tmp_path / "c.wav", bytes([128, 255, 0]), 1, 1, 16000)
    assert sound_file.read(tmp_path / "c.wav", 16000).tolist() == [0, 32512, -32768]


def test_resampling_keeps_a_tone(tmp_path):
    def tone(rate):
        return 10000 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)

    write_wav(tmp_path / "a.wav", np.round(tone(22050)).astype(np.int16).tobytes(), 1, 2, 22050)
    found = sound_file.read(tmp_path / "a.wav", 16000)
    np.testing.assert_allclose(found, tone(16000), atol=3)


def test_not_a_sound(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    with pytest.raises(sound_file.SoundError, match=r"a\.wav"):
        sound_file.read(tmp_path / "a.wav", 16000)


def test_frames():
    assert frames(np.arange(10, dtype=np.int16), 4, 3).tolist() == [
        [0, 1, 2, 3],
        [3, 4, 5, 6],
        [6, 7, 8, 9],
    ]
    assert frames(np.arange(5, dtype=np.int16), 4, 3)[1].tolist() == [3, 4, 0, 0]
    assert frames(np.arange(2, dtype=np.int16), 4, 3, at_least=2).tolist() == [
        [0, 1, 0, 0],
        [0] * 4,
    ]
