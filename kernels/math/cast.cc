// Cast: every pair of numeric and boolean types.
#include <algorithm>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/narrow.h"
#include "kernels/math/types.h"

namespace millrace {
namespace {

using CastLoop = void (*)(const void* x, void* y, int64_t n);

// Of floating numbers that the integer type cannot hold there is no right value; this gives what
// the processor does.
template <typename To, typename From>
To ToInteger(From x) {
  constexpr From kLimit = static_cast<From>(9223372036854775808.0);
  if constexpr (std::is_same_v<To, uint64_t>) {
    if (x >= kLimit && x < 2 * kLimit) return static_cast<uint64_t>(x);
  } else if constexpr (std::is_same_v<To, int32_t>) {
    constexpr From kIntLimit = static_cast<From>(2147483648.0);
    return x >= -kIntLimit && x < kIntLimit ? static_cast<int32_t>(x)
                                            : std::numeric_limits<int32_t>::min();
  }
  const int64_t whole =
      x >= -kLimit && x < kLimit ? static_cast<int64_t>(x) : std::numeric_limits<int64_t>::min();
  return static_cast<To>(whole);
}

template <typename To, typename From>
To Convert(From x) {
  if constexpr (kIsComplex<From> && kIsComplex<To>) {
    return To(static_cast<typename To::value_type>(x.real()),
              static_cast<typename To::value_type>(x.imag()));
  } else if constexpr (kIsComplex<From>) {
    return std::is_same_v<To, bool> ? static_cast<To>(x != From(0)) : Convert<To>(x.real());
  } else if constexpr (kIsComplex<To>) {
    return To(Convert<typename To::value_type>(x), 0);
  } else if constexpr (std::is_same_v<To, bool>) {
    return x != From(0);
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    return ToInteger<To>(x);
  } else {
    return static_cast<To>(x);
  }
}

template <typename From, typename To>
void Loop(const void* x, void* y, int64_t n) {
  const From* in = static_cast<const From*>(x);
  To* out = static_cast<To*>(y);
  for (int64_t i = 0; i < n; ++i) out[i] = Convert<To>(in[i]);
}

template <typename From>
CastLoop LoopTo(DType to) {
  switch (to) {
#define MILLRACE_CASE(T) \
  case kDTypeOf<T>:      \
    return &Loop<From, T>
    MILLRACE_CASE(bool);
    MILLRACE_CASE(int8_t);
    MILLRACE_CASE(int16_t);
    MILLRACE_CASE(int32_t);
    MILLRACE_CASE(int64_t);
    MILLRACE_CASE(uint8_t);
    MILLRACE_CASE(uint16_t);
    MILLRACE_CASE(uint32_t);
    MILLRACE_CASE(uint64_t);
    MILLRACE_CASE(float);
    MILLRACE_CASE(double);
    MILLRACE_CASE(complex64);
    MILLRACE_CASE(complex128);
    default:
      return nullptr;
  }
}

CastLoop LoopFor(DType from, DType to) {
  switch (from) {
#undef MILLRACE_CASE
#define MILLRACE_CASE(T) \
  case kDTypeOf<T>:      \
    return LoopTo<T>(to)
    MILLRACE_CASE(bool);
    MILLRACE_CASE(int8_t);
    MILLRACE_CASE(int16_t);
    MILLRACE_CASE(int32_t);
    MILLRACE_CASE(int64_t);
    MILLRACE_CASE(uint8_t);
    MILLRACE_CASE(uint16_t);
    MILLRACE_CASE(uint32_t);
    MILLRACE_CASE(uint64_t);
    MILLRACE_CASE(float);
    MILLRACE_CASE(double);
    MILLRACE_CASE(complex64);
    MILLRACE_CASE(complex128);
#undef MILLRACE_CASE
    default:
      return nullptr;
  }
}

// Clears the bits of a float or double that the narrower type will not hold, so that rounding has
// nothing to do.
template <typename Bits>
void ClearLowBits(void* values, int64_t n, int bits) {
  Bits* v = static_cast<Bits*>(values);
  for (int64_t i = 0; i < n; ++i) v[i] &= ~((Bits(1) << bits) - 1);
}

int MantissaBits(DType t) {
  switch (t) {
    case DType::kBFloat16:
      return 7;
    case DType::kHalf:
      return 10;
    case DType::kFloat:
      return 23;
    default:
      return 52;
  }
}

class CastKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("SrcT", &from_));
    MR_RETURN_IF_ERROR(c.GetAttr("DstT", &to_));
    bool truncate = false;
    MR_RETURN_IF_ERROR(c.GetAttr("Truncate", &truncate));
    // The 16-bit floats go by way of float.
    const DType from = IsNarrowFloat(from_) ? DType::kFloat : from_,
                to = IsNarrowFloat(to_) ? DType::kFloat : to_;
    loop_ = LoopFor(from, to);
    if (from_ != to_ && loop_ == nullptr) {
      return absl::UnimplementedError(
          absl::StrCat("Cast ", DTypeName(from_), " to ", DTypeName(to_), " is not supported"));
    }
    if (truncate && (from_ == DType::kFloat || from_ == DType::kDouble) && IsFloating(to_)) {
      cleared_bits_ = std::max(0, MantissaBits(from_) - MantissaBits(to_));
    }
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(0);
    if (from_ == to_) {
      c.set_output(0, x);
      return absl::OkStatus();
    }
    Tensor* y;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &y));
    const char* in = static_cast<const char*>(x.raw_data());
    char* out = static_cast<char*>(y->mutable_raw_data());
    const bool direct = !IsNarrowFloat(from_) && !IsNarrowFloat(to_) && cleared_bits_ == 0;
    const size_t in_size = DTypeSize(from_), out_size = DTypeSize(to_);
    c.pool()->ParallelFor(x.num_elements(), 32768, [&](int64_t begin, int64_t end) {
      if (direct) {
        loop_(in + begin * in_size, out + begin * out_size, end - begin);
      } else {
        ByBlocks(in + begin * in_size, out + begin * out_size, end - begin);
      }
    });
    return absl::OkStatus();
  }

 private:
  void ByBlocks(const char* in, char* out, int64_t n) const {
    constexpr int64_t kBlock = 512;
    float wide[kBlock], result[kBlock];
    double cleared[kBlock];
    const size_t in_size = DTypeSize(from_), out_size = DTypeSize(to_);
    for (int64_t i = 0; i < n; i += kBlock) {
      const int64_t m = std::min(kBlock, n - i);
      const void* x = in + i * in_size;
      if (IsNarrowFloat(from_)) {
        WidenAny(from_, x, wide, m);
        x = wide;
      } else if (cleared_bits_ > 0) {
        std::memcpy(cleared, x, in_size * static_cast<size_t>(m));
        if (from_ == DType::kFloat) {
          ClearLowBits<uint32_t>(cleared, m, cleared_bits_);
        } else {
          ClearLowBits<uint64_t>(cleared, m, cleared_bits_);
        }
        x = cleared;
      }
      if (IsNarrowFloat(to_)) {
        loop_(x, result, m);
        NarrowAny(to_, result, out + i * out_size, m);
      } else {
        loop_(x, out + i * out_size, m);
      }
    }
  }

  DType from_ = DType::kInvalid, to_ = DType::kInvalid;
  CastLoop loop_ = nullptr;
  int cleared_bits_ = 0;
};

absl::StatusOr<Gradients> CastGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const auto differentiable = [](DType t) { return IsFloating(t) || IsComplex(t); };
  const DType from = op.attr<DType>("SrcT");
  if (!differentiable(from) || !differentiable(op.attr<DType>("DstT"))) return Gradients(1);
  return Gradients{b.Cast(dy[0], from)};
}

}  // namespace

absl::Status RegisterCast(Registry& r) {
  return r.Add(
      Op("Cast")
          .Input("x: SrcT")
          .Output("y: DstT")
          .Attr("SrcT: type")
          .Attr("DstT: type")
          .Attr("Truncate: bool = false")
          .Doc("x as another type. Floats become integers toward zero, anything becomes true "
               "unless it is 0; Truncate cuts off the mantissa instead of rounding to nearest.")
          .Shape(SameAsInput0)
          .Gradient(CastGradient)
          .Cpu<CastKernel>());
}

}  // namespace millrace
