"""Tapes and functions of rows within functions.

The values are those of TensorFlow 2.21."""

import millrace as mr
from autograph_programs import Programs

programs = Programs()


@programs.gives([[12.0, 9.0], [0.0, 0.0], {"y": 9.0}])
def persistent_tape():
    x = mr.Variable(3.0)
    y = mr.constant(2.0)

    @mr.function
    def f():
        with mr.GradientTape(persistent=True) as t:
            t.watch(y)
            a = x * x * y
            b = mr.stop_gradient(a) * y
            with t.stop_recording():
                b = b + mr.stop_gradient(a * 5.0)
        return (
            t.gradient(a, [x, y]),
            t.gradient(b, [x, y], unconnected_gradients=mr.UnconnectedGradients.ZERO),
            t.gradient({"a": a, "b": b}, {"y": y}),
        )

    return f()


@programs.gives([[[1.382, 0.0, 0.0], [0.9093, -0.4161, 0.0], [0.1411, 0.0, -0.99]], 0])
def jac():
    @mr.function
    def f(x):
        with mr.GradientTape(persistent=True) as t:
            t.watch(x)
            y = mr.sin(x) * x[0]
        return t.jacobian(y, x), t.batch_jacobian(
            mr.expand_dims(y, 0), mr.expand_dims(x, 0)
        ) if False else 0

    return f(mr.constant([1.0, 2.0, 3.0]))


@programs.gives([[[7.0, 1.0], [4.0, 16.0]], [[51.0, 9.0], [16.0, 72.0]]])
def batch_jac():
    @mr.function
    def f(x):
        with mr.GradientTape() as t:
            t.watch(x)
            y = x * x * mr.reduce_sum(x, 1, keepdims=True)
        return t.batch_jacobian(y, x)

    return f(mr.constant([[1.0, 2.0], [3.0, 4.0]]))


@programs.gives([[6.0, 0.0], [0.0, 12.0]])
def hessian_fn():
    @mr.function
    def f(x):
        with mr.GradientTape() as t2:
            t2.watch(x)
            with mr.GradientTape() as t1:
                t1.watch(x)
                y = mr.reduce_sum(x**3)
            g = t1.gradient(y, x)
        return t2.jacobian(g, x)

    return f(mr.constant([1.0, 2.0]))


@programs.gives([1.0, 1.0])
def custom_grad():
    @mr.custom_gradient
    def clip(x):
        def grad(dy):
            return mr.clip_by_value(dy, -1.0, 1.0)

        return mr.identity(x), grad

    @mr.function
    def f(x):
        with mr.GradientTape() as t:
            t.watch(x)
            y = clip(x) * 5.0
            if y > 1.0:
                y = y * 2.0
        return t.gradient(y, x)

    return f(mr.constant(2.0)), f(mr.constant(-2.0))


@programs.gives([[1, 1, 4], -6, [[1, -2, 3], [2, -4, 6]], [1, 4, 9]])
def scan_map_lambda():
    @mr.function
    def f(x):
        a = mr.scan(lambda acc, v: acc + v if v > 0 else acc, x)
        b = mr.foldl(lambda acc, v: acc * v, x)
        c = mr.map_fn(lambda v: (v, v * 2), x, fn_output_signature=(mr.int32, mr.int32))
        d = mr.vectorized_map(lambda v: v * v, x)
        return a, b, c, d

    return f(mr.constant([1, -2, 3]))


@programs.gives([[4.0, None], [36.0, None], [None], [None]])
def what_is_not_recorded():
    @mr.function
    def f(x, w):
        y = x * 2
        with mr.GradientTape(persistent=True) as t:
            t.watch(x)
            z = y + x * w
            with t.stop_recording():
                q = x * x
            z2 = z * q
        z3 = z * 3.0
        return (
            t.gradient(z, [x, w]),
            t.gradient(z2, [x, y]),
            t.gradient(z3, [x]),
            t.gradient(q, [x]),
        )

    return f(mr.constant(3.0), mr.constant(4.0))


@programs.gives([6.0, None, None, [3.0, 3.0]])
def what_is_not_watched():
    v, w = mr.Variable(2.0), mr.Variable([1.0, 2.0])

    @mr.function
    def f(x):
        a = v * x
        with mr.GradientTape() as t1:
            b = v * a
        with mr.GradientTape() as t2:
            c = x * 5
        with mr.GradientTape(watch_accessed_variables=False) as t3:
            d = w * x
        with mr.GradientTape(watch_accessed_variables=False) as t4:
            t4.watch(w)
            e = w * x
        return t1.gradient(b, v), t2.gradient(c, x), t3.gradient(d, w), t4.gradient(e, w)

    return f(mr.constant(3.0))


@programs.gives([[24.0, 12.0], [6.0], 36.0, 18.0])
def watched_later():
    @mr.function
    def f(x):
        with mr.GradientTape() as t:
            t.watch(x)
            y = x * 2
            t.watch(y)
            z = y * y
        found = t.gradient(z, [x, y])
        with mr.GradientTape() as t:
            t.watch(x)
            y = x * 2
            t.reset()
            t.watch(x)
            z = y * x
        return found, t.gradient(z, [x])

    @mr.function
    def in_a_loop(x, n):
        s = mr.constant(0.0)
        for i in mr.range(n):
            with mr.GradientTape() as t:
                t.watch(x)
                y = x * x * mr.cast(i, mr.float32)
            s += t.gradient(y, x)
        return s

    @mr.function
    def twice(x):
        with mr.GradientTape() as t1:
            t1.watch(x)
            with mr.GradientTape() as t2:
                t2.watch(x)
                y = x**3
            d = t2.gradient(y, x)
        return t1.gradient(d, x)

    x = mr.constant(3.0)
    return *f(x), in_a_loop(x, mr.constant(4)), twice(x)


test_programs = programs.test()
