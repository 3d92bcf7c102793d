"""Checkpoints: TensorFlow reads ours, we read TensorFlow's."""

import millrace as mr
import numpy as np
import pytest
from arrays import assert_same, pack_all, samples, unpack_all

v1 = mr.compat.v1


def save(prefix, values, **options):
    with mr.Graph().as_default(), mr.Session() as session:
        for name, array in values.items():
            v1.get_variable(name, initializer=array)
        session.run(mr.global_variables_initializer())
        return mr.train.Saver(**options).save(session, prefix)


def restore(prefix, like):
    """What variables of these names, dtypes and shapes hold after Saver.restore."""
    with mr.Graph().as_default(), mr.Session() as session:
        variables = {}
        for name, array in like.items():
            dtype = "string" if array.dtype.kind in "OS" else array.dtype.name
            variables[name] = v1.get_variable(name, initializer=mr.zeros(array.shape, dtype))
        mr.train.Saver(variables).restore(session, prefix)
        return session.run(variables)


def read(prefix):
    reader = mr.io.load_checkpoint(prefix)
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def test_tensorflow_reads_ours(peer, tmp_path):
    values = samples()
    prefix = save(str(tmp_path / "model.ckpt"), values)
    assert_same(unpack_all(peer.read_checkpoint(prefix)), values)
    assert_same(unpack_all(peer.restore_with_saver(prefix, pack_all(values))), values)


def test_tensorflow_reads_our_shards_and_slices(peer, tmp_path):
    rows = np.arange(35, dtype=np.float32).reshape(7, 5)
    parts = [str(tmp_path / f"part{i}") for i in range(2)]
    names, specs = ["rows", "rows"], ["7 5 0,3:-", "7 5 3,2:-"]
    mr.raw_ops.SaveV2(parts[0], names, specs, [rows[:3], rows[3:5]])
    mr.raw_ops.SaveV2(parts[1], ["rows", "one"], ["7 5 5,2:-", ""], [rows[5:], np.int8(1)])
    prefix = str(tmp_path / "model.ckpt")
    mr.raw_ops.MergeV2Checkpoints(parts, prefix)
    assert len(list(tmp_path.glob("model.ckpt.data-*"))) == 2
    values = {"rows": rows, "one": np.int8(1)}
    assert_same(unpack_all(peer.read_checkpoint(prefix)), values)
    assert_same(read(prefix), values)


@pytest.mark.parametrize("shards", [1, 3])
def test_we_read_tensorflows(peer, tmp_path, shards):
    values = samples()
    prefix = peer.save_with_saver(str(tmp_path / "model.ckpt"), pack_all(values), shards)
    assert len(list(tmp_path.glob("*.data-*"))) == shards
    assert_same(read(prefix), values)
    assert_same(restore(prefix, values), values)


def test_slices(peer, tmp_path):
    rows = np.arange(35, dtype=np.float32).reshape(7, 5)
    values = {"rows": rows, "halves": rows.astype(np.float16)}
    prefix = peer.save_partitioned(str(tmp_path / "model.ckpt"), pack_all(values), 3)
    assert mr.io.list_variables(prefix) == sorted((name, [7, 5]) for name in values)
    assert_same(read(prefix), values)
    assert_same(restore(prefix, values), values)


def test_partitioned_variables(peer, tmp_path):
    """In three parts here, in two there, whole in a third program: one tensor in the checkpoint."""
    rows = np.arange(35, dtype=np.float32).reshape(7, 5)

    def make(value, parts):
        partitioner = v1.fixed_size_partitioner(parts) if parts else None
        v = v1.get_variable("rows", initializer=mr.constant(value), partitioner=partitioner)
        loss = mr.reduce_sum(mr.convert_to_tensor(v))
        return v, mr.train.MomentumOptimizer(1.0, 0.5).minimize(loss)

    with mr.Graph().as_default(), mr.Session() as session:
        _, train = make(rows, 3)
        session.run(mr.global_variables_initializer())
        session.run(train)
        prefix = mr.train.Saver().save(session, str(tmp_path / "model.ckpt"))
    expected = {"rows": rows - 1, "rows/Momentum": np.ones((7, 5), np.float32)}
    assert_same(unpack_all(peer.read_checkpoint(prefix)), expected)
    for parts in (2, None):
        with mr.Graph().as_default(), mr.Session() as session:
            v, _ = make(rows * 0, parts)
            mr.train.Saver().restore(session, prefix)
            assert_same({"rows": session.run(mr.convert_to_tensor(v))}, {"rows": rows - 1})
    with mr.Graph().as_default(), mr.Session() as session:
        make(rows[:5], 2)
        with pytest.raises(ValueError, match=r"\(5, 5\).*\(7, 5\)"):
            mr.train.Saver().restore(session, prefix)


def test_object_based(peer, tmp_path):
    values = {"kernel": np.arange(6, dtype=np.float32).reshape(2, 3), "step": np.int64(7)}
    prefix = peer.save_objects(str(tmp_path / "model"), pack_all(values))
    found = read(prefix)
    del found["_CHECKPOINTABLE_OBJECT_GRAPH"]
    suffix = "/.ATTRIBUTES/VARIABLE_VALUE"
    assert_same(found, {name + suffix: array for name, array in values.items()})


def trained_objects(prefix, restore_from=None):
    """What tensorflow_checkpoints.trained_objects does."""
    model = mr.Module()
    model.w = mr.Variable([[1.0, 2.0]])
    model.parts = [mr.Variable(1.0), {"b": mr.Variable(2, dtype=mr.int64)}]
    optimizer = v1.train.AdamOptimizer(0.1)
    checkpoint = mr.train.Checkpoint(model=model, opt=optimizer)
    status = None if restore_from is None else checkpoint.restore(restore_from)
    optimizer.minimize(lambda: mr.reduce_sum(model.w**2), var_list=[model.w])
    if status is not None:
        status.assert_consumed()
    values = {"w": model.w.numpy(), "m": optimizer.get_slot(model.w, "m").numpy()}
    return checkpoint.save(prefix), values


def test_objects_both_ways(peer, tmp_path):
    """One step here and one there, in either order, is two steps."""
    ours, _ = trained_objects(str(tmp_path / "ours"))
    theirs, _ = peer.trained_objects(str(tmp_path / "theirs"))
    assert set(read(ours)) == set(read(theirs))
    _, expected = trained_objects(str(tmp_path / "second"), ours)
    _, after_theirs = trained_objects(str(tmp_path / "third"), theirs)
    _, after_ours = peer.trained_objects(str(tmp_path / "fourth"), ours)
    for name, array in unpack_all(after_ours).items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-5)
        np.testing.assert_allclose(array, after_theirs[name], rtol=1e-5)
