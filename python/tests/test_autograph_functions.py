"""What is converted: functions, methods, lambdas and what they call.

The values are those of TensorFlow 2.21, or, where it refuses the program (`refused`), of Python."""

import millrace as mr
from autograph_programs import Programs

programs = Programs()


def outer_helper(x):
    for _ in mr.range(3):
        if x > 10:
            break
        x = x * 2
    return x


@programs.gives(240)
def recursion_static():
    def fact(n):
        return 1 if n <= 1 else n * fact(n - 1)

    @mr.function
    def f(x):
        return x * fact(5)

    return f(mr.constant(2))


@programs.gives([9, 13, 31])
def recursive_conversion():
    @mr.function
    def f(x):
        return outer_helper(x) + 1

    return [f(mr.constant(1)), f(mr.constant(3)), f(mr.constant(30))]


@programs.gives([9.0, 38.0, 31.0, 5.0, 6.0], refused=True)
def methods():
    class M(mr.Module):
        def __init__(self):
            super().__init__()
            self.v = mr.Variable(1.0)
            self.__secret = 3.0

        def helper(self, x):
            if x > self.__secret:
                return x - self.__secret
            return x

        @staticmethod
        def st(x):
            return x * 2 if x > 1 else x

        @classmethod
        def cl(cls, x):
            return x * 3 if x > 1 else x

        @property
        def prop(self):
            return 5.0

        def __call__(self, x):
            if x > 2:
                self.v.assign_add(x)
            return self.helper(x) + self.v + self.st(x) + self.cl(x) + self.prop

        @mr.function
        def run(self, x):
            return self(x)

    class N(M):
        def helper(self, x):
            y = super().helper(x)
            if y > 1:
                y = super().helper(y) + 1
            return y

    m, n = M(), N()
    return [m.run(mr.constant(1.0)), m.run(mr.constant(5.0)), n.run(mr.constant(4.0)), n.v, m.v]


@programs.gives([6, 3, 4, 2, -3], refused=True)
def lambdas():
    f = mr.function(lambda x: x * 2 if x > 0 else -x)
    g, h = (
        mr.function(lambda x: x + 1 if x > 0 else x),
        mr.function(lambda x: x - 1 if x > 0 else x),
    )
    return [
        f(mr.constant(3)),
        f(mr.constant(-3)),
        g(mr.constant(3)),
        h(mr.constant(3)),
        h(mr.constant(-3)),
    ]


@programs.gives([3, 13])
def inner_functions():
    @mr.function
    def f(x, n):
        def step(v, k=2):
            if v > 10:
                return v
            return v * k

        for _ in mr.range(n):
            x = step(x)
        return (lambda v: v + 1 if v > 10 else v - 1)(x)

    return [f(mr.constant(1), mr.constant(2)), f(mr.constant(3), mr.constant(5))]


@programs.gives([4, 4])
def retracing():
    n = [0]

    @mr.function
    def f(x, k):
        n[0] += 1
        if x > k:
            return x
        return x * 2

    f(mr.constant(1), 2)
    f(mr.constant(5), 2)
    f(mr.constant(5), 3)
    f(mr.constant(5.0), 3.0)
    f(mr.constant(5), mr.constant(3))
    f(mr.constant(5), mr.constant(4))
    return n[0], f.experimental_get_tracing_count()


@programs.gives([2, 42, 201])
def decorators_user():
    import functools

    def twice(fn):
        @functools.wraps(fn)
        def w(*a, **k):
            y = fn(*a, **k)
            if y > 100:
                return y
            return y * 2

        return w

    @twice
    def g(x):
        if x > 10:
            return x + 1
        return x

    @mr.function
    def f(x):
        return g(x)

    return [f(mr.constant(v)) for v in (1, 20, 200)]


@programs.gives(14)
def generators():
    def gen(n):
        for i in range(n):
            yield i * 1

    @mr.function
    def f(x):
        for i in gen(3):
            x = x + i
        return x + sum(i for i in gen(4)) + sum([x * i for i in range(2)])

    return f(mr.constant(1))


test_programs = programs.test()
