"""SavedModels as objects: written and used by the same program with either system."""

import numpy as np
from outcome import outcome_class


def _model(tf):
    class Dense(tf.Module):
        def __init__(self, i, o):
            super().__init__()
            self.w = tf.Variable(np.arange(i * o, dtype=np.float32).reshape(i, o) / 10, name="w")
            self.b = tf.Variable(tf.zeros([o]), name="b")

        @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name="x")])
        def __call__(self, x):
            return tf.nn.relu(tf.matmul(x, self.w) + self.b)

    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.layers = [Dense(2, 2), Dense(2, 3)]
            self.named = {"a": tf.Variable(1.0), "b": tf.Variable([1, 2])}
            self.pair = (tf.Variable(5.0), tf.Variable(6.0))
            self.step = tf.Variable(0, dtype=tf.int64, trainable=False)
            self.offset = tf.constant([10.0, 20.0])

        @tf.function
        def apply(self, x, scale=2.0, training=False, *, extra=None):
            for layer in self.layers:
                x = layer(x)
            if training:
                x = x + 1.0
            if extra is not None:
                x = x + extra
            self.step.assign_add(1)
            total = tf.reduce_sum(x) + self.offset[0]
            return {"y": x * scale, "z": (total, self.named["a"] + 1.0)}

        @tf.function(input_signature=[tf.TensorSpec([], tf.int32)])
        def twice(self, n):
            return n * 2

        @tf.function
        def train(self, x):
            with tf.GradientTape() as tape:
                loss = (self.named["a"] * x - 2.0) ** 2
            self.named["a"].assign_sub(0.1 * tape.gradient(loss, self.named["a"]))
            return loss

        @tf.function
        def nothing(self):
            return None

    return Model()


def save_objects(tf, folder):
    """A model with lists, dictionaries, tuples, methods of several traces, and training."""
    model = _model(tf)
    model.apply(tf.ones([1, 2]))
    model.apply(tf.ones([4, 2]), 3.0, True)
    model.apply(tf.ones([1, 2]), extra=tf.constant(1.0))
    model.apply.get_concrete_function(tf.TensorSpec([None, 2]), training=True)
    model.train(tf.constant(1.0))
    model.nothing()
    tf.saved_model.save(model, folder, signatures={"twice": model.twice})


def _plain(value):
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value.numpy().tolist() if hasattr(value, "numpy") else value


def use_objects(tf, folder, copy):
    """What each function gives, training goes on, gradients are taken; saved again at `copy`."""
    m = tf.saved_model.load(folder)
    one = tf.ones([1, 2])
    found = {
        "plain": m.apply(one),
        "training": m.apply(tf.ones([4, 2]), 3.0, True),
        "by name": m.apply(tf.ones([7, 2]), training=True),
        "keyword": m.apply(one, extra=tf.constant(1.0)),
        "numpy": m.apply(np.ones([1, 2], np.float32)),
        "step": m.step,
        "layer": m.layers[1](one),
        "variables": [m.named["b"], m.pair[1], m.layers[0].w],
        "trainable": [v.trainable for v in (m.step, m.named["a"])],
        "signature": m.signatures["twice"](n=tf.constant(6)),
        "signatures": sorted(m.signatures),
        "method": m.twice(5),
        "losses": [m.train(tf.constant(1.0)) for _ in range(3)],
        "nothing": m.nothing(),
        "no such trace": outcome_class(lambda: m.apply(tf.ones([7, 2]))),
        "wrong shape": outcome_class(lambda: m.layers[0](tf.ones([2, 3]))),
    }
    x = tf.constant([[0.5, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(m.layers[0](x))
    found["gradients"] = tape.gradient(y, [x, m.layers[0].w])
    outer = tf.function(lambda x: m.layers[0](x) + 1.0)
    found["in a function"] = outer(x)
    tf.saved_model.save(m, copy, signatures=m.signatures)
    again = tf.saved_model.load(copy)
    found["saved again"] = [again.apply(one), again.signatures["twice"](n=tf.constant(7))]
    again.step.assign(50)
    found["apart"] = [m.step, again.step]
    return _plain(found)


def save_tables(tf, folder, words):
    """A model that looks words up: in a file of its own, and in a list."""
    lookup = tf.lookup

    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            by_line = lookup.TextFileInitializer(
                words,
                tf.string,
                lookup.TextFileIndex.WHOLE_LINE,
                tf.int64,
                lookup.TextFileIndex.LINE_NUMBER,
            )
            listed = lookup.KeyValueTensorInitializer(["x", "y"], [1.5, 2.5])
            self.of_file = lookup.StaticHashTable(by_line, -1)
            self.of_list = lookup.StaticHashTable(listed, 0.0)
            self.ids = lookup.StaticVocabularyTable(by_line, 2)
            self.changing = lookup.experimental.MutableHashTable(tf.string, tf.int32, 7)
            self.changing.insert(["a", "b"], [10, 20])

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def find(self, words):
            return {
                "of_file": self.of_file.lookup(words),
                "of_list": self.of_list.lookup(words),
                "ids": self.ids.lookup(words),
                "changing": self.changing.lookup(words),
            }

    tf.saved_model.save(Model(), folder)


def use_tables(tf, folder):
    m = tf.saved_model.load(folder)
    served = m.signatures["serving_default"]
    return _plain([m.find(["a", "c", "x"]), served(words=tf.constant(["y", "b"]))])


def save_composites(tf, folder):
    """A model whose functions take and give ragged and sparse tensors."""

    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.rows = tf.Variable(np.arange(8, dtype=np.float32).reshape(4, 2))

        @tf.function(input_signature=[tf.RaggedTensorSpec([None, None], tf.int64)])
        def ragged(self, r):
            return {"twice": r * 2, "sums": tf.reduce_sum(r, axis=1)}

        @tf.function(input_signature=[tf.SparseTensorSpec([None, 4], tf.float32)])
        def sparse(self, s):
            return tf.sparse.sparse_dense_matmul(s, self.rows), s.with_values(-s.values)

    tf.saved_model.save(Model(), folder)


def use_composites(tf, folder):
    model = tf.saved_model.load(folder)
    found = model.ragged(tf.ragged.constant([[1, 2], [3]], tf.int64))
    product, negative = model.sparse(tf.SparseTensor([[0, 1]], [2.0], [1, 4]))
    return {
        "twice": found["twice"].to_list(),
        "sums": found["sums"].numpy().tolist(),
        "product": product.numpy().tolist(),
        "negative": tf.sparse.to_dense(negative).numpy().tolist(),
        "a tensor": outcome_class(lambda: model.ragged(tf.constant([[1]], tf.int64))),
    }
