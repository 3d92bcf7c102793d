"""Training throughput on Fashion-MNIST: numpy arrays in, the loss out, at every step.

Plain SGD on the mean softmax cross-entropy; every system starts from the same weights and sees the
same batches, so the first losses agree.
"""

import argparse
import time

import numpy as np
from systems import emit, fashion_mnist, load_system, median, mlp_weights

RATES = {"logreg": 0.1, "mlp": 0.1, "cnn": 0.05}


def initial_weights(model):
    if model == "mlp":
        return mlp_weights()
    if model == "logreg":
        return [np.zeros((784, 10), np.float32), np.zeros(10, np.float32)]
    random = np.random.RandomState(1)
    parameters = []
    for fan_in, shape in (
        (25, (5, 5, 1, 32)),
        (800, (5, 5, 32, 64)),
        (3136, (3136, 1024)),
        (1024, (1024, 10)),
    ):
        parameters.append((random.randn(*shape) * np.sqrt(2.0 / fan_in)).astype(np.float32))
        parameters.append(np.zeros(shape[-1], np.float32))
    return parameters


def logits_of(api, model, p, x):
    nn = api.nn
    if model == "logreg":
        return api.matmul(x, p[0]) + p[1]
    if model == "mlp":
        h = nn.relu(api.matmul(x, p[0]) + p[1])
        h = nn.relu(api.matmul(h, p[2]) + p[3])
        return api.matmul(h, p[4]) + p[5]
    x = api.reshape(x, [-1, 28, 28, 1])
    for i in (0, 2):
        x = nn.relu(nn.bias_add(nn.conv2d(x, p[i], 1, "SAME"), p[i + 1]))
        x = nn.max_pool2d(x, 2, 2, "SAME")
    h = nn.relu(api.matmul(api.reshape(x, [-1, 3136]), p[4]) + p[5])
    return api.matmul(h, p[6]) + p[7]


def make_session_step(api, model):
    """(step(images, labels) -> loss, predict(images) -> logits), through a graph and a session."""
    v1 = api.compat.v1
    graph = api.Graph()
    with graph.as_default():
        x = v1.placeholder(api.float32, [None, 784])
        y = v1.placeholder(api.int32, [None])
        parameters = [
            v1.get_variable(f"p{i}", initializer=value, use_resource=True)
            for i, value in enumerate(initial_weights(model))
        ]
        logits = logits_of(api, model, parameters, x)
        losses = api.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
        loss = api.reduce_mean(losses)
        train = v1.train.GradientDescentOptimizer(RATES[model]).minimize(loss)
        session = v1.Session()
        session.run(v1.global_variables_initializer())

    def step(images, labels):
        return session.run([train, loss], {x: images, y: labels})[1]

    return step, lambda images: session.run(logits, {x: images})


def make_torch_step(model):
    import torch
    import torch.nn.functional as functional

    parameters = [torch.from_numpy(a.copy()) for a in initial_weights(model)]
    if model == "cnn":
        for i in (0, 2):
            parameters[i] = parameters[i].permute(3, 2, 0, 1).contiguous()
    p = [a.requires_grad_() for a in parameters]
    optimizer = torch.optim.SGD(p, lr=RATES[model])

    def dense(h, i):
        return torch.addmm(p[i + 1], h, p[i])

    def forward(x):
        if model == "logreg":
            return dense(x, 0)
        if model == "mlp":
            return dense(functional.relu(dense(functional.relu(dense(x, 0)), 2)), 4)
        x = x.view(-1, 1, 28, 28)
        for i in (0, 2):
            x = functional.relu(functional.conv2d(x, p[i], p[i + 1], padding=2))
            x = functional.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).reshape(-1, 3136)
        return dense(functional.relu(dense(x, 4)), 6)

    def step(images, labels):
        target = torch.from_numpy(labels).long()
        loss = functional.cross_entropy(forward(torch.from_numpy(images)), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    def predict(images):
        with torch.no_grad():
            return forward(torch.from_numpy(images)).numpy()

    return step, predict


def run(model, batch, make_step, system, options):
    images, labels = fashion_mnist("train")
    order = np.random.RandomState(0).permutation(len(images))
    images, labels = images[order], labels[order]
    test_images, test_labels = fashion_mnist("t10k")
    step, predict = make_step(model)

    def step_at(i):
        begin = i % (len(images) // batch) * batch
        return float(step(images[begin : begin + batch], labels[begin : begin + batch]))

    name = f"{model}.b{batch}"
    losses = [step_at(i) for i in range(options.steps)]
    emit("train", system, f"{name}.loss_step1", losses[0], "nats", 1)
    accuracy = float((predict(test_images).argmax(1) == test_labels).mean())
    emit("train", system, f"{name}.test_accuracy", accuracy, "fraction", len(test_labels))
    i = options.steps
    rates = []
    for _ in range(options.repeats):
        steps = 0
        start = time.perf_counter()
        while time.perf_counter() - start < options.seconds:
            step_at(i + steps)
            steps += 1
        rates.append(steps * batch / (time.perf_counter() - start))
        i += steps
    emit("train", system, f"{name}.examples_per_s", median(rates), "1/s", len(rates))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--system", choices=["millrace", "tensorflow", "torch"], required=True)
    parser.add_argument("--models", default="mlp,cnn")
    parser.add_argument("--batches", default="32,128")
    parser.add_argument("--steps", type=int, default=100, help="before the clock starts")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    if options.system == "torch":
        import torch

        system = f"torch-{torch.__version__.partition('+')[0]}-eager"
        make_step = make_torch_step
    else:
        api, system = load_system(options.system)

        def make_step(model):
            return make_session_step(api, model)

    for model in options.models.split(","):
        for batch in map(int, options.batches.split(",")):
            run(model, batch, make_step, system, options)


if __name__ == "__main__":
    main()
