"""Example and SequenceExample: named lists of values, as files of records hold them."""

from millrace.framework.wire import Message


class BytesList(Message):
    """value: a list of bytes."""

    _fields = {"value": (1, ["bytes"])}  # noqa: RUF012


class FloatList(Message):
    """value: a list of numbers, as float32."""

    _fields = {"value": (1, "floats")}  # noqa: RUF012


class Int64List(Message):
    """value: a list of integers."""

    _fields = {"value": (1, "ints")}  # noqa: RUF012


class Feature(Message):
    """One of bytes_list, float_list and int64_list."""

    _oneof = ("bytes_list", "float_list", "int64_list")
    _fields = {  # noqa: RUF012
        "bytes_list": (1, BytesList),
        "float_list": (2, FloatList),
        "int64_list": (3, Int64List),
    }


class Features(Message):
    """feature: {name: Feature}."""

    _fields = {"feature": (1, {"": Feature})}  # noqa: RUF012


class Example(Message):
    """features: the named values of one example."""

    _fields = {"features": (1, Features)}  # noqa: RUF012


class FeatureList(Message):
    """feature: a Feature for each step of a sequence."""

    _fields = {"feature": (1, [Feature])}  # noqa: RUF012


class FeatureLists(Message):
    """feature_list: {name: FeatureList}."""

    _fields = {"feature_list": (1, {"": FeatureList})}  # noqa: RUF012


class SequenceExample(Message):
    """context: values of the whole sequence; feature_lists: values of its steps."""

    _fields = {"context": (1, Features), "feature_lists": (2, FeatureLists)}  # noqa: RUF012
