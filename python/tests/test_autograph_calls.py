"""Where conversion is asked for, and where it is not wanted.

The values are those of TensorFlow 2.21, or, where it refuses the program (`refused`), of Python."""

import millrace as mr
from autograph_programs import Programs

programs = Programs()


@programs.gives([50, 1, 5])
def partials():
    import functools

    def g(k, x, m=1):
        if x > k:
            return x * m
        return x

    @mr.function
    def f(x):
        return functools.partial(g, 3, m=10)(x)

    h = mr.function(functools.partial(g, 3))
    return f(mr.constant(5)), f(mr.constant(1)), h(mr.constant(5))


@programs.gives([6, 20])
def do_not_convert():
    @mr.autograph.experimental.do_not_convert
    def g(x):
        return mr.cond(x > 0, lambda: x, lambda: -x)

    @mr.function
    def f(x):
        if x > 10:
            return g(x)
        return g(x) * 2

    return [f(mr.constant(v)) for v in (-3, 20)]


@programs.gives([[6, -3], 10])
def to_graph_eager():
    def g(x):
        if x > 0:
            return x * 2
        return x

    h = mr.autograph.to_graph(g)
    a = h(mr.constant(3)), h(-3)
    with mr.Graph().as_default():
        t = h(mr.constant(5))
        with mr.Session() as s:
            b = s.run(t)
    return a, b


@programs.gives([1, 2, 30, 40])
def map_fn_inside():
    def g(x):
        if x > 2:
            return x * 10
        return x

    @mr.function
    def f(xs):
        return mr.map_fn(g, xs)

    return f(mr.constant([1, 2, 3, 4]))


@programs.gives([[2, 3], [-1]])
def get_concrete():
    @mr.function
    def f(x):
        if mr.reduce_sum(x) > 0:
            return x + 1
        return x

    c = f.get_concrete_function(mr.TensorSpec([None], mr.int32))
    return c(mr.constant([1, 2])), c(mr.constant([-1]))


@programs.gives(3)
def autograph_false():
    @mr.function(autograph=False)
    def f(x):
        return mr.cond(x > 0, lambda: x, lambda: -x)

    return f(mr.constant(-3))


@programs.gives(15)
def nested_functions():
    @mr.function
    def inner(x):
        if x > 0:
            return x * 2
        return x

    @mr.function
    def f(x):
        for _ in mr.range(3):
            x = inner(x) + 1
        return x

    return f(mr.constant(1))


@programs.gives(4.0)
def input_sig_method():
    class M(mr.Module):
        @mr.function(input_signature=[mr.TensorSpec([None], mr.float32)])
        def f(self, x):
            t = 0.0
            for v in x:
                if v > 0:
                    t += v
            return t

    return M().f(mr.constant([1.0, -2.0, 3.0]))


test_programs = programs.test()
