"""Builds audio_front_end.tflite: 30 ms of sound to 40 log-mel features, noise subtracted and
loudness evened out.

int16 [480] at 16 kHz -> int8 [40] in [0, 1). Keeps the noise estimate from frame to frame.
"""

import numpy as np
from flatbuffers import flexbuffers
from tflite_builder import INT8, INT16, INT32, UINT32, UINT64, ModelBuilder, schema

RATE, FRAME, HOP, FFT, BINS, CHANNELS = 16000, 480, 320, 512, 257, 40
LOW_HERTZ, HIGH_HERTZ = 125.0, 7500.0
SMOOTHING_BITS, CORRECTION_BITS = 10, 3


def options(**values):
    builder = flexbuffers.Builder()
    with builder.Map():
        for key, value in sorted(values.items()):
            builder.Key(key)
            (builder.Bool if isinstance(value, bool) else builder.Int)(value)
    return bytes(builder.Finish())


def hann(shift):
    angles = 2 * np.pi * (np.arange(FRAME) + 0.5) / FRAME
    return np.round((0.5 - 0.5 * np.cos(angles)) * (1 << shift)).astype(np.int16)


def mel(hertz):
    return 1127.0 * np.log1p(np.asarray(hertz, np.float64) / 700.0)


def filter_bank():
    """Triangles, evenly spaced in mel. Between two centres a bin's weight goes to the lower
    channel, the rest of it to the next. [weights, rests, first bins, first weights, widths] of one
    channel more than there are, as the first is scratch."""
    centres = np.linspace(mel(LOW_HERTZ), mel(HIGH_HERTZ), CHANNELS + 2)
    bins = mel(np.arange(BINS) * RATE / FFT)
    starts, weight_starts, widths, weights = [], [], [], []
    for low, high in zip(centres[:-1], centres[1:]):
        inside = np.flatnonzero((bins >= low) & (bins < high))
        starts.append(inside[0] if len(inside) else 0)
        weight_starts.append(len(weights))
        widths.append(len(inside))
        weights.extend(np.round((high - bins[inside]) / (high - low) * 4096))
    weights = np.array(weights, np.int16)
    tables = [np.array(t, np.int16) for t in (starts, weight_starts, widths)]
    return [weights, (4096 - weights).astype(np.int16), *tables]


def gain_table(strength=0.95, offset=80.0, gain_bits=21):
    """(x + offset)^-strength, a parabola for each octave of x: y0 + a1 t + a2 t^2, t in [0, 1)."""
    scale = 1 << (SMOOTHING_BITS - CORRECTION_BITS)

    def gain(x):
        return int(min((1 << gain_bits) * (x / scale + offset) ** -strength, 32767) + 0.5)

    table = np.zeros(125, np.int16)
    table[:2] = gain(0), gain(1)
    for octave in range(2, 33):
        begin = 1 << (octave - 1)
        end = 2 * begin - (octave == 32)
        y0, y1, y2 = gain(begin), gain(begin + begin // 2), gain(end)
        a1 = 4 * (y1 - y0) - (y2 - y0)
        table[4 * octave - 6 : 4 * octave - 3] = y0, a1, (y2 - y0) - a1
    return table


def build():
    m = ModelBuilder("audio front end")
    sound = m.tensor("sound", INT16, [FRAME])
    windowed = m.tensor("windowed", INT16, [FRAME])
    m.custom("SignalWindow", [sound, m.constant("window", hann(12))], [windowed], options(shift=12))
    scaled = m.tensor("scaled", INT16, [FRAME])
    scale = m.tensor("scale_bits", INT32, [])
    m.custom("SignalFftAutoScale", [windowed], [scaled, scale], options())
    spectrum = m.tensor("spectrum", INT16, [2 * BINS])
    m.custom("SignalRfft", [scaled], [spectrum], options(T=INT16, fft_length=FFT))
    bank = filter_bank()
    first, end = int(bank[2].min()), int((bank[2] + bank[4]).max())
    energy = m.tensor("energy", UINT32, [BINS])
    m.custom("SignalEnergy", [spectrum], [energy], options(start_index=first, end_index=end))
    channels = m.tensor("channels", UINT64, [CHANNELS])
    names = ["weights", "rests", "first_bins", "first_weights", "widths"]
    tables = [m.constant(name, table) for name, table in zip(names, bank)]
    m.custom("SignalFilterBank", [energy, *tables], [channels], options(num_channels=CHANNELS))
    loudness = m.tensor("loudness", UINT32, [CHANNELS])
    m.custom("SignalFilterBankSquareRoot", [channels, scale], [loudness], options())
    clean = m.tensor("clean", UINT32, [CHANNELS])
    noise = m.tensor("noise", UINT32, [CHANNELS])
    # Fractions of 2^14: how fast the noise estimate follows even and odd channels, and what is
    # left at least.
    subtraction = options(
        alternate_one_minus_smoothing=16384 - 983,
        alternate_smoothing=983,
        clamping=False,
        min_signal_remaining=819,
        num_channels=CHANNELS,
        one_minus_smoothing=16384 - 409,
        smoothing=409,
        smoothing_bits=SMOOTHING_BITS,
        spectral_subtraction_bits=14,
    )
    m.custom("SignalFilterBankSpectralSubtraction", [loudness], [clean, noise], subtraction)
    even = m.tensor("even", UINT32, [CHANNELS])
    table = m.constant("gain_table", gain_table())
    m.custom("SignalPCAN", [clean, noise, table], [even], options(snr_shift=6))
    log = m.tensor("log", INT16, [CHANNELS], scale=1 / 666)
    m.custom(
        "SignalFilterBankLog", [even], [log], options(input_correction_bits=3, output_scale=64)
    )
    features = m.tensor("features", INT8, [CHANNELS], scale=1 / 256, zero_point=-128)
    m.builtin("QUANTIZE", [log], [features], schema.QuantizeOptionsT())
    return m.finish([sound], [features])


def features(interpreter, samples):
    """int8 [frames, 40] of a sound, from a cleared state."""
    interpreter.reset()
    rows = []
    for at in range(0, len(samples) - FRAME + 1, HOP):
        interpreter.set_input(samples[at : at + FRAME], 0)
        interpreter.invoke()
        rows.append(interpreter.get_output(0))
    return np.array(rows)
