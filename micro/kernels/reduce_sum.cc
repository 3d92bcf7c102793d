#include "micro/kernels/reduce_sum.h"

#include <cmath>
#include <type_traits>

#include "micro/kernels/common/independent.h"
#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/quantization.h"
#include "micro/kernels/common/reduction.h"
#include "micro/kernels/loops/sum_rows.h"

namespace millrace::micro {
namespace {

template <typename T, typename Accumulator>
void SumRow(const void* data, int32_t first, int32_t stride, int32_t count, void* accumulator) {
  const T* in = static_cast<const T*>(data) + first;
  Accumulator sum = *static_cast<Accumulator*>(accumulator);
  if (kHasRoomForLoops && stride == 1) {
    for (int32_t i = 0; i < count; ++i) sum += static_cast<Accumulator>(in[i]);
    *static_cast<Accumulator*>(accumulator) = sum;
    return;
  }
  for (int32_t i = 0; i < count; ++i) {
    sum += static_cast<Accumulator>(in[ptrdiff_t{i} * stride]);
  }
  *static_cast<Accumulator*>(accumulator) = sum;
}

// The same for columns side by side; on hosts.
template <typename T, typename Accumulator>
void SumColumns(const void* data, int32_t first, int32_t stride, int32_t count, int32_t columns,
                void* accumulators) {
  auto* sums = static_cast<Accumulator*>(accumulators);
  const T* in = static_cast<const T*>(data) + first;
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, int8_t>) {
    SumRows(in, stride, count, columns, sums);
  } else {
    for (int32_t i = 0; i < count; ++i, in += stride) {
      MR_INDEPENDENT
      for (int32_t c = 0; c < columns; ++c) sums[c] += static_cast<Accumulator>(in[c]);
    }
  }
}

// out[i] = finish(the sum of output i's elements), each added up in order.
template <typename T, typename Accumulator, typename Finish>
void Sums(Reduction* reduction, const void* data, const Finish& finish, T* out) {
  if constexpr (kHasRoomForLoops) {
    if constexpr (std::is_same_v<T, float>) {
      if (reduction->AreRows()) {
        SumEachRow(static_cast<const T*>(data), reduction->outputs(), reduction->count(), out);
        for (int32_t i = 0; i < reduction->outputs(); ++i) out[i] = finish(out[i]);
        return;
      }
    }
    const int32_t columns = reduction->columns();
    constexpr int32_t kMost = 256;
    if (columns > 1) {
      for (int32_t i = 0; i < reduction->outputs(); i += columns) {
        for (int32_t c = 0; c < columns; c += kMost) {
          Accumulator sums[kMost] = {};
          const int32_t count = columns - c < kMost ? columns - c : kMost;
          reduction->Columns(data, c, count, SumColumns<T, Accumulator>, sums);
          for (int32_t k = 0; k < count; ++k) out[i + c + k] = finish(sums[k]);
        }
        reduction->NextColumns();
      }
      return;
    }
  }
  for (int32_t i = 0; i < reduction->outputs(); ++i) {
    Accumulator sum = 0;
    reduction->Next(data, SumRow<T, Accumulator>, &sum);
    out[i] = finish(sum);
  }
}

template <typename T>
void ProductRow(const void* data, int32_t first, int32_t stride, int32_t count, void* accumulator) {
  const T* in = static_cast<const T*>(data) + first;
  T product = *static_cast<T*>(accumulator);
  for (int32_t i = 0; i < count; ++i) product *= in[ptrdiff_t{i} * stride];
  *static_cast<T*>(accumulator) = product;
}

// Of quantised elements: each factor brings one step of the input and the n-th part of the
// output's.
struct QuantisedProduct {
  Requant factor;
  int32_t zero_point;
  bool started;
  int32_t product;

