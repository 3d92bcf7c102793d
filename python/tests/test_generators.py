"""Datasets of Python's generators, and of functions that call Python. What they give is held
against TensorFlow by tests/interop/script_programs.py."""

import gc
import subprocess
import sys
import threading
import weakref

import millrace as mr
import numpy as np
import pytest

Dataset = mr.data.Dataset


def integers(dataset):
    return [int(e) for e in dataset]


def test_datasets_of_datasets_do_not_wait_for_each_other():
    def outer():
        yield from Dataset.from_generator(lambda: iter(range(3)), mr.int64).prefetch(1)

    parts = tuple(Dataset.from_generator(outer, mr.int64).prefetch(1) for _ in range(12))
    total = Dataset.zip(parts).map(lambda *values: mr.add_n(list(values)))
    assert integers(total) == [0, 12, 24]


@pytest.mark.parametrize("threads", [1, 4])
def test_any_number_of_compute_threads(threads):
    program = (
        "import millrace as mr\n"
        "closed = []\n"
        "def numbers():\n"
        "    try: yield from range(5)\n"
        "    finally: closed.append(1)\n"
        "with mr.Graph().as_default(), mr.Session() as session:\n"
        "    made = mr.data.Dataset.from_generator(numbers, mr.int64, [])\n"
        "    made = made.map(lambda x: mr.py_function(lambda v: v * v, [x], mr.int64))\n"
        "    iterator = made.prefetch(1).make_initializable_iterator()\n"
        "    x = iterator.get_next()\n"
        "    for _ in range(2):\n"
        "        session.run(iterator.initializer)\n"
        "        print([int(session.run(x)) for _ in range(3)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"MILLRACE_NUM_THREADS": str(threads), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "[0, 1, 4]\n" * 2), done


def test_a_generator_that_waits_is_left_behind_and_closed_later():
    waits, leave, closed = threading.Event(), threading.Event(), threading.Event()

    def waiting():
        try:
            yield 1
            waits.set()
            leave.wait(30)
            yield 2
        finally:
            closed.set()

    iterator = iter(Dataset.from_generator(waiting, mr.int64).prefetch(2))
    assert int(next(iterator)) == 1
    assert waits.wait(30)
    del iterator
    gc.collect()
    assert not closed.is_set()
    leave.set()
    assert closed.wait(30)


def test_an_iterator_and_its_generator_may_own_each_other():
    class Model:
        def __init__(self):
            made = Dataset.from_generator(self.numbers, mr.int64)
            made = made.map(lambda x: mr.numpy_function(self.twice, [x], mr.int64))
            self.iterator = iter(made.batch(2).prefetch(1))

        def numbers(self):
            yield from range(100)

        def twice(self, x):
            return 2 * x

    model = Model()
    assert next(model.iterator).numpy().tolist() == [0, 2]
    alive = weakref.ref(model)
    del model
    gc.collect()
    assert alive() is None


def test_datasets_made_of_others_keep_their_functions():
    def mapped():
        return Dataset.range(4).map(lambda x: mr.numpy_function(lambda v: v + 1, [x], mr.int64))

    iterator = iter(Dataset.zip((mapped().batch(2), mapped().padded_batch(2, []))).prefetch(1))
    gc.collect()
    assert [(a.numpy().tolist(), b.numpy().tolist()) for a, b in iterator] == [
        ([1, 2], [1, 2]),
        ([3, 4], [3, 4]),
    ]
    options = mr.data.Options()
    assert integers(mapped().with_options(options).take(1)) == [1]
    assert int(mapped().reduce(np.int64(0), lambda a, b: a + b)) == 10


def test_each_iteration_begins_anew():
    begun = []

    def numbers(start):
        begun.append(int(start))
        yield from range(int(start), int(start) + 2)

    made = Dataset.from_generator(numbers, output_types=mr.int64, args=[5])
    a, b = iter(made), iter(made)
    assert [int(next(a)), int(next(b)), int(next(a)), int(next(b))] == [5, 5, 6, 6]
    assert integers(made) == [5, 6]
    assert begun == [5, 5, 5]


def test_errors_name_the_generators_line():
    def failing():
        yield 1
        raise ValueError("the second one")

    iterator = iter(Dataset.from_generator(failing, mr.int64).prefetch(1))
    assert int(next(iterator)) == 1
    with pytest.raises(mr.errors.InvalidArgumentError) as caught:
        next(iterator)
    text = str(caught.value)
    assert f'File "{__file__}", line' in text and "in failing" in text, text
    assert "ValueError: the second one" in text
    with pytest.raises(mr.errors.InvalidArgumentError, match=r"shape \(3,\) where .* shape \(2,\)"):
        list(Dataset.from_generator(lambda: [[1, 2, 3]], mr.int64, [2]))
    with pytest.raises(mr.errors.InvalidArgumentError, match="expected type was uint8"):
        list(Dataset.from_generator(lambda: [-1], mr.uint8))
    with pytest.raises(mr.errors.InvalidArgumentError, match="the expected structure"):
        list(Dataset.from_generator(lambda: [{"b": 1}], {"a": mr.uint8}))


def test_a_function_does_not_end_a_mapped_sequence():
    def stop(x):
        raise StopIteration

    mapped = Dataset.range(3).map(lambda x: mr.numpy_function(stop, [x], mr.int64))
    with pytest.raises(mr.errors.InvalidArgumentError, match="StopIteration"):
        list(mapped)
    assert list(mapped.ignore_errors()) == []


def test_a_generator_that_fails_to_close_warns():
    def stubborn():
        try:
            yield 1
            yield 2
        finally:
            raise RuntimeError("not now")

    iterator = iter(Dataset.from_generator(stubborn, mr.int64))
    assert int(next(iterator)) == 1
    with pytest.warns(RuntimeWarning, match="not now"):
        del iterator
        gc.collect()


def test_a_forked_child_leaves_its_parents_iterators_alone():
    program = (
        "import millrace as mr, os\n"
        "iterator = iter(mr.data.Dataset.range(5).prefetch(1))\n"
        "next(iterator)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    del iterator\n"
        "    os._exit(0)\n"
        "print(os.waitpid(child, 0)[1], int(next(iterator)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 1\n", ""), done
