"""Asynchronous parameter-server training of the MLP on Fashion-MNIST over gRPC on the loopback.

Parameter servers and workers are processes of their own; batch 64, SGD 0.1, five epochs counted
over all workers. The clock runs from the common start, when all sessions are up, to the last
worker's last step; the accuracy is measured on the test images after that.
"""

import argparse
import json
import os
import time

import numpy as np
from cluster import Cluster, say, say_ready_and_wait
from systems import emit, fashion_mnist, load_system, median, mlp_weights


def build_graph(api, cluster, task):
    v1 = api.compat.v1
    setter = v1.train.replica_device_setter(
        worker_device=f"/job:worker/task:{task}", cluster=v1.train.ClusterSpec(cluster)
    )
    with v1.device(setter):
        step = v1.train.get_or_create_global_step()
        x = v1.placeholder(api.float32, [None, 784])
        y = v1.placeholder(api.int32, [None])
        p = [
            v1.get_variable(f"p{i}", initializer=value, use_resource=True)
            for i, value in enumerate(mlp_weights())
        ]
        h = api.nn.relu(api.matmul(x, p[0]) + p[1])
        h = api.nn.relu(api.matmul(h, p[2]) + p[3])
        logits = api.matmul(h, p[4]) + p[5]
        losses = api.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
        loss = api.reduce_mean(losses)
        train = v1.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)
        correct = api.equal(api.argmax(logits, 1, output_type=api.int32), y)
        accuracy = api.reduce_mean(api.cast(correct, api.float32))
    return x, y, loss, train, step, accuracy


def child(options):
    api, _ = load_system(options.system)
    v1 = api.compat.v1
    cluster = json.loads(options.cluster)
    server = v1.train.Server(cluster, job_name=options.role, task_index=options.task)
    if options.role == "ps":
        say_ready_and_wait()
        os._exit(0)
    images, labels = fashion_mnist("train")
    random = np.random.RandomState(options.task)
    last_step = int(options.epochs * len(images)) // options.batch
    with api.Graph().as_default():
        x, y, loss, train, step, accuracy = build_graph(api, cluster, options.task)
        config = v1.ConfigProto(device_filters=["/job:ps", f"/job:worker/task:{options.task}"])
        with v1.train.MonitoredTrainingSession(
            master=server.target,
            is_chief=options.task == 0,
            config=config,
            save_checkpoint_secs=None,
            save_summaries_steps=None,
            save_summaries_secs=None,
            log_step_count_steps=None,
        ) as session:
            batch = options.batch
            session.run([loss, step], {x: images[:batch], y: labels[:batch]})
            say_ready_and_wait()
            at, order, steps = 0, random.permutation(len(images)), 0
            while True:
                if at + batch > len(images):
                    at, order = 0, random.permutation(len(images))
                rows = order[at : at + batch]
                at += batch
                steps += 1
                if (
                    session.run([train, step], {x: images[rows], y: labels[rows]})[1]
                    >= last_step - 1
                ):
                    break
            say([time.time(), steps])
            if options.task == 0:
                test_images, test_labels = fashion_mnist("t10k")
                reached = session.run([accuracy, step], {x: test_images, y: test_labels})
                say([float(reached[0]), int(reached[1])])
            os._exit(0)


def run_once(options, servers, workers):
    """(global steps/s, test accuracy)."""
    arguments = ["--system", options.system, "--epochs", str(options.epochs)]
    arguments += ["--batch", str(options.batch)]
    with Cluster(os.path.abspath(__file__), servers, workers, arguments) as cluster:
        start = time.time()
        for worker in cluster.workers:
            cluster.tell(worker, "GO")
        ends = [cluster.hear(worker)[0] for worker in cluster.workers]
        cluster.tell(cluster.workers[0], "EVALUATE")
        accuracy, steps = cluster.hear(cluster.workers[0])
        return steps / (max(ends) - start), accuracy


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--system", choices=["millrace", "tensorflow"], required=True)
    parser.add_argument("--configs", default="1x2", help="SERVERSxWORKERS, with commas")
    parser.add_argument("--epochs", type=float, default=5)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--role", help=argparse.SUPPRESS)
    parser.add_argument("--task", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--cluster", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role:
        return child(options)
    _, system = load_system(options.system)
    for config in options.configs.split(","):
        servers, workers = map(int, config.split("x"))
        runs = [run_once(options, servers, workers) for _ in range(options.repeats)]
        name = f"ps{servers}.w{workers}"
        rate = median([r[0] for r in runs])
        accuracy = median([r[1] for r in runs])
        emit("ps_train", system, f"{name}.global_steps_per_s", rate, "1/s", len(runs))
        emit("ps_train", system, f"{name}.test_accuracy", accuracy, "fraction", len(runs))
    return None


if __name__ == "__main__":
    main()
