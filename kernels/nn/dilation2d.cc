// Dilation2D and its gradients: y(p, c) = max over the window of x(p + q, c) + filter(q, c).
#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/arithmetic.h"
#include "kernels/nn/window.h"

namespace millrace {
namespace {

struct DilationAttrs {
  std::array<int64_t, 2> stride = {1, 1}, rate = {1, 1};
  std::string padding;

  template <typename Context>
  absl::Status Read(const Context& c) {
    MR_RETURN_IF_ERROR(ReadPair(c, "strides", &stride));
    MR_RETURN_IF_ERROR(ReadPair(c, "rates", &rate));
    return c.GetAttr("padding", &padding);
  }

 private:
  template <typename Context>
  static absl::Status ReadPair(const Context& c, const char* name, std::array<int64_t, 2>* pair) {
    std::vector<int64_t> list;
    MR_RETURN_IF_ERROR(c.GetAttr(name, &list));
    if (list.size() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " must specify 4 dimensions, not ", list.size()));
    }
    if (list[0] != 1 || list[3] != 1)
      return absl::UnimplementedError(
          absl::StrCat("no ", name, " over batch and depth are supported"));
    *pair = {list[1], list[2]};
    if (list[1] < 1 || list[2] < 1)
      return absl::InvalidArgumentError(absl::StrCat(name, " must be at least 1"));
    return absl::OkStatus();
  }
};

struct DilationGeometry {
  int64_t batch, in[2], channels, window[2], out[2], pad[2];
  DilationAttrs attrs;

  static absl::StatusOr<DilationGeometry> Create(const DilationAttrs& attrs, const Shape& image,
                                                 const Shape& filter) {
    if (image.rank() != 4 || filter.rank() != 3 || filter.dim(2) != image.dim(3)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "input must be [batch, height, width, depth] and filter [height, width, depth], not ",
          image.ToString(), " and ", filter.ToString()));
    }
    DilationGeometry g = {image.dim(0), {image.dim(1), image.dim(2)},
                          image.dim(3), {filter.dim(0), filter.dim(1)},
                          {},           {},
                          attrs};
    for (int d = 0; d < 2; ++d) {
      int64_t after;
      MR_ASSIGN_OR_RETURN(g.out[d],
                          WindowedOutputSize(g.in[d], g.window[d], attrs.rate[d], attrs.stride[d],
                                             attrs.padding, &g.pad[d], &after));
    }
    return g;
  }
  Shape out_shape() const { return Shape({batch, out[0], out[1], channels}); }

  // fn(output element, input element, filter element) of the largest sum of each window; -1 for
  // both where the window has no element inside the image.
  template <typename T, typename F>
  void ForEachMaximum(const T* x, const T* f, F fn) const {
    using A = ArithmeticType<T>;
    for (int64_t row = 0; row < batch * out[0] * out[1]; ++row) {
      const int64_t image = row / (out[0] * out[1]);
      const int64_t y0 = row / out[1] % out[0] * attrs.stride[0] - pad[0];
      const int64_t x0 = row % out[1] * attrs.stride[1] - pad[1];
      for (int64_t c = 0; c < channels; ++c) {
        int64_t best_in = -1, best_filter = -1;
        A best = std::numeric_limits<A>::lowest();
        for (int64_t i = 0; i < window[0]; ++i) {
          const int64_t yy = y0 + i * attrs.rate[0];
          if (yy < 0 || yy >= in[0]) continue;
          for (int64_t j = 0; j < window[1]; ++j) {
            const int64_t xx = x0 + j * attrs.rate[1];
            if (xx < 0 || xx >= in[1]) continue;
            const int64_t at = ((image * in[0] + yy) * in[1] + xx) * channels + c;
            const int64_t tap = (i * window[1] + j) * channels + c;
            const A sum = Plus(static_cast<A>(x[at]), static_cast<A>(f[tap]));
            if (best_in >= 0 && !(sum > best)) continue;
            best = sum;
            best_in = at;
            best_filter = tap;
          }
        }
        fn(row * channels + c, best_in, best_filter, best);
      }
    }
  }
};

template <typename T>
class Dilation2DKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Read(c); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const DilationGeometry g,
                        DilationGeometry::Create(attrs_, c.input(0).shape(), c.input(1).shape()));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, g.out_shape(), &out));
    T* y = out->mutable_data<T>();
    g.ForEachMaximum(
        c.input(0).data<T>(), c.input(1).data<T>(),
        [&](int64_t at, int64_t, int64_t, auto best) { y[at] = static_cast<T>(best); });
    return absl::OkStatus();
  }

 private:
  DilationAttrs attrs_;
};

