// UnsortedSegmentJoin, ReduceJoin: strings of one tensor joined.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

int64_t IntAt(const Tensor& t, int64_t i) {
  return t.dtype() == DType::kInt32 ? t.data<int32_t>()[i] : t.data<int64_t>()[i];
}

class UnsortedSegmentJoinKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("separator", &separator_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &in = c.input(0), &ids = c.input(1), &count = c.input(2);
    if (count.rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("num_segments must be a scalar, not ", count.shape().ToString()));
    }
    const int64_t segments = IntAt(count, 0);
    bool prefix = ids.rank() >= 1 && ids.rank() <= in.rank() && segments >= 0;
    for (int d = 0; prefix && d < ids.rank(); ++d) prefix = ids.dim(d) == in.dim(d);
    if (!prefix) {
      return absl::InvalidArgumentError(absl::StrCat(
          "segment_ids' shape ", ids.shape().ToString(), " must be a prefix of inputs' ",
          in.shape().ToString(), ", and num_segments not negative"));
    }
    DimVector dims = {segments};
    for (int d = ids.rank(); d < in.rank(); ++d) dims.push_back(in.dim(d));
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    const int64_t row = ids.num_elements() == 0 ? 0 : in.num_elements() / ids.num_elements();
    std::vector<bool> begun(segments);
    for (int64_t i = 0; i < ids.num_elements(); ++i) {
      const int64_t id = IntAt(ids, i);
      if (id < 0 || id >= segments) {
        return absl::InvalidArgumentError(absl::StrCat(
            "segment_ids are not allowed to exceed num_segments or to have negative values: ", id));
      }
      for (int64_t j = 0; j < row; ++j) {
        std::string& to = out->mutable_data<std::string>()[id * row + j];
        absl::StrAppend(&to, begun[id] ? separator_ : "", in.data<std::string>()[i * row + j]);
      }
      begun[id] = true;
    }
    return absl::OkStatus();
  }

 private:
  std::string separator_;
};

// The first of the reduced dimensions runs fastest.
class ReduceJoinKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("separator", &separator_));
    return c.GetAttr("keep_dims", &keep_);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &in = c.input(0), &axes = c.input(1);
    std::vector<bool> reduced(in.rank());
    std::vector<int> order;
    for (int64_t i = 0; i < axes.num_elements(); ++i) {
      const int64_t given = axes.data<int32_t>()[i], axis = given < 0 ? given + in.rank() : given;
      if (axis < 0 || axis >= in.rank()) {
        return absl::OutOfRangeError(absl::StrCat("Invalid reduction dimension ", given,
                                                  " for input with ", in.rank(), " dimension(s)"));
      }
      if (reduced[axis])
        return absl::InvalidArgumentError(absl::StrCat("Duplicate reduction dimension ", axis));
      reduced[axis] = true;
      order.push_back(static_cast<int>(axis));
    }
    DimVector dims, stride(in.rank(), 1);
    std::vector<int> kept;
    for (int d = in.rank() - 2; d >= 0; --d) stride[d] = stride[d + 1] * in.dim(d + 1);
    for (int d = 0; d < in.rank(); ++d) {
      if (!reduced[d]) kept.push_back(d);
      if (!reduced[d] || keep_) dims.push_back(reduced[d] ? 1 : in.dim(d));
    }
    int64_t joined = 1;
    for (const int d : order) joined *= in.dim(d);
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape(dims), &out));
    for (int64_t i = 0; i < out->num_elements(); ++i) {
      int64_t base = 0, rest = i;
      for (size_t k = kept.size(); k-- > 0; rest /= in.dim(kept[k]))
        base += rest % in.dim(kept[k]) * stride[kept[k]];
      std::vector<absl::string_view> parts;
      for (int64_t j = 0; j < joined; ++j) {
        int64_t at = base, place = j;
        for (const int d : order) {
          at += place % in.dim(d) * stride[d];
          place /= in.dim(d);
        }
        parts.push_back(in.data<std::string>()[at]);
      }
      out->mutable_data<std::string>()[i] = absl::StrJoin(parts, separator_);
    }
    return absl::OkStatus();
  }

 private:
  std::string separator_;
  bool keep_ = false;
};

}  // namespace

absl::Status RegisterStringJoins(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("UnsortedSegmentJoin")
                .Input("inputs: string")
                .Input("segment_ids: Tindices")
                .Input("num_segments: Tnumsegments")
                .Output("output: string")
                .Attr("separator: string = ''")
                .Attr("Tindices: {int32, int64}")
                .Attr("Tnumsegments: {int32, int64} = DT_INT32")
                .Doc("For each segment its strings joined, with `separator` between them.")
                .Shape(UnknownOutputs)
                .NotDifferentiable()
                .Cpu<UnsortedSegmentJoinKernel>()));
  return r.Add(Op("ReduceJoin")
                   .Input("inputs: string")
                   .Input("reduction_indices: int32")
                   .Output("output: string")
                   .Attr("keep_dims: bool = false")
                   .Attr("separator: string = ''")
                   .Doc("The strings along the reduced dimensions joined, with `separator` between "
                        "them; the first "
                        "dimension that is named runs fastest.")
                   .Shape(UnknownOutputs)
                   .NotDifferentiable()
                   .Cpu<ReduceJoinKernel>());
}

}  // namespace millrace
