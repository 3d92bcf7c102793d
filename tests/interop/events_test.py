"""Event files: TensorFlow and TensorBoard read ours; our record reader reads TensorFlow's."""

import glob

import arrays
import millrace as mr
import numpy as np
import pytest
from event_fields import event_fields

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


IMAGES = np.float32(
    [
        [[[0, 0.5, 1]], [[2, 0.25, 0.125]]],
        [[[-1, 0.5, 0.7]], [[0, 0.25, -0.1]]],
        [[[0, 0, 1e-9]], [[0, 0, 0]]],
        [[[np.nan, 1, 2]], [[3, 4, np.inf]]],
        [[[-200, 100, 12]], [[5, 77, 200]]],
    ]
)


def test_tensorboard_shows_pictures_and_texts(peer, tmp_path):
    grey = np.arange(12, dtype=np.uint8).reshape(1, 3, 4, 1) * 20
    with mr.Graph().as_default(), mr.Session() as session:
        mr.summary.image("grey", mr.constant(grey), max_outputs=1)
        mr.summary.image("coloured", mr.constant(IMAGES), max_outputs=5)
        mr.summary.text("notes", mr.constant(["first", "*second*"]))
        merged = mr.summary.merge_all()
        with mr.summary.FileWriter(tmp_path) as writer:
            writer.add_summary(session.run(merged), 3)
            writer.add_image("at once", grey, 4)
            writer.add_text("at once/text", "hello", 4)
    pictures, texts = peer.show_media(str(tmp_path))
    shown = {t: [(s, arrays.unpack(p)) for s, p in found] for t, found in pictures.items()}
    assert sorted(shown) == [
        "at once/image/0",
        *(f"coloured/image/{i}" for i in range(5)),
        "grey/image",
    ]
    assert shown["grey/image"][0][0] == 3 and shown["at once/image/0"][0][0] == 4
    for tag in ("grey/image", "at once/image/0"):
        assert np.array_equal(shown[tag][0][1], grey[0])
    theirs = peer.scaled_pictures(arrays.pack(IMAGES))
    for i, picture in enumerate(theirs):
        assert np.array_equal(shown[f"coloured/image/{i}"][0][1], arrays.unpack(picture)), i
    assert texts == {"notes": [[3, ["first", "*second*"]]], "at once/text": [[4, ["hello"]]]}


def test_we_read_what_tensorflow_writes(peer, tmp_path):
    peer.write_every_kind(str(tmp_path))
    (path,) = glob.glob(f"{tmp_path}/*tfevents*")
    mine = event_fields(mr.train.summary_iterator(path), np.asarray)
    theirs = peer.describe_events(str(tmp_path))
    assert mine == theirs
    values = [v["kind"] for event in mine for v in event.get("values", ())]
    assert values == ["simple_value", "histo", "image", "audio", "tensor", "tensor"]


def test_tensorflow_reads_what_we_make_by_hand(peer, tmp_path):
    Value = v1.Summary.Value
    histogram = v1.HistogramProto(min=-1, max=2, num=3, sum=1, bucket_limit=[0, 3], bucket=[1, 2])
    text = v1.SummaryMetadata(plugin_data=v1.SummaryMetadata.PluginData(plugin_name="text"))
    summary = v1.Summary(
        value=[
            Value(tag="a", simple_value=0.5),
            Value(tag="b", histo=histogram),
            Value(tag="c", image=v1.Summary.Image(height=1, width=2, encoded_image_string=b"x")),
            Value(tag="d", tensor=np.float32([[1, 2]])),
            Value(tag="e", tensor=np.array(["f", "g"], object), metadata=text),
        ]
    )
    with mr.summary.FileWriter(tmp_path) as writer:
        writer.add_summary(summary, 2**40)
        writer.add_histogram("h", np.float64([1, 2, 2]), 5)
    (path,) = glob.glob(f"{tmp_path}/*tfevents*")
    mine = event_fields(mr.train.summary_iterator(path), np.asarray)
    assert mine == peer.describe_events(str(tmp_path))
    read = next(e for e in mr.train.summary_iterator(path) if e.HasField("summary")).summary
    assert read.SerializeToString() == summary.SerializeToString()
    assert repr(v1.Summary.FromString(summary.SerializeToString())) == repr(read)


def test_damaged_event_files_are_refused(tmp_path):
    with mr.summary.FileWriter(tmp_path) as writer:
        writer.add_scalar("x", 1.0, 1)
    (path,) = glob.glob(f"{tmp_path}/*tfevents*")
    data = open(path, "rb").read()
    cut, flipped = tmp_path / "cut", tmp_path / "flipped"
    cut.write_bytes(data[:-3])
    flipped.write_bytes(data[:-6] + bytes([data[-6] ^ 1]) + data[-5:])
    for damaged in (cut, flipped):
        with pytest.raises(mr.errors.DataLossError):
            list(mr.train.summary_iterator(damaged))
    with pytest.raises(mr.errors.NotFoundError):
        mr.train.summary_iterator(tmp_path / "missing")
    with pytest.raises(mr.errors.DataLossError):
        v1.Summary.FromString(b"\xff")
    for wrong in ({"nonsense": 1}, {"simple_value": 1.0, "tensor": 2}):
        with pytest.raises(ValueError, match="simple_value"):
            v1.Summary.Value(tag="t", **wrong)
    with pytest.raises(TypeError):
        v1.Summary([v1.Summary.Value(tag="t", simple_value="x")]).SerializeToString()
