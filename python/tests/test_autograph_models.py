"""Models and training loops with control flow of their own.

The values are those of TensorFlow 2.21, or, where it refuses the program (`refused`), of Python."""

import millrace as mr
from autograph_programs import Programs

programs = Programs()


@programs.gives([[2, 2, 2, 2, 2], 5])
def seq2seq_greedy():
    E = mr.reshape(mr.sin(mr.range(20, dtype=mr.float32)), [5, 4])
    W = mr.transpose(E)

    @mr.function
    def decode(start, max_len):
        tok = start
        out = mr.TensorArray(mr.int32, size=0, dynamic_size=True)
        h = mr.zeros([4])
        i = 0
        while i < max_len:
            h = mr.tanh(h + mr.gather(E, tok))
            tok = mr.argmax(mr.linalg.matvec(W, h, transpose_a=True), output_type=mr.int32)
            if tok == 0:
                break
            out = out.write(i, tok)
            i += 1
        return out.stack(), i

    return decode(mr.constant(2), mr.constant(5))


@programs.gives(
    [[[0.07809, -0.1246, -0.1938], [0.1926, 0.2157, 0.2652]], 0.6355, [1.321, 0.02346, -2.107]]
)
def gru_layer():
    class GRU(mr.Module):
        def __init__(self, n):
            super().__init__()

            def mk(s, k):
                values = mr.cos(mr.range(s[0] * s[1], dtype=mr.float32) * k)
                return mr.Variable(mr.reshape(values, s))

            self.wz, self.wr, self.wh = (
                mk([2 * n, n], 0.1),
                mk([2 * n, n], 0.2),
                mk([2 * n, n], 0.3),
            )
            self.n = n

        @mr.function
        def __call__(self, x, lengths=None):
            h = mr.zeros([mr.shape(x)[0], self.n])
            for t in mr.range(mr.shape(x)[1]):
                xt = x[:, t]
                xh = mr.concat([xt, h], 1)
                z = mr.sigmoid(xh @ self.wz)
                r = mr.sigmoid(xh @ self.wr)
                c = mr.tanh(mr.concat([xt, r * h], 1) @ self.wh)
                new = (1 - z) * h + z * c
                if lengths is not None:
                    h = mr.where(mr.expand_dims(t < lengths, 1), new, h)
                else:
                    h = new
            return h

    g = GRU(3)
    x = mr.reshape(mr.sin(mr.range(24, dtype=mr.float32)), [2, 4, 3])
    with mr.GradientTape() as t:
        loss = mr.reduce_sum(g(x, mr.constant([2, 4])))
    return g(x), loss, [mr.reduce_sum(v) for v in t.gradient(loss, g.trainable_variables)]


@programs.gives([[9, 0.0002684], 1.0, 3])
def early_stopping():
    w = mr.Variable(5.0)
    best = mr.Variable(1e9)
    wait = mr.Variable(0)

    @mr.function
    def train(steps, patience):
        stopped = steps
        for i in mr.range(steps):
            with mr.GradientTape() as t:
                loss = (w - 1.0) ** 2
            g = t.gradient(loss, w)
            w.assign_sub(0.3 * g)
            if loss < best - 1e-3:
                best.assign(loss)
                wait.assign(0)
            else:
                wait.assign_add(1)
                if wait >= patience:
                    stopped = i
                    break
        return stopped, best

    return train(mr.constant(50), mr.constant(3)), w, wait


@programs.gives([3.0, [-0.5, 0.0, 0.9375]])
def epsilon_greedy():
    class Agent(mr.Module):
        def __init__(self):
            super().__init__()
            self.q = mr.Variable([0.0, 0.0, 0.0])
            self.n = mr.Variable([0.0, 0.0, 0.0])

        def act(self, t):
            if t % 4 == 0:
                return t % 3
            return mr.argmax(self.q, output_type=mr.int32)

        @mr.function
        def run(self, steps):
            total = 0.0
            for t in mr.range(steps):
                a = self.act(t)
                r = mr.cast(a, mr.float32) - 1.0
                self.n.scatter_nd_add([[a]], [1.0]) if hasattr(self.n, "scatter_nd_add") else None
                self.q.assign(mr.tensor_scatter_nd_add(self.q, [[a]], [(r - self.q[a]) * 0.5]))
                total += r
            return total

    a = Agent()
    return a.run(mr.constant(12)), a.q


@programs.gives([4.176, 9.826])
def nested_while_grad():
    @mr.function
    def f(x):
        y = x
        for i in mr.range(3):
            j = 0
            while j < i:
                y = y * x
                j += 1
            if y > 4.0:
                y = y / 2.0
        return y

    x = mr.constant(1.7)
    with mr.GradientTape() as t:
        t.watch(x)
        y = f(x)
    return y, t.gradient(y, x)


@programs.gives([16.0, 32.0, 48.0])
def second_order_loop():
    @mr.function
    def f(x):
        with mr.GradientTape() as t2:
            t2.watch(x)
            with mr.GradientTape() as t1:
                t1.watch(x)
                y = x
                for _ in mr.range(3):
                    y = y * x
            g = t1.gradient(y, x)
        return y, g, t2.gradient(g, x)

    return f(mr.constant(2.0))


@programs.gives([[2.0, 0.0], [0.0, 4.0]])
def grads_through_cond_vars():
    a = mr.Variable(2.0)
    b = mr.Variable(3.0)

    @mr.function
    def f(x):
        with mr.GradientTape() as t:
            if x > 0:
                y = a * x
            else:
                y = b * x * x
        return t.gradient(y, [a, b])

    return f(mr.constant(2.0)), f(mr.constant(-2.0))


@programs.gives([2.0, 5.0, 0.0, False])
def variable_in_cond():
    v = mr.Variable(1.0)
    on = mr.Variable(True)

    @mr.function
    def f(x):
        if on:
            v.assign_add(x)
        if not on and x > 1.0:
            v.assign(0.0)
        on.assign(x < 2.0)
        return v + 0.0

    return f(mr.constant(1.0)), f(mr.constant(3.0)), f(mr.constant(3.0)), on


@programs.gives([58.0, 6])
def ds_tuple_nested():
    ds = mr.data.Dataset.from_tensor_slices((([1, 2, 3], [4, 5, 6]), {"w": [1.0, 2.0, 3.0]}))

    @mr.function
    def f(ds):
        s = 0.0
        last = mr.constant(0)
        for (a, b), d in ds:
            if a == 2:
                continue
            s += mr.cast(a * b, mr.float32) * d["w"]
            last = b
        return s, last

    return f(ds)


@programs.gives([32, 3])
def ds_interleaved_zip():
    a = mr.data.Dataset.range(5)
    b = mr.data.Dataset.range(10, 13)

    @mr.function
    def f():
        s = mr.constant(0, mr.int64)
        n = 0
        for x, y in mr.data.Dataset.zip((a, b)):
            s += x * y
            n += 1
        for x, _ in zip(a, b):
            s -= x
        return s, n

    return f()


@programs.gives([4, -1])
def ds_return_inside():
    @mr.function
    def f(ds):
        found = mr.constant(-1, mr.int64)
        for x in ds:
            if x * x > 10:
                found = x
                break
        return found

    return f(mr.data.Dataset.range(100)), f(mr.data.Dataset.range(2))


test_programs = programs.test()
