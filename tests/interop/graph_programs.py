"""More of programs.py: losses, old signatures, control flow, datasets, and mistakes."""

import numpy as np
from outcome import outcome_class

# ----- losses and old signatures -----


def losses(tf):
    """Each loss of tf.losses by value, the collection, the total."""
    y = np.float32([[0, 1, 0], [1, 0, 0]])
    p = np.float32([[0.2, 0.7, 0.1], [0.9, 0.4, 0.3]])
    weights = np.float32([[1], [0]])
    with tf.Graph().as_default(), tf.Session() as sess:
        made = {
            "absolute": tf.losses.absolute_difference(y, p),
            "squared": tf.losses.mean_squared_error(y, p, weights=weights),
            "huber": tf.losses.huber_loss(y, p * 5.0, delta=0.5),
            "log": tf.losses.log_loss(y, p),
            "hinge": tf.losses.hinge_loss(y, p),
            "sigmoid": tf.losses.sigmoid_cross_entropy(y, p, label_smoothing=0.1),
            "softmax": tf.losses.softmax_cross_entropy(
                y, p, weights=[2.0, 1.0], label_smoothing=0.1
            ),
            "sparse": tf.losses.sparse_softmax_cross_entropy([1, 0], p),
            "sparse_column": tf.losses.sparse_softmax_cross_entropy([[1], [0]], p),
        }
        for reduction in tf.losses.Reduction.all():
            made[reduction] = tf.losses.mean_squared_error(y, p, weights, reduction=reduction)
        decay = lambda v: 0.1 * tf.reduce_sum(v * v)  # noqa: E731
        tf.get_variable("w", initializer=np.float32([1.0, 2.0]), regularizer=decay)
        tf.losses.add_loss(tf.constant(10.0))
        scalars = [loss for loss in tf.losses.get_losses() if loss.shape.rank == 0]
        made["regularization"] = tf.losses.get_regularization_loss()
        made["total"] = tf.add_n([*scalars, *tf.losses.get_regularization_losses()])
        sess.run(tf.global_variables_initializer())
        found = {key: np.asarray(value).tolist() for key, value in sess.run(made).items()}
        found["count"] = len(tf.losses.get_losses())
        found["names"] = [loss.op.name for loss in tf.losses.get_losses()][:4]
        found["wrong"] = [
            outcome_class(lambda: tf.losses.mean_squared_error(y, p[:, :2])),
            outcome_class(lambda: tf.losses.mean_squared_error(y, p, weights=[1.0, 2.0])),
            outcome_class(lambda: tf.losses.mean_squared_error(y, p, reduction="other")),
        ]
        return found


