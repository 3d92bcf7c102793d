"""More of programs.py: savers, hooks, sessions, and what variables are got by."""

import os
import tempfile

import numpy as np
from outcome import outcome_class

# ----- savers and monitored sessions -----


def savers(tf):
    """Files that stay, what the latest is, what restore brings back and refuses."""
    with tempfile.TemporaryDirectory() as folder:
        prefix = os.path.join(folder, "model")
        with tf.Graph().as_default(), tf.Session() as sess:
            v = tf.get_variable("v", initializer=np.float32([1, 2]))
            w = tf.get_variable("w", initializer=np.float32(3))
            saver = tf.train.Saver(max_to_keep=2)
            only_v = tf.train.Saver({"renamed": v})
            found = {"uninitialised": outcome_class(lambda: saver.save(sess, prefix))}
            sess.run(tf.global_variables_initializer())
            paths = [saver.save(sess, prefix, global_step=s) for s in (1, 2, 30)]
            found["paths"] = [os.path.basename(p) for p in paths]
            found["files"] = sorted(os.listdir(folder))
            found["last"] = [os.path.basename(p) for p in saver.last_checkpoints]
            found["latest"] = os.path.basename(tf.train.latest_checkpoint(folder))
            sess.run([v.assign([5.0, 6.0]), w.assign(7.0)])
            saver.restore(sess, paths[1])
            found["restored"] = [sess.run(v).tolist(), float(sess.run(w))]
            only_v.save(sess, os.path.join(folder, "other"), write_meta_graph=False)
            found["other"] = sorted(n for n in os.listdir(folder) if n.startswith("other"))
            found["wrong"] = [
                outcome_class(lambda: saver.restore(sess, paths[0])),
                outcome_class(lambda: saver.restore(sess, os.path.join(folder, "other"))),
                outcome_class(lambda: saver.restore(sess, None)),
                outcome_class(lambda: saver.save(sess, os.path.join(folder, "no", "where"))),
            ]
        state = tf.train.get_checkpoint_state(folder)
        found["state"] = [os.path.basename(p) for p in state.all_model_checkpoint_paths]
        found["exists"] = [tf.train.checkpoint_exists(p) for p in paths]
        found["read"] = tf.train.load_checkpoint(paths[2]).get_tensor("v").tolist()
        found["listed"] = [[n, list(s)] for n, s in tf.train.list_variables(paths[2])]
        with tf.Graph().as_default():
            found["no variables"] = outcome_class(lambda: tf.train.Saver())
        return found


def monitored(tf):
    """A session with hooks, ended by a hook and begun again: what is called, what is written."""
    calls = []

    class Recorder(tf.train.SessionRunHook):
        def begin(self):
            calls.append("begin")

        def after_create_session(self, session, coord):
            calls.append("after_create")

        def before_run(self, run_context):
            calls.append("before")
            return tf.train.SessionRunArgs({"loss": "loss:0"})

        def after_run(self, run_context, run_values):
            calls.append(f"after {float(run_values.results['loss']):.4f}")

        def end(self, session):
            calls.append(f"end {int(session.run(tf.train.get_global_step()))}")

    def train(folder, last_step):
        with tf.Graph().as_default():
            w = tf.get_variable("w", initializer=np.float32(4))
            step = tf.train.get_or_create_global_step()
            loss = tf.square(w, name="loss")
            tf.summary.scalar("curve", loss)
            train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, step)
            hooks = [Recorder(), tf.train.StopAtStepHook(last_step=last_step)]
            with tf.train.MonitoredTrainingSession(
                checkpoint_dir=folder,
                hooks=hooks,
                save_checkpoint_steps=2,
                save_summaries_steps=1,
                log_step_count_steps=None,
            ) as session:
                while not session.should_stop():
                    session.run(train_op)

    with tempfile.TemporaryDirectory() as folder:
        train(folder, 3)
        first = sorted(n for n in os.listdir(folder) if n.startswith("model") and "index" in n)
        train(folder, 5)
        second = sorted(n for n in os.listdir(folder) if n.startswith("model") and "index" in n)
        latest = os.path.basename(tf.train.latest_checkpoint(folder))
    return {"calls": calls, "first": first, "second": second, "latest": latest}


def monitored_errors(tf):
    """What ends a monitored session, and how."""
    found = []
    with tf.Graph().as_default():
        dataset = tf.constant([1.0])
        x = tf.placeholder_with_default(dataset, [None])
        tf.train.get_or_create_global_step()
        bad = tf.debugging.check_numerics(tf.reduce_sum(x) / 0.0, "loss")

        class Ends(tf.train.SessionRunHook):
            def before_run(self, run_context):
                run_context.request_stop()

            def end(self, session):
                found.append("ended")

        def fails():
            with tf.train.MonitoredSession(hooks=[Ends()]) as session:
                session.run(bad)

        def runs_out():
            with tf.train.MonitoredSession(hooks=[Ends()]):
                raise tf.errors.OutOfRangeError(None, None, "used up")

        def stops():
            with tf.train.MonitoredSession(hooks=[Ends()]) as session:
                session.run(x)
                found.append(session.should_stop())

        found += [outcome_class(fails), outcome_class(runs_out), outcome_class(stops)]
        found.append(outcome_class(lambda: tf.constant(1.0)))  # the graph is final
        hook = tf.train.NanTensorHook(x)
        found.append(type(hook).__name__)
    return found


