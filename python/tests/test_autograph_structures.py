"""Structures, objects and calls in converted functions.

The values are those of TensorFlow 2.21, or, where it refuses the program (`refused`), of Python."""

import collections
import functools

import millrace as mr
from autograph_programs import Programs

programs = Programs()


@programs.gives([7, 8.0])
def named_tuple_state():
    S = collections.namedtuple("S", "a b")

    @mr.function
    def f(n):
        s = S(mr.constant(0), mr.constant(1.0))
        for i in mr.range(n):
            if i > 1:
                s = S(s.a + i, s.b * 2.0)
            else:
                s = s._replace(a=s.a - 1)
        return s

    return f(mr.constant(5))


@programs.gives({"k": {"z": 3}, "w": [8.0, 16.0]})
def dict_state():
    @mr.function
    def f(n):
        st = {"w": mr.constant([1.0, 2.0]), "k": {"z": mr.constant(0)}}
        for _ in mr.range(n):
            st["w"] = st["w"] * 2.0
            st["k"]["z"] += 1
        return st

    return f(mr.constant(3))


@programs.gives([8, 20])
def obj_attr_loop():
    class Counter:
        def __init__(self):
            self.n = mr.constant(0)
            self.hist = [mr.constant(0)]

    @mr.function
    def f(k):
        c = Counter()
        while c.n < k:
            c.n += 2
            c.hist[0] = c.hist[0] + c.n
        return c.n, c.hist[0]

    return f(mr.constant(7))


@programs.gives(34)
def loop_closure_call():
    @mr.function
    def f(n):
        k = 3

        def g(v):
            return v * k if v > 1 else v + k

        s = 0
        for i in mr.range(n):
            s += g(i)
        return s

    return f(mr.constant(5))


@programs.gives([[3, 3, 5, 9], [-3, -3, 5, 9], {0: 0, 1: 3}])
def cond_in_comprehension():
    @mr.function
    def f(x):
        ys = [x * i if i % 2 else x + i for i in range(4)]
        zs = [y if y > 4 else -y for y in ys]
        return mr.stack(ys), mr.stack(zs), {i: x * i for i in range(2)}

    return f(mr.constant(3))


@programs.gives([12, -3])
def kwargs_call():
    def g(x, *, scale, bias=0, **kw):
        if x > 0:
            return x * scale + bias + sum(kw.values())
        return x

    @mr.function
    def f(x):
        return g(x, scale=2, **{"bias": 1, "q": 5})

    return f(mr.constant(3)), f(mr.constant(-3))


@programs.gives([8, 6])
def property_and_callable():
    class L:
        def __init__(self, k):
            self.k = k

        @property
        def big(self):
            return self.k > 2

        def __call__(self, x):
            if self.big:
                x = x * 2
            if x > 10:
                return x - 10
            return x

    l1, l2 = L(1), L(5)

    @mr.function
    def f(x):
        for layer in (l1, l2):
            x = layer(x)
        return x

    return f(mr.constant(4)), f(mr.constant(8))


@programs.gives(10)
def lru_and_static():
    @functools.lru_cache(None)
    def table(n):
        return tuple(i * i for i in range(n))

    @mr.function
    def f(x):
        s = 0
        for v in table(4):
            if x > v:
                s += v
        return s + x

    return f(mr.constant(5))


@programs.gives([1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
def shapes_static():
    @mr.function(input_signature=[mr.TensorSpec([None, 3])])
    def f(x):
        assert x.shape[1] == 3
        n = x.shape[0] or mr.shape(x)[0]
        if x.shape.rank == 2:
            x = mr.reshape(x, [n * 3])
        return x

    return f(mr.ones([2, 3]))


@programs.gives([[3, 6], [2, 3], [4, 6]])
def map_filter():
    @mr.function
    def f(x):
        return (
            list(map(lambda v: v * x if x > 0 else v, [1, 2])),
            list(filter(lambda v: v > 1, [1, 2, 3])),
            list(map(lambda a, b: a + b, [1, 2], [3, 4])),
        )

    return f(mr.constant(3))


@programs.gives([1, 2, True])
def raise_static():
    @mr.function
    def f(x, mode):
        if mode not in ("a", "b"):
            raise ValueError("bad mode " + mode)
        try:
            return {"a": x}[mode]
        except KeyError:
            return x * 2

    r = [f(mr.constant(1), "a"), f(mr.constant(1), "b")]
    try:
        f(mr.constant(1), "c")
    except ValueError as e:
        r.append("bad mode" in str(e))
    return r


@programs.gives([4, 1, -2, 3])
def starred_return():
    @mr.function
    def f(*xs):
        total = xs[0]
        for x in xs[1:]:
            total = total + x if x > 0 else total
        return (total, *xs)

    return f(*[mr.constant(v) for v in (1, -2, 3)])


@programs.gives(6)
def del_var():
    @mr.function
    def f(x):
        y = x * 2
        if x > 0:
            z = y
        else:
            z = -y
        del y
        return z

    return f(mr.constant(-3))


test_programs = programs.test()
