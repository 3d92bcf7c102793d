// ExtractImagePatches, ExtractVolumePatches: the windows that a convolution would see, each as a
// vector of channels.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"

namespace millrace {
namespace {

// A window over the dimensions between batch and channels.
struct Windows {
  DimVector sizes, strides, rates;
  std::string padding;

  int dimensions() const { return static_cast<int>(sizes.size()); }

  // INVALID_ARGUMENT unless all lists say 1 for batch and channels and something positive between.
  static absl::StatusOr<Windows> Read(const AttrMap& attrs, int dimensions) {
    Windows w;
    MR_RETURN_IF_ERROR(attrs.Get("padding", &w.padding));
    const auto read = [&](absl::string_view name, DimVector* to) -> absl::Status {
      std::vector<int64_t> list(dimensions + 2, 1);
      // Volumes have no rates.
      if (attrs.Has(name)) MR_RETURN_IF_ERROR(attrs.Get(name, &list));
      const bool fits = static_cast<int>(list.size()) == dimensions + 2 && list.front() == 1 &&
                        list.back() == 1 &&
                        std::all_of(list.begin(), list.end(), [](int64_t v) { return v >= 1; });
      if (!fits) {
        return absl::InvalidArgumentError(absl::StrCat(
            name, " must have ", dimensions + 2, " positive elements, 1 for batch and channels"));
      }
      to->assign(list.begin() + 1, list.end() - 1);
      return absl::OkStatus();
    };
    MR_RETURN_IF_ERROR(read("ksizes", &w.sizes));
    MR_RETURN_IF_ERROR(read("strides", &w.strides));
    MR_RETURN_IF_ERROR(read("rates", &w.rates));
    return w;
  }
  absl::StatusOr<int64_t> OutputSize(int d, int64_t input, int64_t* pad) const {
    int64_t after = 0;
    return WindowedOutputSize(input, sizes[d], rates[d], strides[d], padding, pad, &after);
  }
  // The size of a window of so many channels as a vector; -1 if they are unknown. INVALID_ARGUMENT
  // if it overflows.
  absl::StatusOr<int64_t> Depth(int64_t channels) const {
    int64_t product = std::max<int64_t>(channels, 0);
    for (const int64_t size : sizes) {
      if (__builtin_mul_overflow(product, size, &product))
        return absl::InvalidArgumentError("the size of a patch overflows");
    }
    return channels < 0 ? -1 : product;
  }
};

// The index that follows in row-major order; false after the last.
bool Next(const DimVector& sizes, DimVector* index) {
  for (int d = static_cast<int>(sizes.size()) - 1; d >= 0; --d) {
    if (++(*index)[d] < sizes[d]) return true;
    (*index)[d] = 0;
  }
  return false;
}

template <int kDimensions>
class ExtractPatchesKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(windows_, Windows::Read(c.attrs(), kDimensions));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    if (in.rank() != kDimensions + 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("input must be ", kDimensions + 2, "-dimensional", in.shape().ToString()));
    }
    DimVector dims = {in.dim(0)}, in_sizes, out_sizes, pads(kDimensions);
    for (int d = 0; d < kDimensions; ++d) {
      in_sizes.push_back(in.dim(1 + d));
      MR_ASSIGN_OR_RETURN(const int64_t size, windows_.OutputSize(d, in.dim(1 + d), &pads[d]));
      out_sizes.push_back(size);
      dims.push_back(size);
    }
    const int64_t channels = in.dim(kDimensions + 1);
    MR_ASSIGN_OR_RETURN(const int64_t depth, windows_.Depth(channels));
    dims.push_back(depth);
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (out->num_elements() == 0) return absl::OkStatus();
    int64_t to = 0;
    for (int64_t image = 0; image < in.dim(0); ++image) {
      DimVector patch(kDimensions);
      do {
        DimVector within(kDimensions);
        do {
          int64_t at = image;
          bool inside = true;
          for (int d = 0; d < kDimensions; ++d) {
            const int64_t x =
                patch[d] * windows_.strides[d] + within[d] * windows_.rates[d] - pads[d];
            inside = inside && x >= 0 && x < in_sizes[d];
            at = at * in_sizes[d] + x;
          }
          if (inside) {
            CopyElements(in.dtype(), ElementAt(in, at * channels), MutableElementAt(*out, to),
                         channels);
          } else {
            ZeroElements(in.dtype(), MutableElementAt(*out, to), channels);
          }
          to += channels;
        } while (Next(windows_.sizes, &within));
      } while (Next(out_sizes, &patch));
    }
    return absl::OkStatus();
  }

 private:
  Windows windows_;
};

