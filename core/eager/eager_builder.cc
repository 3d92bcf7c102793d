#include "core/eager/eager_builder.h"

#include <utility>

#include "core/base/status.h"

namespace millrace {

Output EagerBuilder::Import(EagerTensor tensor) {
  if (!tensor.valid()) return {};
  tensors_.push_back(std::move(tensor));
  return {static_cast<int>(tensors_.size()) - 1, 0};
}

DType EagerBuilder::dtype(Output x) const {
  return x.valid() ? tensor(x).value.dtype() : DType::kInvalid;
}

PartialShape EagerBuilder::shape(Output x) const {
  return x.valid() ? PartialShape(tensor(x).value.shape()) : PartialShape();
}

std::optional<Tensor> EagerBuilder::value(Output x) const {
  if (!x.valid()) return std::nullopt;
  return tensor(x).value;
}

const HandleData* EagerBuilder::handle_data(Output x) const {
  if (!x.valid()) return nullptr;
  const Tensor& t = tensor(x).value;
  if (t.dtype() != DType::kResource || t.num_elements() != 1) return nullptr;
  const HandleData& data = t.scalar<ResourceHandle>().dtypes_and_shapes;
  return data.empty() ? nullptr : &data;
}

absl::StatusOr<Outputs> EagerBuilder::DoOp(absl::string_view op, absl::Span<const Output> inputs,
                                           AttrMap attrs, absl::Span<const Output>) {
  EagerTensors values;
  for (const Output& input : inputs) values.push_back(tensor(input));
  ExecuteOptions options;
  options.device = device_;
  MR_ASSIGN_OR_RETURN(EagerTensors results,
                      ExecuteOp(context_, tapes_, op, values, attrs, options));
  Outputs outputs;
  outputs.reserve(results.size());
  for (EagerTensor& result : results) outputs.push_back(Import(std::move(result)));
  return outputs;
}

}  // namespace millrace
