"""Operations on the bits of integers."""

from millrace.ops.elementwise import _make, bitwise_and, bitwise_or, bitwise_xor

invert = _make("invert", "Invert", "Each bit turned over.", "x")
left_shift = _make("left_shift", "LeftShift", "x shifted by y bits to the left.", "xy")
right_shift = _make(
    "right_shift",
    "RightShift",
    "x shifted by y bits to the right; signed numbers keep their sign.",
    "xy",
)

__all__ = ["bitwise_and", "bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift"]
