"""SavedModels and event files, read back by ourselves (tests/interop has TensorFlow read them)."""

import os

import millrace as mr
import numpy as np
import pytest
from millrace.compat import v1


def save_model(folder):
    with mr.Graph().as_default(), mr.Session() as session:
        x = v1.placeholder(mr.float32, [None, 2], name="x")
        w = mr.Variable([[1.0], [2.0]], name="w")
        y = mr.matmul(x, w, name="y")
        session.run(mr.global_variables_initializer())
        session.run(w.assign([[3.0], [4.0]]).op)
        mr.saved_model.simple_save(session, folder, {"image": x}, {"score": y})


def test_saved_model_there_and_back(tmp_path):
    folder = str(tmp_path / "export" / "1")
    save_model(folder)
    assert mr.saved_model.contains_saved_model(folder)
    assert sorted(os.listdir(folder)) == ["saved_model.pb", "variables"]
    assert os.listdir(tmp_path / "export") == ["1"]
    with mr.Graph().as_default(), mr.Session() as session:
        model = mr.saved_model.load(session, ["serve"], folder)
        found = model.run({"image": np.array([[1.0, 1.0]], np.float32)})
        assert found["score"].tolist() == [[7.0]]
        with pytest.raises(ValueError, match="image"):
            model.run({"wrong": 1})
        with pytest.raises(ValueError, match="serving_default"):
            model.run({}, "other")


def test_what_cannot_be_saved_or_loaded(tmp_path):
    folder = str(tmp_path / "m")
    save_model(folder)
    with pytest.raises(AssertionError, match="not empty"):
        save_model(folder)
    with mr.Graph().as_default(), mr.Session() as session:
        with pytest.raises(mr.errors.NotFoundError):
            mr.saved_model.load(session, ["train"], folder)
        with pytest.raises(mr.errors.NotFoundError):
            mr.saved_model.load(session, ["serve"], str(tmp_path / "none"))
    (tmp_path / "m" / "saved_model.pb").write_bytes(b"\xff\xff\xff")
    with mr.Graph().as_default(), mr.Session() as session:
        with pytest.raises(mr.errors.DataLossError):
            mr.saved_model.load(session, ["serve"], folder)


def test_event_files(tmp_path):
    with mr.Graph().as_default() as graph, mr.Session() as session:
        loss = v1.placeholder(mr.float32, [])
        mr.summary.scalar("loss", loss)
        merged = mr.summary.merge_all()
        with mr.summary.FileWriter(tmp_path, graph) as writer:
            for step in range(3):
                writer.add_summary(session.run(merged, {loss: 0.5 * step}), step)
            writer.add_scalar("accuracy", 0.75, 2)
    (name,) = os.listdir(tmp_path)
    assert name.startswith("events.out.tfevents.")
    data = (tmp_path / name).read_bytes()
    assert b"loss" in data and b"accuracy" in data and b"Placeholder" in data
