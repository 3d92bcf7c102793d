"""Graphs as text, and what steps tell in event files."""

import millrace as mr
import pytest
from millrace._load import native

v1 = mr.compat.v1

# What TensorFlow 2.21's text_format prints of the bytes of small_graph().
TEXT = r"""node {
  name: "c"
  op: "Const"
  attr {
    key: "dtype"
    value {
      type: DT_STRING
    }
  }
  attr {
    key: "value"
    value {
      tensor {
        dtype: DT_STRING
        tensor_shape {
        }
        string_val: "\000a\"b"
      }
    }
  }
}
node {
  name: "x"
  op: "Placeholder"
  input: "^c"
  attr {
    key: "dtype"
    value {
      type: DT_FLOAT
    }
  }
  attr {
    key: "shape"
    value {
      shape {
        dim {
          size: -1
        }
        dim {
          size: 2
        }
      }
    }
  }
}
"""


def small_graph():
    with mr.Graph().as_default() as graph:
        with mr.control_dependencies([mr.constant(b'\x00a"b', name="c").op]):
            v1.placeholder(mr.float32, [None, 2], name="x")
    return graph


def test_graphs_as_text(tmp_path):
    graph = small_graph()
    path = mr.io.write_graph(graph, str(tmp_path / "new"), "graph.pbtxt")
    assert path == str(tmp_path / "new" / "graph.pbtxt")
    with open(path) as f:
        text = f.read()
    assert text.startswith(TEXT)
    assert text[len(TEXT) :].startswith("versions {\n")
    path = mr.io.write_graph(graph.as_graph_def(), str(tmp_path), "graph.pb", as_text=False)
    with open(path, "rb") as f:
        data = f.read()
    assert data == graph.as_graph_def()
    assert native.message_text("GraphDef", data) == text
    with graph.as_default():
        v1.train.export_meta_graph(str(tmp_path / "meta.pbtxt"), as_text=True)
    with open(tmp_path / "meta.pbtxt") as f:
        meta = f.read()
    assert "".join(f"  {line}\n" for line in TEXT.splitlines()) in meta


def test_text_of_what_is_no_message():
    with pytest.raises(mr.errors.DataLossError, match="GraphDef"):
        native.message_text("GraphDef", b"\xff")
    with pytest.raises(mr.errors.NotFoundError, match="Nothing"):
        native.message_text("Nothing", b"")


def traced_step():
    metadata = v1.RunMetadata()
    with mr.Graph().as_default():
        y = mr.add(v1.placeholder_with_default([1.0], [1], name="x"), 2.0, name="y")
        with v1.Session() as session:
            options = v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE)
            session.run(y, options=options, run_metadata=metadata)
    return metadata


def test_run_metadata_as_a_message():
    metadata = traced_step()
    text = native.message_text("RunMetadataProto", metadata.SerializeToString())
    (device,) = metadata.step_stats.dev_stats
    (stats,) = (s for s in device.node_stats if s.node_name == "y")
    assert f'device: "{device.device}"' in text
    for line in (
        'node_name: "y"',
        f'timeline_label: "{stats.timeline_label}"',
        f"all_start_nanos: {stats.all_start_nanos}",
        f"all_end_rel_nanos: {stats.all_end_rel_nanos}",
    ):
        assert f"{line}\n" in text


def events(folder):
    files = sorted(folder.iterdir(), key=lambda f: f.stat().st_mtime_ns)
    return [e for f in files for e in mr.summary.summary_iterator(f)]


def test_run_metadata_in_event_files(tmp_path):
    metadata = traced_step()
    with mr.summary.FileWriter(tmp_path) as writer:
        writer.add_run_metadata(metadata, "step 7", 7)
        with pytest.raises(ValueError, match="already used"):
            writer.add_run_metadata(metadata, "step 7", 8)
        writer.add_run_metadata(metadata.SerializeToString(), "another")
        log = mr.summary.SessionLog(status=mr.summary.SessionLog.CHECKPOINT, checkpoint_path="p-7")
        writer.add_session_log(log, 7)
    first, *found = events(tmp_path)
    assert first.file_version == "brain.Event:2"
    assert [e.step for e in found] == [7, 0, 7]
    assert [e.tagged_run_metadata.tag for e in found] == ["step 7", "another", ""]
    for e in found[:2]:
        assert e.tagged_run_metadata.run_metadata == metadata.SerializeToString()
    assert found[2].session_log.status == mr.summary.SessionLog.CHECKPOINT
    assert found[2].session_log.checkpoint_path == "p-7"


def test_a_writer_opens_again(tmp_path):
    writer = mr.summary.FileWriter(tmp_path)
    writer.add_scalar("a", 1.0, 1)
    writer.reopen()
    writer.add_scalar("a", 2.0, 2)
    writer.close()
    assert len(list(tmp_path.iterdir())) == 2
    assert sorted(e.step for e in events(tmp_path) if e.summary.value) == [1, 2]


def test_graphs_of_the_default_writer(tmp_path):
    graph = small_graph()
    assert not mr.summary.graph(graph)  # there is no writer
    summary = mr.summary.Summary(value=[mr.summary.Summary.Value(tag="a", simple_value=2.5)])
    with mr.summary.create_file_writer(tmp_path).as_default(step=3):
        assert mr.summary.graph(graph)
        assert mr.summary.graph(graph.as_graph_def())
        assert mr.summary.experimental.write_raw_pb(mr.constant(summary.SerializeToString()))
    _, first, second, third = events(tmp_path)
    assert first.graph_def == graph.as_graph_def(add_shapes=True)
    assert second.graph_def == graph.as_graph_def()
    assert third.step == 3
    assert [(v.tag, v.simple_value) for v in third.summary.value] == [("a", 2.5)]
