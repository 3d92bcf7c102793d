"""More of programs.py: metrics, arrays of tensors, sparse tensors, queues and the threads that fill
them, flags."""

import os
import tempfile

import numpy as np
from outcome import outcome_class


def _lists(values):
    return [np.asarray(v).tolist() for v in values]


def metrics(tf):
    """Each metric over three batches: its values, its variables."""
    batches = [
        ([1, 0, 1, 1], [0.9, 0.2, 0.4, 0.6], [1, 2, 0, 1]),
        ([0, 0, 1, 0], [0.7, 0.1, 0.8, 0.3], [1, 1, 1, 1]),
        ([1, 1, 0, 0], [0.5, 0.3, 0.5, 0.0], [0, 1, 3, 2]),
    ]
    with tf.Graph().as_default(), tf.Session() as sess:
        y = tf.placeholder(tf.int64, [None])
        p = tf.placeholder(tf.float32, [None])
        w = tf.placeholder(tf.float32, [None])
        decided = tf.cast(p > 0.45, tf.int64)
        m = tf.metrics
        made = {
            "accuracy": m.accuracy(y, decided),
            "weighted": m.accuracy(y, decided, w),
            "mean": m.mean(p, name="average"),
            "mean_weighted": m.mean(p, w),
            "mean_tensor": m.mean_tensor(tf.reshape(p, [4])),
            "mae": m.mean_absolute_error(tf.cast(y, tf.float32), p),
            "mse": m.mean_squared_error(tf.cast(y, tf.float32), p, w),
            "rmse": m.root_mean_squared_error(tf.cast(y, tf.float32), p),
            "precision": m.precision(y, decided),
            "recall": m.recall(y, decided, w),
            "tp": m.true_positives(y, decided),
            "fp": m.false_positives(y, decided, w),
            "fn": m.false_negatives(y, decided),
            "tn": m.true_negatives(y, decided),
            "below": m.percentage_below(p, 0.5),
            "auc": m.auc(y, p),
            "auc_weighted": m.auc(y, p, w, num_thresholds=20),
            "auc_pr": m.auc(y, p, curve="PR", summation_method="careful_interpolation"),
            "auc_minoring": m.auc(y, p, curve="PR", summation_method="minoring"),
            "auc_majoring": m.auc(y, p, num_thresholds=50, summation_method="majoring"),
        }
        values = {key: value for key, (value, _) in made.items()}
        updates = {key: update for key, (_, update) in made.items()}
        found = {"variables": sorted(v.name for v in tf.local_variables())}
        found["collection"] = len(tf.get_collection(tf.GraphKeys.METRIC_VARIABLES))
        sess.run(tf.local_variables_initializer())
        found["steps"] = []
        for labels, predictions, weights in batches:
            feed = {y: labels, p: predictions, w: weights}
            step = sess.run(updates, feed), sess.run(values)
            found["steps"].append([{k: np.asarray(v).tolist() for k, v in s.items()} for s in step])
        found["wrong"] = [
            outcome_class(lambda: m.accuracy([1, 2], [1, 2, 3])),
            outcome_class(lambda: m.auc(y, p, curve="other")),
        ]
        return found


