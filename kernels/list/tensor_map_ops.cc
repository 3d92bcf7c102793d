// EmptyTensorMap and the ops on maps of tensors.
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/array/stack_tensors.h"
#include "kernels/list/tensor_map.h"

namespace millrace {
namespace {

class EmptyTensorMapKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0, Tensor::Scalar(Variant(std::make_shared<TensorMap>())));
    return absl::OkStatus();
  }
};

class TensorMapInsertKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(std::string place, TensorMap::Place(c.input(1)));
    MR_ASSIGN_OR_RETURN(Tensor key, c.input(1).Owned());
    MR_ASSIGN_OR_RETURN(Tensor value, c.input(2).Owned());
    MR_ASSIGN_OR_RETURN(TensorMap * map, ForwardMap(c));
    map->entries[std::move(place)] = {std::move(key), std::move(value)};
    return absl::OkStatus();
  }
};

class TensorMapEraseKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string place, TensorMap::Place(c.input(1)));
    MR_ASSIGN_OR_RETURN(TensorMap * map, ForwardMap(c));
    if (map->entries.erase(place) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Trying to erase non-existent item: ", c.input(1).DebugString()));
    }
    return absl::OkStatus();
  }
};

// The value of a key, or whether there is one.
template <bool kValue>
class TensorMapFindKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    std::shared_ptr<TensorMap> decoded;
    MR_ASSIGN_OR_RETURN(const TensorMap* map, MapInput(c, 0, &decoded));
    MR_ASSIGN_OR_RETURN(const std::string place, TensorMap::Place(c.input(1)));
    const auto found = map->entries.find(place);
    if (!kValue) {
      c.set_output(0, Tensor::Scalar<bool>(found != map->entries.end()));
      return absl::OkStatus();
    }
    if (found == map->entries.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Trying to lookup non-existent key: ", c.input(1).DebugString()));
    }
    const Tensor& value = found->second.value;
    if (value.dtype() != c.output_type(0)) {
      return absl::InternalError(absl::StrCat("the value is ", DTypeName(value.dtype()), ", not ",
                                              DTypeName(c.output_type(0))));
    }
    c.set_output(0, value);
    return absl::OkStatus();
  }
};

class TensorMapSizeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    std::shared_ptr<TensorMap> decoded;
    MR_ASSIGN_OR_RETURN(const TensorMap* map, MapInput(c, 0, &decoded));
    c.set_output(0, Tensor::Scalar<int32_t>(static_cast<int32_t>(map->entries.size())));
    return absl::OkStatus();
  }
};

class TensorMapStackKeysKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    std::shared_ptr<TensorMap> decoded;
    MR_ASSIGN_OR_RETURN(const TensorMap* map, MapInput(c, 0, &decoded));
    if (map->entries.empty()) {
      return absl::InvalidArgumentError("TensorMapStackKeys cannot be called on empty map.");
    }
    std::vector<Tensor> keys;
    for (const auto& [place, entry] : map->entries) {
      if (entry.key.dtype() != c.output_type(0)) {
        return absl::InvalidArgumentError(absl::StrCat("Key does not match requested dtype: it is ",
                                                       DTypeName(entry.key.dtype()), ", not ",
                                                       DTypeName(c.output_type(0))));
      }
      keys.push_back(entry.key);
    }
    MR_ASSIGN_OR_RETURN(Tensor stacked, StackTensors(keys));
    c.set_output(0, std::move(stacked));
    return absl::OkStatus();
  }
};

// A map in which the key has its gradient alone.
absl::StatusOr<Gradients> LookupGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output empty = b.Op1("EmptyTensorMap", {});
  return Gradients{b.Op1("TensorMapInsert", {empty, op.input(1), dy[0]}), Gradient()};
}

// The value has the gradient of its key, the map that of all others. A key of which nothing came
// back counts as zeros, which are added so that it is there.
absl::StatusOr<Gradients> InsertGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output key = op.input(1), value = op.input(2);
  const DType dtype = b.dtype(value);
  if (!IsFloating(dtype) && !IsComplex(dtype)) return Gradients{dy[0], Gradient(), Gradient()};
  const Output zeros =
      b.Op1("TensorMapInsert", {b.Op1("EmptyTensorMap", {}), key, b.ZerosLike(value)});
  const Output all = b.AddN({dy[0], zeros});
  return Gradients{b.Op1("TensorMapErase", {all, key}, {{"value_dtype", dtype}}), Gradient(),
                   b.Op1("TensorMapLookup", {all, key}, {{"value_dtype", dtype}})};
}

absl::StatusOr<Gradients> EraseGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{dy[0], Gradient()};
}

}  // namespace

absl::Status RegisterTensorMapOps(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("EmptyTensorMap")
                               .Output("handle: variant")
                               .Doc("A map without entries.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<EmptyTensorMapKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorMapInsert")
                               .Input("input_handle: variant")
                               .Input("key: key_dtype")
                               .Input("value: value_dtype")
                               .Output("output_handle: variant")
                               .Attr("key_dtype: type")
                               .Attr("value_dtype: type")
                               .Doc("The map with `value` under `key`.")
                               .Shape(ScalarOutputs)
                               .Gradient(InsertGradient)
                               .Cpu<TensorMapInsertKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorMapLookup")
                               .Input("input_handle: variant")
                               .Input("key: key_dtype")
                               .Output("value: value_dtype")
                               .Attr("key_dtype: type")
                               .Attr("value_dtype: type")
                               .Doc("The value under `key`. INVALID_ARGUMENT if there is none.")
                               .Shape(UnknownOutputs)
                               .Gradient(LookupGradient)
                               .Cpu<TensorMapFindKernel<true>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorMapErase")
                               .Input("input_handle: variant")
                               .Input("key: key_dtype")
                               .Output("output_handle: variant")
                               .Attr("key_dtype: type")
                               .Attr("value_dtype: type")
                               .Doc("The map without `key`. INVALID_ARGUMENT if it is not there.")
                               .Shape(ScalarOutputs)
                               .Gradient(EraseGradient)
                               .Cpu<TensorMapEraseKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorMapHasKey")
                               .Input("input_handle: variant")
                               .Input("key: key_dtype")
                               .Output("has_key: bool")
                               .Attr("key_dtype: type")
                               .Doc("Whether there is a value under `key`.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<TensorMapFindKernel<false>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorMapSize")
                               .Input("input_handle: variant")
                               .Output("size: int32")
                               .Doc("How many entries there are.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<TensorMapSizeKernel>()));
  return r.Add(Op("TensorMapStackKeys")
                   .Input("input_handle: variant")
                   .Output("keys: key_dtype")
                   .Attr("key_dtype: type")
                   .Doc("The keys, stacked, in an order of no meaning.")
                   .Shape(UnknownOutputs)
                   .NotDifferentiable()
                   .Cpu<TensorMapStackKeysKernel>());
}

}  // namespace millrace
