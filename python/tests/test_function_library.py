"""Functions that run at once are known as long as somebody can call them."""

import gc

import millrace as mr
import pytest
from millrace._load import native

Dataset = mr.data.Dataset


def known():
    gc.collect()
    return set(native.eager_library().function_names())


def a_generator():
    spec = mr.TensorSpec([], mr.int32)
    made = Dataset.from_generator(lambda: iter([1, 2]), output_signature=spec)
    assert [int(x) for x in made.map(lambda x: x + 1)] == [2, 3]


def a_loop_in_a_function():
    def count(x):
        for _ in mr.range(x):
            x += 1
        return x

    assert [int(x) for x in Dataset.range(3).map(count)] == [0, 2, 4]


def sparse_batches():
    rows = mr.SparseTensor([[0, 0]], [1.0], [2, 2])
    assert len(list(Dataset.from_tensor_slices(rows).batch(2).unbatch())) == 2


@pytest.mark.parametrize("use", [a_generator, a_loop_in_a_function, sparse_batches])
def test_functions_of_datasets_go_with_them(use):
    before = known()
    use()
    assert known() == before


def test_an_iterator_keeps_what_it_calls():
    before = known()
    iterator = iter(Dataset.range(3).map(lambda x: x * 2).flat_map(Dataset.range))
    gc.collect()
    assert [int(x) for x in iterator] == [0, 1, 0, 1, 2, 3]
    del iterator
    assert known() == before


def test_datasets_in_elements_keep_what_they_call():
    outer = Dataset.range(1, 3).map(lambda n: Dataset.range(n).map(lambda x: x + 10))
    inner = list(outer)
    del outer
    gc.collect()
    assert [[int(x) for x in d] for d in inner] == [[10], [10, 11]]


class Model(mr.Module):
    def __init__(self):
        super().__init__()
        self.v = mr.Variable(3.0)

    @mr.function(input_signature=[mr.TensorSpec([], mr.float32)])
    def scaled(self, x):
        if x > 2.0:
            x = x + 1.0
        return self.v * x


@pytest.fixture
def folder(tmp_path):
    path = str(tmp_path / "model")
    mr.saved_model.save(Model(), path)
    return path


def test_functions_of_models_go_with_them(folder):
    mr.saved_model.load(folder).scaled(1.0)
    before = known()
    model = mr.saved_model.load(folder)
    assert float(model.scaled(3.0)) == 12.0
    assert len(known()) > len(before)
    del model
    assert known() == before


def test_who_calls_a_function_of_a_model_keeps_it(folder):
    scaled = mr.saved_model.load(folder).scaled
    dataset = Dataset.from_tensors(3.0).map(mr.saved_model.load(folder).scaled)
    gc.collect()
    assert float(scaled(3.0)) == 12.0
    assert [float(x) for x in dataset] == [12.0]


def a_step(factor):
    """A function with a loop, a branch and a call of another one."""

    @mr.function
    def squared(x):
        return x * x if factor else x

    @mr.function
    def step(x):
        i = mr.constant(0)
        while i < 2:
            x = squared(x) * factor
            i += 1
        if x > 2.0:
            x = x + 1.0
        return x

    return step


def test_traces_go_with_all_that_is_in_them():
    before, x = known(), mr.constant(1.0)
    for factor in range(100):
        assert float(a_step(factor + 1.0)(x)) > 1 or factor == 0
    assert known() == before


def test_gradients_of_traces_go_with_them():
    before, x = known(), mr.constant(2.0)
    for factor in range(10):
        with mr.GradientTape() as tape:
            tape.watch(x)
            y = a_step(factor + 1.0)(x)
        # y = (x^2 f)^2 f + 1
        assert float(tape.gradient(y, x)) == 4 * 2.0**3 * (factor + 1.0) ** 3
    del tape, y
    assert known() == before


def test_retracing_forgets_the_oldest():
    before = known()

    @mr.function
    def f(x):
        return mr.cond(mr.reduce_sum(x) > 0, lambda: x, lambda: -x)

    for n in range(1, 300):
        f(mr.ones([n]))
        assert n != 128 or len(known() - before) == 128 * 3
    assert len(known() - before) == 128 * 3
    del f
    assert known() == before


def test_a_tape_keeps_what_was_called():
    x = mr.constant(2.0)
    with mr.GradientTape() as outer:
        outer.watch(x)
        with mr.GradientTape() as inner:
            inner.watch(x)
            y = a_step(1.0)(x)
        gc.collect()
        dy = inner.gradient(y, x)
        del inner
        gc.collect()
    assert float(dy) == 32
    assert float(outer.gradient(dy, x)) == 48


def doubled_or_less():
    f = mr.function(lambda x: mr.cond(x > 0, lambda: x * 2, lambda: x - 1))
    concrete = f.get_concrete_function(mr.TensorSpec([], mr.int64))
    return Dataset.range(3).map(lambda x: concrete(x))


def test_a_dataset_keeps_the_trace_it_calls():
    before = known()
    dataset = doubled_or_less()
    gc.collect()
    assert [int(x) for x in dataset] == [-1, 2, 4]
    del dataset
    assert known() == before
