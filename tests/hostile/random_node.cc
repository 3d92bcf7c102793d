#include "tests/hostile/random_node.h"

#include <complex>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "core/tensor/resource_handle.h"
#include "core/tensor/variant.h"

namespace millrace {
namespace {

const std::vector<DType>& CommonTypes() {
  static const auto* types = new std::vector<DType>{
      DType::kFloat, DType::kFloat,  DType::kDouble, DType::kInt32, DType::kInt64,
      DType::kBool,  DType::kString, DType::kHalf,   DType::kUInt8, DType::kComplex64};
  return *types;
}

bool IsFunction(AttrKind kind) {
  return kind == AttrKind::kFunction || kind == AttrKind::kListFunction;
}

}  // namespace

bool RandomNodes::CanDraw(const OpSchema& op) {
  for (const AttrDef& def : op.attrs) {
    if (IsFunction(def.kind) && !def.default_value) return false;
  }
  return true;
}

void RandomNodes::Offer(Tensor scalar) {
  std::vector<Tensor>& pool = scalar.dtype() == DType::kResource ? resources_ : variants_;
  pool.push_back(std::move(scalar));
}

RandomNode RandomNodes::Draw(const OpSchema& op) {
  common_ = FreshShape();
  RandomNode node;
  DrawAttrs(op, &node.attrs);
  for (const ArgDef& arg : op.inputs) {
    for (const DType type : TypesOf(arg, node.attrs)) {
      node.inputs.emplace_back(AnyTensor(arg.is_ref ? DType::kResource : type),
                               arg.is_ref ? RefType(type) : type);
    }
  }
  return node;
}

int64_t RandomNodes::Integer() {
  static const auto* rare = new std::vector<int64_t>{-1,
                                                     -2,
                                                     16,
                                                     100,
                                                     int64_t{1} << 31,
                                                     (int64_t{1} << 31) - 1,
                                                     -(int64_t{1} << 31),
                                                     int64_t{1} << 62,
                                                     std::numeric_limits<int64_t>::max(),
                                                     std::numeric_limits<int64_t>::min()};
  return OneIn(6) ? OneOf(*rare) : Below(5);
}

double RandomNodes::Real() {
  static const auto* rare = new std::vector<double>{std::numeric_limits<double>::infinity(),
                                                    -std::numeric_limits<double>::infinity(),
                                                    std::numeric_limits<double>::quiet_NaN(),
                                                    1e300,
                                                    -1e38,
                                                    1e-40};
  return OneIn(10) ? OneOf(*rare) : static_cast<double>(Below(4096)) / 512 - 2;
}

std::string RandomNodes::Text() {
  static const auto* words = new std::vector<std::string>{
      "",          "a",   "b",       "SAME",  "VALID",
      "ab,c->abc", "%s",  "0",       "-1.5",  "3e400",
      "{\"a\":1}", "a/b", "[0-9]+(", "utf-8", std::string("\0\xff\x80", 3)};
  if (!OneIn(8)) return OneOf(*words);
  std::string text;
  for (int64_t n = Below(40); n > 0; --n) text.push_back(static_cast<char>(Below(256)));
  return text;
}

Shape RandomNodes::FreshShape() {
  std::vector<int64_t> dims(static_cast<size_t>(Below(5)));
  for (int64_t& dim : dims) dim = OneIn(8) ? 0 : 1 + Below(4);
  return Shape(dims);
}

Shape RandomNodes::AnyShape() { return OneIn(2) ? FreshShape() : common_; }

DType RandomNodes::AnyType(const std::vector<DType>& allowed) {
  return OneOf(allowed.empty() ? CommonTypes() : allowed);
}

Attr RandomNodes::AnyAttr(const AttrDef& def) {
  switch (def.kind) {
    case AttrKind::kString:
      return def.allowed_strings.empty() ? Text() : OneOf(def.allowed_strings);
    case AttrKind::kInt:
      return Integer();
    case AttrKind::kFloat:
      return static_cast<float>(Real());
    case AttrKind::kBool:
      return OneIn(2);
    case AttrKind::kType:
      return AnyType(def.allowed_types);
    case AttrKind::kShape:
      return OneIn(4) ? PartialShape::UnknownOfRank(static_cast<int>(Below(3)))
                      : PartialShape(AnyShape());
    case AttrKind::kTensor:
      return AnyTensor(OneOf(CommonTypes()));
    default:
      break;
  }
  const int64_t least = def.minimum.value_or(0);
  const int64_t n = least > 8 ? least : least + Below(OneIn(2) ? 5 : 2);
  std::vector<std::string> strings;
  std::vector<int64_t> ints;
  std::vector<float> floats;
  std::vector<bool> bools;
  std::vector<DType> types;
  std::vector<PartialShape> shapes;
  std::vector<Tensor> tensors;
  for (int64_t i = 0; i < n; ++i) {
    strings.push_back(def.allowed_strings.empty() ? Text() : OneOf(def.allowed_strings));
    ints.push_back(OneIn(3) ? Integer() : 1 + Below(2));
    floats.push_back(static_cast<float>(Real()));
    bools.push_back(OneIn(2));
    types.push_back(AnyType(def.allowed_types));
    shapes.push_back(AnyShape());
    tensors.push_back(AnyTensor(DType::kFloat));
  }
  switch (def.kind) {
    case AttrKind::kListString:
      return strings;
    case AttrKind::kListInt:
      return ints;
    case AttrKind::kListFloat:
      return floats;
    case AttrKind::kListBool:
      return bools;
    case AttrKind::kListType:
      return types;
    case AttrKind::kListShape:
      return shapes;
    default:
      return tensors;
  }
}

void RandomNodes::DrawAttrs(const OpSchema& op, AttrMap* attrs) {
  // Types for which there is a kernel, where these are listed.
  if (!op.kernels.empty() && !OneIn(8)) {
    for (const auto& [name, type] : OneOf(op.kernels).types) attrs->Set(name, type);
  }
  for (const AttrDef& def : op.attrs) {
    if (IsFunction(def.kind) || attrs->Has(def.name)) continue;
    if (def.default_value && OneIn(2)) continue;
    bool counts = false;
    for (const ArgDef& arg : op.inputs) counts = counts || arg.number_attr == def.name;
    for (const ArgDef& arg : op.outputs) counts = counts || arg.number_attr == def.name;
    attrs->Set(def.name, counts ? Attr(def.minimum.value_or(0) + Below(3)) : AnyAttr(def));
  }
  for (const AttrDef& def : op.attrs) {
    if (def.default_value && !attrs->Has(def.name)) attrs->Set(def.name, *def.default_value);
  }
}

std::vector<DType> RandomNodes::TypesOf(const ArgDef& arg, const AttrMap& attrs) {
  std::vector<DType> types;
  if (!arg.type_list_attr.empty()) {
    attrs.Get(arg.type_list_attr, &types).IgnoreError();
    return types;
  }
  DType type = arg.type;
  int64_t n = 1;
  if (!arg.type_attr.empty()) attrs.Get(arg.type_attr, &type).IgnoreError();
  if (!arg.number_attr.empty()) attrs.Get(arg.number_attr, &n).IgnoreError();
  return std::vector<DType>(static_cast<size_t>(n), type);
}

template <typename T, typename Make>
Tensor RandomNodes::Filled(const Shape& shape, Make make) {
  std::vector<T> values;
  for (int64_t i = 0; i < shape.num_elements(); ++i) values.push_back(make());
  return Tensor::Of<T>(shape, values);
}

Tensor RandomNodes::WholeNumbers(DType dtype, const Shape& shape) {
  Tensor tensor = *Tensor::CreateZeros(dtype, shape);
  auto* bytes = static_cast<char*>(tensor.mutable_raw_data());
  const size_t size = DTypeSize(dtype);
  for (int64_t i = 0; i < shape.num_elements(); ++i) {
    const int64_t value = Integer();
    std::memcpy(bytes + i * size, &value, size);
  }
  return tensor;
}

Tensor RandomNodes::AnyTensor(DType dtype) {
  const Shape shape = AnyShape();
  switch (dtype) {
    case DType::kFloat:
      return Filled<float>(shape, [&] { return static_cast<float>(Real()); });
    case DType::kDouble:
      return Filled<double>(shape, [&] { return Real(); });
    case DType::kHalf:
      return Filled<half>(shape, [&] { return half(static_cast<float>(Real())); });
    case DType::kBFloat16:
      return Filled<bfloat16>(shape, [&] { return bfloat16(static_cast<float>(Real())); });
    case DType::kComplex64:
      return Filled<std::complex<float>>(shape, [&] {
        return std::complex<float>(static_cast<float>(Real()), static_cast<float>(Real()));
      });
    case DType::kComplex128:
      return Filled<std::complex<double>>(shape,
                                          [&] { return std::complex<double>(Real(), Real()); });
    case DType::kString:
      return Filled<std::string>(shape, [&] { return Text(); });
    case DType::kResource:
    case DType::kVariant: {
      const std::vector<Tensor>& pool = dtype == DType::kResource ? resources_ : variants_;
      if (!pool.empty() && !OneIn(6)) return OneOf(pool);
      return dtype == DType::kResource
                 ? Filled<ResourceHandle>(shape, [] { return ResourceHandle(); })
                 : Filled<Variant>(shape, [] { return Variant(); });
    }
    case DType::kBool: {
      Tensor tensor = *Tensor::CreateZeros(dtype, shape);
      for (bool& value : tensor.mutable_flat<bool>()) value = OneIn(2);
      return tensor;
    }
    default:
      return WholeNumbers(dtype, shape);
  }
}

}  // namespace millrace
