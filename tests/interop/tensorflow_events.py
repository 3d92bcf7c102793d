"""What TensorFlow and TensorBoard read from event files, and those that TensorFlow writes."""

import collections
import glob

import tensorflow as tf
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


def write_events(folder):
    """Three scalars by TensorFlow's own writer."""
    with tf.Graph().as_default():
        writer = v1.summary.FileWriter(folder)
        for step in range(3):
            value = v1.Summary.Value(tag="loss", simple_value=step / 2)
            writer.add_summary(v1.Summary(value=[value]), step)
        writer.close()
