#include "core/graph/builder.h"

#include <algorithm>
#include <complex>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/graph/registry.h"

namespace millrace {
namespace {

// Enough for whoever indexes the outputs of an op that failed.
Outputs InvalidOutputs(const OpSchema* schema, size_t num_inputs) {
  const size_t list_length = std::max<size_t>(num_inputs, 64);
  if (schema == nullptr) return Outputs(list_length);
  size_t count = 0;
  for (const ArgDef& arg : schema->outputs) count += arg.is_list() ? list_length : 1;
  return Outputs(count);
}

Tensor DimsAsInt32(const millrace::Shape& shape) {
  const std::vector<int32_t> dims(shape.dims().begin(), shape.dims().end());
  return Tensor::Vector<int32_t>(dims);
}

bool FitsInt32(const millrace::Shape& shape) {
  return std::all_of(shape.dims().begin(), shape.dims().end(),
                     [](int64_t d) { return d <= std::numeric_limits<int32_t>::max(); });
}

}  // namespace

Outputs Builder::Op(absl::string_view op, absl::Span<const Output> inputs, AttrMap attrs,
                    absl::Span<const Output> control_inputs) {
  const size_t num_inputs = inputs.size();
  if (ok()) {
    for (size_t i = 0; i < num_inputs; ++i) {
      if (inputs[i].valid()) continue;
      Fail(absl::InvalidArgumentError(absl::StrCat("Input ", i, " of op ", op, " is missing")));
      break;
    }
  }
  if (!ok()) return InvalidOutputs(registry().Find(op), num_inputs);
  auto outputs = DoOp(op, inputs, std::move(attrs), control_inputs);
  if (outputs.ok()) return *std::move(outputs);
  Fail(outputs.status());
  return InvalidOutputs(registry().Find(op), num_inputs);
}

Output Builder::Op1(absl::string_view op, absl::Span<const Output> inputs, AttrMap attrs) {
  const Outputs outputs = Op(op, inputs, std::move(attrs));
  if (!outputs.empty()) return outputs[0];
  Fail(absl::InvalidArgumentError(absl::StrCat("Op ", op, " has no output")));
  return {};
}

Output Builder::Const(Tensor value) {
  const DType dtype = value.dtype();
  return Op1("Const", {}, {{"value", std::move(value)}, {"dtype", dtype}});
}

Output Builder::Ints(absl::Span<const int32_t> values) {
  return Const(Tensor::Vector<int32_t>(values));
}

Output Builder::ScalarLike(Output x, double v) {
  if (!ok()) return {};
  switch (BaseType(dtype(x))) {
#define MILLRACE_CASE(value, T) \
  case DType::value:            \
    return Const(Tensor::Scalar<T>(static_cast<T>(v)));
    MILLRACE_CASE(kFloat, float)
    MILLRACE_CASE(kDouble, double)
    MILLRACE_CASE(kHalf, half)
    MILLRACE_CASE(kBFloat16, bfloat16)
    MILLRACE_CASE(kInt8, int8_t)
    MILLRACE_CASE(kInt16, int16_t)
    MILLRACE_CASE(kInt32, int32_t)
    MILLRACE_CASE(kInt64, int64_t)
    MILLRACE_CASE(kUInt8, uint8_t)
    MILLRACE_CASE(kUInt16, uint16_t)
    MILLRACE_CASE(kUInt32, uint32_t)
    MILLRACE_CASE(kUInt64, uint64_t)
#undef MILLRACE_CASE
    case DType::kComplex64:
      return Const(Tensor::Scalar<std::complex<float>>(static_cast<float>(v)));
    case DType::kComplex128:
      return Const(Tensor::Scalar<std::complex<double>>(v));
    default:
      Fail(absl::InvalidArgumentError(
          absl::StrCat("There is no number of type ", DTypeName(dtype(x)))));
      return {};
  }
}

Output Builder::ZerosLike(Output x) { return Op1("ZerosLike", {x}); }
Output Builder::OnesLike(Output x) { return Op1("OnesLike", {x}); }
Output Builder::Identity(Output x) { return Op1("Identity", {x}); }

Output Builder::Cast(Output x, DType to) {
  if (!ok() || BaseType(dtype(x)) == to) return x;
  return Op1("Cast", {x}, {{"SrcT", BaseType(dtype(x))}, {"DstT", to}});
}

Output Builder::Shape(Output x, DType out_type) {
  if (!ok()) return {};
  if (const PartialShape known = shape(x); known.fully_defined()) {
    const millrace::Shape exact = known.ToShape();
    if (out_type == DType::kInt64) return Const(Tensor::Vector<int64_t>(exact.dims()));
    if (FitsInt32(exact)) return Const(DimsAsInt32(exact));
  }
  return Op1("Shape", {x}, {{"out_type", out_type}});
}

Output Builder::Size(Output x) {
  if (!ok()) return {};
  const int64_t known = shape(x).num_elements();
  if (known >= 0 && known <= std::numeric_limits<int32_t>::max()) {
    return Scalar<int32_t>(static_cast<int32_t>(known));
  }
  return Op1("Size", {x}, {{"out_type", DType::kInt32}});
}

Output Builder::Rank(Output x) {
  if (!ok()) return {};
  if (const PartialShape known = shape(x); known.known_rank()) {
    return Scalar<int32_t>(known.rank());
  }
  return Op1("Rank", {x});
}

Output Builder::Reshape(Output x, Output shape) { return Op1("Reshape", {x, shape}); }

Output Builder::ReshapeLike(Output x, Output like) {
  if (!ok()) return {};
  const PartialShape wanted = shape(like);
  if (wanted.fully_defined() && shape(x) == wanted) return x;
  return Reshape(x, Shape(like));
}

Output Builder::ExpandDims(Output x, int axis) {
  return Op1("ExpandDims", {x, Scalar<int32_t>(axis)});
}

Output Builder::Squeeze(Output x, std::vector<int64_t> axes) {
  return Op1("Squeeze", {x}, {{"squeeze_dims", std::move(axes)}});
}

Output Builder::Transpose(Output x, Output perm) { return Op1("Transpose", {x, perm}); }

Output Builder::Concat(absl::Span<const Output> xs, Output axis) {
  if (xs.size() == 1) return xs[0];
  Outputs inputs(xs.begin(), xs.end());
  inputs.push_back(axis);
  return Op1("ConcatV2", inputs, {{"N", static_cast<int64_t>(xs.size())}});
}

Output Builder::Pack(absl::Span<const Output> xs, int axis) {
  return Op1("Pack", xs, {{"N", static_cast<int64_t>(xs.size())}, {"axis", axis}});
}

Output Builder::Slice(Output x, Output begin, Output size) {
  return Op1("Slice", {x, begin, size});
}

Output Builder::Gather(Output params, Output indices, int axis) {
  return Op1("GatherV2", {params, indices, Scalar<int32_t>(axis)});
}

Output Builder::Tile(Output x, Output multiples) { return Op1("Tile", {x, multiples}); }
Output Builder::BroadcastTo(Output x, Output shape) { return Op1("BroadcastTo", {x, shape}); }
Output Builder::Fill(Output dims, Output value) { return Op1("Fill", {dims, value}); }
Output Builder::Range(Output start, Output limit, Output delta) {
  return Op1("Range", {start, limit, delta});
}

Output Builder::Neg(Output x) { return Op1("Neg", {x}); }
Output Builder::Add(Output x, Output y) { return Op1("AddV2", {x, y}); }
Output Builder::AddN(absl::Span<const Output> xs) {
  if (xs.size() == 1) return xs[0];
  return Op1("AddN", xs, {{"N", static_cast<int64_t>(xs.size())}});
}
Output Builder::Sub(Output x, Output y) { return Op1("Sub", {x, y}); }
Output Builder::Mul(Output x, Output y) { return Op1("Mul", {x, y}); }
Output Builder::Div(Output x, Output y) { return Op1("RealDiv", {x, y}); }
Output Builder::Square(Output x) { return Op1("Square", {x}); }
Output Builder::Sqrt(Output x) { return Op1("Sqrt", {x}); }
Output Builder::Exp(Output x) { return Op1("Exp", {x}); }
Output Builder::Log(Output x) { return Op1("Log", {x}); }
Output Builder::Pow(Output x, Output y) { return Op1("Pow", {x, y}); }

Output Builder::Conj(Output x) {
  if (!ok() || !IsComplex(BaseType(dtype(x)))) return x;
  return Op1("Conj", {x});
}

Output Builder::MatMul(Output a, Output b, bool transpose_a, bool transpose_b) {
  return Op1("MatMul", {a, b}, {{"transpose_a", transpose_a}, {"transpose_b", transpose_b}});
}

Output Builder::Sum(Output x, Output axes, bool keep_dims) {
  return Op1("Sum", {x, axes}, {{"keep_dims", keep_dims}});
}

Output Builder::Less(Output x, Output y) { return Op1("Less", {x, y}); }
Output Builder::Greater(Output x, Output y) { return Op1("Greater", {x, y}); }
Output Builder::GreaterEqual(Output x, Output y) { return Op1("GreaterEqual", {x, y}); }
Output Builder::LessEqual(Output x, Output y) { return Op1("LessEqual", {x, y}); }
Output Builder::Equal(Output x, Output y) { return Op1("Equal", {x, y}); }
Output Builder::LogicalAnd(Output x, Output y) { return Op1("LogicalAnd", {x, y}); }
Output Builder::LogicalNot(Output x) { return Op1("LogicalNot", {x}); }
Output Builder::Where(Output condition, Output x, Output y) {
  return Op1("SelectV2", {condition, x, y});
}

}  // namespace millrace
