// EmptyTensorList, TensorListReserve: new lists.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/list/list_shapes.h"
#include "kernels/list/tensor_list.h"

namespace millrace {
namespace {

// Each element of a reserved list is an object, set or not.
constexpr int64_t kMaxReserved = int64_t{1} << 28;

template <bool kReserve>
class NewListKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("element_dtype", &element_dtype_);
  }
  absl::Status Compute(KernelContext& c) override {
    auto list = std::make_shared<TensorList>();
    list->element_dtype = element_dtype_;
    MR_ASSIGN_OR_RETURN(list->element_shape, ElementShapeInput(c, 0));
    MR_ASSIGN_OR_RETURN(const int64_t n,
                        ScalarInput(c, 1, kReserve ? "num_elements" : "max_num_elements"));
    if (!kReserve) {
      list->max_num_elements = n;
    } else if (n < 0 || n > kMaxReserved) {
      return absl::InvalidArgumentError(
          absl::StrCat("The num_elements to reserve must be a non negative number of at most ",
                       kMaxReserved, ", but got ", n));
    } else {
      list->tensors.resize(n);
    }
    c.set_output(0, ListTensor(std::move(list)));
    return absl::OkStatus();
  }

 private:
  DType element_dtype_ = DType::kInvalid;
};

}  // namespace

absl::Status RegisterEmptyTensorList(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("EmptyTensorList")
          .Input("element_shape: shape_type")
          .Input("max_num_elements: int32")
          .Output("handle: variant")
          .Attr("element_dtype: type")
          .Attr("shape_type: {int32, int64}")
          .Doc("A list without elements.\n"
               "element_shape: what shapes of elements have in common; -1: a size (as a scalar: a "
               "rank) that is open. max_num_elements: the limit; -1: none.")
          .Shape(NewListShape)
          .NotDifferentiable()
          .Cpu<NewListKernel<false>>()));
  return r.Add(
      Op("TensorListReserve")
          .Input("element_shape: shape_type")
          .Input("num_elements: int32")
          .Output("handle: variant")
          .Attr("element_dtype: type")
          .Attr("shape_type: {int32, int64}")
          .Doc("A list of `num_elements` elements that are not yet set: they read as zeros.")
          .Shape(NewListShape)
          .NotDifferentiable()
          .Cpu<NewListKernel<true>>());
}

}  // namespace millrace
