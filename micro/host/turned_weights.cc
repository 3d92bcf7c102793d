#include "micro/host/turned_weights.h"

#include <algorithm>
#include <map>

#include "micro/core/op_options.h"
#include "micro/core/tensor_view.h"
#include "micro/host/turned_rows.h"
#include "micro/host/turned_transpose_conv.h"
#include "micro/kernels/conv.h"
#include "micro/kernels/fully_connected.h"
#include "micro/kernels/transpose_conv.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kFilter, kBias };  // TRANSPOSE_CONV has only the filter there

// A filter: groups of rows, each turned by itself.
struct Filter {
  int32_t groups = 0;  // 0: not one that can be turned
  int32_t rows = 0;
  int32_t depth = 0;

  bool operator==(const Filter& o) const {
    return groups == o.groups && rows == o.rows && depth == o.depth;
  }
};

Filter DenseFilter(const Shape&, const Shape& filter) {
  if (filter.rank != 2) return {};
  return {1, filter[0], filter[1]};
}

Filter ConvFilter(const Shape& input, const Shape& filter) {
  if (filter.rank != 4 || input.rank != 4) return {};
  const int32_t depth = filter.Product(1, 4);
  if (filter.elements() == 0 || !TakesTurnedFilter(depth) || input[3] % filter[3] != 0) return {};
  const int32_t groups = input[3] / filter[3];
  if (groups == 0 || filter[0] % groups != 0) return {};
  return {groups, filter[0] / groups, depth};
}

Filter TransposeConvFilter(const Shape&, const Shape& filter) {
  if (filter.rank != 4 || filter.elements() == 0) return {};
  if (int64_t{filter[1]} * filter[2] > kMaxTransposeConvTaps) return {};
  return {1, filter[0], filter.Product(1, 4)};
}

