"""Single float32 kernels, called where ops run at once, on all cores: GFLOP/s, or GB/s of each
operand read once and each result written once.
"""

import argparse

import numpy as np
from systems import emit, load_system, measure, median

RANDOM = np.random.RandomState(0)


def uniform(*shape):
    return RANDOM.rand(*shape).astype(np.float32)


def products(api):
    """name: (call, floating-point operations)"""
    raw = api.raw_ops
    found = {}
    for m, k, n in ((512, 512, 512), (1024, 1024, 1024), (2048, 2048, 2048), (32, 784, 512)):
        a, b = api.constant(uniform(m, k)), api.constant(uniform(k, n))
        call = lambda a=a, b=b: raw.MatMul(a=a, b=b)  # noqa: E731
        found[f"matmul_{m}x{k}x{n}"] = call, 2 * m * k * n
    x, w = api.constant(uniform(8, 56, 56, 64)), api.constant(uniform(3, 3, 64, 64))
    conv = {"strides": [1] * 4, "padding": "SAME"}
    work = 2 * 8 * 56 * 56 * 64 * 64 * 9
    shape_x, shape_w = [8, 56, 56, 64], [3, 3, 64, 64]
    found["conv2d"] = lambda: raw.Conv2D(input=x, filter=w, **conv), work
    found["conv2d_grad_input"] = (
        lambda: raw.Conv2DBackpropInput(input_sizes=shape_x, filter=w, out_backprop=x, **conv),
        work,
    )
    found["conv2d_grad_filter"] = (
        lambda: raw.Conv2DBackpropFilter(input=x, filter_sizes=shape_w, out_backprop=x, **conv),
        work,
    )
    return found


def passes(api):
    """name: (call, bytes)"""
    raw = api.raw_ops
    s, m, bias = (api.constant(uniform(*shape)) for shape in ((1024, 1000), (1024, 1024), (1024,)))
    u, v, q = (api.constant(uniform(*shape)) for shape in ((10**6,), (10**6,), (2048, 2048)))
    x = api.constant(uniform(8, 56, 56, 64))
    table = api.constant(uniform(10**6, 64))
    rows = api.constant(RANDOM.randint(0, 10**6, 10**5).astype(np.int32))
    million = 4 << 20  # bytes of m
    return {
        "softmax_1024x1000": (lambda: raw.Softmax(logits=s), 8 * 1024 * 1000),
        "reduce_sum_1024x1024": (lambda: api.reduce_sum(m), million),
        "reduce_sum_axis0_1024x1024": (lambda: api.reduce_sum(m, 0), million),
        "reduce_sum_axis1_1024x1024": (lambda: api.reduce_sum(m, 1), million),
        "reduce_max_axis1_1024x1024": (lambda: api.reduce_max(m, 1), million),
        "moments_axis1_1024x1024": (lambda: api.nn.moments(m, 1), million),
        "add_1e6": (lambda: raw.AddV2(x=u, y=v), 12e6),
        "mul_1e6": (lambda: raw.Mul(x=u, y=v), 12e6),
        "tanh_1e6": (lambda: raw.Tanh(x=u), 8e6),
        "bias_add_1024x1024": (lambda: raw.BiasAdd(value=m, bias=bias), 2 * million),
        "gather_1e5_rows_of_64": (lambda: api.gather(table, rows), 2 * 1e5 * 256),
        "transpose_2048x2048": (lambda: api.transpose(q), 8 * 2048**2),
        "transpose_nhwc_nchw": (lambda: api.transpose(x, [0, 3, 1, 2]), 8 * 8 * 56 * 56 * 64),
    }


def updates(api):
    """name: (call, bytes), of variables of ten million elements."""
    raw = api.raw_ops
    p, m, v = (api.Variable(uniform(10**7)) for _ in range(3))
    gradient = api.constant(uniform(10**7))
    half, rate = api.constant(np.float32(0.9)), api.constant(np.float32(1e-3))
    adam = {
        "beta1_power": half,
        "beta2_power": half,
        "lr": rate,
        "beta1": half,
        "beta2": api.constant(np.float32(0.999)),
        "epsilon": api.constant(np.float32(1e-8)),
        "grad": gradient,
    }
    moments = {"m": m.handle, "v": v.handle}
    return {
        "adam_1e7": (lambda: raw.ResourceApplyAdam(var=p.handle, **moments, **adam), 28e7),
        "sgd_1e7": (
            lambda: raw.ResourceApplyGradientDescent(var=p.handle, alpha=rate, delta=gradient),
            12e7,
        ),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--system", choices=["millrace", "tensorflow"], required=True)
    parser.add_argument("--only", default="", help="a part of the names")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.1, help="of one repeat, about")
    options = parser.parse_args()
    api, system = load_system(options.system, eager=True)
    for make, unit in ((products, "GFLOP/s"), (passes, "GB/s"), (updates, "GB/s")):
        for name, (call, work) in make(api).items():
            if options.only not in name:
                continue
            seconds = measure(call, options.repeats, options.seconds)
            emit("kernels", system, name, work / median(seconds) / 1e9, unit, len(seconds))


if __name__ == "__main__":
    main()
