"""Custom ops of audio front ends. Their options are flexbuffer maps.

Where an op has no output yet (a frame that is not full) tflite-micro leaves the memory as it is;
there are no cases of that."""

import numpy as np
from flatbuffers import flexbuffers
from op_models import Model, Tensor, constant


def add_cases(cases):
    _samples(cases)
    _streams(cases)
    _transforms(cases)
    _front_end(cases)
    _coefficients(cases)


def _options(**values):
    builder = flexbuffers.Builder()
    with builder.Map():
        for key, value in sorted(values.items()):
            builder.Key(key)
            (builder.Bool if isinstance(value, bool) else builder.Int)(value)
    return bytes(builder.Finish())


def _samples(c):
    n = 20
    weights = constant(c.rng.integers(0, 4096, n), "int16")
    inputs = [c.tensor((n,), "int16"), weights]
    c.add("SignalWindow", inputs, [c.tensor((n,), "int16")], custom=_options(shift=12))
    for loud in (1, 60):
        outputs = [c.tensor((n,), "int16"), Tensor((), "int32")]
        feeds = [(c.values((n,), "int16") // loud).astype("int16")]
        c.add("SignalFftAutoScale", [c.tensor((n,), "int16")], outputs, feeds=feeds, custom=b"")
    energy = _options(start_index=0, end_index=10)
    c.add("SignalEnergy", [c.tensor((20,), "int16")], [Tensor((10,), "uint32")], custom=energy)


def _streams(c):
    x = c.tensor((12,), "int16")
    c.add("SignalDelay", [x], [c.like(x, (12,))], custom=_options(delay_length=5), steps=3)
    stacker = _options(
        num_channels=12, stacker_left_context=2, stacker_right_context=0, stacker_step=1
    )
    outputs = [c.like(x, (36,)), Tensor((), "bool")]
    c.add("SignalStacker", [c.like(x, (12,))], outputs, custom=stacker, steps=6)
    framer = _options(frame_size=8, frame_step=4, prefill=True)
    outputs = [c.like(x, (1, 3, 8)), Tensor((), "bool")]
    c.add("SignalFramer", [c.like(x, (1, 12))], outputs, custom=framer, steps=3)
    for dtype in ("int16", "float32"):
        x = c.tensor((1, 3, 8), dtype)
        overlap = _options(frame_step=4, T=7 if dtype == "int16" else 0)
        c.add("SignalOverlapAdd", [x], [c.like(x, (1, 12))], custom=overlap, steps=3)


def _transforms(c):
    for dtype, code in (("int16", 7), ("int32", 2), ("float32", 0)):
        for length, given in ((16, 16), (64, 50)):
            transform = _options(fft_length=length, T=code)
            time = c.tensor((2, given), dtype)
            spectrum = c.tensor((2, length + 2), dtype)
            c.add("SignalRfft", [time], [spectrum], custom=transform)
            back = c.tensor((2, length), dtype)
            feeds = [c.values((2, length + 2), dtype)]
            feeds[0][:, [1, -1]] = 0  # the ends of the spectrum are real
            c.add("SignalIrfft", [spectrum], [back], feeds=feeds, custom=transform)


def _front_end(c):
    """From a spectrum to channels: energies, bands, roots, noise, gain, logarithm."""
    model = Model()
    channels, bins = 4, 12
    spectrum = c.tensor((2 * bins,), "int16")
    energies = Tensor((bins,), "uint32")
    limits = _options(start_index=0, end_index=bins)
    model.add("SignalEnergy", [spectrum], [energies], custom=limits)
    widths = [2, 2, 3, 2, 3]
    starts = [0, *np.cumsum(widths)[:-1]]
    tables = [constant(c.rng.integers(0, 4096, bins), "int16") for _ in range(2)]
    tables += [constant(values, "int16") for values in (starts, starts, widths)]
    bands = Tensor((channels,), "uint64")
    number = _options(num_channels=channels)
    model.add("SignalFilterBank", [energies, *tables], [bands], custom=number)
    roots = Tensor((channels,), "uint32")
    bits = Tensor((), "int32", np.int32(3))
    model.add("SignalFilterBankSquareRoot", [bands, bits], [roots], custom=b"")
    clean, noise = Tensor((channels,), "uint32"), Tensor((channels,), "uint32")
    subtraction = _options(
        num_channels=channels, smoothing=410, one_minus_smoothing=15974, alternate_smoothing=819,
        alternate_one_minus_smoothing=15565, smoothing_bits=10, min_signal_remaining=819,
        clamping=False, spectral_subtraction_bits=14,
    )  # fmt: skip
    name = "SignalFilterBankSpectralSubtraction"
    model.add(name, [roots], [clean, noise], custom=subtraction)
    gains = constant(c.rng.integers(0, 9000, 125), "int16")
    even = Tensor((channels,), "uint32")
    model.add("SignalPCAN", [clean, noise, gains], [even], custom=_options(snr_shift=6))
    log = Tensor((channels,), "int16")
    scale = _options(output_scale=1600, input_correction_bits=3)
    model.add("SignalFilterBankLog", [even], [log], custom=scale)
    # 64-bit integers cannot be read from tflite-micro's package.
    built = model.build([spectrum], [energies, roots, clean, noise, even, log])
    c.add_model("SignalFrontEnd/int16", built, [spectrum], steps=3)


def _coefficients(c):
    for samples, channels, window, stride, squared in (
        (100, 1, 30, 20, True),
        (70, 2, 16, 9, False),
    ):
        length = 1 << (window - 1).bit_length()
        shape = (channels, 1 + (samples - window) // stride, length // 2 + 1)
        options = _options(window_size=window, stride=stride, magnitude_squared=squared)
        x, y = Tensor((samples, channels), "float32"), Tensor(shape, "float32")
        c.add("AudioSpectrogram", [x], [y], custom=options)
    for shape, rate, values in (
        ((1, 3, 257), 16000, {"filterbank_channel_count": 40, "dct_coefficient_count": 13}),
        ((2, 2, 65), 8000, {"lower_frequency_limit": 300, "upper_frequency_limit": 3000}),
    ):
        feeds = [c.values(shape, "float32") ** 2, np.array([rate], "int32")]
        inputs = [Tensor(shape, "float32"), Tensor((1,), "int32")]
        y = Tensor((*shape[:2], 13), "float32")
        defaults = {"lower_frequency_limit": 20, "upper_frequency_limit": 4000}
        defaults |= {"filterbank_channel_count": 20, "dct_coefficient_count": 13}
        c.add("Mfcc", inputs, [y], feeds=feeds, custom=_options(**(defaults | values)))
