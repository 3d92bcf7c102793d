"""Elementwise functions. All take an array, number or tensor and broadcast as numpy does."""

from millrace._load import public
from millrace.framework.dispatch import apply_op


def _make(name, op, doc, args):
    if len(args) == 1:

        def function(x, name=None):
            return apply_op(op, (x,), None, name)
    else:

        def function(x, y, name=None):
            return apply_op(op, (x, y), None, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return public(function)


_UNARY = {
    "acos": ("Acos", "The arc cosine."),
    "acosh": ("Acosh", "The inverse hyperbolic cosine."),
    "asin": ("Asin", "The arc sine."),
    "asinh": ("Asinh", "The inverse hyperbolic sine."),
    "atan": ("Atan", "The arc tangent."),
    "atanh": ("Atanh", "The inverse hyperbolic tangent."),
    "ceil": ("Ceil", "The smallest integer that is not less."),
    "conj": ("Conj", "The complex conjugate."),
    "cos": ("Cos", "The cosine."),
    "cosh": ("Cosh", "The hyperbolic cosine."),
    "digamma": ("Digamma", "The derivative of lgamma."),
    "erf": ("Erf", "The Gauss error function."),
    "erfc": ("Erfc", "1 - erf(x)."),
    "exp": ("Exp", "e to the power x."),
    "expm1": ("Expm1", "exp(x) - 1, exact near 0."),
    "floor": ("Floor", "The largest integer that is not greater."),
    "is_finite": ("IsFinite", "Neither infinite nor NaN."),
    "is_inf": ("IsInf", "Infinite."),
    "is_nan": ("IsNan", "Not a number."),
    "lgamma": ("Lgamma", "The logarithm of the absolute value of the gamma function."),
    "log": ("Log", "The natural logarithm."),
    "log1p": ("Log1p", "log(1 + x), exact near 0."),
    "logical_not": ("LogicalNot", "Not x."),
    "negative": ("Neg", "-x."),
    "reciprocal": ("Reciprocal", "1 / x."),
    "rint": ("Rint", "The nearest integer, halves to the even one."),
    "round": ("Round", "The nearest integer, halves to the even one."),
    "rsqrt": ("Rsqrt", "1 / sqrt(x)."),
    "sigmoid": ("Sigmoid", "1 / (1 + exp(-x))."),
    "sign": ("Sign", "-1, 0 or 1; x / |x| of complex numbers."),
    "sin": ("Sin", "The sine."),
    "sinh": ("Sinh", "The hyperbolic sine."),
    "softplus": ("Softplus", "log(exp(x) + 1)."),
    "sqrt": ("Sqrt", "The square root."),
    "square": ("Square", "x * x."),
    "tan": ("Tan", "The tangent."),
    "tanh": ("Tanh", "The hyperbolic tangent."),
}
_BINARY = {
    "atan2": (
        "Atan2",
        "The angle of the point (y=x, x=y): arc tangent of x / y in the right quadrant.",
    ),
    "bitwise_and": ("BitwiseAnd", "x & y, bit by bit."),
    "bitwise_or": ("BitwiseOr", "x | y, bit by bit."),
    "bitwise_xor": ("BitwiseXor", "x ^ y, bit by bit."),
    "div_no_nan": ("DivNoNan", "x / y, and 0 where y is 0."),
    "equal": ("Equal", "x == y."),
    "floordiv": ("FloorDiv", "x // y, rounded down."),
    "floormod": ("FloorMod", "x - (x // y) * y: of the sign of y."),
    "greater": ("Greater", "x > y."),
    "greater_equal": ("GreaterEqual", "x >= y."),
    "less": ("Less", "x < y."),
    "less_equal": ("LessEqual", "x <= y."),
    "logical_and": ("LogicalAnd", "x and y."),
    "logical_or": ("LogicalOr", "x or y."),
    "maximum": ("Maximum", "The greater one."),
    "minimum": ("Minimum", "The lesser one."),
    "multiply": ("Mul", "x * y."),
    "multiply_no_nan": ("MulNoNan", "x * y, and 0 where y is 0, even if x is infinite or NaN."),
    "not_equal": ("NotEqual", "x != y."),
    "pow": ("Pow", "x to the power y."),
    "squared_difference": ("SquaredDifference", "(x - y) * (x - y)."),
    "subtract": ("Sub", "x - y."),
    "xdivy": ("Xdivy", "x / y, and 0 where x is 0."),
    "xlogy": ("Xlogy", "x * log(y), and 0 where x is 0."),
}
for _table, _args in ((_UNARY, ("x",)), (_BINARY, ("x", "y"))):
    for _name, (_op, _doc) in _table.items():
        globals()[_name] = _make(_name, _op, _doc, _args)

mod = floormod  # noqa: F821


@public
def add(x, y, name=None):
    """x + y."""
    return apply_op("AddV2", (x, y), None, name or "Add")


@public
def abs(x, name=None):
    """|x|."""
    dtype = getattr(x, "dtype", None)
    is_complex = (
        getattr(dtype, "is_complex", None)
        or getattr(dtype, "kind", "") == "c"
        or isinstance(x, complex)
    )
    return apply_op("ComplexAbs" if is_complex else "Abs", (x,), None, name)


@public
def divide(x, y, name=None):
    """x / y, as Python 3 divides: integers give floats."""
    from millrace.framework.convert import convert_to_tensor
    from millrace.framework.tensor import Tensor

    if not isinstance(x, Tensor) and not isinstance(y, Tensor):
        x = convert_to_tensor(x)
    return x / y


truediv = divide


@public
def logical_xor(x, y, name=None):
    """x or y, but not both."""
    return apply_op("NotEqual", (x, y), None, name)


@public
def cast(x, dtype, name=None):
    """x as another dtype. Floats become integers by cutting off; x itself if it is of that
    dtype."""
    from millrace import dtypes
    from millrace.framework.convert import convert_to_tensor

    dtype = dtypes.as_dtype(dtype)
    if hasattr(x, "dense_shape"):  # a SparseTensor or IndexedSlices: its values
        values = cast(x.values, dtype, name)
        if hasattr(x, "with_values"):
            return x.with_values(values)
        return type(x)(values, x.indices, x.dense_shape)
    if not isinstance(getattr(x, "dtype", None), dtypes.DType):
        x = convert_to_tensor(x)
    if x.dtype is dtype:
        return convert_to_tensor(x)
    return apply_op("Cast", (x,), {"DstT": dtype}, name)


@public
def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """t, but not below clip_value_min and not above clip_value_max."""
    low = apply_op("Minimum", (t, clip_value_max))
    return apply_op("Maximum", (low, clip_value_min), None, name)


@public
def add_n(inputs, name=None):
    """The sum of a list of tensors of one shape."""
    if len(inputs) == 1:
        return apply_op("Identity", (inputs[0],), None, name)
    return apply_op("AddN", (list(inputs),), None, name)


__all__ = [
    *_UNARY,
    *_BINARY,
    "abs",
    "add",
    "add_n",
    "cast",
    "clip_by_value",
    "divide",
    "logical_xor",
    "mod",
    "truediv",
]
