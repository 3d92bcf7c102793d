#include "micro/host/turned_weights.h"

#include <algorithm>
#include <map>
#include <vector>

#include "micro/core/op_options.h"
#include "micro/core/tensor_view.h"
#include "micro/host/turned_rows.h"
#include "micro/kernels/fully_connected.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kFilter, kBias };

// The float filter of an operator, or -1 when it is another op or has other weights.
int FloatFilter(const ModelView& model, const SubgraphView& graph, fb::Table op) {
  const auto code = op.Scalar<uint32_t>(field::Operator::kOpcodeIndex);
  if (OpOf(model.operator_codes()[static_cast<int>(code)]) != BuiltinOp::kFullyConnected) return -1;
  const auto inputs = op.VectorOf<int32_t>(field::Operator::kInputs);
  if (inputs.size() <= kFilter || inputs[kFilter] < 0) return -1;
  const TensorView filter(graph.tensors()[inputs[kFilter]], nullptr);
  return filter.type() == TensorType::kFloat32 ? inputs[kFilter] : -1;
}

struct Filter {
  const uint8_t* data = nullptr;  // nullptr: not a constant matrix
  int32_t rows = 0;
  int32_t depth = 0;
  int readers = 0;  // operators that have it as a filter
};

// Everything in the model that leads to data of a buffer, and its dense float layers.
class Uses {
 public:
  explicit Uses(const ModelView& model) : model_(model) {
    for (int s = 0; s < model.subgraphs().size(); ++s) Read(model.subgraph(s));
    const fb::TableVector metadata = model.metadata();
    for (int i = 0; i < metadata.size(); ++i) {
      ++references_[DataOf(metadata[i].Scalar<uint32_t>(field::Metadata::kBuffer))];
    }
  }

  // The filters, or none when not all of them are constants that dense layers alone read.
  std::vector<Filter> Turnable() const {
    std::vector<Filter> filters;
    for (const auto& [tensor, filter] : filters_) {
      const bool alone = filter.data != nullptr && references_.at(filter.data) == 1 &&
                         readers_.at(tensor) == filter.readers;
      if (!alone) return {};
      filters.push_back(filter);
    }
    return filters;
  }

 private:
  const uint8_t* DataOf(uint32_t buffer) const { return model_.buffer(buffer).data(); }

  void Read(const SubgraphView& graph) {
    const fb::TableVector tensors = graph.tensors(), operators = graph.operators();
    for (int i = 0; i < tensors.size(); ++i) {
      ++references_[DataOf(tensors[i].Scalar<uint32_t>(field::Tensor::kBuffer))];
    }
    for (int i = 0; i < operators.size(); ++i) {
      const auto inputs = operators[i].VectorOf<int32_t>(field::Operator::kInputs);
      for (int k = 0; k < inputs.size(); ++k) {
        if (inputs[k] >= 0) ++readers_[tensors[inputs[k]].address()];
      }
      const int filter = FloatFilter(model_, graph, operators[i]);
      if (filter >= 0) AddFilter(tensors[filter]);
    }
    for (int i = 0; i < graph.outputs().size(); ++i) {
      ++readers_[tensors[graph.outputs()[i]].address()];
    }
  }

  void AddFilter(fb::Table tensor) {
    Filter& filter = filters_[tensor.address()];
    ++filter.readers;
    const TensorView view(tensor, nullptr);
    const auto buffer = model_.buffer(tensor.Scalar<uint32_t>(field::Tensor::kBuffer));
    if (view.rank() != 2 || view.elements() == 0 || buffer.size() == 0) return;
    filter.data = buffer.data();
    filter.rows = view.dim(0);
    filter.depth = view.dim(1);
  }

  const ModelView model_;
  std::map<const uint8_t*, int> references_;  // tensors and metadata, by the data
  std::map<const uint8_t*, int> readers_;     // inputs of operators and outputs, by the tensor
  std::map<const uint8_t*, Filter> filters_;  // by the tensor
};

Status Invoke(OpContext& context) {
  const TensorView filter = context.input(kFilter);
  if (filter.type() != TensorType::kFloat32) return kFullyConnectedOp.invoke(context);
  const Shape shape = filter.shape();
  FullyConnectedFloat p = {context.input(kInput).elements() / shape[1], shape[1], shape[0], {}};
  const Activation activation =
      context.options().FusedActivation(FullyConnectedOptions::kFusedActivationFunction);
  MR_TRY(FloatActivationRange(context, activation, &p.range));
  TurnedFullyConnected(p, context.input_data<float>(kInput), filter.data<float>(),
                       context.input_data<float>(kBias), context.output_data<float>());
  return Status::kOk;
}

}  // namespace

OpRegistration TurnedFullyConnectedOp() {
  OpRegistration op = kFullyConnectedOp;
  op.invoke = Invoke;
  return op;
}

bool TurnWeights(uint8_t* model) {
  const std::vector<Filter> filters = Uses(ModelView(model)).Turnable();
  for (const Filter& filter : filters) {
    const auto block = static_cast<size_t>(std::min(filter.rows, kTurnedRows));
    std::vector<float> scratch(block * static_cast<size_t>(filter.depth));
    auto* matrix = reinterpret_cast<float*>(model + (filter.data - model));
    TurnRows(matrix, filter.rows, filter.depth, scratch.data());
  }
  return !filters.empty();
}

}  // namespace millrace::micro
