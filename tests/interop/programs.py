"""Programs as a user of TensorFlow 1 writes them. Each takes the module, TensorFlow's compat.v1 or
ours, and returns what JSON can say: both must say the same."""

import numpy as np


def outcome(function):
    """What it returns, or the name of the exception's class."""
    try:
        return function()
    except Exception as error:
        return type(error).__name__


# ----- optimizers -----

OPTIMIZERS = {
    "sgd": lambda tf: tf.train.GradientDescentOptimizer(0.1),
    "momentum": lambda tf: tf.train.MomentumOptimizer(0.1, 0.9),
    "nesterov": lambda tf: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "adam": lambda tf: tf.train.AdamOptimizer(0.01),
    "adagrad": lambda tf: tf.train.AdagradOptimizer(0.1),
    "adadelta": lambda tf: tf.train.AdadeltaOptimizer(1.0),
    "rmsprop": lambda tf: tf.train.RMSPropOptimizer(0.01, momentum=0.5),
    "rmsprop_centered": lambda tf: tf.train.RMSPropOptimizer(0.01, centered=True),
    "ftrl": lambda tf: tf.train.FtrlOptimizer(0.1, l1_regularization_strength=0.001),
}


def optimize(tf, name):
    """Losses of six steps of a net with a sparse and dense gradients; names of all variables."""
    numbers = np.random.default_rng(3)
    ids = numbers.integers(0, 10, 32).astype(np.int32)
    labels = (ids % 3).astype(np.int32)
    with tf.Graph().as_default(), tf.Session() as sess:
        rows = (np.sin(np.arange(40)) / 2).astype(np.float32).reshape(10, 4)
        embeddings = tf.get_variable("embeddings", initializer=rows)
        with tf.variable_scope("dense"):
            w = tf.get_variable("w", initializer=rows[:4, :3])
            b = tf.get_variable("b", [3], initializer=tf.zeros_initializer())
        x = tf.placeholder(tf.int32, [None])
        y = tf.placeholder(tf.int32, [None])
        logits = tf.matmul(tf.nn.embedding_lookup(embeddings, x), w) + b
        loss = tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
        )
        step = tf.train.get_or_create_global_step()
        optimizer = OPTIMIZERS[name](tf)
        train = optimizer.minimize(loss, global_step=step)
        sess.run(tf.global_variables_initializer())
        losses = [float(sess.run([loss, train], {x: ids, y: labels})[0]) for _ in range(6)]
        slots = {s: optimizer.get_slot(w, s).name for s in optimizer.get_slot_names()}
        return {
            "losses": losses,
            "step": int(sess.run(step)),
            "variables": sorted(v.name for v in tf.global_variables()),
            "trainable": [v.name for v in tf.trainable_variables()],
            "slots": slots,
        }


def clipped(tf):
    """Gradients by hand: clipped by their global norm, averaged variables, a decayed rate."""
    with tf.Graph().as_default(), tf.Session() as sess:
        w = tf.get_variable("w", initializer=np.float32([3.0, -4.0]))
        loss = tf.reduce_sum(w * w)
        step = tf.train.get_or_create_global_step()
        rate = tf.train.exponential_decay(0.5, step, 2, 0.5, staircase=True)
        optimizer = tf.train.GradientDescentOptimizer(rate)
        grads, variables = zip(*optimizer.compute_gradients(loss))
        grads, norm = tf.clip_by_global_norm(grads, 1.0)
        update = optimizer.apply_gradients(zip(grads, variables), global_step=step)
        average = tf.train.ExponentialMovingAverage(0.9)
        with tf.control_dependencies([update]):
            train = average.apply([w])
        sess.run(tf.global_variables_initializer())
        norms = []
        for _ in range(4):
            norms.append(float(sess.run(norm)))
            sess.run(train)
        names = [v.name for v in tf.global_variables()]
        return norms, sess.run([w, average.average(w)])[1].tolist(), names


# ----- scopes -----