template <int kDimensions>
absl::Status PatchesShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape in, c.WithRank(0, kDimensions + 2));
  MR_ASSIGN_OR_RETURN(const Windows windows, Windows::Read(c.attrs(), kDimensions));
  PartialShape out = PartialShape::Of({in.dim(0)});
  for (int d = 0; d < kDimensions; ++d) {
    int64_t pad;
    MR_ASSIGN_OR_RETURN(const int64_t size, windows.OutputSize(d, in.dim(1 + d), &pad));
    out.AddDim(size);
  }
  MR_ASSIGN_OR_RETURN(const int64_t depth, windows.Depth(in.dim(kDimensions + 1)));
  out.AddDim(depth);
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// The patches of the numbers 1, 2, ... say which element went where; 0 is padding. The gradients
// are summed by them, for all images at once.
absl::StatusOr<Gradients> PatchesGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0), shape = b.Shape(x), one = b.Scalar<int32_t>(1);
  const Output inner = b.Slice(shape, b.Ints({1}), b.Ints({-1}));
  const Output count = b.Op1("Prod", {inner, b.Ints({0})});
  const Output end = b.Add(count, one);
  AttrMap attrs = op.attrs();
  attrs.Erase("T");
  const Output places = b.Op1(
      op.schema().name,
      {b.Reshape(b.Range(one, end, one), b.Concat({b.Ints({1}), inner}, b.Scalar<int32_t>(0)))},
      attrs);
  const Output batch = b.Slice(shape, b.Ints({0}), b.Ints({1}));
  const Output rows = b.Concat({batch, b.Ints({-1})}, b.Scalar<int32_t>(0));
  const Output by_place = b.Transpose(b.Reshape(dy[0], rows), b.Ints({1, 0}));
  const Output sums = b.Op1("UnsortedSegmentSum", {by_place, b.Reshape(places, b.Ints({-1})), end});
  const Output of_input = b.Slice(sums, b.Ints({1, 0}), b.Ints({-1, -1}));
  return Gradients{b.Reshape(b.Transpose(of_input, b.Ints({1, 0})), shape)};
}

}  // namespace

absl::Status RegisterExtractPatches(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("ExtractImagePatches")
                .Input("images: T")
                .Output("patches: T")
                .Attr("ksizes: list(int) >= 4")
                .Attr("strides: list(int) >= 4")
                .Attr("rates: list(int) >= 4")
                .Attr("T: {bfloat16, half, float, double, int8, int16, int32, int64, uint8, "
                      "uint16, uint32, uint64, complex64, complex128, bool}")
                .Attr("padding: {'SAME', 'VALID'}")
                .Doc("Windows of images [batch, rows, columns, depth], each as a "
                     "vector: [batch, windows down, windows across, ksize_rows * "
                     "ksize_cols * depth]. Outside the images there are zeros.")
                .Shape(PatchesShape<2>)
                .Gradient(PatchesGradient)
                .Cpu<ExtractPatchesKernel<2>>()));
  return r.Add(Op("ExtractVolumePatches")
                   .Input("input: T")
                   .Output("patches: T")
                   .Attr("ksizes: list(int) >= 5")
                   .Attr("strides: list(int) >= 5")
                   .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
                         "half, uint32, uint64}")
                   .Attr("padding: {'SAME', 'VALID'}")
                   .Doc("Windows of volumes [batch, planes, rows, columns, depth], each as a "
                        "vector. Outside the volumes there are zeros.")
                   .Shape(PatchesShape<3>)
                   .Gradient(PatchesGradient)
                   .Cpu<ExtractPatchesKernel<3>>());
}

}  // namespace millrace
