// MutableDenseHashTable and the tables without a name, beside those of table_ops.cc.
#include "absl/strings/str_cat.h"
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/named_resource.h"
#include "kernels/table/lookup_table.h"

namespace millrace {
namespace {

absl::Status CheckTypes(DType key, DType value) {
  if ((IsInteger(key) || key == DType::kString) &&
      (IsTriviallyCopyable(value) || value == DType::kString)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a table cannot map ", DTypeName(key), " to ", DTypeName(value)));
}

absl::StatusOr<Shape> ValueShape(const KernelConstruction& c) {
  PartialShape shape;
  MR_RETURN_IF_ERROR(c.GetAttr("value_shape", &shape));
  if (!shape.fully_defined()) return absl::InvalidArgumentError("value_shape must be known");
  return shape.ToShape();
}

// Puts a table under a name of its own, and sets output 0 to its handle.
absl::Status OutputOwnTable(KernelContext& c, std::shared_ptr<LookupTable> table) {
  const std::string name = absl::StrCat("anonymous_", absl::Hex(RandomId()));
  MR_RETURN_IF_ERROR(c.resources().Create("", name, std::move(table)));
  c.set_output(0, Tensor::Scalar<ResourceHandle>(
                      c.resources().MakeHandle("", name, LookupTable::kTypeName)));
  return absl::OkStatus();
}

// (empty_key, [deleted_key]): keys that a table of open addressing would mark its buckets with.
// kOwn: a table of its own for each call.
template <bool kOwn>
class DenseTableKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    float load;
    int64_t buckets;
    MR_RETURN_IF_ERROR(c.GetAttr("value_dtype", &value_dtype_));
    MR_RETURN_IF_ERROR(c.GetAttr("initial_num_buckets", &buckets));
    MR_RETURN_IF_ERROR(c.GetAttr("max_load_factor", &load));
    MR_ASSIGN_OR_RETURN(value_shape_, ValueShape(c));
    MR_RETURN_IF_ERROR(CheckTypes(c.input_type(0), value_dtype_));
    if (buckets < 4 || (buckets & (buckets - 1)) != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Number of buckets must be at least 4 and a power of 2, got ", buckets));
    }
    if (!(load > 0 && load < 1)) {
      return absl::InvalidArgumentError(
          absl::StrCat("max_load_factor must be between 0 and 1, got: ", load));
    }
    return kOwn ? absl::OkStatus() : table_.Init(c);
  }
  absl::Status Compute(KernelContext& c) override {
    std::vector<Tensor> reserved;
    for (int i = 0; i < c.num_inputs(); ++i) {
      if (c.input(i).shape() != c.input(0).shape() || c.input(i).num_elements() < 1) {
        return absl::InvalidArgumentError(
            absl::StrCat("Empty and deleted keys must have same shape, got shapes: ",
                         c.input(0).shape().ToString(), " and ", c.input(i).shape().ToString()));
      }
      if (i > 0 && c.input(i).BitwiseEquals(c.input(0))) {
        return absl::InvalidArgumentError("Empty and deleted keys cannot be equal");
      }
      reserved.push_back(c.input(i));
    }
    const auto make = [&] {
      return std::make_shared<LookupTable>(value_dtype_, value_shape_, reserved);
    };
    if (kOwn) return OutputOwnTable(c, make());
    MR_ASSIGN_OR_RETURN(const auto table, table_.Output(c, make));
    if (table->key_dtype() == c.input(0).dtype() && table->value_dtype() == value_dtype_)
      return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("Conflicting key/value dtypes with the table '",
                                                   table_.name(), "' that is there"));
  }

 private:
  DType value_dtype_;
  Shape value_shape_;
  NamedResource<LookupTable> table_;
};

// A table of its own for each call.
template <bool kFixed>
class AnonymousTableKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("key_dtype", &key_dtype_));
    MR_RETURN_IF_ERROR(c.GetAttr("value_dtype", &value_dtype_));
    if (c.attrs().Has("value_shape")) {
      MR_ASSIGN_OR_RETURN(value_shape_, ValueShape(c));
    }
    return CheckTypes(key_dtype_, value_dtype_);
  }
  absl::Status Compute(KernelContext& c) override {
    return OutputOwnTable(
        c, std::make_shared<LookupTable>(key_dtype_, value_dtype_, value_shape_, kFixed));
  }

 private:
  DType key_dtype_, value_dtype_;
  Shape value_shape_;
};

}  // namespace

absl::Status RegisterDenseTable(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("AnonymousMutableDenseHashTable")
                .Input("empty_key: key_dtype")
                .Input("deleted_key: key_dtype")
                .Output("table_handle: resource")
                .Attr("key_dtype: type")
                .Attr("value_dtype: type")
                .Attr("value_shape: shape = {  }")
                .Attr("initial_num_buckets: int = 131072")
                .Attr("max_load_factor: float = 0.800000011920929")
                .Stateful()
                .Doc("A table of its own that steps may change; empty_key and deleted_key are no "
                     "keys.")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<DenseTableKernel<true>>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("MutableDenseHashTableV2")
                .Input("empty_key: key_dtype")
                .Input("deleted_key: key_dtype")
                .Output("table_handle: resource")
                .Attr("container: string = ''")
                .Attr("shared_name: string = ''")
                .Attr("use_node_name_sharing: bool = false")
                .Attr("key_dtype: type")
                .Attr("value_dtype: type")
                .Attr("value_shape: shape = {  }")
                .Attr("initial_num_buckets: int = 131072")
                .Attr("max_load_factor: float = 0.800000011920929")
                .Stateful()
                .Doc("A table that steps may change; empty_key and deleted_key are no keys.")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<DenseTableKernel<false>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("MutableDenseHashTable")
                               .Input("empty_key: key_dtype")
                               .Output("table_handle: Ref(string)")
                               .Attr("container: string = ''")
                               .Attr("shared_name: string = ''")
                               .Attr("use_node_name_sharing: bool = false")
                               .Attr("key_dtype: type")
                               .Attr("value_dtype: type")
                               .Attr("value_shape: shape = {  }")
                               .Attr("initial_num_buckets: int = 131072")
                               .Attr("max_load_factor: float = 0.800000011920929")
                               .Stateful()
                               .Doc("A table that steps may change; empty_key is no key.")
                               .Shape(UnknownOutputs)
                               .NotDifferentiable()
                               .Cpu<DenseTableKernel<false>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("AnonymousHashTable")
                               .Output("table_handle: resource")
                               .Attr("key_dtype: type")
                               .Attr("value_dtype: type")
                               .Stateful()
                               .Doc("A table of its own, filled once.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<AnonymousTableKernel<true>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("AnonymousMutableHashTable")
                               .Output("table_handle: resource")
                               .Attr("key_dtype: type")
                               .Attr("value_dtype: type")
                               .Stateful()
                               .Doc("A table of its own that steps may change.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<AnonymousTableKernel<false>>()));
  return r.Add(Op("AnonymousMutableHashTableOfTensors")
                   .Output("table_handle: resource")
                   .Attr("key_dtype: type")
                   .Attr("value_dtype: type")
                   .Attr("value_shape: shape = {  }")
                   .Stateful()
                   .Doc("A table of its own that steps may change, with tensors as values.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<AnonymousTableKernel<false>>());
}

}  // namespace millrace
