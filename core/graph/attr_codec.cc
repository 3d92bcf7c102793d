#include "core/graph/attr_codec.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/tensor/tensor_codec.h"

namespace millrace {
namespace {

// A function's attributes may be functions; each level is a call.
constexpr int kMaxDepth = 64;

absl::StatusOr<AttrMap> DecodeAll(const AttrValueMap& protos, int depth);
absl::Status EncodeAll(const AttrMap& attrs, AttrValueMap* protos);

absl::StatusOr<DType> DecodeType(int type) {
  if (!IsValidDType(type)) {
    return absl::InvalidArgumentError(absl::StrCat("there is no type ", type));
  }
  return static_cast<DType>(type);
}

absl::StatusOr<FunctionRef> DecodeFunction(const NameAttrList& proto, int depth) {
  if (depth > kMaxDepth) return absl::InvalidArgumentError("functions are nested too deeply");
  FunctionRef f{proto.name(), nullptr};
  if (proto.attr().empty()) return f;
  MR_ASSIGN_OR_RETURN(AttrMap attrs, DecodeAll(proto.attr(), depth + 1));
  f.attrs = std::make_shared<const AttrMap>(std::move(attrs));
  return f;
}

template <typename To, typename Field, typename Decode>
absl::StatusOr<Attr> DecodeElements(const Field& field, Decode decode) {
  std::vector<To> values;
  values.reserve(field.size());
  for (const auto& element : field) {
    MR_ASSIGN_OR_RETURN(To value, decode(element));
    values.push_back(std::move(value));
  }
  return Attr(std::move(values));
}

template <typename To, typename Field>
Attr CopyElements(const Field& field) {
  return Attr(std::vector<To>(field.begin(), field.end()));
}

absl::StatusOr<Attr> DecodeList(const AttrValue::ListValue& list, int depth) {
  if (list.i_size() > 0) return CopyElements<int64_t>(list.i());
  if (list.f_size() > 0) return CopyElements<float>(list.f());
  if (list.b_size() > 0) return CopyElements<bool>(list.b());
  if (list.type_size() > 0) return DecodeElements<DType>(list.type(), DecodeType);
  if (list.shape_size() > 0) {
    return DecodeElements<PartialShape>(list.shape(), PartialShapeFromProto);
  }
  if (list.tensor_size() > 0) return DecodeElements<Tensor>(list.tensor(), TensorFromProto);
  if (list.func_size() > 0) {
    return DecodeElements<FunctionRef>(
        list.func(), [depth](const NameAttrList& f) { return DecodeFunction(f, depth); });
  }
  return CopyElements<std::string>(list.s());
}

absl::StatusOr<Attr> Decode(const AttrValue& proto, int depth) {
  switch (proto.value_case()) {
    case AttrValue::kS:
      return Attr(proto.s());
    case AttrValue::kI:
      return Attr(static_cast<int64_t>(proto.i()));
    case AttrValue::kF:
      return Attr(proto.f());
    case AttrValue::kB:
      return Attr(proto.b());
    case AttrValue::kType: {
      MR_ASSIGN_OR_RETURN(const DType type, DecodeType(proto.type()));
      return Attr(type);
    }
    case AttrValue::kShape: {
      MR_ASSIGN_OR_RETURN(PartialShape shape, PartialShapeFromProto(proto.shape()));
      return Attr(std::move(shape));
    }
    case AttrValue::kTensor: {
      MR_ASSIGN_OR_RETURN(Tensor tensor, TensorFromProto(proto.tensor()));
      return Attr(std::move(tensor));
    }
    case AttrValue::kList:
      return DecodeList(proto.list(), depth);
    case AttrValue::kFunc: {
      MR_ASSIGN_OR_RETURN(FunctionRef f, DecodeFunction(proto.func(), depth));
      return Attr(std::move(f));
    }
    case AttrValue::kPlaceholder:
      return Attr(AttrPlaceholder{proto.placeholder()});
    case AttrValue::VALUE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("it has no value");
}

absl::StatusOr<AttrMap> DecodeAll(const AttrValueMap& protos, int depth) {
  std::vector<const AttrValueMap::value_type*> sorted;
  sorted.reserve(protos.size());
  for (const auto& entry : protos) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  AttrMap attrs;
  for (const auto* entry : sorted) {
    // TensorFlow notes the shapes of a function without arguments so.
    const bool is_note = !entry->first.empty() && entry->first[0] == '_';
    if (is_note && entry->second.value_case() == AttrValue::VALUE_NOT_SET) continue;
    auto value = Decode(entry->second, depth);
    if (!value.ok()) {
      return Annotate(value.status(), absl::StrCat("attribute '", entry->first, "'"));
    }
    attrs.Set(entry->first, *std::move(value));
  }
  return attrs;
}

absl::Status EncodeFunction(const FunctionRef& f, NameAttrList* proto) {
  proto->set_name(f.name);
  return f.attrs == nullptr ? absl::OkStatus() : EncodeAll(*f.attrs, proto->mutable_attr());
}

// Writes one value of each kind.
struct Encoder {
  AttrValue* proto;

  absl::Status operator()(std::monostate) { return absl::InvalidArgumentError("it has no value"); }
  absl::Status operator()(const std::string& v) { return proto->set_s(v), absl::OkStatus(); }
  absl::Status operator()(int64_t v) { return proto->set_i(v), absl::OkStatus(); }
  absl::Status operator()(float v) { return proto->set_f(v), absl::OkStatus(); }
  absl::Status operator()(bool v) { return proto->set_b(v), absl::OkStatus(); }
  absl::Status operator()(DType v) {
    proto->set_type(static_cast<DataType>(v));
    return absl::OkStatus();
  }
  absl::Status operator()(const PartialShape& v) {
    ShapeToProto(v, proto->mutable_shape());
    return absl::OkStatus();
  }
  absl::Status operator()(const std::shared_ptr<const Tensor>& v) {
    return TensorToProto(*v, proto->mutable_tensor());
  }
  absl::Status operator()(const FunctionRef& v) { return EncodeFunction(v, proto->mutable_func()); }
  absl::Status operator()(const AttrPlaceholder& v) {
    proto->set_placeholder(v.name);
    return absl::OkStatus();
  }
  template <typename T>
  absl::Status operator()(const std::vector<T>& v) {
    AttrValue::ListValue* list = proto->mutable_list();
    for (const auto& element : v) MR_RETURN_IF_ERROR(Add(static_cast<const T&>(element), list));
    return absl::OkStatus();
  }

  using List = AttrValue::ListValue;
  static absl::Status Add(const std::string& v, List* l) { return l->add_s(v), absl::OkStatus(); }
  static absl::Status Add(int64_t v, List* l) { return l->add_i(v), absl::OkStatus(); }
  static absl::Status Add(float v, List* l) { return l->add_f(v), absl::OkStatus(); }
  static absl::Status Add(bool v, List* l) { return l->add_b(v), absl::OkStatus(); }
  static absl::Status Add(DType v, List* l) {
    l->add_type(static_cast<DataType>(v));
    return absl::OkStatus();
  }
  static absl::Status Add(const PartialShape& v, List* l) {
    ShapeToProto(v, l->add_shape());
    return absl::OkStatus();
  }
  static absl::Status Add(const Tensor& v, List* l) { return TensorToProto(v, l->add_tensor()); }
  static absl::Status Add(const FunctionRef& v, List* l) {
    return EncodeFunction(v, l->add_func());
  }
};

absl::Status EncodeAll(const AttrMap& attrs, AttrValueMap* protos) {
  for (const AttrMap::Entry& entry : attrs) {
    absl::Status status = AttrToProto(entry.second, &(*protos)[entry.first]);
    if (!status.ok()) return Annotate(status, absl::StrCat("attribute '", entry.first, "'"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Attr> AttrFromProto(const AttrValue& proto) { return Decode(proto, 0); }

absl::Status AttrToProto(const Attr& attr, AttrValue* proto) {
  return std::visit(Encoder{proto}, attr.storage());
}

absl::StatusOr<AttrMap> AttrsFromProto(const AttrValueMap& protos) { return DecodeAll(protos, 0); }

absl::Status AttrsToProto(const AttrMap& attrs, AttrValueMap* protos) {
  return EncodeAll(attrs, protos);
}

}  // namespace millrace
