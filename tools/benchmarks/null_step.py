"""The cost of a step that computes nothing, and of one of 10,000 trivial ops, by session.run.

All graph rewrites are off, so that every op of the graph runs.
"""

import argparse
import time

from systems import emit, load_system, measure, median

OPS = 10_000


def session_config(v1, tensorflow, inter=0, executor=""):
    if not tensorflow:
        return v1.ConfigProto(
            graph_options=v1.GraphOptions(
                optimizer_options=v1.OptimizerOptions(opt_level=-1),
            )
        )
    config = v1.ConfigProto(inter_op_parallelism_threads=inter)
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    config.graph_options.optimizer_options.opt_level = -1
    config.experimental.executor_type = executor
    return config


def build_graph(api, kind, shape):
    """(graph, target, placeholder or None): a chain, or a fan-out joined by a sink."""
    v1 = api.compat.v1
    graph = api.Graph()
    with graph.as_default():
        if kind == "noop":
            last = v1.no_op(name="root")
            if shape == "chain":
                for _ in range(OPS - 1):
                    with api.control_dependencies([last]):
                        last = v1.no_op()
                return graph, last, None
            with api.control_dependencies([last]):
                leaves = [v1.no_op() for _ in range(OPS)]
            with api.control_dependencies(leaves):
                return graph, v1.no_op(name="sink"), None
        x = fed = v1.placeholder(api.float32, [])
        if shape == "chain":
            for _ in range(OPS):
                x = api.raw_ops.Neg(x=x)
            return graph, x.op, fed
        leaves = [api.raw_ops.Neg(x=fed).op for _ in range(OPS)]
        with api.control_dependencies(leaves):
            return graph, v1.no_op(name="sink"), fed


class Program:
    def __init__(self, options):
        self.api, self.system = load_system(options.system)
        self.v1 = self.api.compat.v1
        self.tensorflow = options.system == "tensorflow"
        self.options = options

    def report(self, metric, seconds, ops=None):
        n = len(seconds)
        emit("null_step", self.system, f"{metric}.steps_per_s", 1 / median(seconds), "1/s", n)
        if ops:
            value = median(seconds) / ops * 1e9
            emit("null_step", self.system, f"{metric}.ns_per_op", value, "ns", n)

    def measure(self, fn):
        return measure(fn, self.options.repeats, self.options.seconds)

    def small_steps(self):
        import numpy as np

        with self.api.Graph().as_default():
            nothing = self.v1.no_op()
            constant = self.api.constant(1.0)
            fed = self.v1.placeholder(self.api.float32, [])
            same = self.api.identity(fed)
            config = session_config(self.v1, self.tensorflow)
            with self.v1.Session(config=config) as session:
                run = session.run
                call = session.make_callable(nothing)
                one = np.float32(1)
                self.report("one_noop.session_run", self.measure(lambda: run(nothing)))
                self.report("one_noop.make_callable", self.measure(call))
                self.report("fetch_scalar_const.session_run", self.measure(lambda: run(constant)))
                self.report(
                    "feed_fetch_scalar.session_run", self.measure(lambda: run(same, {fed: one}))
                )

    def large_graph(self, kind, shape):
        import numpy as np

        graph, target, fed = build_graph(self.api, kind, shape)
        feed = {fed: np.float32(1)} if fed is not None else None
        executors = [("", 0, "")]
        if self.tensorflow:
            executors = [
                (".default", 0, ""),
                (".single_threaded_executor", 1, "SINGLE_THREADED_EXECUTOR"),
            ]
        for label, inter, executor in executors:
            config = session_config(self.v1, self.tensorflow, inter, executor)
            name = f"{OPS}_{kind}_{shape}{label}"
            with self.v1.Session(graph=graph, config=config) as session:
                start = time.perf_counter()
                session.run(target, feed)
                first = (time.perf_counter() - start) * 1e3
                self.report(name, self.measure(lambda: session.run(target, feed)), OPS)
            emit("null_step", self.system, f"{name}.first_run", first, "ms", 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--system", choices=["millrace", "tensorflow"], required=True)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3)
    program = Program(parser.parse_args())
    program.small_steps()
    for kind in ("noop", "neg"):
        for shape in ("chain", "fanout"):
            program.large_graph(kind, shape)


if __name__ == "__main__":
    main()