Status InvokeFullyConnected(OpContext& context) {
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

Status InvokeConv(OpContext& context) {
  const TensorView filter = context.input(kFilter);
  if (filter.type() != TensorType::kFloat32) return kConv2DOp.invoke(context);
  TurnedConv(FloatConvOf(context), context.input_data<float>(kInput), filter.data<float>(),
             context.input_data<float>(kBias), context.output_data<float>());
  return Status::kOk;
}

Status InvokeTransposeConv(OpContext& context) {
  constexpr int kImage = 2, kImageBias = 3;
  const TensorView filter = context.input(kFilter);
  if (filter.type() != TensorType::kFloat32) return kTransposeConvOp.invoke(context);
  TurnedTransposeConv(FloatTransposeConvOf(context), context.input_data<float>(kImage),
                      filter.data<float>(), context.input_data<float>(kImageBias),
                      context.output_data<float>());
  return Status::kOk;
}

// An op whose filters may be turned.
struct Layer {
  const OpRegistration& op;
  Status (*invoke)(OpContext& context);  // with turned filters
  Filter (*filter)(const Shape& input, const Shape& filter);
  int32_t block;  // of TurnRows
};
const Layer kLayers[] = {
    {kFullyConnectedOp, InvokeFullyConnected, DenseFilter, kTurnedRows},
    {kConv2DOp, InvokeConv, ConvFilter, kTurnedChannels},
    {kTransposeConvOp, InvokeTransposeConv, TransposeConvFilter, kTurnedChannels},
};

struct Use {
  Filter filter;
  const uint8_t* data = nullptr;
  int readers = 0;  // operators that have it as such a filter
};
using Uses = std::map<const uint8_t*, Use>;  // by the tensor

// What leads to data of a buffer, anywhere in a model.
class Model {
 public:
  explicit Model(const ModelView& model) : model_(model) {
    for (int s = 0; s < model.subgraphs().size(); ++s) Count(model.subgraph(s));
    const fb::TableVector metadata = model.metadata();
    for (int i = 0; i < metadata.size(); ++i) {
      ++references_[DataOf(metadata[i].Scalar<uint32_t>(field::Metadata::kBuffer))];
    }
  }

  // The filters of a layer, or none when not all of them are constants that such layers alone read.
  Uses Turnable(const Layer& layer) const {
    Uses uses;
    for (int s = 0; s < model_.subgraphs().size(); ++s) {
      const SubgraphView graph = model_.subgraph(s);
      for (int i = 0; i < graph.operators().size(); ++i) {
        if (!Add(layer, graph, graph.operators()[i], &uses)) return {};
      }
    }
    for (const auto& [tensor, use] : uses) {
      if (references_.at(use.data) != 1 || readers_.at(tensor) != use.readers) return {};
    }
    return uses;
  }

 private:
  const uint8_t* DataOf(uint32_t buffer) const { return model_.buffer(buffer).data(); }

  void Count(const SubgraphView& graph) {
    const fb::TableVector tensors = graph.tensors(), operators = graph.operators();
    for (int i = 0; i < tensors.size(); ++i) {
      ++references_[DataOf(tensors[i].Scalar<uint32_t>(field::Tensor::kBuffer))];
    }
    for (int i = 0; i < operators.size(); ++i) {
      const auto inputs = operators[i].VectorOf<int32_t>(field::Operator::kInputs);
      for (int k = 0; k < inputs.size(); ++k) {
        if (inputs[k] >= 0) ++readers_[tensors[inputs[k]].address()];
      }
    }
    for (int i = 0; i < graph.outputs().size(); ++i) {
      ++readers_[tensors[graph.outputs()[i]].address()];
    }
  }

  // Adds the filter that an operator has, if it is such a layer with float weights. False when it
  // cannot be turned.
  bool Add(const Layer& layer, const SubgraphView& graph, fb::Table op, Uses* uses) const {
    const auto code = op.Scalar<uint32_t>(field::Operator::kOpcodeIndex);
    if (OpOf(model_.operator_codes()[static_cast<int>(code)]) != layer.op.code) return true;
    const auto inputs = op.VectorOf<int32_t>(field::Operator::kInputs);
    if (inputs.size() <= kFilter || inputs[kInput] < 0 || inputs[kFilter] < 0) return true;
    const fb::Table tensor = graph.tensors()[inputs[kFilter]];
    const TensorView view(tensor, nullptr), input(graph.tensors()[inputs[kInput]], nullptr);
    if (view.type() != TensorType::kFloat32) return true;
    const auto buffer = model_.buffer(tensor.Scalar<uint32_t>(field::Tensor::kBuffer));
    const Filter filter = layer.filter(input.shape(), view.shape());
    if (filter.groups == 0 || view.elements() == 0 || buffer.size() == 0) return false;
    Use& use = (*uses)[tensor.address()];
    if (++use.readers > 1 && !(use.filter == filter)) return false;
    use.filter = filter;
    use.data = buffer.data();
    return true;
  }

  const ModelView model_;
  std::map<const uint8_t*, int> references_;  // tensors and metadata, by the data
  std::map<const uint8_t*, int> readers_;     // inputs of operators and outputs, by the tensor
};

void Turn(const Filter& filter, int32_t block, float* matrix) {
  const auto most = static_cast<size_t>(std::min(filter.rows, block));
  std::vector<float> scratch(most * static_cast<size_t>(filter.depth));
  for (int32_t g = 0; g < filter.groups; ++g, matrix += ptrdiff_t{filter.rows} * filter.depth) {
    TurnRows(matrix, filter.rows, filter.depth, block, scratch.data());
  }
}

}  // namespace

std::vector<OpRegistration> TurnWeights(uint8_t* model) {
  const Model before{ModelView(model)};
  std::vector<Uses> uses;  // found before anything is turned
  for (const Layer& layer : kLayers) uses.push_back(before.Turnable(layer));
  std::vector<OpRegistration> ops;
  for (size_t i = 0; i < uses.size(); ++i) {
    if (uses[i].empty()) continue;
    for (const auto& [tensor, use] : uses[i]) {
      Turn(use.filter, kLayers[i].block, reinterpret_cast<float*>(model + (use.data - model)));
    }
    ops.push_back(kLayers[i].op);
    ops.back().invoke = kLayers[i].invoke;
  }
  return ops;
}

}  // namespace millrace::micro
