"""Special functions, elementwise; those of several arguments broadcast."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.elementwise import _make
from millrace.ops.reduce import reduce_sum

_TABLE = {
    "bessel_i0": ("BesselI0", "The modified Bessel function of the first kind, order 0.", "x"),
    "bessel_i0e": ("BesselI0e", "exp(-|x|) bessel_i0(x).", "x"),
    "bessel_i1": ("BesselI1", "The modified Bessel function of the first kind, order 1.", "x"),
    "bessel_i1e": ("BesselI1e", "exp(-|x|) bessel_i1(x).", "x"),
    "bessel_j0": ("BesselJ0", "The Bessel function of the first kind, order 0.", "x"),
    "bessel_j1": ("BesselJ1", "The Bessel function of the first kind, order 1.", "x"),
    "bessel_k0": ("BesselK0", "The modified Bessel function of the second kind, order 0.", "x"),
    "bessel_k0e": ("BesselK0e", "exp(x) bessel_k0(x).", "x"),
    "bessel_k1": ("BesselK1", "The modified Bessel function of the second kind, order 1.", "x"),
    "bessel_k1e": ("BesselK1e", "exp(x) bessel_k1(x).", "x"),
    "bessel_y0": ("BesselY0", "The Bessel function of the second kind, order 0.", "x"),
    "bessel_y1": ("BesselY1", "The Bessel function of the second kind, order 1.", "x"),
    "dawsn": ("Dawsn", "Dawson's integral.", "x"),
    "erfinv": ("Erfinv", "The inverse of erf.", "x"),
    "expint": ("Expint", "The exponential integral.", "x"),
    "fresnel_cos": ("FresnelCos", "The integral of cos(pi t^2 / 2) from 0.", "x"),
    "fresnel_sin": ("FresnelSin", "The integral of sin(pi t^2 / 2) from 0.", "x"),
    "ndtri": ("Ndtri", "The quantile of the standard normal distribution.", "x"),
    "spence": ("Spence", "Spence's integral, the dilogarithm of 1 - x.", "x"),
    "truncatediv": ("TruncateDiv", "x / y of integers, rounded towards 0.", "xy"),
    "truncatemod": ("TruncateMod", "What truncatediv leaves: of the sign of x.", "xy"),
    "realdiv": ("RealDiv", "x / y of floats.", "xy"),
    "xlog1py": ("Xlog1py", "x * log1p(y), and 0 where x is 0.", "xy"),
}
for _name, (_op, _doc, _args) in _TABLE.items():
    globals()[_name] = _make(_name, _op, _doc, _args)
# Under tf.math.special only; the rest is in tf.math.
SPECIAL = (
    "bessel_i0 bessel_i0e bessel_i1 bessel_i1e bessel_j0 bessel_j1 bessel_k0 bessel_k0e bessel_k1 "
    "bessel_k1e bessel_y0 bessel_y1 dawsn expint fresnel_cos fresnel_sin spence"
).split()


@public
def igamma(a, x, name=None):
    """The regularised lower incomplete gamma function P(a, x)."""
    return apply_op("Igamma", (a, x), None, name)


@public
def igammac(a, x, name=None):
    """The regularised upper incomplete gamma function Q(a, x)."""
    return apply_op("Igammac", (a, x), None, name)


@public
def nextafter(x1, x2, name=None):
    """The next number after x1 towards x2.", ("x1"""
    return apply_op("NextAfter", (x1, x2), None, name)


@public
def polygamma(a, x, name=None):
    """The derivative of order a of digamma(x)."""
    return apply_op("Polygamma", (a, x), None, name)


@public
def zeta(x, q, name=None):
    """The Hurwitz zeta function of x at q."""
    return apply_op("Zeta", (x, q), None, name)


@public
def angle(input, name=None):
    """The argument of a complex number; of a real one 0, or pi where it is negative."""
    input = convert_to_tensor(input)
    part = {dtypes.complex64: dtypes.float32, dtypes.complex128: dtypes.float64}.get(input.dtype)
    if part is not None:
        return apply_op("Angle", (input,), {"Tout": part}, name)
    zeros = apply_op("ZerosLike", (input,))
    pi = convert_to_tensor(3.141592653589793, input.dtype)
    return apply_op("SelectV2", (apply_op("Less", (input, zeros)), pi, zeros), None, name)


@public
def betainc(a, b, x, name=None):
    """The regularised incomplete beta function I_x(a, b)."""
    return apply_op("Betainc", (a, b, x), None, name)


@public
def erfcinv(x, name=None):
    """The inverse of erfc."""
    x = convert_to_tensor(x)
    half = convert_to_tensor(0.5, x.dtype)
    scale = convert_to_tensor(-(0.5**0.5), x.dtype)
    return apply_op("Mul", (apply_op("Ndtri", (half * x,)), scale), None, name)


@public
def lbeta(x, name=None):
    """The logarithm of the absolute value of the beta function of the last axis."""
    x = convert_to_tensor(x)
    of_each = reduce_sum(apply_op("Lgamma", (x,)), -1)
    return apply_op("Sub", (of_each, apply_op("Lgamma", (reduce_sum(x, -1),))), None, name)


@public
def log_sigmoid(x, name=None):
    """log(sigmoid(x)), exact also far from 0."""
    x = convert_to_tensor(x)
    return apply_op("Neg", (apply_op("Softplus", (-x,)),), None, name)


@public
def reciprocal_no_nan(x, name=None):
    """1 / x, and 0 where x is 0."""
    x = convert_to_tensor(x)
    return apply_op("DivNoNan", (convert_to_tensor(1, x.dtype), x), None, name)


@public
def polyval(coeffs, x, name=None):
    """The polynomial with these coefficients, the highest power first, at x (Horner's rule)."""
    if not isinstance(coeffs, list):
        raise ValueError(f"coeffs must be a list of tensors, got {coeffs!r}")
    x = convert_to_tensor(x)
    if not coeffs:
        return apply_op("ZerosLike", (x,), None, name)
    value = convert_to_tensor(coeffs[0])
    for c in coeffs[1:]:
        value = c + value * x
    return apply_op("Identity", (value,), None, name)


@public
def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False, name=None):
    """log(cumsum(exp(x))) along an axis, without overflow."""
    attrs = {"exclusive": exclusive, "reverse": reverse}
    return apply_op("CumulativeLogsumexp", (x, axis), attrs, name)