  template <typename T>
  static void Row(const void* data, int32_t first, int32_t stride, int32_t count,
                  void* accumulator) {
    const T* in = static_cast<const T*>(data) + first;
    auto& p = *static_cast<QuantisedProduct*>(accumulator);
    for (int32_t i = 0; i < count; ++i) {
      const int32_t x = in[ptrdiff_t{i} * stride] - p.zero_point;
      p.product = p.started ? p.Scaled(int64_t{p.product} * x) : x;
      p.started = true;
    }
  }
  int32_t Scaled(int64_t x) const {
    return MultiplyByRequant64(x, factor.multiplier, factor.shift);
  }
};

bool IsQuantised(TensorType type) {
  return type == TensorType::kInt8 || type == TensorType::kUInt8 || type == TensorType::kInt16;
}

bool IsPlain(TensorType type) {
  return type == TensorType::kFloat32 || type == TensorType::kInt32 || type == TensorType::kInt64;
}

Status RescaleOf(const OpContext& context, Requant* rescale) {
  MR_ENSURE(context, RequantOf(context.input(0).scale(), 1.0f, context.output().scale(), rescale),
            Status::kInvalidQuantization, "the scales of input and output do not fit");
  return Status::kOk;
}

Status PrepareSum(OpContext& context) {
  const TensorType type = context.input(0).type();
  MR_ENSURE(context, context.output().type() == type && (IsQuantised(type) || IsPlain(type)),
            Status::kUnsupportedType, "no kernel for the types of input and output");
  Requant rescale;
  if (IsQuantised(type)) MR_TRY(RescaleOf(context, &rescale));
  return CheckReduction(context);
}

// The factor's n-th power is that from n steps of the input to the output's.
Status PrepareQuantisedProduct(const OpContext& context) {
  MR_ENSURE(context, IsConstant(context.input(1)), Status::kUnsupported,
            "the axes of a quantised product are not constant");
  Reduction reduction;
  MR_TRY(reduction.Make(context));
  const float from = context.input(0).scale(), to = context.output().scale();
  Requant* factor;
  MR_TRY(context.NewData(&factor));
  MR_ENSURE(context,
            to > 0.0f &&
                RequantOf(double{from} / std::pow(double{to}, 1.0 / reduction.count()), factor) &&
                factor->shift <= 7,
            Status::kInvalidQuantization, "the scales of input and output do not fit");
  return Status::kOk;
}

Status PrepareProduct(OpContext& context) {
  const TensorType type = context.input(0).type();
  const bool quantised = type == TensorType::kInt8 || type == TensorType::kInt16;
  MR_ENSURE(context, context.output().type() == type && (quantised || IsPlain(type)),
            Status::kUnsupportedType, "no kernel for the types of input and output");
  return quantised ? PrepareQuantisedProduct(context) : CheckReduction(context);
}

// The factor divided by `count`: as many bits of the multiplier as the quotient leaves room for.
Requant DividedBy(Requant factor, int32_t count) {
  int bits = 31 - __builtin_clz(static_cast<uint32_t>(count));
  if (bits > 31 + factor.shift) bits = 31 + factor.shift;
  return {static_cast<int32_t>((int64_t{factor.multiplier} << bits) / count), factor.shift - bits};
}

template <typename T>
Status ReduceQuantised(const OpContext& context, Reduction* reduction, bool mean) {
  const TensorView input = context.input(0), output = context.output();
  Requant rescale;
  MR_TRY(RescaleOf(context, &rescale));
  if (mean) rescale = DividedBy(rescale, reduction->count());
  const int32_t offset = reduction->count() * input.zero_point();
  constexpr int32_t kLow = static_cast<T>(-1) > 0 ? 0 : -(1 << (8 * sizeof(T) - 1));
  constexpr int32_t kHigh = kLow + (1 << (8 * sizeof(T))) - 1;
  const int32_t zero = output.zero_point();
  const auto finish = [=](int32_t sum) {
    return static_cast<T>(Clamp(MultiplyByRequant(sum - offset, rescale) + zero, kLow, kHigh));
  };
  Sums<T, int32_t>(reduction, input.raw(), finish, output.data<T>());
  return Status::kOk;
}

// Means of integers are cut towards zero.
template <typename T, typename Accumulator>
Status ReducePlain(const OpContext& context, Reduction* reduction, bool mean) {
  const Accumulator divisor = static_cast<Accumulator>(mean ? reduction->count() : 1);
  Sums<T, Accumulator>(
      reduction, context.input(0).raw(),
      [=](Accumulator sum) { return static_cast<T>(sum / divisor); }, context.output().data<T>());
  return Status::kOk;
}

Status Sum(const OpContext& context, bool mean) {
  Reduction reduction;
  MR_TRY(reduction.Make(context));
  switch (context.input(0).type()) {
    case TensorType::kFloat32:
      return ReducePlain<float, float>(context, &reduction, mean);
    case TensorType::kInt32:
      return ReducePlain<int32_t, int64_t>(context, &reduction, mean);
    case TensorType::kInt64:
      return ReducePlain<int64_t, int64_t>(context, &reduction, mean);
    case TensorType::kInt8:
      return ReduceQuantised<int8_t>(context, &reduction, mean);
    case TensorType::kUInt8:
      return ReduceQuantised<uint8_t>(context, &reduction, mean);
    default:
      return ReduceQuantised<int16_t>(context, &reduction, mean);
  }
}

Status InvokeMean(OpContext& context) { return Sum(context, true); }
Status InvokeSum(OpContext& context) { return Sum(context, false); }

template <typename T>
Status Multiply(Reduction* reduction, const TensorView& input, const TensorView& output) {
  T* out = output.data<T>();
  for (int32_t i = 0; i < reduction->outputs(); ++i) {
    out[i] = 1;
    reduction->Next(input.raw(), ProductRow<T>, &out[i]);
  }
  return Status::kOk;
}

template <typename T>
Status MultiplyQuantised(const OpContext& context, Reduction* reduction) {
  const TensorView input = context.input(0), output = context.output();
  constexpr int32_t kHigh = (1 << (8 * sizeof(T) - 1)) - 1;
  T* out = output.data<T>();
  for (int32_t i = 0; i < reduction->outputs(); ++i) {
    QuantisedProduct p = {context.data<Requant>(), input.zero_point(), false, 0};
    reduction->Next(input.raw(), QuantisedProduct::Row<T>, &p);
    const int64_t product = int64_t{p.Scaled(p.product)} + output.zero_point();
    out[i] = static_cast<T>(product > kHigh ? kHigh : product < -kHigh - 1 ? -kHigh - 1 : product);
  }
  return Status::kOk;
}

Status InvokeProduct(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  Reduction reduction;
  MR_TRY(reduction.Make(context));
  switch (input.type()) {
    case TensorType::kFloat32:
      return Multiply<float>(&reduction, input, output);
    case TensorType::kInt32:
      return Multiply<int32_t>(&reduction, input, output);
    case TensorType::kInt64:
      return Multiply<int64_t>(&reduction, input, output);
    case TensorType::kInt8:
      return MultiplyQuantised<int8_t>(context, &reduction);
    default:
      return MultiplyQuantised<int16_t>(context, &reduction);
  }
}

}  // namespace

const OpRegistration kMeanOp = {
    .code = BuiltinOp::kMean,
    .max_version = 3,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = PrepareSum,
    .invoke = InvokeMean,
};

const OpRegistration kSumOp = {
    .code = BuiltinOp::kSum,
    .max_version = 2,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = PrepareSum,
    .invoke = InvokeSum,
};

const OpRegistration kReduceProdOp = {
    .code = BuiltinOp::kReduceProd,
    .max_version = 2,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = PrepareProduct,
    .invoke = InvokeProduct,
};

}  // namespace millrace::micro
