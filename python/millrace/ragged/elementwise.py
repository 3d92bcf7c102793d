"""Functions of the values of ragged tensors."""

from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor

# Ops that work element by element, and so on the values of ragged tensors.
ELEMENTWISE = frozenset(
    "Abs Acos Acosh Add AddV2 Asin Asinh AsString Atan Atan2 Atanh BitwiseAnd BitwiseOr BitwiseXor "
    "Cast Ceil ComplexAbs Conj Cos Cosh Digamma Div DivNoNan Elu Equal Erf Erfc Exp Expm1 Floor "
    "FloorDiv FloorMod Greater GreaterEqual Identity Imag Invert IsFinite IsInf IsNan LeakyRelu "
    "Less LessEqual Lgamma Log Log1p LogicalAnd LogicalNot LogicalOr Maximum Minimum Mod Mul "
    "MulNoNan Neg NotEqual OnesLike Pow Real RealDiv Reciprocal RegexFullMatch RegexReplace Relu "
    "Relu6 Rint Round Rsqrt Selu Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Square "
    "SquaredDifference StringLength StringLower StringStrip StringToHashBucket "
    "StringToHashBucketFast StringToHashBucketStrong StringToNumber StringUpper Sub Substr Tan "
    "Tanh TruncateDiv TruncateMod Xdivy Xlogy ZerosLike".split()
)


def _common_rows(args):
    """Ragged arguments with the same rows; ValueError for others."""
    ragged = [a for a in args if isinstance(a, RaggedTensor)]
    first = ragged[0]
    for other in ragged[1:]:
        if other.ragged_rank != first.ragged_rank:
            raise ValueError("ragged tensors of different ragged ranks do not go together")
    return first


def _broadcast(arg, like):
    """An argument as it meets the flat values: a tensor with the rows of `like` is repeated along
    them."""
    if isinstance(arg, RaggedTensor):
        return arg.flat_values
    tensor = convert_to_tensor(arg, like.dtype if not hasattr(arg, "dtype") else None)
    rank = tensor.shape.rank
    inner = like.flat_values.shape.rank or 1
    if rank is None or rank < inner + like.ragged_rank:
        return tensor
    for level in _levels(like):  # [rows, 1 or more ones, ...] -> a row for each value
        rows = level.value_rowids()
        tensor = apply_op("GatherV2", (tensor, rows, 0))
        if tensor.shape.rank > 1 and tensor.shape[1] == 1:
            tensor = apply_op("Squeeze", (tensor,), {"squeeze_dims": [1]})
        else:
            raise ValueError(
                f"a tensor of shape {arg.shape} does not broadcast to a ragged tensor of shape "
                f"{like.shape}"
            )
    return tensor


def _levels(ragged):
    while isinstance(ragged, RaggedTensor):
        yield ragged
        ragged = ragged.values


@public
def map_flat_values(op, *args, **kwargs):
    """op of the innermost values of the ragged arguments, with the rows as they are.

    The ragged arguments must have the same rows.
    """
    given = [*args, *kwargs.values()]
    if not any(isinstance(a, RaggedTensor) for a in given):
        return op(*args, **kwargs)
    first = _common_rows(given)
    inside = [a.flat_values if isinstance(a, RaggedTensor) else a for a in args]
    named = {k: a.flat_values if isinstance(a, RaggedTensor) else a for k, a in kwargs.items()}
    return first.with_flat_values(op(*inside, **named))


def apply_elementwise(op, args, attrs, name):
    """An elementwise op of which an argument is ragged."""
    first = _common_rows(args)
    values = tuple(_broadcast(a, first) for a in args)
    return first.with_flat_values(apply_op(op, values, attrs, name))
