#include "python/native/summary_message.h"

#include <string>

#include "core/tensor/tensor_codec.h"
#include "python/native/array.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

template <typename Doubles>
PyObject* FromDoubles(const Doubles& values) {
  PyRef list = PyRef::Steal(PyList_New(0));
  for (const double v : values) {
    PyRef item = PyRef::Steal(PyFloat_FromDouble(v));
    if (!item || PyList_Append(list.get(), item.get()) != 0) return nullptr;
  }
  return list.Release();
}

PyObject* FromMetadata(const SummaryMetadata& m) {
  return Py_BuildValue("(NNNNi)", FromString(m.plugin_data().plugin_name()),
                       FromBytes(m.plugin_data().content()), FromString(m.display_name()),
                       FromString(m.summary_description()), static_cast<int>(m.data_class()));
}

PyObject* FromHistogram(const HistogramProto& h) {
  return Py_BuildValue("(dddddNN)", h.min(), h.max(), h.num(), h.sum(), h.sum_squares(),
                       FromDoubles(h.bucket_limit()), FromDoubles(h.bucket()));
}

PyObject* FromTensorProto(const TensorProto& proto) {
  absl::StatusOr<Tensor> tensor = TensorFromProto(proto);
  if (!tensor.ok()) return Raise(absl::DataLossError(tensor.status().message()));
  return ArrayFromTensor(*std::move(tensor));
}

PyObject* FromContent(const Summary::Value& v) {
  switch (v.value_case()) {
    case Summary::Value::kSimpleValue:
      return Py_BuildValue("(sd)", "simple_value", static_cast<double>(v.simple_value()));
    case Summary::Value::kImage:
      return Py_BuildValue("(s(iiiN))", "image", v.image().height(), v.image().width(),
                           v.image().colorspace(), FromBytes(v.image().encoded_image_string()));
    case Summary::Value::kHisto:
      return Py_BuildValue("(sN)", "histo", FromHistogram(v.histo()));
    case Summary::Value::kAudio:
      return Py_BuildValue("(s(dLLNN))", "audio", static_cast<double>(v.audio().sample_rate()),
                           static_cast<long long>(v.audio().num_channels()),
                           static_cast<long long>(v.audio().length_frames()),
                           FromBytes(v.audio().encoded_audio_string()),
                           FromString(v.audio().content_type()));
    case Summary::Value::kTensor:
      return Py_BuildValue("(sN)", "tensor", FromTensorProto(v.tensor()));
    case Summary::Value::kObsoleteOldStyleHistogram:
      return Py_BuildValue("(sN)", "obsolete_old_style_histogram",
                           FromBytes(v.obsolete_old_style_histogram()));
    default:
      return Py_BuildValue("(OO)", Py_None, Py_None);
  }
}

bool ToMetadata(PyObject* o, SummaryMetadata* m) {
  PyObject *plugin, *content, *display, *description;
  int data_class;
  std::string text;
  if (!PyArg_ParseTuple(o, "OOOOi", &plugin, &content, &display, &description, &data_class) ||
      !ToString(plugin, &text)) {
    return false;
  }
  m->mutable_plugin_data()->set_plugin_name(text);
  if (!ToString(content, m->mutable_plugin_data()->mutable_content())) return false;
  if (!ToString(display, m->mutable_display_name())) return false;
  if (!ToString(description, m->mutable_summary_description())) return false;
  m->set_data_class(static_cast<DataClass>(data_class));
  return true;
}

bool ToHistogram(PyObject* o, HistogramProto* h) {
  double min, max, num, sum, squares;
  PyObject *limits, *counts;
  if (!PyArg_ParseTuple(o, "dddddOO", &min, &max, &num, &sum, &squares, &limits, &counts))
    return false;
  h->set_min(min);
  h->set_max(max);
  h->set_num(num);
  h->set_sum(sum);
  h->set_sum_squares(squares);
  const auto append = [](google::protobuf::RepeatedField<double>* to) {
    return [to](PyObject* item) {
      const double v = PyFloat_AsDouble(item);
      if (v == -1 && PyErr_Occurred()) return false;
      to->Add(v);
      return true;
    };
  };
  return ForEach(limits, "bucket_limit is a list of numbers", append(h->mutable_bucket_limit())) &&
         ForEach(counts, "bucket is a list of numbers", append(h->mutable_bucket()));
}

