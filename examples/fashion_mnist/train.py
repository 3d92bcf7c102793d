"""Trains a multilayer perceptron (784-512-512-10, ReLU) on Fashion-MNIST, with Adam whose rate
falls to 0 along a cosine.

On one machine, in one process:
  python examples/fashion_mnist/train.py --out /tmp/fashion
As a cluster of processes, one parameter server and two workers that train asynchronously:
  tools/launch_local --ps 1 --workers 2 -- python examples/fashion_mnist/train.py --out /tmp/fashion

The folder --out gets checkpoints, an event log (tensorboard --logdir shows it) and a SavedModel in
export/1. Started again, training goes on from the last checkpoint.
"""

import argparse
import pathlib
import sys

import millrace as mr

LAYERS = (784, 512, 512, 10)
TRAIN_IMAGES = 60_000


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for all results")
    parser.add_argument("--epochs", type=float, default=5, help="over all workers (5)")
    parser.add_argument("--batch", type=int, default=128, help="examples a step (128)")
    parser.add_argument("--learning-rate", type=float, default=1e-3, help="at the start (0.001)")
    return parser.parse_args()


def make_parameters():
    """Weights and biases, layer by layer; He's initialisation."""
    parameters = []
    for i, (fan_in, fan_out) in enumerate(zip(LAYERS, LAYERS[1:])):
        start = mr.random.normal([fan_in, fan_out], stddev=(2 / fan_in) ** 0.5)
        parameters.append(mr.Variable(start, name=f"layer{i}/weights"))
        parameters.append(mr.Variable(mr.zeros([fan_out]), name=f"layer{i}/biases"))
    return parameters


def logits_of(parameters, images):
    h = images
    for i in range(0, len(parameters), 2):
        h = mr.matmul(h, parameters[i]) + parameters[i + 1]
        if i + 2 < len(parameters):
            h = mr.nn.relu(h)
    return h


def accuracy_of(logits, labels):
    correct = mr.equal(mr.argmax(logits, 1, output_type=mr.int32), labels)
    return mr.reduce_mean(mr.cast(correct, mr.float32))


class EvaluationHook(mr.train.SessionRunHook):
    """Measures the accuracy on the test images after each epoch, and at the end."""

    def __init__(self, parameters, steps_per_epoch, progress, out):
        self.images, self.labels = mr.data.fashion_mnist.load_arrays("test")
        self.every, self.progress, self.out = steps_per_epoch, progress, out
        self.next = steps_per_epoch
        self.fed_images = mr.compat.v1.placeholder(mr.float32, [None, 784])
        self.fed_labels = mr.compat.v1.placeholder(mr.int32, [None])
        self.accuracy = accuracy_of(logits_of(parameters, self.fed_images), self.fed_labels)
        self.step = mr.train.get_global_step()

    def begin(self):
        self.writer = mr.summary.FileWriter(self.out)

    def before_run(self, run_context):
        return mr.train.SessionRunArgs(self.step)

    def after_run(self, run_context, run_values):
        if run_values.results + 1 >= self.next:
            self.measure(run_context.session)
            self.next += self.every

    def end(self, session):
        accuracy = self.measure(session)
        print(f"accuracy on the {len(self.labels):,} test images: {accuracy:.4f}", flush=True)

    def measure(self, session):
        feed = {self.fed_images: self.images, self.fed_labels: self.labels}
        accuracy, step = session.run([self.accuracy, self.step], feed)
        self.writer.add_scalar("test_accuracy", float(accuracy), int(step))
        self.writer.flush()
        self.progress.show(accuracy=float(accuracy))
        return float(accuracy)


def train(cluster, options):
    checkpoints = str(options.out / "checkpoints")
    steps = int(options.epochs * TRAIN_IMAGES / options.batch)
    setter = mr.train.replica_device_setter(cluster=cluster)
    with mr.Graph().as_default(), mr.compat.v1.device(setter):
        step = mr.train.get_or_create_global_step()
        dataset = mr.data.fashion_mnist("train").shuffle(10_000).repeat()
        batch = dataset.batch(options.batch).prefetch(2).get_next()
        parameters = make_parameters()
        logits = logits_of(parameters, batch.image)
        losses = mr.nn.sparse_softmax_cross_entropy_with_logits(labels=batch.label, logits=logits)
        loss = mr.reduce_mean(losses)
        mr.summary.scalar("loss", loss)
        rate = mr.train.cosine_decay(options.learning_rate, step, steps)
        optimizer = mr.train.AdamOptimizer(rate)
        train_step = optimizer.minimize(loss, global_step=step)

        progress = mr.train.ProgressBarHook(steps, loss, options.batch)
        hooks = [mr.train.StopAtStepHook(last_step=steps), mr.train.NanTensorHook(loss)]
        evaluation = EvaluationHook(
            parameters, TRAIN_IMAGES // options.batch, progress, str(options.out / "events")
        )
        with mr.train.MonitoredTrainingSession(
            cluster=cluster,
            checkpoint_dir=checkpoints,
            summary_dir=str(options.out / "events"),
            hooks=hooks,
            chief_only_hooks=[evaluation],
            progress=progress,
        ) as session:
            while not session.should_stop():
                session.run(train_step)


def export(options):
    """A SavedModel of the last checkpoint: images in, the probability of each class out."""
    folder = options.out / "export" / "1"
    with mr.Graph().as_default():
        images = mr.compat.v1.placeholder(mr.float32, [None, 784], name="image")
        parameters = make_parameters()
        probabilities = mr.nn.softmax(logits_of(parameters, images), name="probabilities")
        with mr.Session() as session:
            saver = mr.train.Saver(parameters)
            saver.restore(session, mr.train.latest_checkpoint(str(options.out / "checkpoints")))
            mr.saved_model.simple_save(
                session, str(folder), {"image": images}, {"probabilities": probabilities}
            )
    print(f"SavedModel: {folder}", flush=True)


def main():
    options = parse_arguments()
    cluster = mr.distributed.ClusterSpec.from_environment()
    if cluster.is_parameter_server():
        cluster.start_server().join()
        return
    train(cluster, options)
    if cluster.is_chief():
        export(options)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("interrupted; the last checkpoint is kept", file=sys.stderr)
        sys.exit(130)
