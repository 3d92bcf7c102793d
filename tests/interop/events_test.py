"""Event files: TensorFlow and TensorBoard read ours; our record reader reads TensorFlow's."""

import glob

import millrace as mr
import pytest

v1 = mr.compat.v1


def test_tensorflow_and_tensorboard_read_ours(peer, tmp_path):
    with mr.Graph().as_default() as graph, mr.Session() as session:
        loss = v1.placeholder(mr.float32, [], name="loss")
        mr.summary.scalar("loss", loss)
        mr.summary.histogram("spread", mr.stack([loss, loss + 1.0, loss + 5.0]))
        merged = mr.summary.merge_all()
        with mr.summary.FileWriter(tmp_path, graph) as writer:
            for step in range(3):
                writer.add_summary(session.run(merged, {loss: step / 2}), step)
            writer.add_scalar("accuracy", 0.75, 2)
    version, events = peer.read_events(str(tmp_path))
    names = sorted(op.name for op in graph.get_operations())
    assert version == "brain.Event:2"
    assert [event[0] for event in events] == [0, 0, 1, 2, 2]
    assert events[0][2] == names
    assert events[2][1]["loss_1"] == 0.5 and events[4][1] == {"accuracy": 0.75}
    tags = {"__run_graph__": 1, "accuracy": 1, "loss_1": 3, "spread": 3}
    assert peer.load_events(str(tmp_path)) == tags

    scalars, shown, histograms = peer.accumulate_events(str(tmp_path))
    assert scalars == {"loss_1": [[0, 0.0], [1, 0.5], [2, 1.0]], "accuracy": [[2, 0.75]]}
    assert shown == names
    assert histograms == {"spread": [[0, 3.0, 6.0], [1, 3.0, 7.5], [2, 3.0, 9.0]]}


def test_we_read_tensorflows_records(peer, tmp_path):
    peer.write_events(str(tmp_path))
    (path,) = glob.glob(f"{tmp_path}/*tfevents*")
    records = [record.numpy() for record in mr.data.TFRecordDataset(path)]
    assert len(records) == 4 and b"brain.Event:2" in records[0]
    assert all(b"loss" in record for record in records[1:])


def test_a_summary_message_is_taken(peer, tmp_path):
    summary_pb2 = pytest.importorskip("tensorflow.core.framework.summary_pb2")
    value = summary_pb2.Summary.Value(tag="t", simple_value=2.0)
    with mr.summary.FileWriter(tmp_path) as writer:
        writer.add_summary(summary_pb2.Summary(value=[value]), 5)
    assert peer.read_events(str(tmp_path))[1] == [[5, {"t": 2.0}, []]]