def tensor_arrays(tf):
    """TensorArrays in loops and out of them, and gradients through them."""
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        source = tf.TensorArray(tf.float32, 3).unstack(x)
        results = tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[2])

        def body(i, results, total):
            total = total + source.read(i) * tf.cast(i + 1, tf.float32)
            return i + 1, results.write(i, total), total

        _, results, total = tf.while_loop(
            lambda i, *_: i < 3, body, [tf.constant(0), results, tf.zeros([2])]
        )
        stacked = results.stack()
        written = tf.TensorArray(tf.float32, 4, infer_shape=False)
        written = written.write(0, [1.0]).write(1, [2.0, 3.0]).write(2, [4.0]).write(3, [5.0])
        scattered = tf.TensorArray(tf.int32, 3).scatter([2, 0, 1], [[1, 2], [3, 4], [5, 6]])
        pieces = tf.TensorArray(tf.float32, 2, infer_shape=False).split([1.0, 2.0, 3.0], [1, 2])
        tensors = [
            stacked,
            results.gather([2, 0]),
            results.size(),
            results.read(1),
            total,
            written.concat(),
            scattered.stack(),
            scattered.read(0),
            pieces.read(1),
        ]
        loss = tf.reduce_sum(tf.square(stacked)) + tf.reduce_sum(results.read(2))
        gradient = tf.gradients(loss, x)[0]  # TensorFlow wants it before the loop's first run
        return {
            "values": _lists(sess.run(tensors)),
            "shape": [stacked.shape.as_list(), source.dtype.name],
            "gradient": sess.run(gradient).tolist(),
            "wrong": [
                outcome_class(
                    lambda: tf.TensorArray(tf.float32, 2, element_shape=[2]).write(0, [1.0])
                ),
            ],
        }


def sparse_tensors(tf):
    """SparseTensors: made, fed, fetched, and what their operations give."""
    with tf.Graph().as_default(), tf.Session() as sess:
        a = tf.SparseTensor([[0, 1], [2, 0], [1, 2]], [1.0, 2.0, 3.0], [3, 4])
        fed = tf.sparse_placeholder(tf.float32, [3, 4])
        loose = tf.sparse_placeholder(tf.float32)
        value = tf.SparseTensorValue([[0, 0], [0, 1], [2, 0]], [5.0, -1.0, 7.0], [3, 4])
        ordered = tf.sparse_reorder(a)
        dense = np.arange(8, dtype=np.float32).reshape(4, 2)
        table = tf.constant(np.arange(12, dtype=np.float32).reshape(6, 2))
        ids = tf.SparseTensor([[0, 0], [0, 1], [1, 0], [2, 2]], np.int64([1, 3, 3, 0]), [3, 3])
        weights = tf.SparseTensor(ids.indices, [1.0, 2.0, 0.5, 4.0], [3, 3])
        lookup = tf.nn.embedding_lookup_sparse
        made = {
            "sparse": a,
            "ordered": ordered,
            "added": tf.sparse_add(ordered, fed),
            "reshaped": tf.sparse_reshape(ordered, [2, -1]),
            "joined": tf.sparse_concat(1, [ordered, fed]),
            "sliced": tf.sparse_slice(ordered, [0, 1], [2, 3]),
            "split": tf.sparse_split(sp_input=ordered, num_split=2, axis=1),
            "retained": tf.sparse_retain(ordered, [True, False, True]),
            "softmax": tf.sparse_softmax(fed),
            "filled": tf.sparse_fill_empty_rows(loose, 9.0),
            "doubled": a * tf.constant(2.0),
        }
        plain = {
            "dense": tf.sparse_tensor_to_dense(ordered, -1.0),
            "product": tf.sparse_tensor_dense_matmul(a, dense),
            "sum": tf.sparse_reduce_sum(fed, axis=1),
            "sum_all": tf.sparse_reduce_sum(fed),
            "max": tf.sparse_reduce_max(fed, [0], keepdims=True),
            "with_dense": tf.sparse_add(a, tf.ones([3, 4])),
            "by_hand": tf.sparse_to_dense([1, 3], [5], 7, 2),
            "mean": lookup(table, ids, None),
            "sum_w": lookup(table, ids, weights, combiner="sum"),
            "mean_w": lookup(table, ids, weights, combiner="mean"),
            "sqrtn": lookup(table, ids, None, combiner="sqrtn"),
            "sqrtn_w": lookup(table, ids, weights, combiner="sqrtn"),
        }
        product = tf.reduce_sum(tf.square(plain["product"]))
        found = {"shapes": [a.shape.as_list(), fed.shape.as_list(), str(a.dtype.name)]}

        def flat(item):
            if isinstance(item, tf.SparseTensorValue):
                return [np.asarray(part).tolist() for part in item]
            if isinstance(item, (list, tuple)):
                return [flat(part) for part in item]
            return np.asarray(item).tolist()

        feed = {fed: value, loose: value}
        found["made"] = {key: flat(item) for key, item in sess.run(made, feed).items()}
        found["plain"] = {key: flat(item) for key, item in sess.run(plain, feed).items()}
        found["gradient"] = sess.run(tf.gradients(product, a.values)[0]).tolist()
        found["eval"] = flat(ordered.eval())
        found["wrong"] = [
            outcome_class(lambda: tf.SparseTensor([[0, 1]], [1.0, 2.0], [3, 4])),
            outcome_class(lambda: tf.SparseTensor([[0, 1]], [1.0], [3, 4, 5])),
            outcome_class(lambda: lookup(table, ids, None, combiner="other")),
        ]
        return found


