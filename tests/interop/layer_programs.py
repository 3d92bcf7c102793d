"""More of programs.py: layers, and recurrent networks. TensorFlow has them with tf_keras only."""

import numpy as np
from outcome import outcome_class

X = np.linspace(-1, 1, 24).astype(np.float32).reshape(2, 12)
IMAGES = np.linspace(-1, 2, 2 * 6 * 5 * 3).astype(np.float32).reshape(2, 6, 5, 3)


def _fill(tf, sess):
    """Gives every variable values that depend on its place and shape only; what it is called."""
    sess.run(tf.global_variables_initializer())
    described = []
    for i, v in enumerate(sorted(tf.global_variables(), key=lambda v: v.name)):
        size = int(np.prod(v.shape.as_list()))
        values = np.cos(np.arange(size) * 0.7 + i).reshape(v.shape.as_list()) * 0.5
        v.load(values.astype(v.dtype.as_numpy_dtype), sess)
        described.append([v.name, v.shape.as_list(), v.dtype.base_dtype.name])
    described.append([v.name for v in tf.trainable_variables()])
    return described


def _lists(values):
    return [np.asarray(v).tolist() for v in values]


def dense_layers(tf):
    """dense and convolution layers: names of variables, values, sharing, regularizers."""
    decay = lambda v: tf.reduce_sum(tf.square(v)) * 0.1  # noqa: E731
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.constant(X)
        a = tf.layers.dense(x, 4, activation=tf.nn.relu, kernel_regularizer=decay)
        b = tf.layers.dense(a, 3, use_bias=False)
        with tf.variable_scope("tower"):
            c = tf.layers.dense(x, 2, name="fc")
        with tf.variable_scope("tower", reuse=True):
            d = tf.layers.dense(x * 2.0, 2, name="fc")
        e = tf.layers.dense(x, 2, name="again")
        f = tf.layers.dense(x, 2, name="again", reuse=True)
        g = tf.layers.dense(tf.reshape(x, [2, 3, 4]), 2)
        image = tf.constant(IMAGES)
        conv = tf.layers.conv2d(image, 4, 3, padding="same", activation=tf.nn.relu)
        pooled = tf.layers.max_pooling2d(conv, 2, 2)
        strided = tf.layers.conv2d(pooled, 2, (2, 1), strides=2, use_bias=False, name="small")
        mean = tf.layers.average_pooling2d(image, (2, 3), 1, padding="same")
        flat = tf.layers.flatten(strided)
        layer = tf.layers.Dense(3, name="object")
        h, i = layer(x), layer(x + 1.0)
        described = _fill(tf, sess)
        tensors = [a, b, c, d, e, f, g, pooled, strided, mean, flat, h, i]
        return {
            "variables": described,
            "values": _lists(sess.run(tensors)),
            "shapes": [t.shape.as_list() for t in tensors],
            "losses": _lists(sess.run(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))),
            "gradient": sess.run(tf.gradients(tf.reduce_sum(b), x)[0]).tolist(),
            "layer": [layer.name, [v.name for v in layer.trainable_variables]],
            "wrong": [
                outcome_class(lambda: tf.layers.dense(x, 2, name="again")),
                outcome_class(lambda: tf.layers.dense(tf.placeholder(tf.float32), 2)),
            ],
        }


def normalised(tf):
    """batch_normalization while training and after, dropout, by bools and by placeholders."""
    with tf.Graph().as_default(), tf.Session() as sess:
        training = tf.placeholder(tf.bool, [])
        x, image = tf.constant(X), tf.constant(IMAGES)
        outputs = [
            tf.layers.batch_normalization(x, training=True, momentum=0.9),
            tf.layers.batch_normalization(x, training=False, center=False),
            tf.layers.batch_normalization(image, training=training, name="fused"),
            tf.layers.batch_normalization(image, axis=1, training=True, fused=False, name="other"),
            tf.layers.dropout(x, 0.5, training=False),
            tf.layers.dropout(x, 0.5, training=training),
        ]
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        described = _fill(tf, sess)
        found = {"variables": described, "updates": len(updates)}
        found["applied"] = _lists(sess.run(outputs, {training: False}))
        sess.run(updates, {training: False})
        moving = [v for v in tf.global_variables() if "moving" in v.name]
        found["moved less"] = _lists(sess.run(moving))
        sess.run(updates, {training: True})
        found["moved"] = _lists(sess.run(moving))
        found["trained"] = _lists(sess.run(outputs[:4], {training: True}))
        dropped = sess.run(outputs[5], {training: True})
        found["kept doubled"] = bool(np.all(np.isclose(dropped, 2 * X) | (dropped == 0)))
        loss = tf.reduce_sum(tf.square(outputs[0]) * x)
        found["gradient"] = sess.run(tf.gradients(loss, x)[0]).tolist()
        return found


