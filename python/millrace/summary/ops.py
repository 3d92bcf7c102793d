"""Operations of a graph that give serialised Summary messages."""

import contextlib
import re

from millrace import dtypes
from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.graph_keys import GraphKeys
from millrace.summary.messages import PluginData, SummaryMetadata


@contextlib.contextmanager
def _scope(name, family):
    """(tag, name of the op) of a summary: the tag is the op's name, so that no two are the same."""
    graph = context.building_graph()
    if graph is None:
        raise RuntimeError(
            "summaries need a graph; where ops run at once use FileWriter.add_scalar and its like"
        )
    name = re.sub(r"[^-\w./]", "_", name).lstrip("/")
    with graph.name_scope(f"{family}/{name}" if family else name) as scope:
        tag = scope.rstrip("/")
        yield (f"{family}/{tag}" if family else tag), scope


def _collected(made, collections):
    for key in [GraphKeys.SUMMARIES] if collections is None else collections:
        context.get_default_graph().add_to_collection(key, made)
    return made


@public
def scalar(name, tensor, collections=None, family=None):
    """A string tensor that holds the value of a scalar under a name: a point of a curve.

    Args:
      collections: that the tensor is put in; the summaries that merge_all() merges if left out.
      family: a prefix of the tag: what is shown together.
    """
    with _scope(name, family) as (tag, scope):
        made = apply_op("ScalarSummary", (tag, convert_to_tensor(tensor)), None, scope)
    return _collected(made, collections)


@public
def histogram(name, values, collections=None, family=None):
    """A string tensor that holds how the values of a tensor are distributed.

    When it runs: InvalidArgumentError, with the tag, for a value that is not finite.
    """
    with _scope(name, family) as (tag, scope):
        made = apply_op("HistogramSummary", (tag, convert_to_tensor(values)), None, scope)
    return _collected(made, collections)


@public
def image(name, tensor, max_outputs=3, collections=None, family=None):
    """A string tensor that holds the first images of a batch, as "name/image/0" and so on.

    Args:
      tensor: [batch, height, width, channels] with 1 (grey), 3 (RGB) or 4 (RGBA) channels. uint8
        is shown as it is; float32, float16 and float64 are scaled, each image for itself: to
        0..255, or so that 0 is the middle where values are negative.
      max_outputs: how many images at most; if 1, the tag is "name/image".
    """
    with _scope(name, family) as (tag, scope):
        attrs = {"max_images": max_outputs}
        made = apply_op("ImageSummary", (tag, convert_to_tensor(tensor)), attrs, scope)
    return _collected(made, collections)


@public
def audio(name, tensor, sample_rate, max_outputs=3, collections=None, family=None):
    """A string tensor that holds the first sounds of a batch, as "name/audio/0" and so on.

    Args:
      tensor: float32 in [-1, 1], [batch, frames] or [batch, frames, channels].
      sample_rate: frames a second, a float scalar.
      max_outputs: how many sounds at most; if 1, the tag is "name/audio".
    """
    with _scope(name, family) as (tag, scope):
        args = (
            tag,
            convert_to_tensor(tensor, dtypes.float32),
            convert_to_tensor(sample_rate, dtypes.float32),
        )
        made = apply_op("AudioSummaryV2", args, {"max_outputs": max_outputs}, scope)
    return _collected(made, collections)


@public
def tensor_summary(
    name,
    tensor,
    summary_description=None,
    collections=None,
    summary_metadata=None,
    family=None,
    display_name=None,
):
    """A string tensor that holds a tensor of any type and shape, for a plug-in of TensorBoard.

    Args:
      summary_metadata: a SummaryMetadata, which names the plug-in.
      summary_description, display_name: put into it.
    """
    given = SummaryMetadata() if summary_metadata is None else summary_metadata
    metadata = SummaryMetadata(
        plugin_data=given.plugin_data,
        display_name=given.display_name if display_name is None else display_name,
        summary_description=summary_description or given.summary_description,
        data_class=given.data_class,
    )
    with _scope(name, family) as (tag, scope):
        args = (tag, convert_to_tensor(tensor), metadata.SerializeToString())
        made = apply_op("TensorSummaryV2", args, None, scope)
    return _collected(made, collections)


@public
def text(name, tensor, collections=None):
    """A string tensor that holds text, which TensorBoard shows as Markdown: a string, a list or a
    table of strings."""
    tensor = convert_to_tensor(tensor)
    if tensor.dtype is not dtypes.string:
        raise ValueError(f"summary.text needs a tensor of strings, got {tensor.dtype.name}")
    return tensor_summary(name, tensor, collections=collections, summary_metadata=TEXT)


TEXT = SummaryMetadata(plugin_data=PluginData(plugin_name="text"))


@public
def merge(inputs, collections=None, name=None):
    """The summaries of several tensors in one."""
    made = apply_op("MergeSummary", (list(inputs),), None, name)
    for key in collections or ():
        context.get_default_graph().add_to_collection(key, made)
    return made


@public
def merge_all(key=GraphKeys.SUMMARIES, scope=None, name=None):
    """All summaries of the default graph in one; None if there are none."""
    found = context.get_default_graph().get_collection(key, scope)
    return merge(found, name=name) if found else None
