"""What events say, read by the field names that TensorFlow's messages and ours have in common."""

import base64


def encode(data):
    return base64.b64encode(data).decode()


def value_fields(value, to_array):
    found = {"tag": value.tag, "kind": value.WhichOneof("value")}
    if value.HasField("metadata"):
        plugin = value.metadata.plugin_data
        found["plugin"] = [plugin.plugin_name, encode(plugin.content), value.metadata.display_name]
    if value.HasField("simple_value"):
        found["value"] = value.simple_value
    elif value.HasField("histo"):
        histo = value.histo
        found["value"] = [histo.min, histo.max, histo.num, histo.sum, histo.sum_squares]
        found["buckets"] = [list(histo.bucket_limit), list(histo.bucket)]
    elif value.HasField("image"):
        image = value.image
        found["value"] = [image.height, image.width, image.colorspace]
        found["bytes"] = encode(image.encoded_image_string)
    elif value.HasField("audio"):
        audio = value.audio
        found["value"] = [audio.sample_rate, audio.num_channels, audio.length_frames]
        found["bytes"] = encode(audio.encoded_audio_string)
    elif value.HasField("tensor"):
        array = to_array(value.tensor)
        strings = array.dtype.kind in "OSU"
        found["value"] = [str(v) for v in array.ravel()] if strings else array.tolist()
    return found


def event_fields(events, to_array):
    """[what each event says]."""
    read = []
    for event in events:
        found = {"step": event.step, "kind": event.WhichOneof("what"), "time": event.wall_time}
        if event.HasField("summary"):
            found["values"] = [value_fields(v, to_array) for v in event.summary.value]
        elif event.HasField("graph_def"):
            found["bytes"] = encode(event.graph_def)
        elif event.HasField("meta_graph_def"):
            found["bytes"] = encode(event.meta_graph_def)
        elif event.HasField("file_version"):
            found["version"] = event.file_version
        elif event.HasField("session_log"):
            log = event.session_log
            found["log"] = [log.status, log.checkpoint_path, log.msg]
        elif event.HasField("tagged_run_metadata"):
            tagged = event.tagged_run_metadata
            found["run"] = [tagged.tag, encode(tagged.run_metadata)]
        read.append(found)
    return read