def scopes(tf):
    """Names of variables and operations under nested scopes."""
    seen = []
    with tf.Graph().as_default():
        with tf.variable_scope("a"):
            v = tf.get_variable("v", [2])
            seen.append((v.name, tf.add(v, 1.0, name="sum").op.name))
            with tf.variable_scope("b") as b:
                seen.append((tf.get_variable("v", [2]).name, b.name, b.original_name_scope))
            with tf.name_scope("n"):
                seen.append((tf.get_variable("w", [2]).name, tf.constant(1.0, name="c").op.name))
                seen.append(tf.Variable(1.0, name="plain").name)
        with tf.variable_scope("a", reuse=True):
            seen.append((tf.get_variable("v", [2]) is v, tf.constant(1.0, name="c").op.name))
            seen.append(outcome(lambda: tf.get_variable("new", [2])))
            seen.append(outcome(lambda: tf.get_variable("v", [3])))
            seen.append(outcome(lambda: tf.get_variable("v", [2], dtype=tf.int32)))
        with tf.variable_scope("a"):
            seen.append(outcome(lambda: tf.get_variable("v", [2])))
            tf.get_variable_scope().reuse_variables()
            seen.append(tf.get_variable("v").name)
        with tf.variable_scope(b, reuse=True) as again:
            seen.append((again.name, tf.get_variable("v").name, tf.no_op(name="op").name))
        with tf.variable_scope(b, auxiliary_name_scope=False):
            seen.append(tf.no_op(name="op").name)
        for _ in range(2):
            with tf.variable_scope(None, default_name="layer"):
                seen.append((tf.get_variable("k", [1]).name, tf.no_op(name="op").name))
        with tf.variable_scope("", reuse=True):
            seen.append(outcome(lambda: tf.get_variable("a/v").name))
            seen.append(tf.get_variable_scope().reuse)
        with tf.variable_scope("c", reuse=tf.AUTO_REUSE) as c:
            first = tf.get_variable("v", [1])
            seen.append((tf.get_variable("v", [1]) is first, c.reuse == tf.AUTO_REUSE))
            with tf.variable_scope("d"):
                seen.append(tf.get_variable_scope().reuse == tf.AUTO_REUSE)
        with tf.variable_scope(tf.get_variable_scope(), reuse=True):
            seen.append(outcome(lambda: tf.get_variable("c/v").name))
        seen.append(outcome(lambda: tf.variable_scope(None).__enter__()))
        seen.append(outcome(lambda: tf.get_variable("no_shape")))
        seen.append(outcome(lambda: tf.get_variable("both", [2], initializer=np.float32([1, 2]))))
        seen.append([v.name for v in tf.global_variables(scope="a")])
        seen.append([v.name for v in tf.get_collection("variables", "a/b")])
    return seen


def scope_defaults(tf):
    """What get_variable takes from the scope: initializer, regularizer, dtype; collections."""
    with tf.Graph().as_default(), tf.Session() as sess:
        decay = lambda v: tf.reduce_sum(v) * 0.5  # noqa: E731
        ones = tf.ones_initializer()
        with tf.variable_scope("s", initializer=ones, regularizer=decay, dtype=tf.float64):
            a = tf.get_variable("a", [2])
            with tf.variable_scope("t", initializer=tf.constant_initializer(3.0)):
                b = tf.get_variable("b", [2], tf.float32)
                c = tf.get_variable("c", [], trainable=False, regularizer=tf.no_regularizer)
        d = tf.get_variable("d", initializer=lambda: tf.constant([7, 8]), trainable=False)
        e = tf.get_variable("e", [2], tf.int32)
        f = tf.get_variable(
            "f", [2], initializer=tf.zeros_initializer, collections=["mine", "variables"]
        )
        local = tf.get_local_variable("l", [1])
        sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
        return {
            "values": [np.asarray(v).tolist() for v in sess.run([a, b, c, d, e, f])],
            "dtypes": [v.dtype.base_dtype.name for v in (a, b, c, d, e, f, local)],
            "losses": [float(v) for v in sess.run(losses)],
            "names": [v.name for v in tf.global_variables()],
            "trainable": [v.name for v in tf.trainable_variables()],
            "local": [v.name for v in tf.local_variables()],
            "mine": [v.name for v in tf.get_collection("mine")],
        }


def partitioned(tf):
    """A variable in three parts: the parts' names, and the whole in a product."""
    with tf.Graph().as_default(), tf.Session() as sess:
        rows = np.arange(14, dtype=np.float32).reshape(7, 2)
        with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(3)):
            v = tf.get_variable("v", initializer=tf.constant(rows))
            w = tf.get_variable("w", [4, 2], initializer=tf.ones_initializer())
        whole = tf.matmul(tf.convert_to_tensor(v), np.float32([[1], [2]]))
        found = tf.nn.embedding_lookup(v, [0, 3, 6, 2], partition_strategy="div")
        loss = tf.reduce_sum(found) + tf.reduce_sum(tf.convert_to_tensor(w))
        train = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
        sess.run(tf.global_variables_initializer())
        before = [sess.run(x).tolist() for x in (whole, found)]
        sess.run(train)
        return {
            "names": [p.name for p in tf.global_variables()],
            "shapes": [p.shape.as_list() for p in tf.global_variables()],
            "before": before,
            "after": sess.run(tf.convert_to_tensor(v)).tolist(),
        }


