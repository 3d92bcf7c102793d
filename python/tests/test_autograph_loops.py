"""Loops over tensors, ranges and conditions in functions, with `break` and `continue`.

The values are those of TensorFlow 2.21, or, where it refuses the program (`refused`), of Python."""

import millrace as mr
from autograph_programs import Programs

programs = Programs()


@programs.gives([111, 0])
def collatz():
    @mr.function
    def f(n):
        c = mr.constant(0)
        while n != 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            c += 1
        return c

    return [f(mr.constant(27)), f(mr.constant(1))]


@programs.gives([3, 5])
def while_else():
    @mr.function
    def f(n, m):
        i = 0
        while i < n:
            if i == m:
                break
            i += 1
        return i

    return [f(mr.constant(5), mr.constant(3)), f(mr.constant(5), mr.constant(9))]


@programs.gives([[0], [44], [128]], refused=True)
def nested_break_continue():
    @mr.function
    def f(n):
        total = 0
        for i in mr.range(n):
            if i % 2 == 0:
                continue
            for j in mr.range(n):
                if j == i:
                    break
                if j % 3 == 0:
                    continue
                total += i * j
            else:
                total += 1000
            if total > 60:
                break
        return (total,)

    return [f(mr.constant(k)) for k in (3, 7, 10)]


@programs.gives(20)
def loop_temp():
    @mr.function
    def f(n):
        s = 0
        for i in mr.range(n):
            t = i * i
            if t > 4:
                u = t
            else:
                u = -t
            s += u
        return s

    return f(mr.constant(5))


@programs.gives([3, 30])
def loop_var_after():
    @mr.function
    def f(n):
        for i in mr.range(n):
            last = i * 10
        return i, last

    return f(mr.constant(4))


@programs.gives([[[9, 6], 5, 3], [[0, 0], 0, 0]])
def tensor_iter():
    @mr.function(input_signature=[mr.TensorSpec([None, 2], mr.int32)])
    def f(x):
        s = mr.zeros([2], mr.int32)
        m = mr.constant(0)
        for row in x:
            s += row
            for v in row:
                m = mr.maximum(m, v)
        return s, m, len(x)

    return [f(mr.constant([[1, 2], [3, 4], [5, 0]])), f(mr.zeros([0, 2], mr.int32))]


@programs.gives(13704)
def range_variants():
    @mr.function
    def f(a, b, c):
        s = 0
        for i in range(a):
            s += i
        for i in range(a, b):
            s += i * 10
        for i in range(b, a, c):
            s += i * 100
        for i in mr.range(a, b, 2):
            s += i * 1000
        for _ in range(3):
            s += 1
        return s

    return f(mr.constant(2), mr.constant(7), mr.constant(-2))


@programs.gives(3.0)
def float_range():
    @mr.function
    def f(a):
        s = 0.0
        for i in mr.range(0.0, a, 0.5):
            s += i
        return s

    return f(mr.constant(2.0))


@programs.gives([6, 4, 9])
def deep_nest():
    @mr.function
    def f(n):
        a = 0
        b = 0
        c = 0
        i = 0
        while i < n:
            j = 0
            while j < i:
                if (i + j) % 2 == 0:
                    a += 1
                    if a > 4:
                        b += j
                elif j > 2:
                    c += i
                j += 1
            i += 1
        return a, b, c

    return f(mr.constant(6))


@programs.gives([55, 89, 10, [1, 2], 55, 56])
def multi_assign():
    @mr.function
    def f(n):
        a, b = 0, 1
        (c, *d) = (n, 1, 2)
        for _ in mr.range(n):
            a, b = b, a + b
        x = y = a
        if y > 3:
            x, y = y, x + 1
        return a, b, c, d, x, y

    return f(mr.constant(10))


@programs.gives([1, 3, 4, 5, 9], refused=True)
def bubble_sort():
    @mr.function
    def f(x):
        n = mr.shape(x)[0]
        swapped = True
        while swapped:
            swapped = False
            for i in mr.range(1, n):
                if x[i - 1] > x[i]:
                    x = mr.tensor_scatter_nd_update(x, [[i - 1], [i]], [x[i], x[i - 1]])
                    swapped = True
        return x

    return f(mr.constant([5, 3, 9, 1, 4]))


@programs.gives([[1.414, 3], [1.0, 0]])
def newton():
    @mr.function
    def f(a):
        x = a
        n = 0
        while mr.abs(x * x - a) > 1e-4:
            x = (x + a / x) / 2.0
            n += 1
        return x, n

    return f(mr.constant(2.0)), f(mr.constant(1.0))


@programs.gives({"a": 3, "i": 2})
def python_loop_stays():
    @mr.function
    def f(x):
        out = {}
        for k, v in {"a": 1, "b": 2}.items():
            if k == "b":
                continue
            out[k] = x * v
        i = 0
        while i < 3:
            i += 1
            if i == 2:
                break
        else:
            out["e"] = x
        out["i"] = i
        return out

    return f(mr.constant(3))


test_programs = programs.test()
