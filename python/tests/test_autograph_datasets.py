"""Loops over datasets and iterators in functions, and functions of elements.

The values are those of TensorFlow 2.21, or, where it refuses the program (`refused`), of Python."""

import millrace as mr
from autograph_programs import Programs

programs = Programs()


@programs.gives(18)
def dataset_break():
    @mr.function
    def f(ds):
        s = mr.constant(0, mr.int64)
        for x in ds:
            if x == 3:
                continue
            if x > 6:
                break
            s += x
        return s

    return f(mr.data.Dataset.range(100))


@programs.gives(60)
def dataset_nested_epochs():
    @mr.function
    def f(ds, epochs):
        s = mr.constant(0, mr.int64)
        for e in mr.range(epochs):
            for x in ds:
                s += x * mr.cast(e + 1, mr.int64)
        return s

    return f(mr.data.Dataset.range(5), mr.constant(3))


@programs.gives([6, 4, 11])
def iterator_loop():
    @mr.function
    def f(it):
        s = mr.constant(0, mr.int64)
        for x in it:
            s += x
            if s > 5:
                break
        return s

    it = iter(mr.data.Dataset.range(10))
    return [f(it), next(it), f(it)]


@programs.gives([1, 5])
def next_in_function():
    it = iter(mr.data.Dataset.range(10))

    @mr.function
    def f(it):
        a = next(it)
        return a + next(it)

    return [f(it), f(it)]


@programs.gives(210)
def enumerate_ds():
    @mr.function
    def f(ds):
        s = mr.constant(0, mr.int64)
        for i, x in enumerate(ds):
            s += i * x
        for i, (x, y) in enumerate(zip(ds, ds.map(lambda v: v * 10)), start=5):
            s += i * x + y
        return s

    return f(mr.data.Dataset.range(5))


@programs.gives([[0, 1, 20, 3, 40, 5], [1, 40], 29])
def dataset_functions():
    def m(x):
        if x % 2 == 0:
            return x * 10
        return x

    def keep(x):
        if x > 20:
            return True
        return x == 1

    def red(s, x):
        if x > 30:
            return s
        return s + x

    ds = mr.data.Dataset.range(6).map(m)
    return (
        list(ds.as_numpy_iterator()),
        list(ds.filter(keep).as_numpy_iterator()),
        ds.reduce(mr.constant(0, mr.int64), red),
    )


test_programs = programs.test()
