"""Less common Python in converted functions.

The values are those of TensorFlow 2.21, or, where it refuses the program (`refused`), of Python."""

import millrace as mr
from autograph_programs import Programs

programs = Programs()


@programs.gives([7, 5], refused=True)
def annotated():
    @mr.function
    def f(x: int) -> int:
        if x > 0:
            y: int = x * 2
        else:
            y = -x
        for i in mr.range(2):
            k: int = i * 3
            y += k
        return y

    return f(mr.constant(2)), f(mr.constant(-2))


@programs.gives([7, 0])
def walrus_while():
    @mr.function
    def f(x):
        items = [3, 2, 1, 0]
        s = x
        while (k := items.pop(0)) > 0:
            s += k
        return s, k

    return f(mr.constant(1))


@programs.gives(10)
def imports_inside():
    @mr.function
    def f(x):
        if x > 0:
            import math

            y = x * math.floor(2.5)
        else:
            y = x
        for _ in mr.range(2):
            from math import ceil

            y += ceil(1.2)
        return y

    return f(mr.constant(3))


@programs.gives([9, -3])
def class_inside():
    @mr.function
    def f(x):
        if x > 0:

            class A:
                k = 3

                def m(self, v):
                    return v * self.k

            y = A().m(x)
        else:
            y = x
        return y

    return f(mr.constant(3)), f(mr.constant(-3))


@programs.gives([4, -4])
def lambda_default():
    @mr.function
    def f(x):
        fs = []
        for i in range(3):
            fs.append(lambda v, i=i: v + i if v > 0 else v - i)
        for g in fs:
            x = g(x)
        return x

    return f(mr.constant(1)), f(mr.constant(-1))


@programs.gives([102102, 3004])
def exceptions_flow():
    class E(Exception):
        pass

    @mr.function
    def f(x, bad):
        for i in range(3):
            try:
                if bad and i == 1:
                    raise E("no")
                x = x + i
            except E:
                x = x * 100
                continue
            else:
                if i == 2:
                    break
            finally:
                x = x + 1000
        return x

    return f(mr.constant(1), True), f(mr.constant(1), False)


@programs.gives([3, 3, 4])
def nested_tuple_targets():
    @mr.function
    def f(n):
        a = b = c = mr.constant(0)
        for i in mr.range(n):
            (a, (b, c)) = (i, (a + 1, b + 2))
        return a, b, c

    return f(mr.constant(4))


@programs.gives(9.0)
def slices_in_loop():
    @mr.function
    def f(x):
        s = mr.constant(0.0)
        for i in mr.range(mr.shape(x)[0] - 1):
            w = x[i : i + 2]
            s += mr.reduce_sum(w * mr.constant([1.0, -1.0]))
            if s < -2.0:
                s = mr.abs(s[mr.newaxis])[0]
        return s

    return f(mr.constant([1.0, 3.0, 2.0, 7.0, 4.0]))


@programs.gives([1, 70, 5, 90, 1])
def complex_conditions():
    @mr.function
    def f(x, y=None, flag=False):
        if y is not None and y > x:
            return y
        if flag or x is None:
            return x
        if (x > 5 and not flag) or (y is not None):
            return x * 10
        return x

    return (
        f(mr.constant(1)),
        f(mr.constant(7)),
        f(mr.constant(1), mr.constant(5)),
        f(mr.constant(9), mr.constant(5)),
        f(mr.constant(1), flag=True),
    )


@programs.gives(108)
def shadowed_builtins():
    @mr.function
    def f(x):
        def range(n):
            return [n, n + 1]

        for i in range(3):
            x += i

        def len(v):
            return 100

        return x + len(x)

    return f(mr.constant(1))


@programs.gives([[5, -1, 0], [8, 2, 0]])
def empty_loops():
    @mr.function
    def f(n):
        s = mr.constant(5)
        i = -1
        for i in mr.range(n):
            s += i
        while n > 0:
            n -= 1
        for _ in mr.range(0):
            pass
        return s, i, n

    return f(mr.constant(0)), f(mr.constant(3))


@programs.gives([6, -3])
def scoped_method():
    class M(mr.Module):
        @mr.Module.with_name_scope
        def __call__(self, x):
            if x > 0:
                return x * 2
            return x

    m = M()
    return mr.function(lambda x: m(x))(mr.constant(3)), mr.function(m)(mr.constant(-3))


@programs.gives([3, -1, 15])
def ragged_build():
    @mr.function
    def f(r):
        out = mr.TensorArray(mr.int32, size=3)
        i = 0
        for row in r:
            if mr.size(row) > 1:
                out = out.write(i, mr.reduce_sum(row))
            else:
                out = out.write(i, -1)
            i += 1
        return out.stack()

    return f(mr.ragged.constant([[1, 2], [3], [4, 5, 6]]))


test_programs = programs.test()
