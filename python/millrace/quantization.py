"""Numbers of few bits, and floats rounded as if they were such."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.dispatch import apply_op

__all__ = [
    "dequantize",
    "fake_quant_with_min_max_args",
    "fake_quant_with_min_max_args_gradient",
    "fake_quant_with_min_max_vars",
    "fake_quant_with_min_max_vars_gradient",
    "fake_quant_with_min_max_vars_per_channel",
    "fake_quant_with_min_max_vars_per_channel_gradient",
    "quantize",
    "quantize_and_dequantize_v2",
]


@public
def fake_quant_with_min_max_args(inputs, min=-6, max=6, num_bits=8, narrow_range=False, name=None):
    """The inputs, kept within [min, max] and rounded to one of 2^num_bits values there, of which 0
    is one; one less with narrow_range."""
    attrs = {"min": min, "max": max, "num_bits": num_bits, "narrow_range": narrow_range}
    return apply_op("FakeQuantWithMinMaxArgs", (inputs,), attrs, name)


@public
def fake_quant_with_min_max_args_gradient(
    gradients, inputs, min=-6, max=6, num_bits=8, narrow_range=False, name=None
):
    """The gradients where the inputs lie within the range, 0 elsewhere."""
    attrs = {"min": min, "max": max, "num_bits": num_bits, "narrow_range": narrow_range}
    return apply_op("FakeQuantWithMinMaxArgsGradient", (gradients, inputs), attrs, name)


def _of_variables(op, args, num_bits, narrow_range, name):
    return apply_op(op, args, {"num_bits": num_bits, "narrow_range": narrow_range}, name)


@public
def fake_quant_with_min_max_vars(inputs, min, max, num_bits=8, narrow_range=False, name=None):
    """As fake_quant_with_min_max_args, of a range that is computed, and can be learned."""
    args = (inputs, min, max)
    return _of_variables("FakeQuantWithMinMaxVars", args, num_bits, narrow_range, name)


@public
def fake_quant_with_min_max_vars_gradient(
    gradients, inputs, min, max, num_bits=8, narrow_range=False, name=None
):
    """Those of the inputs, of min and of max."""
    args = (gradients, inputs, min, max)
    return _of_variables("FakeQuantWithMinMaxVarsGradient", args, num_bits, narrow_range, name)


@public
def fake_quant_with_min_max_vars_per_channel(
    inputs, min, max, num_bits=8, narrow_range=False, name=None
):
    """As fake_quant_with_min_max_vars; each element of the last axis has a range of its own."""
    args = (inputs, min, max)
    return _of_variables("FakeQuantWithMinMaxVarsPerChannel", args, num_bits, narrow_range, name)


@public
def fake_quant_with_min_max_vars_per_channel_gradient(
    gradients, inputs, min, max, num_bits=8, narrow_range=False, name=None
):
    """Those of the inputs, of min and of max."""
    op = "FakeQuantWithMinMaxVarsPerChannelGradient"
    return _of_variables(op, (gradients, inputs, min, max), num_bits, narrow_range, name)


@public
def quantize(
    input,
    min_range,
    max_range,
    T,
    mode="MIN_COMBINED",
    round_mode="HALF_AWAY_FROM_ZERO",
    name=None,
    narrow_range=False,
    axis=None,
    ensure_minimum_range=0.01,
):
    """(numbers of type T, the least and the greatest value that they can stand for) of floats.

    Args:
      T: qint8, quint8, qint16, quint16 or qint32.
      mode: "MIN_COMBINED", "MIN_FIRST" or "SCALED".
      axis: along it each element has a range of its own.
    """
    attrs = {
        "T": T,
        "mode": mode,
        "round_mode": round_mode,
        "narrow_range": narrow_range,
        "axis": -1 if axis is None else axis,
        "ensure_minimum_range": ensure_minimum_range,
    }
    return apply_op("QuantizeV2", (input, min_range, max_range), attrs, name)


@public
def dequantize(
    input,
    min_range,
    max_range,
    mode="MIN_COMBINED",
    name=None,
    axis=None,
    narrow_range=False,
    dtype=dtypes.float32,
):
    """The floats that the numbers which quantize() gave stand for."""
    attrs = {
        "mode": mode,
        "narrow_range": narrow_range,
        "axis": -1 if axis is None else axis,
        "dtype": dtype,
    }
    return apply_op("Dequantize", (input, min_range, max_range), attrs, name)


@public
def quantize_and_dequantize_v2(
    input,
    input_min,
    input_max,
    signed_input=True,
    num_bits=8,
    range_given=False,
    round_mode="HALF_TO_EVEN",
    name=None,
    narrow_range=False,
    axis=None,
):
    """The input as it comes back from numbers of num_bits bits. Its range is found if range_given
    does not hold; gradients pass where it lies within."""
    attrs = {
        "signed_input": signed_input,
        "num_bits": num_bits,
        "range_given": range_given,
        "round_mode": round_mode,
        "narrow_range": narrow_range,
        "axis": -1 if axis is None else axis,
    }
    return apply_op("QuantizeAndDequantizeV4", (input, input_min, input_max), attrs, name)