// dy goes to the input or the filter element of each window's maximum.
template <typename T, bool kByFilter>
class DilationBackpropKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Read(c); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &x = c.input(0), &filter = c.input(1), &dy = c.input(2);
    MR_ASSIGN_OR_RETURN(const DilationGeometry g,
                        DilationGeometry::Create(attrs_, x.shape(), filter.shape()));
    if (dy.shape() != g.out_shape()) {
      return absl::InvalidArgumentError(
          absl::StrCat("out_backprop has the wrong size: ", dy.shape().ToString(), ", expected ",
                       g.out_shape().ToString()));
    }
    using A = ArithmeticType<T>;
    const Tensor& like = kByFilter ? filter : x;
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, like.shape(), &out));
    std::vector<A> sums(static_cast<size_t>(like.num_elements()), A(0));
    g.ForEachMaximum(x.data<T>(), filter.data<T>(), [&](int64_t at, int64_t in, int64_t tap, auto) {
      const int64_t to = kByFilter ? tap : in;
      if (to >= 0) sums[to] = Plus(sums[to], static_cast<A>(dy.data<T>()[at]));
    });
    for (size_t i = 0; i < sums.size(); ++i) out->mutable_data<T>()[i] = static_cast<T>(sums[i]);
    return absl::OkStatus();
  }

 private:
  DilationAttrs attrs_;
};

template <typename T>
using DilationBackpropInputKernel = DilationBackpropKernel<T, false>;
template <typename T>
using DilationBackpropFilterKernel = DilationBackpropKernel<T, true>;

absl::Status DilationShape(ShapeContext& c) {
  DilationAttrs attrs;
  MR_RETURN_IF_ERROR(attrs.Read(c));
  MR_ASSIGN_OR_RETURN(const PartialShape x, c.WithRank(0, 4));
  MR_ASSIGN_OR_RETURN(const PartialShape f, c.WithRank(1, 3));
  MR_ASSIGN_OR_RETURN(const int64_t channels, ShapeContext::MergeDim(x.dim(3), f.dim(2)));
  PartialShape out = PartialShape::Of({x.dim(0), -1, -1, channels});
  for (int d = 0; d < 2; ++d) {
    if (x.dim(1 + d) < 0 || f.dim(d) < 0) continue;
    int64_t before, after;
    MR_ASSIGN_OR_RETURN(const int64_t size,
                        WindowedOutputSize(x.dim(1 + d), f.dim(d), attrs.rate[d], attrs.stride[d],
                                           attrs.padding, &before, &after));
    out.SetDim(1 + d, size);
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status SameAsFilter(ShapeContext& c) {
  c.set_output(0, c.input(1));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> DilationGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const AttrMap attrs = CopyAttrs(op, {"strides", "rates", "padding"});
  return Gradients{b.Op1("Dilation2DBackpropInput", {op.input(0), op.input(1), dy[0]}, attrs),
                   b.Op1("Dilation2DBackpropFilter", {op.input(0), op.input(1), dy[0]}, attrs)};
}

}  // namespace

absl::Status RegisterDilation2d(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("Dilation2D")
                .Input("input: T")
                .Input("filter: T")
                .Output("output: T")
                .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
                      "half, uint32, uint64}")
                .Attr("strides: list(int) >= 4")
                .Attr("rates: list(int) >= 4")
                .Attr("padding: {'SAME', 'VALID'}")
                .Doc("Grey-scale dilation: for each window the largest sum of an input and a "
                     "filter element.")
                .Shape(DilationShape)
                .Gradient(DilationGradient)
                .Cpu<Dilation2DKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("Dilation2DBackpropInput")
                .Input("input: T")
                .Input("filter: T")
                .Input("out_backprop: T")
                .Output("in_backprop: T")
                .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
                      "half, uint32, uint64}")
                .Attr("strides: list(int) >= 4")
                .Attr("rates: list(int) >= 4")
                .Attr("padding: {'SAME', 'VALID'}")
                .Doc("The gradient of Dilation2D by its input.")
                .Shape(SameAsInput0)
                .Cpu<DilationBackpropInputKernel, half, bfloat16, float, double, int8_t, int16_t,
                     int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>()));
  return r.Add(Op("Dilation2DBackpropFilter")
                   .Input("input: T")
                   .Input("filter: T")
                   .Input("out_backprop: T")
                   .Output("filter_backprop: T")
                   .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
                         "half, uint32, uint64}")
                   .Attr("strides: list(int) >= 4")
                   .Attr("rates: list(int) >= 4")
                   .Attr("padding: {'SAME', 'VALID'}")
                   .Doc("The gradient of Dilation2D by its filter.")
                   .Shape(SameAsFilter)
                   .Cpu<DilationBackpropFilterKernel, half, bfloat16, float, double, int8_t,
                        int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>());
}

}  // namespace millrace
