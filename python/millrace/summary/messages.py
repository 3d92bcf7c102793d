"""Event and Summary: what event files hold, as objects with the fields of TensorFlow's messages."""

from typing import ClassVar

from millrace._load import native, public


class _Message:
    """Fields with defaults, set by keywords and read as attributes."""

    _fields: ClassVar = {}

    @public
    def __init__(self, **fields):
        unknown = sorted(fields.keys() - self._fields.keys())
        if unknown:
            raise ValueError(
                f"{type(self).__name__} has no field {unknown[0]!r}; it has "
                f"{', '.join(self._fields)}"
            )
        for name, default in self._fields.items():
            value = fields.get(name)
            if value is None:
                value = default() if callable(default) else default
            setattr(self, name, value)

    def _tuple(self):
        return tuple(getattr(self, name) for name in self._fields)

    def __eq__(self, other):
        return type(self) is type(other) and repr(self) == repr(other)

    __hash__ = None

    def __repr__(self):
        shown = (f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"{type(self).__name__}({', '.join(shown)})"


class HistogramProto(_Message):
    """How many values fell into each bucket, of which bucket_limit holds the right edges."""

    _fields: ClassVar = {
        "min": 0.0,
        "max": 0.0,
        "num": 0.0,
        "sum": 0.0,
        "sum_squares": 0.0,
        "bucket_limit": list,
        "bucket": list,
    }


class PluginData(_Message):
    """What a plug-in of TensorBoard ("text", "images", ...) is told about a tag."""

    _fields: ClassVar = {"plugin_name": "", "content": b""}


class SummaryMetadata(_Message):
    """How to show the values of a tag."""

    PluginData = PluginData
    _fields: ClassVar = {
        "plugin_data": PluginData,
        "display_name": "",
        "summary_description": "",
        "data_class": 0,
    }

    def _tuple(self):
        return (*self.plugin_data._tuple(), *super()._tuple()[1:])

    @classmethod
    def _of(cls, values):
        name, content, *rest = values
        data = PluginData(plugin_name=name, content=content)
        return cls(**dict(zip(cls._fields, (data, *rest))))

    @public
    def SerializeToString(self):
        """Its bytes."""
        return native.summary_metadata_bytes(self._tuple())


class Image(_Message):
    """A picture as a PNG, JPEG or GIF file. colorspace: 1 grey, 3 RGB, 4 RGBA."""

    _fields: ClassVar = {"height": 0, "width": 0, "colorspace": 0, "encoded_image_string": b""}


class Audio(_Message):
    """A sound as a file. sample_rate is in Hz."""

    _fields: ClassVar = {
        "sample_rate": 0.0,
        "num_channels": 0,
        "length_frames": 0,
        "encoded_audio_string": b"",
        "content_type": "",
    }


class _OneOf:
    """One of several fields, by name; of the others the defaults are read."""

    _kinds: ClassVar = {}

    def _set_content(self, content):
        if len(content) > 1 or content.keys() - self._kinds.keys():
            raise ValueError(
                f"{type(self).__name__} takes one of {', '.join(self._kinds)}, got "
                f"{', '.join(content)}"
            )
        self._kind, self._content = next(iter(content.items()), (None, None))

    def __getattr__(self, name):
        if name not in self._kinds:
            raise AttributeError(f"{type(self).__name__} has no field {name!r}")
        return self._content if name == self._kind else self._kinds[name]()

    @public
    def HasField(self, name):
        """Whether it has this field."""
        if name not in self._kinds:
            raise ValueError(f"{type(self).__name__} has no field {name!r}")
        return name == self._kind

    def WhichOneof(self, oneof):
        """The name of the field that it has, or None."""
        return self._kind

    def _shown(self):
        return "" if self._kind is None else f", {self._kind}={self._content!r}"


class Value(_OneOf):
    """A tag with one of simple_value, image, histo, audio and tensor (an array); of the others the
    defaults are read.

    Attributes:
      metadata: a SummaryMetadata, that of no plug-in if there is none.
    """

    _kinds: ClassVar = {
        "simple_value": float,
        "obsolete_old_style_histogram": bytes,
        "image": Image,
        "histo": HistogramProto,
        "audio": Audio,
        "tensor": lambda: None,
    }

    @public
    def __init__(self, tag="", node_name="", metadata=None, **content):
        self.tag, self.node_name = tag, node_name
        self._metadata = metadata
        self._set_content(content)

    @property
    def metadata(self):
        return SummaryMetadata() if self._metadata is None else self._metadata

    @public
    def HasField(self, name):
        """Whether it has this field."""
        return self._metadata is not None if name == "metadata" else super().HasField(name)

    def _tuple(self):
        content = self._content
        if isinstance(content, _Message):
            content = content._tuple()
        metadata = None if self._metadata is None else self._metadata._tuple()
        return self.tag, self.node_name, metadata, (self._kind, content)

    @classmethod
    def _of(cls, values):
        tag, node_name, metadata, (kind, content) = values
        made = cls(tag, node_name, None if metadata is None else SummaryMetadata._of(metadata))
        message = cls._kinds.get(kind)
        if isinstance(message, type) and issubclass(message, _Message):
            content = message(**dict(zip(message._fields, content)))
        made._kind, made._content = kind, content
        return made

    def __repr__(self):
        return f"Value(tag={self.tag!r}{self._shown()})"


class Summary:
    """Values of one step: Summary(value=[Summary.Value(tag="loss", simple_value=0.5)])."""

    Value, Image, Audio = Value, Image, Audio

    @public
    def __init__(self, value=()):
        self.value = list(value)

    @public
    def SerializeToString(self):
        """Its bytes."""
        return native.summary_bytes([value._tuple() for value in self.value])

    @classmethod
    @public
    def FromString(cls, data):
        """What SerializeToString() gave. DataLossError for other bytes."""
        return cls._of(native.parse_summary(data))

    @classmethod
    def _of(cls, values):
        return cls(map(Value._of, values))

    def __repr__(self):
        return f"Summary(value={self.value!r})"


class SessionLog(_Message):
    """A turn of a training session."""

    STATUS_UNSPECIFIED, START, STOP, CHECKPOINT = range(4)
    _fields: ClassVar = {"status": 0, "checkpoint_path": "", "msg": ""}


class TaggedRunMetadata(_Message):
    """The trace of a step, as serialised RunMetadata."""

    _fields: ClassVar = {"tag": "", "run_metadata": b""}


class Event(_OneOf):
    """One record of an event file: one of file_version, graph_def (bytes), meta_graph_def (bytes),
    summary, session_log and tagged_run_metadata; of the others the defaults are read.

    Attributes:
      wall_time: seconds since 1970.
      step: the global step.
    """

    _kinds: ClassVar = {
        "file_version": str,
        "graph_def": bytes,
        "summary": Summary,
        "session_log": SessionLog,
        "tagged_run_metadata": TaggedRunMetadata,
        "meta_graph_def": bytes,
    }

    @public
    def __init__(self, wall_time=0.0, step=0, **content):
        self.wall_time, self.step = wall_time, step
        self._set_content(content)

    @classmethod
    def _of(cls, values):
        wall_time, step, (kind, content) = values
        if kind == "summary":
            content = Summary._of(content)
        elif kind in ("session_log", "tagged_run_metadata"):
            message = cls._kinds[kind]
            content = message(**dict(zip(message._fields, content)))
        made = cls(wall_time, step)
        made._kind, made._content = kind, content
        return made

    def __repr__(self):
        return f"Event(wall_time={self.wall_time!r}, step={self.step!r}{self._shown()})"


@public
def summary_iterator(path):
    """The Events of an event file. DataLossError where a record is damaged or cut off,
    NotFoundError if there is no such file."""
    reader = native.EventReader(str(path))
    return map(Event._of, iter(reader.read, None))