def signatures(tf):
    """Functions whose arguments have another order or name in TensorFlow 2."""
    x = np.float32([[1, -2, 3], [-4, 5, 0]])
    with tf.Graph().as_default(), tf.Session() as sess:
        made = [
            tf.reduce_sum(x, reduction_indices=[1], keep_dims=True),
            tf.argmax(x, dimension=1),
            tf.argmax(x, 0, "best", output_type=tf.int32),
            tf.gather(x, [1], None, "rows", 0),
            tf.pad(x, [[0, 1], [0, 0]], "CONSTANT", "padded", 7),
            tf.shape(x, "s", tf.int64),
            tf.size(x, "n", out_type=tf.int64),
            tf.transpose(x, [1, 0], "t"),
            tf.boolean_mask(x, [True, False], "mask", 0),
            tf.expand_dims(x, dim=0),
            tf.squeeze(x[:1], squeeze_dims=[0]),
            tf.nn.dropout(x, keep_prob=1.0),
            tf.nn.softmax(x, dim=0),
            tf.nn.moments(x, [0], keep_dims=True),
            tf.nn.crelu(x),
            tf.nn.zero_fraction(x),
            tf.nn.xw_plus_b(x, x.T, np.float32([1, 2])),
            tf.nn.l2_normalize(x, dim=1),
            tf.nn.weighted_cross_entropy_with_logits(labels=np.sign(x), logits=x, pos_weight=2.0),
            tf.nn.softmax_cross_entropy_with_logits_v2(labels=np.abs(x) / 6, logits=x),
            tf.nn.embedding_lookup([x, -x], [0, 1, 2, 3]),
            tf.nn.embedding_lookup([x, -x], [0, 1, 2, 3], "div"),
            tf.while_loop(lambda i: i < 10, lambda i: i + 3, [tf.constant(0)], name="loop"),
            tf.cond(tf.constant(True), lambda: 1.0, lambda: 2.0, name="choose"),
            tf.clip_by_norm(x, 2.0),
            tf.clip_by_norm(x, 2.0, axes=[1]),
            tf.global_norm([x, None, x]),
            tf.to_int32(x),
            tf.div(x, 2.0),
            tf.train.piecewise_constant(tf.constant(4), [2, 5], [1.0, 0.5, 0.1]),
            tf.train.polynomial_decay(0.1, tf.constant(5), 20, power=2.0),
            tf.train.polynomial_decay(0.1, tf.constant(25), 20, cycle=True),
            tf.train.cosine_decay(0.1, tf.constant(5), 20, alpha=0.1),
            tf.train.inverse_time_decay(0.1, tf.constant(5), 20, 0.5, staircase=True),
            tf.train.natural_exp_decay(0.1, tf.constant(5), 20, 0.5),
        ]
        found = [
            [np.asarray(v).tolist() for v in value] if isinstance(value, tuple) else value.tolist()
            for value in (v if isinstance(v, tuple) else np.asarray(v) for v in sess.run(made))
        ]
        v = tf.get_variable("v", initializer=np.float32([1, 2, 3]))
        sess.run(tf.global_variables_initializer())
        sess.run(tf.scatter_update(v, [0, 2], [7.0, 8.0]))
        sess.run(tf.assign_add(v, [1.0, 1.0, 1.0]))
        dtypes = [made[1].dtype.name, made[2].dtype.name, made[5].dtype.name, made[6].dtype.name]
        return found, sess.run(v).tolist(), dtypes


# ----- control flow, gradients, feeds -----


def control(tf):
    """Order by control dependencies; branches and loops; gradients through them."""
    with tf.Graph().as_default(), tf.Session() as sess:
        v = tf.get_variable("v", initializer=1.0)
        with tf.control_dependencies([v.assign_add(1.0)]):
            after = v.read_value()
            with tf.control_dependencies([tf.assign(v, after * 10.0)]):
                last = tf.identity(v)
        x = tf.placeholder_with_default(np.float32([1, 2]), [None], name="x")
        branch = tf.cond(tf.reduce_sum(x) > 5.0, lambda: (x, 1.0), lambda: (x * x, 0.0))
        i, total = tf.while_loop(
            lambda i, t: tf.reduce_sum(t) < 100.0, lambda i, t: [i + 1, t * x + 1.0], [0, x]
        )
        inner = x * 3.0
        y = inner * x
        grads = [
            tf.gradients(y, x)[0],
            tf.gradients(y, x, stop_gradients=[inner])[0],
            tf.gradients(y, x, grad_ys=[tf.constant([1.0, 10.0])])[0],
            tf.gradients(branch[0], x)[0],
            tf.gradients(total, x)[0],
            tf.gradients([y, inner], [x, inner])[1],
        ]
        unconnected = (
            tf.gradients(tf.constant(1.0), x),
            tf.gradients(tf.constant(1.0), x, unconnected_gradients=tf.UnconnectedGradients.ZERO),
        )
        sess.run(tf.global_variables_initializer())
        found = {
            "order": [float(value) for value in (sess.run(after), sess.run(last))],
            "default": [b.tolist() for b in sess.run([x, *branch])],
            "fed": [b.tolist() for b in sess.run(branch, {x: [4.0, 5.0]})],
            "loop": [np.asarray(value).tolist() for value in sess.run([i, total])],
            "grads": [g.tolist() for g in sess.run(grads)],
            "grads_fed": [g.tolist() for g in sess.run(grads, {x: [3.0, 4.0]})],
            "unconnected": [unconnected[0], sess.run(unconnected[1])[0].tolist()],
            "shapes": [t.shape.as_list() for t in (x, branch[0], total)],
        }
        # Anything may be fed, by tensor or name; fetches may be nested.
        found["middle"] = sess.run(y, {inner: [1.0, 1.0]}).tolist()
        nested = sess.run({"a": [x, (inner, "x:0")], "b": v.op})
        found["nested"] = [
            nested["a"][0].tolist(),
            type(nested["a"][1]).__name__,
            nested["b"] is None,
        ]
        partial = sess.make_callable(y, [x])
        found["callable"] = partial(np.float32([2.0, 3.0])).tolist()
        return found


