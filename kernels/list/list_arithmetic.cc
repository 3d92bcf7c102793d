// AddN and ZerosLike of lists and maps: what gradients of loops need. Kernels for ops that other
// families register.
#include <complex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/list/tensor_list.h"
#include "kernels/list/tensor_map.h"

namespace millrace {
namespace {

absl::StatusOr<Tensor> AddVariants(const Tensor& a, const Tensor& b);
absl::StatusOr<Tensor> ZerosLikeVariants(const Tensor& t);

template <typename T>
absl::StatusOr<Tensor> AddElements(const Tensor& a, const Tensor& b) {
  MR_ASSIGN_OR_RETURN(Tensor sum, Tensor::Create(a.dtype(), a.shape()));
  const T *x = a.data<T>(), *y = b.data<T>();
  T* out = sum.mutable_data<T>();
  for (int64_t i = 0; i < a.num_elements(); ++i) out[i] = static_cast<T>(x[i] + y[i]);
  return sum;
}

// Half and bfloat16 add as floats.
template <typename T>
absl::StatusOr<Tensor> AddNarrow(const Tensor& a, const Tensor& b) {
  MR_ASSIGN_OR_RETURN(Tensor sum, Tensor::Create(a.dtype(), a.shape()));
  const T *x = a.data<T>(), *y = b.data<T>();
  T* out = sum.mutable_data<T>();
  for (int64_t i = 0; i < a.num_elements(); ++i) {
    out[i] = static_cast<T>(static_cast<float>(x[i]) + static_cast<float>(y[i]));
  }
  return sum;
}

absl::StatusOr<Tensor> AddTensors(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Cannot add elements of lists: ", a.DebugString(2), " and ", b.DebugString(2)));
  }
  switch (a.dtype()) {
    case DType::kFloat:
      return AddElements<float>(a, b);
    case DType::kDouble:
      return AddElements<double>(a, b);
    case DType::kHalf:
      return AddNarrow<half>(a, b);
    case DType::kBFloat16:
      return AddNarrow<bfloat16>(a, b);
    case DType::kComplex64:
      return AddElements<std::complex<float>>(a, b);
    case DType::kComplex128:
      return AddElements<std::complex<double>>(a, b);
    // Unsigned, so that overflow wraps as in AddN.
    case DType::kInt32:
      return AddElements<uint32_t>(a, b);
    case DType::kInt64:
      return AddElements<uint64_t>(a, b);
    case DType::kVariant:
      return AddVariants(a, b);
    default:
      return absl::UnimplementedError(
          absl::StrCat("Lists of ", DTypeName(a.dtype()), " cannot be added"));
  }
}

absl::StatusOr<Variant> AddLists(const TensorList& a, const TensorList& b) {
  if (a.element_dtype != b.element_dtype || a.tensors.size() != b.tensors.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Trying to add two lists of tensors that differ: ", a.DebugString(), " and ",
                     b.DebugString()));
  }
  auto sum = std::make_shared<TensorList>();
  sum->element_dtype = a.element_dtype;
  sum->max_num_elements = a.max_num_elements;
  MR_ASSIGN_OR_RETURN(sum->element_shape, a.element_shape.MergeWith(b.element_shape));
  for (size_t i = 0; i < a.tensors.size(); ++i) {
    const Tensor &x = a.tensors[i], &y = b.tensors[i];
    if (!x.initialized() || !y.initialized()) {  // one that was not set is zero
      sum->tensors.push_back(x.initialized() ? x : y);
      continue;
    }
    MR_ASSIGN_OR_RETURN(Tensor element, AddTensors(x, y));
    sum->tensors.push_back(std::move(element));
  }
  return Variant(std::move(sum));
}

// The entries of both; values that have a key in common are added.
absl::StatusOr<Variant> AddMaps(const TensorMap& a, const TensorMap& b) {
  auto sum = std::make_shared<TensorMap>(a);
  for (const auto& [place, entry] : b.entries) {
    const auto [found, is_new] = sum->entries.emplace(place, entry);
    if (is_new) continue;
    Tensor& value = found->second.value;
    MR_ASSIGN_OR_RETURN(value, AddTensors(value, entry.value));
  }
  return Variant(std::move(sum));
}

