"""Sound in files: 16-bit samples in the WAVE form."""

from millrace._load import public
from millrace.framework.dispatch import apply_op

__all__ = ["decode_wav", "encode_wav"]


@public
def decode_wav(contents, desired_channels=-1, desired_samples=-1, name=None):
    """(sound, its rate) in a file's contents: [samples, channels] of -1 to 1; as many channels and
    samples as there are, unless another number is desired."""
    attrs = {"desired_channels": desired_channels, "desired_samples": desired_samples}
    return apply_op("DecodeWav", (contents,), attrs, name)


@public
def encode_wav(audio, sample_rate, name=None):
    """What a file of the sound, [samples, channels] of -1 to 1, would hold."""
    return apply_op("EncodeWav", (audio, sample_rate), None, name)
