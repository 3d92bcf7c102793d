"""What decides within expressions, and the builtin functions, on tensors.

The values are those of TensorFlow 2.21, or, where it refuses the program (`refused`), of Python."""

import millrace as mr
from autograph_programs import Programs

programs = Programs()


@programs.gives(
    [
        [True, True, False, True, True, False],
        [False, True, False, True, True, False],
        [False, True, True, False, False, True],
        [False, False, True, False, False, True],
    ]
)
def logical():
    @mr.function
    def f(x, y):
        a = x > 0 and y > 0
        b = x > 0 or y > 0
        c = not x > 0
        d = 0 < x and True
        e = x == 1 or (y == 2 and not b)
        g = x != 1
        return a, b, c, d, e, g

    return [f(mr.constant(a), mr.constant(b)) for a, b in ((1, 1), (1, -1), (-1, 2), (-1, -1))]


@programs.gives([False, False, True])
def lazy_and():
    @mr.function
    def f(x, n):
        return n > 0 and mr.gather(x, n - 1) > 2

    return [f(mr.constant([1, 2, 3]), mr.constant(k)) for k in (0, 1, 3)]


@programs.gives([-1, 10, 20])
def chained():
    @mr.function
    def f(x):
        if 0 < x < 10:
            return x * 2
        return x

    return [f(mr.constant(k)) for k in (-1, 5, 20)]


@programs.gives([-1, 0, 10], refused=True)
def ternary():
    @mr.function
    def f(x):
        y = x * 2 if x > 0 else x * 3
        return y if y > 5 else (mr.constant(0) if y > 0 else mr.constant(-1))

    return [f(mr.constant(k)) for k in (-1, 1, 5)]


@programs.gives([1, 2, 3], refused=True)
def string_cond():
    @mr.function
    def f(s):
        if s == "yes":
            return 1
        elif mr.strings.length(s) > 3:
            return 2
        return 3

    return [f(mr.constant(v)) for v in ("yes", "hello", "no")]


@programs.gives([[-2, -2.7, 2.7, -2.0, 2], [3, 3.0, 3, 3.0, 2]])
def casts():
    @mr.function
    def f(x):
        return int(x), float(x), abs(x), float(int(x)), len([1, 2])

    return f(mr.constant(-2.7)), f(mr.constant(3))


@programs.gives(18)
def varargs():
    @mr.function
    def f(*args, scale=1, **kw):
        s = mr.constant(0)
        for a in args:
            if a > 0:
                s += a
        for k in sorted(kw):
            s += kw[k]
        return s * scale

    return f(mr.constant(1), mr.constant(-4), mr.constant(3), scale=2, z=mr.constant(5))


@programs.gives(24)
def zip_py():
    @mr.function
    def f(xs, ys):
        s = 0
        for a, b in zip([xs, ys], [1, 2]):
            s += mr.reduce_sum(a) * b
        for i, a in enumerate([xs, ys]):
            s += i * mr.reduce_sum(a)
        return s

    return f(mr.constant([1, 2]), mr.constant([3, 4]))


@programs.gives([0, 4, 8])
def py_list_append():
    @mr.function
    def f(x):
        xs = []
        for i in range(3):
            xs.append(x * i)
        return mr.stack(xs)

    return f(mr.constant(4))


test_programs = programs.test()