absl::StatusOr<Variant> AddVariant(const Variant& x, const Variant& y) {
  if (x.empty() || y.empty()) return x.empty() ? y : x;
  const TensorList *list = x.get<TensorList>(), *other_list = y.get<TensorList>();
  if (list != nullptr && other_list != nullptr) return AddLists(*list, *other_list);
  const TensorMap *map = x.get<TensorMap>(), *other_map = y.get<TensorMap>();
  if (map != nullptr && other_map != nullptr) return AddMaps(*map, *other_map);
  return absl::UnimplementedError(absl::StrCat(
      "Variants cannot be added: ", x.value()->DebugString(), " and ", y.value()->DebugString()));
}

absl::StatusOr<Tensor> AddVariants(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Inputs must have the same shape: ", a.shape().ToString(), " != ", b.shape().ToString()));
  }
  MR_ASSIGN_OR_RETURN(Tensor sum, Tensor::Create(DType::kVariant, a.shape()));
  for (int64_t i = 0; i < a.num_elements(); ++i) {
    MR_ASSIGN_OR_RETURN(sum.mutable_data<Variant>()[i],
                        AddVariant(a.data<Variant>()[i], b.data<Variant>()[i]));
  }
  return sum;
}

absl::StatusOr<Tensor> ZerosLikeElement(const Tensor& t) {
  if (t.dtype() == DType::kVariant) return ZerosLikeVariants(t);
  return Tensor::CreateZeros(t.dtype(), t.shape());
}

absl::StatusOr<Variant> ZerosLikeMap(const TensorMap& map) {
  auto zeros = std::make_shared<TensorMap>(map);
  for (auto& [place, entry] : zeros->entries) {
    MR_ASSIGN_OR_RETURN(entry.value, ZerosLikeElement(entry.value));
  }
  return Variant(std::move(zeros));
}

absl::StatusOr<Variant> ZerosLikeList(const TensorList& list) {
  auto zeros = std::make_shared<TensorList>();
  zeros->element_dtype = list.element_dtype;
  zeros->element_shape = list.element_shape;
  zeros->max_num_elements = list.max_num_elements;
  for (const Tensor& t : list.tensors) {
    Tensor element;
    if (t.initialized()) {
      MR_ASSIGN_OR_RETURN(element, ZerosLikeElement(t));
    }
    zeros->tensors.push_back(std::move(element));
  }
  return Variant(std::move(zeros));
}

absl::StatusOr<Tensor> ZerosLikeVariants(const Tensor& t) {
  MR_ASSIGN_OR_RETURN(Tensor zeros, Tensor::Create(DType::kVariant, t.shape()));
  for (int64_t i = 0; i < t.num_elements(); ++i) {
    const Variant& variant = t.data<Variant>()[i];
    if (variant.empty()) continue;
    const TensorList* list = variant.get<TensorList>();
    const TensorMap* map = variant.get<TensorMap>();
    if (list == nullptr && map == nullptr) {
      return absl::UnimplementedError(
          absl::StrCat("There are no zeros like ", variant.value()->DebugString()));
    }
    MR_ASSIGN_OR_RETURN(zeros.mutable_data<Variant>()[i],
                        list != nullptr ? ZerosLikeList(*list) : ZerosLikeMap(*map));
  }
  return zeros;
}

class AddNListsKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    Tensor sum = c.input(0);
    for (int i = 1; i < c.num_inputs(); ++i) {
      MR_ASSIGN_OR_RETURN(sum, AddVariants(sum, c.input(i)));
    }
    c.set_output(0, std::move(sum));
    return absl::OkStatus();
  }
};

class ZerosLikeListKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(Tensor zeros, ZerosLikeVariants(c.input(0)));
    c.set_output(0, std::move(zeros));
    return absl::OkStatus();
  }
};

template <typename K>
absl::Status AddForVariants(absl::string_view op, Registry& r) {
  if (r.Find(op) == nullptr) return absl::OkStatus();
  return r.AddKernel(op, {"CPU",
                          {{"T", DType::kVariant}},
                          {},
                          []() -> std::unique_ptr<Kernel> { return std::make_unique<K>(); },
                          nullptr});
}

}  // namespace

// Where the ops are registered: this family comes after theirs.
absl::Status RegisterListArithmetic(Registry& r) {
  MR_RETURN_IF_ERROR(AddForVariants<AddNListsKernel>("AddN", r));
  return AddForVariants<ZerosLikeListKernel>("ZerosLike", r);
}

}  // namespace millrace
