#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_spec.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor.h"

namespace millrace {
namespace {

absl::Status Expected(absl::string_view what, const SpecScanner& at) {
  return absl::InvalidArgumentError(absl::StrCat("expected ", what, " at '", at.rest(), "'"));
}

template <typename T>
absl::Status Assign(std::optional<T> parsed, absl::string_view what, const SpecScanner& at,
                    T* out) {
  if (!parsed) return Expected(what, at);
  *out = *std::move(parsed);
  return absl::OkStatus();
}

absl::Status Parse(SpecScanner* s, std::string* v) {
  return Assign(s->TakeQuoted(), "a quoted string", *s, v);
}
absl::Status Parse(SpecScanner* s, int64_t* v) { return Assign(s->TakeInt(), "an integer", *s, v); }
absl::Status Parse(SpecScanner* s, float* v) { return Assign(s->TakeFloat(), "a number", *s, v); }

absl::Status Parse(SpecScanner* s, bool* v) {
  if (s->TakeWordIf("true")) {
    *v = true;
  } else if (s->TakeWordIf("false")) {
    *v = false;
  } else {
    return Expected("true or false", *s);
  }
  return absl::OkStatus();
}

absl::Status Parse(SpecScanner* s, DType* v) {
  const SpecScanner before = *s;
  const absl::StatusOr<DType> type = DTypeFromName(s->TakeWord());
  if (!type.ok()) return Expected("a dtype", before);
  *v = *type;
  return absl::OkStatus();
}

// "{ }" is a scalar, "{ unknown_rank: true }", "{ dim { size: 2 } dim { size: -1 } }".
absl::Status Parse(SpecScanner* s, PartialShape* v) {
  if (!s->Take("{")) return Expected("'{'", *s);
  bool unknown_rank = false;
  DimVector dims;
  while (!s->Take("}")) {
    if (s->TakeWordIf("unknown_rank") && s->Take(":")) {
      MR_RETURN_IF_ERROR(Parse(s, &unknown_rank));
    } else if (s->TakeWordIf("dim") && s->Take("{") && s->TakeWordIf("size") && s->Take(":")) {
      int64_t size;
      MR_RETURN_IF_ERROR(Parse(s, &size));
      dims.push_back(size);
      if (!s->Take("}")) return Expected("'}'", *s);
    } else {
      return Expected("unknown_rank: or dim { size: }", *s);
    }
  }
  if (unknown_rank) {
    *v = PartialShape();
    return absl::OkStatus();
  }
  MR_ASSIGN_OR_RETURN(*v, PartialShape::Create(dims));
  return absl::OkStatus();
}

absl::Status Parse(SpecScanner* s, FunctionRef* v) {
  if (!s->Take("{") || !s->TakeWordIf("name") || !s->Take(":")) return Expected("{ name: }", *s);
  MR_RETURN_IF_ERROR(Parse(s, &v->name));
  if (!s->Take("}")) return Expected("'}'", *s);
  return absl::OkStatus();
}

// The numbers of a tensor, the last one repeated to fill the shape.
absl::Status FillTensor(const std::vector<double>& values, Tensor* t) {
  if (static_cast<int64_t>(values.size()) > t->num_elements()) {
    return absl::InvalidArgumentError("more values than elements in the default tensor");
  }
  for (int64_t i = 0; i < t->num_elements() && !values.empty(); ++i) {
    const double v = values[std::min<size_t>(i, values.size() - 1)];
    switch (t->dtype()) {
      case DType::kFloat:
        t->mutable_data<float>()[i] = static_cast<float>(v);
        break;
      case DType::kDouble:
        t->mutable_data<double>()[i] = v;
        break;
      case DType::kInt32:
        t->mutable_data<int32_t>()[i] = static_cast<int32_t>(v);
        break;
      case DType::kInt64:
        t->mutable_data<int64_t>()[i] = static_cast<int64_t>(v);
        break;
      case DType::kUInt8:
        t->mutable_data<uint8_t>()[i] = static_cast<uint8_t>(v);
        break;
      default:
        return absl::InvalidArgumentError(
            absl::StrCat("no default tensors of type ", DTypeName(t->dtype())));
    }
  }
  return absl::OkStatus();
}

// "{ dtype: DT_UINT8 tensor_shape { dim { size: 4 } } int_val: 255 int_val: 0 }".
absl::Status Parse(SpecScanner* s, Tensor* v) {
  if (!s->Take("{")) return Expected("'{'", *s);
  DType dtype = DType::kFloat;
  PartialShape shape = PartialShape::Scalar();
  std::vector<double> values;
  while (!s->Take("}")) {
    const SpecScanner before = *s;
    const std::string field = s->TakeWord();
    s->Take(":");
    if (field == "dtype") {
      MR_RETURN_IF_ERROR(Parse(s, &dtype));
    } else if (field == "tensor_shape") {
      MR_RETURN_IF_ERROR(Parse(s, &shape));
    } else if (field == "int_val" || field == "int64_val") {
      int64_t value;
      MR_RETURN_IF_ERROR(Parse(s, &value));
      values.push_back(static_cast<double>(value));
    } else if (field == "float_val" || field == "double_val") {
      float value;
      MR_RETURN_IF_ERROR(Parse(s, &value));
      values.push_back(value);
    } else {
      return Expected("dtype, tensor_shape or values", before);
    }
  }
  if (!shape.fully_defined()) return Expected("a known shape", *s);
  MR_ASSIGN_OR_RETURN(*v, Tensor::CreateZeros(dtype, shape.ToShape()));
  return FillTensor(values, v);
}

template <typename T>
absl::Status ParseOne(SpecScanner* s, Attr* value) {
  T v{};
  MR_RETURN_IF_ERROR(Parse(s, &v));
  *value = Attr(std::move(v));
  return absl::OkStatus();
}

template <typename T>
absl::Status ParseList(SpecScanner* s, Attr* value) {
  if (!s->Take("[")) return Expected("'['", *s);
  std::vector<T> list;
  if (!s->Take("]")) {
    do {
      T v{};
      MR_RETURN_IF_ERROR(Parse(s, &v));
      list.push_back(std::move(v));
    } while (s->Take(","));
    if (!s->Take("]")) return Expected("']'", *s);
  }
  *value = Attr(std::move(list));
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseAttrDefault(AttrKind kind, SpecScanner* text, Attr* value) {
  switch (kind) {
    case AttrKind::kString:
      return ParseOne<std::string>(text, value);
    case AttrKind::kInt:
      return ParseOne<int64_t>(text, value);
    case AttrKind::kFloat:
      return ParseOne<float>(text, value);
    case AttrKind::kBool:
      return ParseOne<bool>(text, value);
    case AttrKind::kType:
      return ParseOne<DType>(text, value);
    case AttrKind::kShape:
      return ParseOne<PartialShape>(text, value);
    case AttrKind::kTensor:
      return ParseOne<Tensor>(text, value);
    case AttrKind::kFunction:
      return ParseOne<FunctionRef>(text, value);
    case AttrKind::kListString:
      return ParseList<std::string>(text, value);
    case AttrKind::kListInt:
      return ParseList<int64_t>(text, value);
    case AttrKind::kListFloat:
      return ParseList<float>(text, value);
    case AttrKind::kListBool:
      return ParseList<bool>(text, value);
    case AttrKind::kListType:
      return ParseList<DType>(text, value);
    case AttrKind::kListShape:
      return ParseList<PartialShape>(text, value);
    case AttrKind::kListTensor:
      return ParseList<Tensor>(text, value);
    case AttrKind::kListFunction:
      return ParseList<FunctionRef>(text, value);
    case AttrKind::kNone:
    case AttrKind::kPlaceholder:
      break;
  }
  return Expected("no default for this kind", *text);
}

}  // namespace millrace
