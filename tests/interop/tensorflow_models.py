"""TensorFlow loads SavedModels, and saves its own."""

import tensorflow as tf
from arrays import pack_all, unpack_all

v1 = tf.compat.v1


def run_model(folder, feeds):
    """The outputs of serving_default, as tf.saved_model.load gives it and as version 1 does."""
    feeds = unpack_all(feeds)
    model = tf.saved_model.load(folder)
    signature = model.signatures["serving_default"]
    new = signature(**{key: tf.constant(value) for key, value in feeds.items()})
    with tf.Graph().as_default(), v1.Session() as session:
        meta = v1.saved_model.load(session, ["serve"], folder)
        signature = meta.signature_def["serving_default"]
        old = session.run(
            {key: info.name for key, info in signature.outputs.items()},
            {signature.inputs[key].name: value for key, value in feeds.items()},
        )
    return pack_all({k: v.numpy() for k, v in new.items()}), pack_all(old)


def read_text(folder):
    """The output "text" of a model without inputs that must be fed."""
    with tf.Graph().as_default(), v1.Session() as session:
        meta = v1.saved_model.load(session, ["serve"], folder)
        return session.run(meta.signature_def["serving_default"].outputs["text"].name).decode()


def save_with_asset(folder, path):
    """A model that reads a file of its own into a variable when it is loaded."""
    with tf.Graph().as_default(), v1.Session() as session:
        name = tf.constant(path, name="name")
        text = v1.get_variable("text", initializer="")
        main_op = tf.group(text.assign(tf.io.read_file(name)))
        session.run(v1.global_variables_initializer())
        signature = v1.saved_model.predict_signature_def(
            {"name": name}, {"text": tf.identity(text)}
        )
        builder = v1.saved_model.Builder(folder)
        builder.add_meta_graph_and_variables(
            session,
            ["serve"],
            {"serving_default": signature},
            assets_collection=[name],
            main_op=main_op,
        )
        builder.save()


def save_simple(folder, feeds):
    """By version 1's simple_save: a variable, a table of words. What it gives for the feeds."""
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 4], "x")
        w = v1.get_variable("w", initializer=tf.reshape(tf.range(12.0), [4, 3]))
        keys, values = tf.constant(["a", "b"]), tf.constant([10, 20], tf.int64)
        table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), -1)
        words = v1.placeholder(tf.string, [None], "words")
        outputs = {"y": tf.matmul(x, w), "ids": table.lookup(words)}
        session.run([v1.global_variables_initializer(), v1.tables_initializer()])
        inputs = {"x": x, "words": words}
        v1.saved_model.simple_save(session, folder, inputs, outputs, v1.tables_initializer())
        fed = {inputs[key]: value for key, value in unpack_all(feeds).items()}
        return pack_all(session.run(outputs, fed))


class _Module(tf.Module):
    def __init__(self):
        self.w = tf.Variable(tf.reshape(tf.range(12.0), [4, 3]), name="w")
        self.layers = [tf.Variable([float(i)] * 3, name=f"b{i}") for i in range(2)]

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, "x")])
    def serve(self, x):
        y = x @ self.w
        for b in self.layers:
            y = tf.nn.relu(y + b)
        if tf.reduce_sum(y) > 100.0:
            y = y / 2.0
        return {"y": y, "best": tf.argmax(y, 1)}


def save_module(folder, feeds):
    """By version 2's saved_model.save."""
    module = _Module()
    tf.saved_model.save(module, folder, signatures=module.serve)
    outputs = module.serve(**{k: tf.constant(v) for k, v in unpack_all(feeds).items()})
    return pack_all({key: value.numpy() for key, value in outputs.items()})
