"""TensorFlow runs stored graphs, and stores its own."""

import pathlib

import tensorflow as tf
from arrays import pack_all, unpack_all

v1 = tf.compat.v1


def run_graph_def(path, init, feeds, target, fetches, steps):
    """The fetches of each step of the graph: `init` once, then `target` beside the fetches."""
    graph_def = v1.GraphDef.FromString(pathlib.Path(path).read_bytes())
    with tf.Graph().as_default(), v1.Session() as session:
        tf.import_graph_def(graph_def, name="")
        if init:
            session.run(init)
        return _run(session, feeds, target, fetches, steps)


def _run(session, feeds, target, fetches, steps):
    asked = {name: name for name in fetches}, *([target] if target else [])
    results = (session.run(asked, unpack_all(feeds)) for _ in range(steps))
    return [pack_all(found[0]) for found in results]


def run_meta_graph(prefix, feeds, target, fetches, steps):
    """As run_graph_def, from PREFIX.meta with the variables' values restored from PREFIX."""
    with tf.Graph().as_default(), v1.Session() as session:
        v1.train.import_meta_graph(prefix + ".meta").restore(session, prefix)
        names = [v.name for v in v1.global_variables()]
        trainable = [v.name for v in v1.trainable_variables()]
        return names, trainable, _run(session, feeds, target, fetches, steps)


# ----- graphs of TensorFlow's own -----


def _training():
    """A perceptron with a step of Adam. The nodes: x, y, init, train, loss:0."""
    x = v1.placeholder(tf.float32, [None, 8], "x")
    y = v1.placeholder(tf.int32, [None], "y")
    with v1.variable_scope("hidden"):
        w = v1.get_variable("w", initializer=tf.ones([8, 16]) * 0.1 + tf.eye(8, 16))
        hidden = tf.nn.relu(tf.matmul(x, w))
    logits = tf.matmul(hidden, v1.get_variable("v", initializer=tf.eye(16, 4)))
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    loss = tf.reduce_mean(losses, name="loss")
    step = v1.train.get_or_create_global_step()
    v1.train.AdamOptimizer(0.01, name="train").minimize(loss, step)
    v1.global_variables_initializer()


def _loops():
    """Functional control flow: While, If and calls. The nodes: x, y:0."""
    x = v1.placeholder(tf.float32, [3], "x")

    @tf.function
    def square_or_not(v):
        return tf.cond(tf.reduce_sum(v) > 100.0, lambda: v, lambda: v * v)

    total = tf.while_loop(lambda i, v: i < 5, lambda i, v: (i + 1, square_or_not(v) + 0.5), [0, x])
    tf.add(total[1], tf.gradients(total[1], x)[0], name="y")


def _old_loops():
    """Switch, Merge, Enter and Exit."""
    v1.disable_control_flow_v2()
    try:
        _loops()
    finally:
        v1.enable_control_flow_v2()


def _images():
    x = v1.placeholder(tf.float32, [None, 12, 12, 3], "x")
    kernel = tf.reshape(tf.sin(tf.range(3 * 3 * 3 * 4, dtype=tf.float32)), [3, 3, 3, 4])
    y = tf.nn.max_pool2d(tf.nn.conv2d(x, kernel, 2, "SAME"), 2, 2, "VALID")
    y = tf.nn.softmax(tf.reshape(y, [tf.shape(y)[0], -1]))
    tf.concat([y, tf.transpose(y[::-1])[:, :2] @ y[:2]], 0, name="y")


MAKERS = {"training": _training, "loops": _loops, "old_loops": _old_loops, "images": _images}


def store_graph(kind, path):
    """Writes one of these graphs."""
    with tf.Graph().as_default() as graph:
        MAKERS[kind]()
        pathlib.Path(path).write_bytes(graph.as_graph_def().SerializeToString())


def store_meta_graph(prefix, feeds, resources):
    """The training graph after two steps as a checkpoint with its .meta; the loss of the next.

    Its variables are resources, or references as TensorFlow 1 had them.
    """
    if not resources:
        v1.disable_resource_variables()
    try:
        with tf.Graph().as_default(), v1.Session() as session:
            _training()
            v1.add_to_collection("losses", session.graph.get_tensor_by_name("loss:0"))
            v1.add_to_collection("sizes", 8)
            session.run("init")
            for _ in range(2):
                session.run("train", unpack_all(feeds))
            v1.train.Saver(max_to_keep=3).save(session, prefix)
            return pack_all({"loss": session.run("loss:0", unpack_all(feeds))})
    finally:
        v1.enable_resource_variables()
