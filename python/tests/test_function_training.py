"""Training loops written by hand: modules, optimizers, metrics and gradients within functions.

The values are those of TensorFlow 2.21."""

import millrace as mr
from autograph_programs import Programs

programs = Programs()


@programs.gives([[1.062, 1.383, 1.704], 0.8264, 4, ["b:0", "w:0", "b:0", "w:0"]])
def mlp_training():
    class Dense(mr.Module):
        def __init__(self, i, o, name=None):
            super().__init__(name=name)
            self.w = mr.Variable(
                mr.reshape(mr.sin(mr.range(i * o, dtype=mr.float32)), [i, o]), name="w"
            )
            self.b = mr.Variable(mr.zeros([o]), name="b")

        def __call__(self, x):
            return x @ self.w + self.b

    class MLP(mr.Module):
        def __init__(self, sizes):
            super().__init__()
            self.layers = [Dense(a, b) for a, b in zip(sizes, sizes[1:])]

        @mr.Module.with_name_scope
        def __call__(self, x, training=False):
            for i, layer in enumerate(self.layers):
                x = layer(x)
                if i < len(self.layers) - 1:
                    x = mr.nn.relu(x)
            return x

    m = MLP([4, 8, 3])
    x = mr.cos(mr.reshape(mr.range(40, dtype=mr.float32), [10, 4]))
    y = mr.range(10) % 3
    ds = mr.data.Dataset.from_tensor_slices((x, y)).batch(4)

    @mr.function
    def train_step(x, y, lr):
        with mr.GradientTape() as tape:
            loss = mr.reduce_mean(
                mr.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=m(x, training=True))
            )
        grads = list(tape.gradient(loss, m.trainable_variables))
        norm = mr.linalg.global_norm(grads)
        if norm > 1.0:
            grads = [g / norm for g in grads]
        for v, g in zip(m.trainable_variables, grads):
            v.assign_sub(lr * g)
        return loss

    @mr.function
    def fit(ds, epochs):
        last = mr.constant(0.0)
        for _ in mr.range(epochs):
            total, n = 0.0, 0.0
            for x, y in ds:
                total += train_step(x, y, 0.1)
                n += 1.0
            last = total / n
            if last < 0.01:
                break
        return last

    a = [train_step(x, y, 0.1) for x, y in ds]
    return a, fit(ds, mr.constant(3)), len(m.trainable_variables), [v.name for v in m.variables]


@programs.gives([6.0, 12.0, 1])
def var_creation_once():
    class C(mr.Module):
        def __init__(self):
            super().__init__()
            self.v = None

        @mr.function
        def __call__(self, x):
            if self.v is None:
                self.v = mr.Variable(mr.ones_like(x) * 3.0)
            return x * self.v

    c = C()
    return c(mr.constant(2.0)), c(mr.constant(4.0)), len(c.variables)


@programs.gives([[1, 100], 100])
def control_deps():
    v = mr.Variable(0)

    @mr.function
    def f():
        a = v.assign_add(1)
        with mr.control_dependencies([a]):
            b = v.read_value()
        v.assign(100)
        return b, v.read_value()

    return f(), v


@programs.gives([0.6667, 2, 0.5])
def py_metrics():
    class Acc:
        def __init__(self):
            self.c = mr.Variable(0)
            self.n = mr.Variable(0)

        def update_state(self, y, p):
            ok = mr.equal(mr.argmax(p, -1, output_type=mr.int32), y)
            self.c.assign_add(mr.reduce_sum(mr.cast(ok, mr.int32)))
            self.n.assign_add(mr.size(y))

        def result(self):
            return self.c / self.n

        def reset_states(self):
            for v in (self.c, self.n):
                v.assign(0)

    a = Acc()
    ds = (
        mr.data.Dataset.from_tensor_slices(
            ([0, 1, 2], [[0.9, 0.1, 0.0], [0.1, 0.2, 0.7], [0.0, 0.1, 0.9]])
        )
        .repeat(2)
        .batch(2)
    )

    @mr.function
    def ev(ds):
        for y, p in ds:
            a.update_state(y, p)
        return a.result()

    r = ev(ds)
    a.reset_states()
    return r, a.n, ev(ds.take(1))


@programs.gives([[5.0, 3.2, 1.058], [0.062, 0.124]])
def opt_keras_like():
    class SGD:
        def __init__(self, lr, momentum):
            self.lr, self.m, self.slots = lr, momentum, {}

        def apply_gradients(self, pairs):
            for g, v in pairs:
                if v.ref() not in self.slots:
                    self.slots[v.ref()] = mr.Variable(mr.zeros_like(v))
                s = self.slots[v.ref()]
                s.assign(self.m * s + g)
                v.assign_sub(self.lr * s)

    w = mr.Variable([1.0, 2.0])
    opt = SGD(0.1, 0.9)

    @mr.function
    def step(x):
        with mr.GradientTape() as t:
            loss = mr.reduce_sum((w * x) ** 2)
        opt.apply_gradients([(t.gradient(loss, w), w)])
        return loss

    return [step(mr.constant([1.0, -1.0])) for _ in range(3)], w


@programs.gives([28, 16])
def ds_in_function():
    @mr.function
    def f(n):
        ds = mr.data.Dataset.range(n).map(lambda x: x * 2).filter(lambda x: x > 2).batch(2)
        s = mr.constant(0, mr.int64)
        for b in ds:
            s += mr.reduce_sum(b)
        return s, ds.reduce(mr.constant(0, mr.int64), lambda a, b: a + mr.reduce_max(b))

    return f(mr.constant(6, mr.int64))


@programs.gives([11, 11])
def dict_ds():
    ds = mr.data.Dataset.from_tensor_slices({"x": [1, 2, 3], "y": [4, 5, 6]})

    @mr.function
    def f(ds):
        s = 0
        for e in ds:
            if e["x"] > 1:
                s += e["y"]
        return s

    return f(ds), f(ds.batch(2).unbatch())


@programs.gives([0, 1, 2, 0, 1, 2, 0])
def repeat_take():
    @mr.function
    def f(ds):
        out = mr.TensorArray(mr.int64, size=0, dynamic_size=True)
        for i, x in ds.repeat().enumerate().take(7):
            out = out.write(mr.cast(i, mr.int32), x)
        return out.stack()

    return f(mr.data.Dataset.range(3))


@programs.gives([1.821, 0.7927])
def rng():
    @mr.function
    def f(n):
        s = mr.zeros([2])
        for i in mr.range(n):
            s += mr.random.stateless_uniform([2], seed=[1, i])
        return s

    return f(mr.constant(3))


test_programs = programs.test()
