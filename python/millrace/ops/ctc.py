"""Connectionist temporal classification (Graves et al. 2006): its loss and its decoders."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.sparse_tensor import SparseTensor

__all__ = ["ctc_beam_search_decoder", "ctc_greedy_decoder", "ctc_loss"]


@public
def ctc_loss(
    labels,
    logits,
    label_length,
    logit_length,
    logits_time_major=True,
    unique=None,
    blank_index=None,
    name=None,
):
    """Minus the logarithm of the probability of each sequence of labels, [batch].

    Args:
      labels: int32 [batch, most labels] with label_length, or a SparseTensor of that shape.
      logits: [time, batch, classes], or [batch, time, classes] if not logits_time_major.
      label_length: [batch], for dense labels.
      logit_length: [batch].
      unique: taken for TensorFlow's sake; the result does not depend on it.
      blank_index: the class of blanks, counted from the end if negative; 0 if None, which only
        dense labels may leave out.
    Raises:
      ValueError: if blank_index is missing or is no class.
      InvalidArgumentError, when it runs: if there is not enough time for the labels.
    """
    logits = convert_to_tensor(logits)
    if isinstance(labels, SparseTensor):
        if blank_index is None:
            raise ValueError("ctc_loss wants a blank_index where labels are a SparseTensor")
    else:
        labels = _without_padding(convert_to_tensor(labels, dtypes.int32), label_length)
        blank_index = blank_index or 0
    logits, values = _with_blank_last(logits, labels.values, blank_index)
    if not logits_time_major:
        logits = apply_op("Transpose", (logits, [1, 0, 2]))
    loss, _ = apply_op("CTCLoss", (logits, labels.indices, values, logit_length), None, name)
    return loss


@public
def ctc_greedy_decoder(inputs, sequence_length, merge_repeated=True, blank_index=None):
    """The likeliest class of each step without blanks: a list of one SparseTensor, int64
    [batch, most labels], and minus the sum of the logits chosen, [batch, 1].

    Args:
      inputs: logits [time, batch, classes].
      sequence_length: int32 [batch].
      merge_repeated: whether repeated classes without a blank between them are one.
      blank_index: the class of blanks; the last if None.
    """
    attrs = {
        "merge_repeated": merge_repeated,
        "blank_index": -1 if blank_index is None else blank_index,
    }
    indices, values, shape, score = apply_op("CTCGreedyDecoder", (inputs, sequence_length), attrs)
    return [SparseTensor(indices, values, shape)], score


@public
def ctc_beam_search_decoder(inputs, sequence_length, beam_width=100, top_paths=1):
    """The likeliest sequences that a beam search finds in logits [time, batch, classes], of which
    the last class is the blank: top_paths SparseTensors, int64 [batch, most labels], and the
    logarithms of their probabilities, [batch, top_paths]."""
    return beam_search(inputs, sequence_length, beam_width, top_paths, merge_repeated=False)


def beam_search(inputs, sequence_length, beam_width, top_paths, merge_repeated):
    attrs = {"beam_width": beam_width, "top_paths": top_paths, "merge_repeated": merge_repeated}
    indices, values, shapes, scores = apply_op(
        "CTCBeamSearchDecoder", (inputs, sequence_length), attrs
    )
    return [SparseTensor(*parts) for parts in zip(indices, values, shapes)], scores


def _without_padding(labels, length):
    shape = apply_op("Shape", (labels,), {"out_type": dtypes.int64})
    places = apply_op("Range", (0, apply_op("Cast", (shape[1],), {"DstT": dtypes.int32}), 1))
    length = apply_op("ExpandDims", (convert_to_tensor(length, dtypes.int32), 1))
    indices = apply_op("Where", (apply_op("Less", (places, length)),))
    return SparseTensor(indices, apply_op("GatherNd", (labels, indices)), shape)


def _with_blank_last(logits, labels, blank):
    """Logits and labels as if the blank were the last class, as the op has it."""
    classes = logits.shape[-1]
    if classes is None:
        raise ValueError("ctc_loss wants the number of classes in the logits' shape")
    if not -classes <= blank < classes:
        raise ValueError(f"blank_index {blank} is none of the {classes} classes")
    blank %= classes
    if blank == classes - 1:
        return logits, labels
    order = [c for c in range(classes) if c != blank] + [blank]
    logits = apply_op("GatherV2", (logits, order, -1))
    behind = apply_op("Cast", (apply_op("GreaterEqual", (labels, blank)),), {"DstT": labels.dtype})
    return logits, labels - behind
