// Select, SelectV2: elements of t where a condition holds, else of e.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/broadcast.h"
#include "kernels/math/types.h"

namespace millrace {
namespace {

constexpr int64_t kGrain = 32768;

// Steps are 0 or 1; pointers are to the first element.
using SelectLoop = void (*)(const bool* condition, int64_t c_step, const void* t, int64_t t_step,
                            const void* e, int64_t e_step, void* out, int64_t n);

template <typename T>
void Loop(const bool* condition, int64_t c_step, const void* t, int64_t t_step, const void* e,
          int64_t e_step, void* out, int64_t n) {
  const T* x = static_cast<const T*>(t);
  const T* y = static_cast<const T*>(e);
  T* z = static_cast<T*>(out);
  if (c_step == 1 && t_step == 1 && e_step == 1) {
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) z[i] = condition[i] ? x[i] : y[i];
    return;
  }
  for (int64_t i = 0; i < n; ++i) z[i] = condition[i * c_step] ? x[i * t_step] : y[i * e_step];
}

SelectLoop LoopFor(DType type) {
  switch (type) {
    case DType::kString:
      return &Loop<std::string>;
    case DType::kResource:
      return &Loop<ResourceHandle>;
    case DType::kVariant:
      return &Loop<Variant>;
    default:
      break;
  }
  switch (DTypeSize(type)) {
    case 1:
      return &Loop<uint8_t>;
    case 2:
      return &Loop<uint16_t>;
    case 4:
      return &Loop<uint32_t>;
    case 8:
      return &Loop<uint64_t>;
    default:
      return &Loop<complex128>;
  }
}

// Select: the condition is of t's shape, a scalar, or a vector that decides about slices of the
// first dimension.
class SelectKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    loop_ = LoopFor(c.output_type(0));
    size_ = static_cast<int64_t>(DTypeSize(c.output_type(0)));
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& condition = c.input(0);
    const Tensor& t = c.input(1);
    const Tensor& e = c.input(2);
    if (t.shape() != e.shape()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'then' and 'else' must have the same size, but received: ", t.shape().ToString(),
          " vs. ", e.shape().ToString()));
    }
    const bool scalar = condition.rank() == 0;
    const bool by_slice = !scalar && condition.shape() != t.shape();
    if (by_slice && (condition.rank() != 1 || t.rank() < 1 || condition.dim(0) != t.dim(0))) {
      return absl::InvalidArgumentError(
          absl::StrCat("The condition must be of 't's shape, a scalar, or a vector as long as its "
                       "first dimension: ",
                       condition.shape().ToString(), " vs. ", t.shape().ToString()));
    }
    if (scalar) {
      c.set_output(0, condition.scalar<bool>() ? t : e);
      return absl::OkStatus();
    }
    const bool* flags = condition.data<bool>();
    const char* x = static_cast<const char*>(t.raw_data());
    const char* y = static_cast<const char*>(e.raw_data());
    const int64_t n = t.num_elements(), slice = by_slice && n > 0 ? n / t.dim(0) : 1;
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({1, 2}, 0, t.shape(), &out));
    char* z = static_cast<char*>(out->mutable_raw_data());
    c.pool()->ParallelFor(n / slice, std::max<int64_t>(1, kGrain / slice),
                          [&](int64_t begin, int64_t end) {
                            if (slice == 1) {
                              loop_(flags + begin, 1, x + begin * size_, 1, y + begin * size_, 1,
                                    z + begin * size_, end - begin);
                              return;
                            }
                            for (int64_t i = begin; i < end; ++i) {
                              const int64_t at = i * slice * size_;
                              loop_(flags + i, 0, x + at, 1, y + at, 1, z + at, slice);
                            }
                          });
    return absl::OkStatus();
  }

 private:
  SelectLoop loop_ = nullptr;
  int64_t size_ = 0;
};

// SelectV2: all three broadcast.
class SelectV2Kernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    loop_ = LoopFor(c.output_type(0));
    size_ = static_cast<int64_t>(DTypeSize(c.output_type(0)));
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(
        const Broadcast broadcast,
        Broadcast::Create({&c.input(0).shape(), &c.input(1).shape(), &c.input(2).shape()}));
    const bool* condition = c.input(0).data<bool>();
    const char* t = static_cast<const char*>(c.input(1).raw_data());
    const char* e = static_cast<const char*>(c.input(2).raw_data());
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({1, 2}, 0, broadcast.output(), &out));
    char* z = static_cast<char*>(out->mutable_raw_data());
    broadcast.ForEachRun(
        c.pool(), kGrain, [&](int64_t at, const Broadcast::Offsets& from, int64_t count) {
          loop_(condition + from[0], broadcast.step(0), t + from[1] * size_, broadcast.step(1),
                e + from[2] * size_, broadcast.step(2), z + at * size_, count);
        });
    return absl::OkStatus();
  }

 private:
  SelectLoop loop_ = nullptr;
  int64_t size_ = 0;
};

absl::StatusOr<Gradients> SelectGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output condition = op.input(0), zeros = b.ZerosLike(op.input(1));
  return Gradients{Gradient(), b.Op1("Select", {condition, dy[0], zeros}),
                   b.Op1("Select", {condition, zeros, dy[0]})};
}

absl::StatusOr<Gradients> SelectV2Gradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output condition = op.input(0), zero = b.ScalarLike(dy[0], 0);
  const Output to_t = b.Where(condition, dy[0], zero), to_e = b.Where(condition, zero, dy[0]);
  // Each against the full shape of the output, since all three inputs may have made it.
  const Output y = op.output(0);
  return Gradients{Gradient(), b.UnbroadcastGradients(op.input(1), to_t, y, to_t).first,
                   b.UnbroadcastGradients(op.input(2), to_e, y, to_e).first};
}

absl::Status SelectShape(ShapeContext& c) {
  auto shape = c.input(1).MergeWith(c.input(2));
  if (!shape.ok()) return c.Error(2, shape.status().message());
  if (const PartialShape& condition = c.input(0); condition.known_rank() && condition.rank() > 1) {
    shape = shape->MergeWith(condition);
    if (!shape.ok()) return c.Error(0, shape.status().message());
  }
  c.set_output(0, *std::move(shape));
  if (const HandleData* data = c.input_handle(1)) c.set_output_handle(0, *data);
  return absl::OkStatus();
}

absl::Status SelectV2Shape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape branches, BroadcastShapes(c.input(1), c.input(2)));
  MR_ASSIGN_OR_RETURN(PartialShape shape, BroadcastShapes(c.input(0), branches));
  c.set_output(0, std::move(shape));
  if (const HandleData* data = c.input_handle(1)) c.set_output_handle(0, *data);
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterSelect(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("Select")
                .Input("condition: bool")
                .Input("t: T")
                .Input("e: T")
                .Output("output: T")
                .Attr("T: type")
                .Doc("Elements of t where condition is true, else of e. The condition is of their "
                     "shape, a scalar, or a vector over the first dimension.")
                .Shape(SelectShape)
                .Gradient(SelectGradient)
                .Cpu<SelectKernel>()));
  return r.Add(
      Op("SelectV2")
          .Input("condition: bool")
          .Input("t: T")
          .Input("e: T")
          .Output("output: T")
          .Attr("T: type")
          .Doc("Elements of t where condition is true, else of e; all three shapes broadcast.")
          .Shape(SelectV2Shape)
          .Gradient(SelectV2Gradient)
          .Cpu<SelectV2Kernel>());
}

}  // namespace millrace
