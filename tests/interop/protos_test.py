"""Our .proto files against TensorFlow's: each field has its number, type, label and packing."""

import importlib
import pathlib
import subprocess

import pytest

descriptor_pb2 = pytest.importorskip("google.protobuf.descriptor_pb2")
pytest.importorskip("tensorflow")

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Files that no public format or client knows.
OURS_ALONE = {"master_service", "worker_service"}

# Files and TensorFlow's modules that describe the same bytes.
PEERS = {
    "attr_value": "framework.attr_value",
    "cluster": "protobuf.cluster",
    "config": "protobuf.config",
    "device_filters": "protobuf.device_filters",
    "event": "util.event",
    "example": "example.example",
    "full_type": "framework.full_type",
    "function": "framework.function",
    "graph": "framework.graph",
    "graph_debug_info": "framework.graph_debug_info",
    "histogram": "framework.summary",
    "meta_graph": "protobuf.meta_graph",
    "node_def": "framework.node_def",
    "op_def": "framework.op_def",
    "reader_base": "framework.reader_base",
    "resource_handle": "framework.resource_handle",
    "saved_model": "protobuf.saved_model",
    "saved_object_graph": "protobuf.saved_object_graph",
    "saver": "protobuf.saver",
    "step_stats": "framework.step_stats",
    "struct": "protobuf.struct",
    "summary": "framework.summary",
    "tensor": "framework.tensor",
    "tensor_bundle": "protobuf.tensor_bundle",
    "tensor_shape": "framework.tensor_shape",
    "tensor_slice": "framework.tensor_slice",
    "tensorflow_server": "protobuf.tensorflow_server",
    "trackable_object_graph": "protobuf.trackable_object_graph",
    "types": "framework.types",
    "variable": "framework.variable",
    "versions": "framework.versions",
}

# Messages whose names here differ, because the runtime's own structs have those names.
RENAMED = {
    "RunOptionsProto": "RunOptions",
    "RunMetadataProto": "RunMetadata",
    "SavedFunctionSpec": "FunctionSpec",
}


def flatten(files, package):
    """Messages and enums of a file set by their names without the package."""
    messages, enums = {}, {}

    def walk(prefix, message):
        name = prefix + message.name
        messages[name] = message
        for enum in message.enum_type:
            enums[name + "." + enum.name] = enum
        for nested in message.nested_type:
            walk(name + ".", nested)

    for file in files:
        if file.package != package:
            continue
        for enum in file.enum_type:
            enums[enum.name] = enum
        for message in file.message_type:
            walk("", message)
    return messages, enums


def their_name(name):
    first, dot, rest = name.partition(".")
    return RENAMED.get(first, first) + dot + rest


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    out = tmp_path_factory.mktemp("protos") / "set"
    sources = [f"protos/{name}.proto" for name in sorted(PEERS)]
    subprocess.run(["protoc", "-I.", f"--descriptor_set_out={out}", *sources], cwd=ROOT, check=True)
    return flatten(descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file, "millrace")


@pytest.fixture(scope="module")
def theirs():
    files = {}

    def add(file):
        if file.name not in files:
            files[file.name] = descriptor_pb2.FileDescriptorProto()
            file.CopyToProto(files[file.name])
            for dependency in file.dependencies:
                add(dependency)

    for module in sorted(set(PEERS.values())):
        add(importlib.import_module(f"tensorflow.core.{module}_pb2").DESCRIPTOR)
    return flatten(files.values(), "tensorflow")


def is_packed(field, syntax_is_proto3):
    if field.options.HasField("packed"):
        return field.options.packed
    kind = descriptor_pb2.FieldDescriptorProto
    scalar = field.type not in (kind.TYPE_STRING, kind.TYPE_BYTES, kind.TYPE_MESSAGE)
    return syntax_is_proto3 and scalar and field.label == kind.LABEL_REPEATED


def describe(message, field, name_of):
    """What decides a field's bytes and meaning."""
    oneof = ""
    if field.HasField("oneof_index") and not field.proto3_optional:
        oneof = message.oneof_decl[field.oneof_index].name
    return {
        "number": field.number,
        "type": field.type,
        "label": field.label,
        "type_name": name_of(field.type_name),
        "oneof": oneof,
        "packed": is_packed(field, syntax_is_proto3=True),
    }


def test_every_proto_has_a_peer_or_is_ours():
    assert {path.stem for path in (ROOT / "protos").glob("*.proto")} - OURS_ALONE == set(PEERS)


def test_fields(ours, theirs):
    messages, _ = ours
    peers, _ = theirs
    differences = []
    compared = 0
    for name, message in messages.items():
        peer = peers.get(their_name(name))
        if peer is None:
            differences.append(f"{name}: TensorFlow has no such message")
            continue
        peer_fields = {field.name: field for field in peer.field}
        for field in message.field:
            compared += 1
            if field.name not in peer_fields:
                differences.append(f"{name}.{field.name}: TensorFlow has no such field")
                continue
            mine = describe(message, field, lambda n: their_name(n.replace(".millrace.", "")))
            other = describe(peer, peer_fields[field.name], lambda n: n.replace(".tensorflow.", ""))
            if mine != other:
                differences.append(f"{name}.{field.name}: {mine} here, {other} there")
    assert not differences, "\n".join(differences)
    assert compared > 400


def test_enums(ours, theirs):
    _, enums = ours
    _, peers = theirs
    for name, enum in enums.items():
        mine = {value.name: value.number for value in enum.value}
        other = {value.name: value.number for value in peers[their_name(name)].value}
        assert mine == other, name


# Messages of which only the fields that are honoured are here.
PARTIAL = {
    "CallableOptions",
    "ConfigProto",
    "ConfigProto.Experimental",
    "GPUOptions",
    "GraphOptions",
    "OptimizerOptions",
    "RunMetadataProto",
    "RunOptionsProto",
}


def test_messages_are_whole(ours, theirs):
    messages, _ = ours
    peers, _ = theirs
    for name, message in messages.items():
        if name not in PARTIAL:
            missing = {f.name for f in peers[their_name(name)].field} - {
                f.name for f in message.field
            }
            assert not missing, name
