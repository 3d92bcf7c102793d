"""Checkpoints of objects: found again by the names of attributes."""

import os

import millrace as mr
import numpy as np
import pytest


class Model(mr.Module):
    def __init__(self):
        super().__init__()
        self.w = mr.Variable([[1.0, 2.0]], name="w")
        self.layers = [mr.Variable(1.0), mr.Variable(2.0)]
        self.named = {"a.b": mr.Variable(5, dtype=mr.int64)}


def train(model, optimizer):
    optimizer.minimize(lambda: mr.reduce_sum(model.w**2), var_list=[model.w])


def test_saves_under_tensorflows_keys(tmp_path):
    model, optimizer = Model(), mr.train.AdamOptimizer(0.1)
    train(model, optimizer)
    checkpoint = mr.train.Checkpoint(model=model, opt=optimizer)
    prefix = checkpoint.save(tmp_path / "ckpt")
    assert prefix == str(tmp_path / "ckpt-1")
    value = "/.ATTRIBUTES/VARIABLE_VALUE"
    assert [name for name, _ in mr.train.list_variables(prefix)] == sorted(
        [
            "_CHECKPOINTABLE_OBJECT_GRAPH",
            "model/w" + value,
            "model/layers/0" + value,
            "model/layers/1" + value,
            "model/named/a..b" + value,
            "model/w/.OPTIMIZER_SLOT/opt/m" + value,
            "model/w/.OPTIMIZER_SLOT/opt/v" + value,
            "opt/beta1_power" + value,
            "opt/beta2_power" + value,
            "save_counter" + value,
        ]
    )
    assert mr.train.latest_checkpoint(tmp_path) == prefix


def test_restores_variables_and_slots(tmp_path):
    model, optimizer = Model(), mr.train.AdamOptimizer(0.1)
    train(model, optimizer)
    prefix = mr.train.Checkpoint(model=model, opt=optimizer).save(tmp_path / "ckpt")
    other, again = Model(), mr.train.AdamOptimizer(0.1)
    other.w.assign([[0.0, 0.0]])
    checkpoint = mr.train.Checkpoint(model=other, opt=again)
    checkpoint.restore(prefix).assert_consumed()
    np.testing.assert_array_equal(other.w.numpy(), model.w.numpy())
    np.testing.assert_array_equal(
        again.get_slot(other.w, "m").numpy(), optimizer.get_slot(model.w, "m").numpy()
    )
    assert checkpoint.save_counter.numpy() == 1
    train(model, optimizer)
    train(other, again)  # goes on as if nothing had happened
    np.testing.assert_array_equal(other.w.numpy(), model.w.numpy())


def test_says_what_does_not_belong_together(tmp_path):
    prefix = mr.train.Checkpoint(a=mr.Variable(1.0), b=mr.Variable(2.0)).write(tmp_path / "c")
    a = mr.Variable(0.0)
    status = mr.train.Checkpoint(a=a).read(prefix)
    assert a.numpy() == 1
    status.assert_existing_objects_matched()
    with pytest.raises(AssertionError, match=r"b/\.ATTRIBUTES"):
        status.assert_consumed()
    with pytest.raises(AssertionError, match=r"c/\.ATTRIBUTES"):
        mr.train.Checkpoint(c=mr.Variable(0.0)).read(prefix).assert_existing_objects_matched()
    with pytest.raises(ValueError, match="shape"):
        mr.train.Checkpoint(a=mr.Variable([1.0, 2.0])).read(prefix)
    with pytest.raises(mr.errors.NotFoundError):
        mr.train.Checkpoint(a=a).restore(tmp_path / "none")


def test_manager_keeps_the_last_ones(tmp_path):
    v = mr.Variable(0.0)
    manager = mr.train.CheckpointManager(mr.train.Checkpoint(v=v), tmp_path, max_to_keep=2)
    assert manager.restore_or_initialize() is None
    for _ in range(3):
        v.assign_add(1.0)
        manager.save()
    kept = [os.path.basename(p) for p in manager.checkpoints]
    assert kept == ["ckpt-2", "ckpt-3"]
    assert not (tmp_path / "ckpt-1.index").exists()
    w = mr.Variable(0.0)
    again = mr.train.CheckpointManager(mr.train.Checkpoint(v=w), tmp_path, max_to_keep=2)
    assert again.restore_or_initialize() == str(tmp_path / "ckpt-3")
    assert w.numpy() == 3
    assert os.path.basename(again.save()) == "ckpt-4"
    with pytest.raises(ValueError, match="max_to_keep"):
        mr.train.CheckpointManager(mr.train.Checkpoint(v=v), tmp_path, max_to_keep=0)


def test_a_graphs_variables(tmp_path):
    with mr.Graph().as_default():
        v = mr.Variable(3.0)
        checkpoint = mr.train.Checkpoint(v=v)
        with mr.Session() as session:
            session.run(v.initializer)
            prefix = checkpoint.save(tmp_path / "ckpt", session)
            session.run(v.assign(0.0))
            checkpoint.restore(prefix).run_restore_ops(session)
            assert session.run(v) == 3


def test_example_messages():
    example = mr.train.Example(
        features=mr.train.Features(
            feature={
                "x": mr.train.Feature(float_list=mr.train.FloatList(value=[0.5, 2.0])),
                "n": mr.train.Feature(int64_list=mr.train.Int64List(value=[-1, 300])),
                "s": mr.train.Feature(bytes_list=mr.train.BytesList(value=[b"ab"])),
            }
        )
    )
    data = example.SerializeToString()
    # As TensorFlow 2.21 writes it, with the map in the order of its keys.
    assert data.hex() == (
        "0a370a150a016e12101a0e0a0cffffffffffffffffff01ac020a0b0a017312060a040a0261620a110a017812"
        "0c120a0a080000003f00000040"
    )
    again = mr.train.Example.FromString(data)
    assert again == example
    assert list(again.features.feature["n"].int64_list.value) == [-1, 300]
    assert again.features.feature["s"].WhichOneof("kind") == "bytes_list"
    for cut in range(1, len(data)):
        with pytest.raises(ValueError):
            mr.train.Example.FromString(data[:cut])