def rows(tf):
    """Functions over rows, and their gradients."""
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.constant(np.float32([[1, 2], [3, 4], [5, 6]]))
        n = tf.constant([1, 2, 3])
        made = [
            tf.map_fn(lambda row: row * row, x),
            tf.map_fn(lambda row: tf.reduce_sum(row), x),
            tf.map_fn(
                lambda pair: pair[0] * tf.cast(pair[1], tf.float32), (x, n), dtype=tf.float32
            ),
            *tf.map_fn(lambda i: (i + 1, tf.cast(i, tf.float32)), n, dtype=(tf.int32, tf.float32)),
            tf.foldl(lambda a, row: a * 2.0 + row, x),
            tf.foldr(lambda a, row: a * 2.0 + row, x),
            tf.foldl(lambda a, i: a + i, n, initializer=10),
            tf.scan(lambda a, row: a + row, x),
            tf.scan(lambda a, row: a + tf.reduce_sum(row), x, initializer=0.5),
            tf.scan(lambda a, row: a * row, x, reverse=True),
        ]
        shapes = [t.shape.as_list() for t in made]
        made += [tf.gradients(t, x)[0] for t in (made[0], made[2], made[5], made[8], made[10])]
        unknown = tf.placeholder_with_default(np.float32([1, 2, 3, 4]), [None])
        made.append(tf.map_fn(lambda v: v + 1.0, unknown))
        values = [np.asarray(v).tolist() for v in sess.run(made)]
        return values, shapes, sess.run(made[-1], {unknown: np.zeros(0, np.float32)}).tolist()


def datasets(tf):
    """Iterators of version 1, in plain and monitored sessions."""
    found = {}

    def drain(session, fetch):
        values = []
        try:
            while True:
                values.append(np.asarray(session.run(fetch)).tolist())
        except tf.errors.OutOfRangeError:
            return values

    with tf.Graph().as_default(), tf.Session() as sess:
        dataset = tf.data.Dataset.from_tensor_slices(np.arange(5, dtype=np.int32)).batch(2)
        x = tf.data.make_one_shot_iterator(dataset).get_next()
        found["one shot"] = drain(sess, x)
        found["used up"] = outcome_class(lambda: sess.run(x))
        n = tf.placeholder(tf.int64, [])
        numbers = tf.data.make_initializable_iterator(tf.data.Dataset.range(n).map(lambda i: i * i))
        square = numbers.get_next()
        found["not started"] = outcome_class(lambda: sess.run(square))
        for stop in (3, 4):
            sess.run(numbers.initializer, {n: stop})
            found[f"to {stop}"] = drain(sess, square)
        types = tf.data.get_output_types(dataset), tf.data.get_output_shapes(dataset)
        found["types"] = [types[0].name, types[1].as_list()]
        with tf.Session() as other:
            found["other session"] = np.asarray(other.run(x)).tolist()
    with tf.Graph().as_default():
        step = tf.train.get_or_create_global_step()
        dataset = tf.data.Dataset.from_tensor_slices([1.0, 2.0, 3.0]).repeat(2)
        value = tf.data.make_one_shot_iterator(dataset).get_next()
        total = tf.get_variable("total", initializer=0.0)
        with tf.control_dependencies([total.assign_add(value)]):
            train = step.assign_add(1)
        final = tf.train.FinalOpsHook([total, step])
        with tf.train.MonitoredSession(hooks=[final]) as session:
            while not session.should_stop():
                session.run(train)
        found["monitored"] = [float(v) for v in final.final_ops_values]
    return found