def queues(tf):
    """What goes in and comes out; what is closed, full, of another shape."""
    with tf.Graph().as_default(), tf.Session() as sess:
        q = tf.FIFOQueue(10, [tf.float32, tf.string], [[2], []], name="q")
        put = q.enqueue([[1.0, 2.0], "a"])
        put_many = q.enqueue_many([[[3.0, 4.0], [5.0, 6.0]], ["b", "c"]])
        one, many = q.dequeue(), q.dequeue_many(2)
        sess.run([put])
        sess.run(put_many)
        found = {"size": int(sess.run(q.size()))}
        found["one"] = [sess.run(one)[0].tolist(), many[0].shape.as_list()]
        numbers, texts = sess.run(many)
        found["many"] = [numbers.tolist(), [t.decode() for t in texts]]
        sess.run([put_many])
        sess.run([put])
        sess.run(q.close())
        found["closed"] = bool(sess.run(q.is_closed()))
        found["up to"] = [len(sess.run(q.dequeue_up_to(2))[1]) for _ in range(2)]
        found["empty"] = outcome_class(lambda: sess.run(one))
        found["put"] = outcome_class(lambda: sess.run(put))
        named = tf.PaddingFIFOQueue(5, [tf.int32, tf.int32], [[None], []], names=["x", "y"])
        sess.run(named.enqueue({"x": [1], "y": 2}))
        sess.run(named.enqueue({"x": [3, 4, 5], "y": 6}))
        taken = sess.run(named.dequeue_many(2))
        found["padded"] = {key: value.tolist() for key, value in taken.items()}
        mixed = tf.RandomShuffleQueue(20, 0, [tf.int32], [[]], seed=3)
        sess.run(mixed.enqueue_many([list(range(10))]))
        sess.run(mixed.close())
        found["mixed"] = sorted(sess.run(mixed.dequeue_many(10)).tolist())
        found["wrong"] = [
            outcome_class(lambda: q.enqueue([[1.0], "a"])),
            outcome_class(lambda: named.enqueue([[1], 2])),
        ]
        return found


