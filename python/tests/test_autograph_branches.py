"""Decisions on tensors in functions: `if` and early `return`.

The values are those of TensorFlow 2.21, or, where it refuses the program (`refused`), of Python."""

import millrace as mr
from autograph_programs import Programs

programs = Programs()


@programs.gives([-1, 0, 40, 15, 10100], refused=True)
def early_returns():
    @mr.function
    def f(x):
        if x < 0:
            return -1
        elif x == 0:
            return 0
        y = x * 2
        if y > 10:
            y = y + 1
            if y > 20:
                return y * 100
            return y
        return y * 10

    return [f(mr.constant(v)) for v in (-3, 0, 2, 7, 50)]


@programs.gives([[3, {"a": -9}], [4, {"a": 8}]])
def return_tuple():
    @mr.function
    def f(x):
        if x > 0:
            return x, {"a": x * 2}
        return -x, {"a": x * 3}

    return [f(mr.constant(v)) for v in (-3, 4)]


@programs.gives([-1, 0, 8])
def python_if():
    @mr.function
    def f(x, training=False, mode="a", opts=None):
        if training:
            x = x * 2
        if mode == "a":
            x = x + 1
        if opts is None:
            x = x - 3
        elif "k" in opts:
            x = x + opts["k"]
        return x

    return [
        f(mr.constant(1)),
        f(mr.constant(1), training=True),
        f(mr.constant(1), mode="b", opts={"k": 7}),
    ]


@programs.gives([5, -2])
def undefined_temp():
    @mr.function
    def f(x):
        if x > 0:
            t = x * 2
            y = t + 1
        else:
            y = x
        return y

    return [f(mr.constant(2)), f(mr.constant(-2))]


@programs.gives([4, 0, -9], refused=True)
def with_blocks():
    @mr.function
    def f(x):
        with mr.name_scope("a"):
            if x > 0:
                return x * 2
            with mr.name_scope("b"):
                if x < -5:
                    return x
            x = x + 1
        return x * 100

    return [f(mr.constant(v)) for v in (2, -1, -9)]


@programs.gives([8, 7])
def try_blocks():
    @mr.function
    def f(x):
        try:
            if x > 0:
                y = x
            else:
                y = -x
            z = {}["nope"]
        except KeyError:
            z = 5
        finally:
            w = 1
        return y + z + w

    return [f(mr.constant(v)) for v in (2, -1)]


@programs.gives([102, 10], refused=True)
def walrus():
    @mr.function
    def f(x):
        if (y := x * 2) > 5:
            return y
        return y + 100

    return [f(mr.constant(v)) for v in (1, 5)]


@programs.gives(4)
def none_branch():
    @mr.function
    def f(x):
        y = None
        if x > 0:
            z = x
        else:
            z = -x
        if y is None:
            y = z
        return y

    return f(mr.constant(-4))


@programs.gives([[8.0, 12.0], [2.5, 5.0]])
def cond_gradient():
    @mr.function
    def f(x):
        with mr.GradientTape() as t:
            t.watch(x)
            if x > 1:
                y = x**3
            else:
                y = 5 * x
        return y, t.gradient(y, x)

    return [f(mr.constant(2.0)), f(mr.constant(0.5))]


@programs.gives([[12.0, 12.0], [-4.0, 2.0]])
def nested_tape():
    @mr.function
    def f(x):
        with mr.GradientTape() as t2:
            t2.watch(x)
            with mr.GradientTape() as t1:
                t1.watch(x)
                y = x * x * x if x > 0 else x * x
            g = t1.gradient(y, x)
        return g, t2.gradient(g, x)

    return [f(mr.constant(2.0)), f(mr.constant(-2.0))]


test_programs = programs.test()