def listeners(tf):
    """Listeners of checkpoints, feeds by a hook, values at the end."""
    calls = []

    class Listener(tf.train.CheckpointSaverListener):
        def begin(self):
            calls.append("begin")

        def before_save(self, session, global_step_value):
            calls.append(f"before {global_step_value}")

        def after_save(self, session, global_step_value):
            calls.append(f"after {global_step_value}")
            return global_step_value >= 4

        def end(self, session, global_step_value):
            calls.append(f"end {global_step_value}")

    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default():
        step = tf.train.get_or_create_global_step()
        x = tf.placeholder(tf.float32, [], name="x")
        total = tf.get_variable("total", initializer=0.0)
        add = tf.group(total.assign_add(x), step.assign_add(1))
        final = tf.train.FinalOpsHook([total, step])
        hooks = [
            tf.train.CheckpointSaverHook(
                folder, save_steps=2, saver=tf.train.Saver(), listeners=[Listener()]
            ),
            tf.train.FeedFnHook(lambda: {x: 2.5}),
            final,
        ]
        with tf.train.MonitoredSession(hooks=hooks) as session:
            while not session.should_stop():
                session.run(add)
        return calls, [float(value) for value in final.final_ops_values]


def sessions(tf):
    """Default graphs and sessions, what two sessions share, and what a run tells of itself."""
    found = {}
    graph = tf.Graph()
    with graph.as_default():
        v = tf.get_variable("v", initializer=1.0)
        add = v.assign_add(1.0)
        init = tf.global_variables_initializer()
        missing = tf.report_uninitialized_variables()
        local = tf.Variable(5.0, collections=[tf.GraphKeys.LOCAL_VARIABLES], name="local")
        total = tf.add_n([v, local, tf.constant(1.0)])
    with tf.Session(graph=graph) as one, tf.Session(graph=graph) as two:
        found["missing"] = [name.decode() for name in one.run(missing)]
        one.run(init)
        found["two"] = outcome_class(lambda: two.run(v))
        two.run(init)
        one.run(add)
        found["values"] = [float(one.run(v)), float(two.run(v))]
        found["default"] = [tf.get_default_session() is two, tf.get_default_graph() is graph]
        with one.as_default():
            found["eval"] = [float(v.eval()), float(add.eval()), tf.get_default_session() is one]
            local.initializer.run()
            found["op.run"] = float(total.eval({v: 10.0}))
        v.load(7.0, one)
        found["load"] = float(one.run(v))
        found["initialized"] = [bool(one.run(tf.is_variable_initialized(x))) for x in (v, local)]
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        metadata = tf.RunMetadata()
        one.run(total, options=options, run_metadata=metadata)
        names = {n.node_name for d in metadata.step_stats.dev_stats for n in d.node_stats}
        found["trace"] = len(names) > 0
    session = tf.InteractiveSession(graph=graph)
    found["interactive"] = [tf.get_default_session() is session, tf.get_default_graph() is graph]
    session.run(init)
    found["again"] = float(v.eval())
    session.close()
    with graph.as_default():
        found["outside"] = [tf.get_default_session() is None, outcome_class(lambda: v.eval())]
    found["names"] = [v.name, v.op.name, v.op.type, total.op.type, total.op.inputs[2].op.type]
    found["graph"] = [
        graph.get_tensor_by_name(total.name) is total,
        graph.get_operation_by_name("v").name,
        [op.name for op in graph.get_operations()][:3],
        graph.as_graph_element(total.name) is total,
        total.graph is graph,
        v.graph is graph,
        str(total.dtype),
        total.get_shape().as_list(),
        sorted(graph.get_all_collection_keys()),
    ]
    tf.reset_default_graph()
    found["reset"] = len(tf.get_default_graph().get_operations())
    return found


def getters(tf):
    """custom_getter, variables in branches and loops, variables from a checkpoint."""
    calls = []

    def double(getter, name, *args, **kwargs):
        calls.append(name)
        return getter(name, *args, **kwargs) * 2.0

    def layer(x):
        return x * tf.get_variable("w", initializer=3.0)

    with tf.Graph().as_default(), tf.Session() as sess:
        with tf.variable_scope("s", custom_getter=double):
            with tf.variable_scope("t"):
                a = tf.get_variable("a", initializer=2.0)
        with tf.variable_scope("loop", reuse=tf.AUTO_REUSE):
            _, b = tf.while_loop(
                lambda i, x: i < 2, lambda i, x: (i + 1, layer(x)), [0, tf.constant(1.0)]
            )
            c = tf.cond(b > 1.0, lambda: layer(b), lambda: b)
            d = layer(tf.constant(1.0))
        sess.run(tf.global_variables_initializer())
        return {
            "calls": calls,
            "values": [float(x) for x in sess.run([a, b, c, d])],
            "names": [x.name for x in tf.global_variables()],
        }


def moving(tf):
    """A model evaluated with the averages of its variables."""
    with tempfile.TemporaryDirectory() as folder:
        with tf.Graph().as_default(), tf.Session() as sess:
            w = tf.get_variable("w", initializer=np.float32([1, 2]))
            step = tf.train.get_or_create_global_step()
            average = tf.train.ExponentialMovingAverage(0.9, num_updates=step)
            loss = tf.reduce_sum(tf.square(w))
            train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, step)
            with tf.control_dependencies([train]):
                train = average.apply()
            sess.run(tf.global_variables_initializer())
            for _ in range(5):
                sess.run(train)
            path = tf.train.Saver().save(sess, os.path.join(folder, "m"))
            kept = sess.run(average.average(w)).tolist()
            name = average.average_name(w)
        with tf.Graph().as_default(), tf.Session() as sess:
            w = tf.get_variable("w", [2])
            names = tf.train.ExponentialMovingAverage(0.9).variables_to_restore()
            tf.train.Saver(names).restore(sess, path)
            return {
                "kept": kept,
                "restored": sess.run(w).tolist(),
                "name": name,
                "names": sorted(names),
            }
