"""Attributes, items, variables and closures that blocks of converted functions change.

The values are those of TensorFlow 2.21, or, where it refuses the program (`refused`), of Python."""

import millrace as mr
from autograph_programs import Programs

programs = Programs()


@programs.gives([[7, 24], [-37, -120]])
def attributes():
    class Thing:
        pass

    @mr.function
    def f(x):
        o = Thing()
        o.a = 1
        o.d = {"k": x}
        if x > 0:
            o.a = x
            o.d["k"] = x * 2
        else:
            o.a = x * 10
        for i in mr.range(3):
            o.a += i
            o.d["k"] = o.d["k"] + o.a
        return o.a, o.d["k"]

    return [f(mr.constant(4)), f(mr.constant(-4))]


@programs.gives(
    [[[40, 50], [7, 32], {"a": 10, "b": 16}], [[-4, -3], [-1, -32], {"a": 11, "b": -128}]]
)
def list_items():
    @mr.function
    def f(x):
        xs = [x, x + 1]
        for i in range(2):
            if x > 0:
                xs[i] = xs[i] * 10
        t = (x, x)
        for _ in mr.range(3):
            t = (t[0] + 1, t[1] * 2)
        d = dict(a=x, b=x)
        while d["a"] < 10:
            d = {"a": d["a"] + 3, "b": d["b"] * 2}
        return xs, t, d

    return [f(mr.constant(4)), f(mr.constant(-4))]


@programs.gives([2, 1, 100])
def side_effects():
    v = mr.Variable(0)

    @mr.function
    def f(x):
        if x > 0:
            v.assign_add(x)
        else:
            v.assign_sub(1)
        if x > 5:
            v.assign(100)

    f(mr.constant(2))
    a = v.numpy()
    f(mr.constant(-2))
    b = v.numpy()
    f(mr.constant(9))
    return a, b, v


@programs.gives(6)
def global_var():
    global G
    G = 5

    @mr.function
    def f(x):
        global G
        if x > 0:
            y = x + G
        else:
            y = x
        return y

    return f(mr.constant(1))


@programs.gives([-88, 116, 1])
def closures():
    k = mr.constant(3)
    cnt = [0]

    def make(step):
        total = 10

        def f(x):
            nonlocal total
            cnt[0] += 1
            if x > k:
                x = x + step
            else:
                x = x - step
            total += 1
            return x + total

        return f

    g = mr.function(make(100))
    return [g(mr.constant(1)), g(mr.constant(5)), cnt[0]]


@programs.gives([12, 12])
def variable_loop():
    v = mr.Variable(0)

    @mr.function
    def f(n):
        while v < n:
            v.assign_add(3)
        return v.read_value()

    return f(mr.constant(10)), v


@programs.gives([0.0, 2.5])
def metric_module():
    class Mean(mr.Module):
        def __init__(self):
            self.t = mr.Variable(0.0)
            self.n = mr.Variable(0.0)

        @mr.function
        def update(self, xs):
            for x in xs:
                if mr.math.is_nan(x):
                    continue
                self.t.assign_add(x)
                self.n.assign_add(1.0)

        @mr.function
        def result(self):
            if self.n == 0.0:
                return mr.constant(0.0)
            return self.t / self.n

    m = Mean()
    a = m.result()
    m.update(mr.constant([1.0, float("nan"), 4.0]))
    return a, m.result()


@programs.gives([[[28.81, 2], [1.812, 2], [0.05761, 2]], 2.084, 0.784])
def dataset_training():
    w = mr.Variable(0.0)
    b = mr.Variable(0.0)
    ds = mr.data.Dataset.from_tensor_slices(([1.0, 2.0, 3.0, 4.0], [3.0, 5.0, 7.0, 9.0])).batch(2)

    @mr.function
    def epoch(ds):
        loss = mr.constant(0.0)
        steps = 0
        for x, y in ds:
            with mr.GradientTape() as tape:
                loss = mr.reduce_mean((w * x + b - y) ** 2)
            gw, gb = tape.gradient(loss, [w, b])
            w.assign_sub(0.05 * gw)
            b.assign_sub(0.05 * gb)
            steps += 1
        return loss, steps

    r = [epoch(ds) for _ in range(3)]
    return r, w, b


test_programs = programs.test()
