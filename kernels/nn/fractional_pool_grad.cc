// FractionalMaxPoolGrad, FractionalAvgPoolGrad.
#include <vector>

#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/nn/fractional_regions.h"

namespace millrace {
namespace {

// To the first of the largest pixels of each window.
template <typename T>
class FractionalMaxPoolGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("overlapping", &overlapping_);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &in = c.input(0), &pooled = c.input(1), &dy = c.input(2);
    if (dy.shape() != pooled.shape()) {
      return absl::InvalidArgumentError(absl::StrCat("out_backprop has shape ",
                                                     dy.shape().ToString(), ", orig_output ",
                                                     pooled.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const FractionalRegions r,
                        FractionalRegions::Create(in.shape(), pooled.shape(), c.input(3),
                                                  c.input(4), overlapping_));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, in.shape(), &out));
    std::fill_n(out->mutable_data<T>(), out->num_elements(), T(0));
    bool same = true;
    for (int64_t b = 0; b < r.batch; ++b) {
      r.ForEachWindow(b, [&](int64_t pixel, int64_t y0, int64_t y1, int64_t x0, int64_t x1) {
        for (int64_t k = 0; k < r.channels; ++k) {
          const int64_t to = pixel * r.channels + k;
          const int64_t best = Largest(r, in.data<T>(), b, y0, y1, x0, x1, k);
          same = same && in.data<T>()[best] == pooled.data<T>()[to];
          out->mutable_data<T>()[best] += dy.data<T>()[to];
        }
      });
    }
    if (same) return absl::OkStatus();
    return absl::InvalidArgumentError("orig_output is not what orig_input pools to");
  }

 private:
  static int64_t Largest(const FractionalRegions& r, const T* in, int64_t b, int64_t y0, int64_t y1,
                         int64_t x0, int64_t x1, int64_t k) {
    int64_t best = r.InAt(b, y0, x0) + k;
    for (int64_t y = y0; y < y1; ++y) {
      for (int64_t x = x0; x < x1; ++x) {
        if (in[r.InAt(b, y, x) + k] > in[best]) best = r.InAt(b, y, x) + k;
      }
    }
    return best;
  }

  bool overlapping_ = false;
};

// To all pixels of each window alike.
template <typename T>
class FractionalAvgPoolGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("overlapping", &overlapping_);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &sizes = c.input(0), &dy = c.input(1);
    if (sizes.rank() != 1 || sizes.dim(0) != 4) {
      return absl::InvalidArgumentError(absl::StrCat(
          "orig_input_tensor_shape must have 4 elements, its shape is ", sizes.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(sizes.flat<int64_t>()));
    MR_ASSIGN_OR_RETURN(
        const FractionalRegions r,
        FractionalRegions::Create(shape, dy.shape(), c.input(2), c.input(3), overlapping_));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    std::vector<double> sums(shape.num_elements());
    for (int64_t b = 0; b < r.batch; ++b) {
      r.ForEachWindow(b, [&](int64_t pixel, int64_t y0, int64_t y1, int64_t x0, int64_t x1) {
        const T* from = dy.data<T>() + pixel * r.channels;
        const double count = static_cast<double>((y1 - y0) * (x1 - x0));
        for (int64_t y = y0; y < y1; ++y) {
          for (int64_t x = x0; x < x1; ++x) {
            double* to = &sums[r.InAt(b, y, x)];
            for (int64_t k = 0; k < r.channels; ++k) to[k] += static_cast<double>(from[k]) / count;
          }
        }
      });
    }
    for (size_t i = 0; i < sums.size(); ++i) out->mutable_data<T>()[i] = static_cast<T>(sums[i]);
    return absl::OkStatus();
  }

 private:
  bool overlapping_ = false;
};

absl::Status ImagesFromInput(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(0));
  if (!shape.known_rank()) shape = PartialShape::UnknownOfRank(4);
  if (shape.rank() != 4) return c.Error(0, "must have 4 elements");
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}
absl::Status LikeImages(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.WithRank(0, 4));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterFractionalPoolGrad(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("FractionalMaxPoolGrad")
                .Input("orig_input: T")
                .Input("orig_output: T")
                .Input("out_backprop: T")
                .Input("row_pooling_sequence: int64")
                .Input("col_pooling_sequence: int64")
                .Output("output: T")
                .Attr("overlapping: bool = false")
                .Attr("T: {float, double, int32, int64}")
                .Doc("The gradient of FractionalMaxPool by its images.")
                .Shape(LikeImages)
                .NotDifferentiable()
                .Cpu<FractionalMaxPoolGradKernel, float, double, int32_t, int64_t>()));
  return r.Add(Op("FractionalAvgPoolGrad")
                   .Input("orig_input_tensor_shape: int64")
                   .Input("out_backprop: T")
                   .Input("row_pooling_sequence: int64")
                   .Input("col_pooling_sequence: int64")
                   .Output("output: T")
                   .Attr("overlapping: bool = false")
                   .Attr("T: {float, double, int32, int64}")
                   .Doc("The gradient of FractionalAvgPool by its images.")
                   .Shape(ImagesFromInput)
                   .NotDifferentiable()
                   .Cpu<FractionalAvgPoolGradKernel, float, double, int32_t, int64_t>());
}

}  // namespace millrace