def fed_by_threads(tf):
    """Names of files, their contents, batches: filled by queue runners, ended by a Coordinator."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i in range(3):
            paths.append(os.path.join(folder, str(i)))
            with open(paths[-1], "w") as f:
                f.write("x" * (i + 1))
        with tf.Graph().as_default(), tf.Session() as sess:
            names = tf.train.string_input_producer(paths, num_epochs=2, shuffle=False)
            text = tf.read_file(names.dequeue())
            number, square = tf.train.slice_input_producer(
                [tf.constant([1, 2, 3, 4]), tf.constant([1, 4, 9, 16])], shuffle=True
            )
            length = tf.strings.length(text)
            lengths = tf.train.batch([length], 4, allow_smaller_final_batch=True)
            pairs = tf.train.shuffle_batch([number, square], 3, 20, 5)
            sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
            coord = tf.train.Coordinator()
            threads = tf.train.start_queue_runners(sess, coord)
            seen, fits = [], []
            try:
                while not coord.should_stop():
                    got, (a, b) = sess.run([lengths, pairs])
                    seen.append(got.tolist())
                    fits.append(bool(np.all(a * a == b)))
            except tf.errors.OutOfRangeError:
                pass
            finally:
                coord.request_stop()
            coord.join(threads)
            found = {"seen": seen, "fits": fits, "alive": [t.is_alive() for t in threads]}
            found["runners"] = len(tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS))
            found["shapes"] = [lengths.shape.as_list(), pairs[0].shape.as_list()]
            return found


def coordinated(tf):
    """What a Coordinator does with exceptions of its threads."""
    import threading

    found = []
    for error in (tf.errors.OutOfRangeError(None, None, "end"), ZeroDivisionError("wrong")):
        coord = tf.train.Coordinator()

        def fails(coord=coord, error=error):
            with coord.stop_on_exception():
                raise error

        def waits(coord=coord):
            coord.wait_for_stop()

        threads = [threading.Thread(target=f) for f in (fails, waits)]
        for thread in threads:
            thread.start()
        found.append(outcome_class(lambda coord=coord, threads=threads: coord.join(threads)))
        found += [coord.should_stop(), coord.joined]
        coord.clear_stop()
        found.append(coord.should_stop())
    calls = []
    coord = tf.train.Coordinator()

    def count():
        calls.append(1)
        if len(calls) == 3:
            coord.request_stop()

    looper = tf.train.LooperThread.loop(coord, None, target=count)
    coord.join([looper])
    found.append(len(calls))
    stuck = threading.Event()
    coord = tf.train.Coordinator()
    thread = threading.Thread(target=stuck.wait, daemon=True)
    thread.start()
    coord.request_stop()
    found.append(outcome_class(lambda: coord.join([thread], stop_grace_period_secs=0.1)))
    stuck.set()
    return found


def monitored_queues(tf):
    """A monitored session starts queue runners, and ends when the input does."""
    with tf.Graph().as_default():
        number = tf.train.range_input_producer(5, num_epochs=1, shuffle=False).dequeue()
        total = tf.get_local_variable("total", initializer=0, use_resource=True)
        add = tf.assign_add(total, number)
        tf.train.get_or_create_global_step()
        seen = []
        with tf.train.MonitoredSession() as session:
            while not session.should_stop():
                seen.append(int(session.run(add)))
        return seen


def options(tf):
    """Flags on a command line, and main functions."""
    flags = tf.flags
    name = f"o{len(list(flags.FLAGS))}_"  # TensorFlow has flags of its own
    flags.DEFINE_string(name + "text", "a", "A text.")
    flags.DEFINE_integer(name + "number", 3, "A number.")
    flags.DEFINE_float(name + "rate", 0.5, "A rate.")
    flags.DEFINE_boolean(name + "yes", False, "Whether.")
    flags.DEFINE_bool(name + "no", True, "Whether not.")
    flags.DEFINE_enum(name + "kind", "x", ["x", "y"], "A kind.")
    flags.DEFINE_list(name + "names", ["p"], "Names.")
    flags.DEFINE_integer(name + "none", None, "Nothing.")
    line = ["prog", f"--{name}text=b", f"--{name}number", "7", f"--{name}yes", f"--no{name}no"]
    line += [f"--{name}kind=y", f"--{name}names=q,r", "rest", f"-{name}rate=0.25"]
    found = {"rest": flags.FLAGS(line)}
    names = ("text", "number", "rate", "yes", "no", "kind", "names", "none")
    found["values"] = [getattr(flags.FLAGS, name + n) for n in names]
    flags.FLAGS.__setattr__(name + "number", 9)
    found["set"] = getattr(flags.FLAGS, name + "number")
    found["missing"] = outcome_class(lambda: flags.FLAGS.no_such_flag_here)
    return found