def _cells(tf):
    cell = tf.nn.rnn_cell
    return {
        "basic": lambda: cell.BasicRNNCell(3),
        "gru": lambda: cell.GRUCell(3),
        "basic_lstm": lambda: cell.BasicLSTMCell(3, forget_bias=0.5),
        "lstm": lambda: cell.LSTMCell(3),
        "peephole": lambda: cell.LSTMCell(
            4, use_peepholes=True, num_proj=2, cell_clip=0.3, proj_clip=0.2, activation=tf.nn.relu
        ),
        "stack": lambda: cell.MultiRNNCell([cell.GRUCell(2), cell.BasicLSTMCell(3)]),
        "dropout": lambda: cell.DropoutWrapper(cell.GRUCell(2), output_keep_prob=1.0),
        "residual": lambda: cell.ResidualWrapper(cell.BasicRNNCell(4)),
    }


def _flat(structure):
    if isinstance(structure, (list, tuple)):
        return [leaf for item in structure for leaf in _flat(item)]
    return [structure]


def recurrent(tf, kind):
    """A cell in dynamic_rnn and static_rnn: variables, outputs, states, gradients."""
    sequences = X.reshape(2, 3, 4)
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(tf.float32, [None, 3, 4])
        lengths = tf.constant([3, 1])
        cell = _cells(tf)[kind]()
        full, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
        with tf.variable_scope(tf.get_variable_scope(), reuse=True):
            cut, cut_state = tf.nn.dynamic_rnn(
                cell, x, sequence_length=lengths, initial_state=cell.zero_state(2, tf.float32)
            )
        major, _ = tf.nn.dynamic_rnn(
            cell, tf.transpose(x, [1, 0, 2]), dtype=tf.float32, time_major=True
        )
        unrolled, last = tf.nn.static_rnn(
            _cells(tf)[kind](), tf.unstack(x, axis=1), dtype=tf.float32, scope="static"
        )
        loss = tf.reduce_sum(tf.square(cut)) + tf.add_n([tf.reduce_sum(s) for s in _flat(state)])
        variables = [v for v in tf.trainable_variables() if not v.name.startswith("static")]
        gradients = tf.gradients(loss, [x, *variables])
        described = _fill(tf, sess)
        fetched = [full, cut, major, *unrolled, *_flat(state), *_flat(cut_state), *_flat(last)]
        feed = {x: sequences}
        return {
            "variables": described,
            "values": _lists(sess.run(fetched, feed)),
            "gradients": _lists(sess.run(gradients, feed)),
            "shapes": [t.shape.as_list() for t in (full, major, unrolled[0])],
            "sizes": [_flat(cell.state_size), _flat(cell.output_size)],
        }


def recurrent_both_ways(tf):
    """bidirectional_dynamic_rnn, trained for some steps."""
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.constant(X.reshape(2, 3, 4))
        cell = tf.nn.rnn_cell
        outputs, states = tf.nn.bidirectional_dynamic_rnn(
            cell.GRUCell(3), cell.LSTMCell(2), x, sequence_length=[2, 3], dtype=tf.float32
        )
        loss = tf.reduce_mean(tf.square(tf.concat(outputs, 2) - 1.0))
        train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
        described = _fill(tf, sess)
        losses = [float(sess.run([loss, train])[0]) for _ in range(5)]
        return described, losses, _lists(sess.run([*outputs, *_flat(states)]))


RECURRENT = ("basic", "gru", "basic_lstm", "lstm", "peephole", "stack", "dropout", "residual")
