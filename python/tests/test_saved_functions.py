"""SavedModels of functions that were traced where ops run at once."""

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


def test_variables_keep_their_names(tmp_path):
    model = Model()
    mr.saved_model.save(model, tmp_path / "m", signatures={"p": model.predict})
    names = [n for n, _ in mr.train.list_variables(tmp_path / "m" / "variables" / "variables")]
    assert {"w", "steps"} <= set(names)


def test_what_cannot_be_saved(tmp_path):
    with pytest.raises(ValueError, match="input_signature"):
        mr.saved_model.save(mr.Module(), tmp_path / "m", mr.function(lambda x: x))
    with pytest.raises(ValueError, match="nothing to save"):
        mr.saved_model.save(mr.Module(), tmp_path / "m")
    table = mr.lookup.StaticHashTable(mr.lookup.KeyValueTensorInitializer(["a"], [1]), 0)
    spec = [mr.TensorSpec([], mr.string)]
    with pytest.raises(ValueError, match="variables"):
        mr.saved_model.save(
            mr.Module(), tmp_path / "m", mr.function(table.lookup, input_signature=spec)
        )
