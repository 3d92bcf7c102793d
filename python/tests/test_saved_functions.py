"""SavedModels of functions that were traced where ops run at once."""

import gc

import millrace as mr
import pytest


class Model(mr.Module):
    def __init__(self):
        super().__init__()
        self.w = mr.Variable([[1.0, 2.0]], name="w")
        self.steps = mr.Variable(4, trainable=False, name="steps")

    @mr.function(input_signature=[mr.TensorSpec([None, 1], mr.float32)])
    def predict(self, x):
        return {"y": mr.matmul(x, self.w) + mr.constant([1.0, 1.0]), "n": self.steps + 1}


def test_saved_and_loaded(tmp_path):
    model = Model()
    model.w.assign([[3.0, 4.0]])
    mr.saved_model.save(model, tmp_path / "m")
    served = mr.saved_model.load(tmp_path / "m")
    predict = served.signatures["serving_default"]
    found = predict(x=mr.constant([[2.0]]))
    assert found["y"].numpy().tolist() == [[7.0, 9.0]]
    assert found["n"].numpy() == 5
    assert predict.structured_input_signature[1]["x"].shape.as_list() == [None, 1]
    with pytest.raises(TypeError, match="x"):
        predict(z=mr.constant([[2.0]]))


def test_objects_come_back(tmp_path):
    model = Model()
    model.parts = [mr.Variable(1.0), {"deep": mr.Variable([2, 3])}]
    model.scaled = mr.function(lambda x, by=2.0: x * by * model.parts[0])
    model.scaled(mr.constant(1.0))
    model.scaled(mr.constant(1.0), by=3.0)
    mr.saved_model.save(model, tmp_path / "m")
    loaded = mr.saved_model.load(tmp_path / "m")
    assert loaded.parts[1]["deep"].numpy().tolist() == [2, 3]
    assert loaded.predict([[2.0]])["y"].numpy().tolist() == [[3.0, 5.0]]
    assert [float(loaded.scaled(5.0)), float(loaded.scaled(5.0, by=3.0))] == [10.0, 15.0]
    with pytest.raises(ValueError, match="Could not find matching concrete function"):
        loaded.scaled(5.0, by=4.0)
    loaded.parts[0].assign(10.0)
    with mr.GradientTape() as tape:
        y = loaded.scaled(mr.constant(1.0))
    assert float(tape.gradient(y, loaded.parts[0])) == 2.0
    assert float(model.scaled(mr.constant(1.0))) == 2.0


def test_a_dictionary_is_an_object_too(tmp_path):
    mr.saved_model.save({"v": mr.Variable(3.0), "more": [mr.Variable(4.0)]}, tmp_path / "m")
    loaded = mr.saved_model.load(tmp_path / "m")
    assert [float(loaded["v"]), float(loaded["more"][0])] == [3.0, 4.0]


def test_a_function_outlives_its_model(tmp_path):
    mr.saved_model.save(Model(), tmp_path / "m")
    loaded = mr.saved_model.load(tmp_path / "m")
    use = mr.function(lambda x, f=loaded.predict: f(x)["y"])
    use.get_concrete_function(mr.TensorSpec([1, 1]))
    del loaded
    gc.collect()
    assert use(mr.constant([[1.0]])).numpy().tolist() == [[2.0, 3.0]]


def test_variables_keep_their_paths(tmp_path):
    model = Model()
    mr.saved_model.save(model, tmp_path / "m", signatures={"p": model.predict})
    names = [n for n, _ in mr.train.list_variables(tmp_path / "m" / "variables" / "variables")]
    assert {"w/.ATTRIBUTES/VARIABLE_VALUE", "steps/.ATTRIBUTES/VARIABLE_VALUE"} <= set(names)


def test_damaged_objects_are_errors(tmp_path):
    mr.saved_model.save(Model(), tmp_path / "m")
    path = tmp_path / "m" / "saved_model.pb"
    data = path.read_bytes()
    for size in range(0, len(data), 97):
        path.write_bytes(data[:size])
        with pytest.raises((mr.errors.OpError, ValueError)):
            mr.saved_model.load(tmp_path / "m")


def test_what_cannot_be_saved(tmp_path):
    with pytest.raises(ValueError, match="input_signature"):
        mr.saved_model.save(mr.Module(), tmp_path / "m", mr.function(lambda x: x))
    table = mr.lookup.StaticHashTable(mr.lookup.KeyValueTensorInitializer(["a"], [1]), 0)
    spec = [mr.TensorSpec([], mr.string)]
    with pytest.raises(ValueError, match="no other resources"):
        mr.saved_model.save(
            mr.Module(), tmp_path / "m", mr.function(table.lookup, input_signature=spec)
        )