def rearranged(tf):
    """Partitions, segments, sorting, matrices, complex numbers."""
    x = np.float32([[3, 1, 2], [-1, 5, 0]])
    ids = np.int32([0, 0, 2])
    with tf.Graph().as_default(), tf.Session() as sess:
        c = tf.complex(x, -x)
        made = [
            *tf.dynamic_partition(x[0], [1, 0, 1], 2),
            tf.dynamic_stitch([[0, 2], [1]], [[10, 30], [20]]),
            *(f(x.T, ids) for f in (tf.segment_sum, tf.segment_mean, tf.segment_max)),
            tf.segment_prod(x.T, ids),
            tf.scatter_nd([[1], [3], [1]], [1, 2, 3], [5]),
            tf.sequence_mask([[1, 3], [0, 2]]),
            tf.sequence_mask([1, 2], 4, tf.float32),
            tf.sort(x),
            tf.sort(x, axis=0, direction="DESCENDING"),
            tf.argsort([3, 1, 3, -(2**31)]),
            tf.argsort(x, 0),
            *tf.meshgrid([1, 2], [3, 4, 5]),
            *tf.meshgrid([1, 2], [3, 4, 5], [6], indexing="ij"),
            tf.roll(x, 1, 1),
            tf.roll(x, [1, 1], [0, 1]),
            *tf.setdiff1d([1, 2, 3, 4], [2, 4]),
            *tf.unique_with_counts([5, 7, 5]),
            tf.invert_permutation([2, 0, 1]),
            tf.strided_slice(x, [0, 0], [2, 3], [1, 2]),
            tf.ensure_shape(x, [None, 3]),
            *tf.identity_n([x, x[0]]),
            tf.bitcast(x, tf.int32),
            tf.space_to_depth(np.arange(8, dtype=np.float32).reshape(1, 2, 4, 1), 2),
            tf.eye(2),
            tf.eye(2, 3, batch_shape=[2], dtype=tf.int32),
            tf.linalg.diag(x),
            tf.linalg.diag_part(x),
            tf.linalg.band_part(x, 0, 1),
            tf.matrix_transpose(x),
            tf.trace(x[:, :2]),
            tf.count_nonzero(x),
            tf.count_nonzero(x, 0),
            tf.count_nonzero(tf.constant(["a", ""])),
            tf.einsum("ij,kj->ik", x, x),
            tf.real(c),
            tf.imag(c),
            tf.real(x),
        ]
        shapes = [t.shape.as_list() if t.shape.rank is not None else None for t in made[8:12]]
        return [[v.dtype.name, v.tolist()] for v in sess.run(made)], shapes


# ----- numbers that seeds determine -----


def drawn_from_seeds(tf):
    boxes = [[[0.1, 0.2, 0.6, 0.7], [0.4, 0.0, 0.9, 0.5]]]
    with tf.Graph().as_default(), tf.Session() as session:
        sample = {"num_true": 1, "num_sampled": 4, "range_max": 6, "seed": 3}
        classes = np.array([[1], [4]])
        weights = {"unigrams": [1.0, 2.0, 0.5, 4.0], "num_reserved_ids": 2, "distortion": 0.75}
        fetched = {
            "binomial": tf.random.stateless_binomial(
                [5, 2], [1, 2], counts=[10.0, 90.0], probs=[0.3, 0.6]
            ),
            "bounded": tf.random.stateless_parameterized_truncated_normal(
                [3, 4], [3, 4], minvals=[-1.0, 0.5, 1.0, 3.0], maxvals=5.0
            ),
            "index": tf.random.experimental.index_shuffle(tf.range(5), [5, 9], 4),
            "rows": tf.random.experimental.stateless_shuffle(tf.range(7), [8, 9]),
            "part": tuple(
                tf.raw_ops.StatelessSampleDistortedBoundingBox(
                    image_size=[40, 60, 3],
                    bounding_boxes=boxes,
                    min_object_covered=0.4,
                    seed=[3, 4],
                )
            ),
            "outlines": tf.image.draw_bounding_boxes(
                np.zeros([1, 6, 7, 3], np.float32), boxes, colors=[[0.5, 1.0, 0.25]]
            ),
            "even": tf.nn.uniform_candidate_sampler(classes, unique=True, **sample),
            "zipf": tf.nn.log_uniform_candidate_sampler(classes, unique=False, **sample),
            "learned": tf.nn.learned_unigram_candidate_sampler(classes, unique=True, **sample),
            "fixed": tf.nn.fixed_unigram_candidate_sampler(
                classes, unique=False, **sample, **weights
            ),
            "overlaps": tf.image.non_max_suppression_overlaps(
                np.float32([[1, 0.6, 0.1], [0.6, 1, 0.3], [0.1, 0.3, 1]]), [0.5, 0.9, 0.7], 3
            ),
        }
        drawn = {}
        for name, tensors in fetched.items():
            values = session.run(list(tensors) if isinstance(tensors, tuple) else [tensors])
            drawn[name] = [np.asarray(value).tolist() for value in values]
        return drawn
