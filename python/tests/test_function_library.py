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
