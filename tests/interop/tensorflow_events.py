"""What TensorFlow and TensorBoard read from event files, and those that TensorFlow writes."""

import collections
import glob

import arrays
import numpy as np
import tensorflow as tf
from event_fields import event_fields
from tensorboard.backend.event_processing import event_accumulator, event_file_loader

v1 = tf.compat.v1


def read_events(folder):
    """By the summary iterator: [(step, {tag: value}, nodes of the graph)] after the first event,
    and that one's file version."""
    (path,) = glob.glob(f"{folder}/*tfevents*")
    events = list(v1.train.summary_iterator(path))
    read = []
    for event in events[1:]:
        graph = v1.GraphDef.FromString(event.graph_def)
        values = {v.tag: v.simple_value for v in event.summary.value}
        read.append([event.step, values, sorted(node.name for node in graph.node)])
    return events[0].file_version, read


def load_events(folder):
    """How many values TensorBoard's loader gives of each tag."""
    (path,) = glob.glob(f"{folder}/*tfevents*")
    events = event_file_loader.EventFileLoader(path).Load()
    return collections.Counter(value.tag for event in events for value in event.summary.value)


def accumulate_events(folder):
    """What TensorBoard shows: {tag: [(step, value)]}, the graph's nodes, and of histograms
    {tag: [(step, how many, sum)]}."""
    accumulator = event_accumulator.EventAccumulator(folder, {"histograms": 0})
    accumulator.Reload()
    tags = accumulator.Tags()
    scalars = {
        tag: [(e.step, e.value) for e in accumulator.Scalars(tag)] for tag in tags["scalars"]
    }
    histograms = {}
    for tag in tags["histograms"]:
        found = [(e.step, e.histogram_value) for e in accumulator.Histograms(tag)]
        histograms[tag] = [(step, value.num, value.sum) for step, value in found]
    graph = accumulator.Graph() if tags["graph"] else v1.GraphDef()
    return scalars, sorted(node.name for node in graph.node), histograms


def show_media(folder):
    """What TensorBoard shows besides curves: ({tag: [[step, the picture]]}, {tag: [[step,
    strings]]} of texts)."""
    accumulator = event_accumulator.EventAccumulator(folder, {"images": 0, "tensors": 0})
    accumulator.Reload()
    pictures, texts = {}, {}
    for tag in accumulator.Tags()["images"]:
        found = accumulator.Images(tag)
        pixels = [tf.io.decode_png(e.encoded_image_string).numpy() for e in found]
        assert all((e.height, e.width) == p.shape[:2] for e, p in zip(found, pixels))
        pictures[tag] = [[e.step, arrays.pack(p)] for e, p in zip(found, pixels)]
    for tag in accumulator.PluginTagToContent("text"):
        found = [(e.step, tf.make_ndarray(e.tensor_proto)) for e in accumulator.Tensors(tag)]
        texts[tag] = [[step, [s.decode() for s in value.ravel()]] for step, value in found]
    return pictures, texts


def scaled_pictures(images):
    """The pictures of TensorFlow's own image summary."""
    with tf.Graph().as_default(), v1.Session() as session:
        made = v1.summary.image("x", arrays.unpack(images), max_outputs=100)
        summary = v1.Summary.FromString(session.run(made))
    return [
        arrays.pack(tf.io.decode_png(v.image.encoded_image_string).numpy()) for v in summary.value
    ]


def describe_events(folder):
    """The fields of all events, by TensorFlow's iterator."""
    (path,) = glob.glob(f"{folder}/*tfevents*")
    return event_fields(v1.train.summary_iterator(path), tf.make_ndarray)


def write_every_kind(folder):
    """An event of each kind, by TensorFlow's writer."""
    with tf.Graph().as_default() as graph, v1.Session() as session:
        x = tf.constant([[0.5, -2.0, 3.0]], name="x")
        v1.summary.scalar("curve", tf.reduce_sum(x))
        v1.summary.histogram("spread", x)
        v1.summary.image("picture", np.float32([[[[1], [2]], [[-3], [4]]]]))
        v1.summary.audio("sound", np.float32([[0, 0.5, -0.5, 1]]), 8000.0)
        v1.summary.text("words", tf.constant(["one", "two"]))
        v1.summary.tensor_summary("numbers", tf.constant([[1, 2], [3, 4]]), "some numbers")
        merged = v1.summary.merge_all()
        metadata = v1.RunMetadata()
        options = v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE)
        with v1.summary.FileWriter(folder, graph) as writer:
            summary = session.run(merged, options=options, run_metadata=metadata)
            writer.add_summary(summary, 7)
            writer.add_run_metadata(metadata, "step 7", 7)
            log = v1.SessionLog(status=v1.SessionLog.CHECKPOINT, checkpoint_path="/a/b")
            writer.add_session_log(log, 8)


def write_events(folder):
    """Three scalars by TensorFlow's own writer."""
    with tf.Graph().as_default():
        writer = v1.summary.FileWriter(folder)
        for step in range(3):
            value = v1.Summary.Value(tag="loss", simple_value=step / 2)
            writer.add_summary(v1.Summary(value=[value]), step)
        writer.close()