@public
def scalar_mul(scalar, x, name=None):
    """A scalar times a tensor or IndexedSlices. ValueError if it is no scalar."""
    from millrace.framework.indexed_slices import IndexedSlices

    dtype = getattr(x, "dtype", None)
    scalar = convert_to_tensor(scalar, None if dtype is None else dtypes.as_dtype(dtype))
    if scalar.shape.rank not in (None, 0):
        raise ValueError(f"scalar_mul takes a scalar, got the shape {scalar.shape}")
    if isinstance(x, IndexedSlices):
        return IndexedSlices(x.values * scalar, x.indices, x.dense_shape)
    return apply_op("Mul", (scalar, x), None, name)


@public
def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    """The sum of a list of tensors of one shape and dtype. ValueError where they differ."""
    if not isinstance(inputs, (list, tuple)) or not inputs:
        raise ValueError("inputs must be a list of one or more tensors of one dtype and shape")
    tensors = [convert_to_tensor(t) for t in inputs]
    if any(t.dtype is not tensors[0].dtype for t in tensors):
        raise ValueError("inputs must be a list of one or more tensors of one dtype and shape")
    if tensor_dtype is not None and dtypes.as_dtype(tensor_dtype) is not tensors[0].dtype:
        raise TypeError(f"tensor_dtype is {tensor_dtype}, but input is of {tensors[0].dtype.name}")
    op = "AddN" if len(tensors) > 1 else "Identity"
    return apply_op(op, (tensors if len(tensors) > 1 else tensors[0],), None, name)


__all__ = [
    *_TABLE,
    "accumulate_n",
    "angle",
    "betainc",
    "cumulative_logsumexp",
    "erfcinv",
    "igamma",
    "igammac",
    "lbeta",
    "log_sigmoid",
    "nextafter",
    "polygamma",
    "polyval",
    "reciprocal_no_nan",
    "scalar_mul",
    "zeta",
]
