"""Algorithms as Python has them, run in graphs.

The values are those of TensorFlow 2.21, or, where it refuses the program (`refused`), of Python."""

import millrace as mr
from autograph_programs import Programs

programs = Programs()


@programs.gives([36, 35])
def gcd_lcm():
    def gcd(a, b):
        while b != 0:
            a, b = b, a % b
        return a

    @mr.function
    def lcm(a, b):
        return a * b // gcd(a, b)

    return lcm(mr.constant(12), mr.constant(18)), lcm(mr.constant(7), mr.constant(5))


@programs.gives([2, 3, 5, 7, 11, 13, 17, 19, 23, 29])
def primes():
    @mr.function
    def f(n):
        out = mr.TensorArray(mr.int32, size=0, dynamic_size=True)
        c = 0
        for i in mr.range(2, n):
            is_prime = True
            j = 2
            while j * j <= i:
                if i % j == 0:
                    is_prime = False
                    break
                j += 1
            if is_prime:
                out = out.write(c, i)
                c += 1
        return out.stack()

    return f(mr.constant(30))


@programs.gives([[89.0, 55.0], [55.0, 34.0]])
def matrix_power():
    @mr.function
    def f(m, n):
        r = mr.eye(mr.shape(m)[0])
        while n > 0:
            if n % 2 == 1:
                r = r @ m
            m = m @ m
            n //= 2
        return r

    return f(mr.constant([[1.0, 1.0], [1.0, 0.0]]), mr.constant(10))


@programs.gives(
    [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1], [0, 0, 1, 1, 1]]
)
def game_of_life():
    @mr.function
    def step(b, n):
        for _ in mr.range(n):
            nb = mr.zeros_like(b)
            for dx in (-1, 0, 1):
                for dy in (-1, 0, 1):
                    if dx or dy:
                        nb += mr.roll(b, [dx, dy], [0, 1])
            b = mr.cast((nb == 3) | ((b == 1) & (nb == 2)), mr.int32)
        return b

    b = mr.constant([[0] * 5, [0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 1, 1, 1, 0], [0] * 5])
    return step(b, mr.constant(4))


@programs.gives([[[0.0, 0.5], [5.5, 5.0]], [0, 0, 1, 1], 1])
def kmeans():
    @mr.function
    def km(x, c, iters):
        for i in mr.range(iters):  # noqa: B007
            d = mr.reduce_sum((x[:, None] - c[None]) ** 2, -1)
            a = mr.argmin(d, 1)
            new = mr.math.unsorted_segment_mean(x, a, 2)
            if mr.reduce_max(mr.abs(new - c)) < 1e-6:
                break
            c = new
        return c, a, i

    x = mr.constant([[0.0, 0.0], [0.0, 1.0], [5.0, 5.0], [6.0, 5.0]])
    return km(x, mr.constant([[0.0, 0.0], [1.0, 1.0]]), mr.constant(10))


@programs.gives([[9, 1, 2], 10])
def reservoir():
    @mr.function
    def f(xs, k):
        buf = mr.TensorArray(mr.int32, size=k)
        n = 0
        for x in xs:
            if n < k:
                buf = buf.write(n, x)
            elif x % 3 == 0:
                buf = buf.write(x % k, x)
            n += 1
        return buf.stack(), n

    return f(mr.range(10), mr.constant(3))


@programs.gives("hello world")
def string_building():
    @mr.function
    def f(words):
        s = mr.constant("")
        for w in words:
            if mr.strings.length(w) > 2:
                s = mr.strings.join([s, w], separator=" ") if s != "" else w
        return s

    return f(mr.constant(["a", "hello", "to", "world"]))


@programs.gives(["in", "odd", "odd", "out"])
def bool_tensor_ops():
    @mr.function
    def f(x):
        if mr.reduce_all(x > 0) and not mr.reduce_any(x > 10):
            return mr.constant("in")
        elif mr.reduce_any(x > 10) or mr.reduce_all(x == 0):
            return mr.constant("odd")
        else:
            return mr.constant("out")

    return [f(mr.constant(v)) for v in ([1, 2], [1, 11], [0, 0], [-1, 2])]


@programs.gives([2, [3, 2], [0, 1]])
def tensor_index_loop():
    @mr.function
    def f(x):
        i = mr.constant(0)
        while x[i] != 0 and i < 10:
            i += 1
        return i, x[:i], x[i:]

    return f(mr.constant([3, 2, 0, 1]))


@programs.gives([7, -1, 3])
def while_two_conditions():
    @mr.function
    def f(a, b):
        n = 0
        while a > 0 and (b > 0 or n < 2):
            a -= 1
            b -= 2
            n += 1
        return a, b, n

    return f(mr.constant(10), mr.constant(5))


@programs.gives([6, -3])
def interleaved_python_tf():
    @mr.function
    def f(x, layers=3):
        for k in range(layers):
            if k == 1 and x > 2:
                x = x * 2
            for i in mr.range(k):
                x += i
            if k > 1 or x < 0:
                x = x - 1
        return x

    return f(mr.constant(3)), f(mr.constant(-1), layers=2)


@programs.gives([6, 11], refused=True)
def unpack_loops():
    @mr.function
    def f(pairs):
        a = mr.constant(0)
        b = mr.constant(0)
        for p, q in pairs:
            a += p
            if q > p:
                b += q
        return a, b

    return f(mr.constant([[1, 2], [5, 3], [0, 9]]))


@programs.gives([[1, 2, 3], [3, 2, 1], True, True])
def sorted_any_all():
    @mr.function
    def f(x):
        return sorted(x), sorted(x, reverse=True), any([False, True]), all([True])

    return f(mr.constant([3, 1, 2]))


@programs.gives([0.1, 0.2, 0.3, 0.3, 0.3, 0.3, 0.1225, 0.1134])
def clip_and_schedule():
    step = mr.Variable(0, dtype=mr.int64)

    def lr():
        if step < 3:
            return 0.1 * mr.cast(step + 1, mr.float32)
        elif step < 6:
            return mr.constant(0.3)
        else:
            return 0.3 / mr.sqrt(mr.cast(step, mr.float32))

    @mr.function
    def f():
        r = lr()
        step.assign_add(1)
        return r

    return [f() for _ in range(8)]


test_programs = programs.test()
