"""How far sequences are from each other."""

from millrace._load import public
from millrace.framework.dispatch import apply_op


@public
def edit_distance(hypothesis, truth, normalize=True, name="edit_distance"):
    """The least number of insertions, deletions and substitutions that make one sequence of
    another (Levenshtein), float32: of each row of two SparseTensors of one dtype and rank; by the
    length of the true one if normalize."""
    parts = [p for t in (hypothesis, truth) for p in (t.indices, t.values, t.dense_shape)]
    return apply_op("EditDistance", tuple(parts), {"normalize": normalize}, name)