def mistakes(tf):
    """Which exceptions a user meets."""
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        y = tf.matmul(x, tf.ones([3, 2]), name="y")
        v = tf.get_variable("v", initializer=np.float32([1, 2]))
        with tf.Graph().as_default():
            other = tf.constant(1.0)
        dynamic = tf.placeholder(tf.float32, name="dynamic")
        product = tf.matmul(dynamic, tf.ones([3, 2]))
        ok = np.ones([1, 3], np.float32)
        tries = {
            "no feed": lambda: sess.run(y),
            "shape of a feed": lambda: sess.run(y, {x: [[1.0, 2.0]]}),
            "ragged feed": lambda: sess.run(y, {x: [[1.0, 2.0], [3.0]]}),
            "feed of another graph": lambda: sess.run(y, {other: 1.0}),
            "feed of nothing": lambda: sess.run(y, {"nothing:0": 1.0}),
            "tensor as a feed": lambda: sess.run(y, {x: tf.constant(ok)}),
            "fetch of another graph": lambda: sess.run(other),
            "fetch of nothing": lambda: sess.run("nothing:0"),
            "fetch of no index": lambda: sess.run("y:7"),
            "fetch of None": lambda: sess.run(None),
            "fetch of a number": lambda: sess.run(3),
            "uninitialised": lambda: sess.run(v),
            "shape at run time": lambda: sess.run(product, {dynamic: np.ones([2, 2])}),
            "rank at run time": lambda: sess.run(product, {dynamic: 1.0}),
            "shapes of matmul": lambda: tf.matmul(tf.ones([2, 3]), tf.ones([2, 3])),
            "shapes of add": lambda: tf.ones([2, 3]) + tf.ones([4]),
            "dtypes of add": lambda: tf.constant(1.0) + tf.constant(1),
            "float to int": lambda: tf.constant(1) + 1.5,
            "string to float": lambda: tf.constant("a", tf.float32),
            "bool of a tensor": lambda: bool(x),
            "iteration": lambda: list(dynamic),
            "reshape": lambda: tf.reshape(tf.ones([6]), [4]),
            "concat": lambda: tf.concat([tf.ones([2, 2]), tf.ones([3, 3])], 0),
            "axis": lambda: tf.reduce_sum(tf.ones([2]), 3),
            "assign shape": lambda: v.assign([1.0, 2.0, 3.0]),
            "unknown device": lambda: sess.run(_on_device(tf, "/gpu:7")),
            "malformed device": lambda: _on_device(tf, "/nonsense:x"),
            "no loss": lambda: tf.train.GradientDescentOptimizer(0.1).minimize(tf.constant(1.0)),
            "no op": lambda: graph.get_operation_by_name("nothing"),
            "tensor as an op": lambda: graph.get_operation_by_name("y:0"),
            "op as a tensor": lambda: graph.get_tensor_by_name("y"),
            "check": lambda: sess.run(tf.debugging.check_numerics(tf.constant(1.0) / 0.0, "here")),
            "control input": lambda: tf.control_dependencies([3.0]).__enter__(),
            "bad name": lambda: tf.constant(1.0, name="a b"),
            "empty optimizer": lambda: tf.train.AdamOptimizer().apply_gradients([]),
        }
        found = {name: outcome_class(function) for name, function in tries.items()}
        graph.finalize()
        found["finalized"] = outcome_class(lambda: tf.constant(1.0))
    found["closed"] = outcome_class(lambda: sess.run(y, {x: ok}))
    found["empty graph"] = _in_new_graph(tf, lambda s: s.run("a:0"))
    return found


def _on_device(tf, name):
    with tf.device(name):
        return tf.constant(1.0) + 1.0


def _in_new_graph(tf, function):
    with tf.Graph().as_default(), tf.Session() as sess:
        return outcome_class(lambda: function(sess))