bool ToImage(PyObject* o, Summary::Image* image) {
  int height, width, colorspace;
  PyObject* bytes;
  if (!PyArg_ParseTuple(o, "iiiO", &height, &width, &colorspace, &bytes) ||
      !ToString(bytes, image->mutable_encoded_image_string())) {
    return false;
  }
  image->set_height(height);
  image->set_width(width);
  image->set_colorspace(colorspace);
  return true;
}

bool ToAudio(PyObject* o, Summary::Audio* audio) {
  float rate;
  long long channels, frames;
  PyObject *bytes, *content_type;
  if (!PyArg_ParseTuple(o, "fLLOO", &rate, &channels, &frames, &bytes, &content_type) ||
      !ToString(bytes, audio->mutable_encoded_audio_string()) ||
      !ToString(content_type, audio->mutable_content_type())) {
    return false;
  }
  audio->set_sample_rate(rate);
  audio->set_num_channels(channels);
  audio->set_length_frames(frames);
  return true;
}

bool ToTensorProto(PyObject* o, TensorProto* proto) {
  Tensor tensor;
  if (!TensorFromPython(o, DType::kInvalid, Memory::kLend, &tensor)) return false;
  absl::Status status = TensorToProto(tensor, proto);
  return status.ok() || Raise(status) != nullptr;
}

bool ToContent(const std::string& field, PyObject* content, Summary::Value* v) {
  if (field == "simple_value") {
    const double value = PyFloat_AsDouble(content);
    if (value == -1 && PyErr_Occurred()) return false;
    v->set_simple_value(static_cast<float>(value));
    return true;
  }
  if (field == "image") return ToImage(content, v->mutable_image());
  if (field == "histo") return ToHistogram(content, v->mutable_histo());
  if (field == "audio") return ToAudio(content, v->mutable_audio());
  if (field == "tensor") return ToTensorProto(content, v->mutable_tensor());
  if (field == "obsolete_old_style_histogram")
    return ToString(content, v->mutable_obsolete_old_style_histogram());
  PyErr_Format(PyExc_ValueError, "a summary's value has no field '%s'", field.c_str());
  return false;
}

bool ToValue(PyObject* o, Summary::Value* v) {
  PyObject *tag, *node, *metadata, *field, *content;
  if (!PyArg_ParseTuple(o, "OOO(OO)", &tag, &node, &metadata, &field, &content) ||
      !ToString(tag, v->mutable_tag()) || !ToString(node, v->mutable_node_name())) {
    return false;
  }
  if (metadata != Py_None && !ToMetadata(metadata, v->mutable_metadata())) return false;
  std::string name;
  return field == Py_None || (ToString(field, &name) && ToContent(name, content, v));
}

}  // namespace

PyObject* FromSummary(const Summary& summary) {
  PyRef list = PyRef::Steal(PyList_New(0));
  for (const Summary::Value& v : summary.value()) {
    PyRef metadata =
        v.has_metadata() ? PyRef::Steal(FromMetadata(v.metadata())) : PyRef::Share(Py_None);
    PyRef content = PyRef::Steal(FromContent(v));
    if (!metadata || !content) return nullptr;
    PyRef item = PyRef::Steal(Py_BuildValue(
        "(NNOO)", FromString(v.tag()), FromString(v.node_name()), metadata.get(), content.get()));
    if (!item || PyList_Append(list.get(), item.get()) != 0) return nullptr;
  }
  return list.Release();
}

PyObject* ParseSummary(PyObject*, PyObject* bytes_object) {
  std::string bytes;
  Summary summary;
  if (!ToString(bytes_object, &bytes)) return nullptr;
  if (!summary.ParseFromString(bytes))
    return Raise(absl::DataLossError("the bytes are no Summary message"));
  return FromSummary(summary);
}

PyObject* SummaryBytes(PyObject*, PyObject* values) {
  Summary summary;
  if (!ForEach(values, "a summary is a list of values",
               [&](PyObject* item) { return ToValue(item, summary.add_value()); })) {
    return nullptr;
  }
  return FromBytes(summary.SerializeAsString());
}

PyObject* SummaryMetadataBytes(PyObject*, PyObject* values) {
  SummaryMetadata metadata;
  return ToMetadata(values, &metadata) ? FromBytes(metadata.SerializeAsString()) : nullptr;
}

}  // namespace millrace::python
