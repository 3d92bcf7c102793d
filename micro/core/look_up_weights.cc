#include "micro/core/look_up_weights.h"

#include "micro/core/flatbuffer_checker.h"
#include "micro/core/interpreter.h"
#include "micro/core/look_up.h"
#include "micro/core/tensor_view.h"
#include "micro/core/verifier.h"

namespace millrace::micro {
namespace {

constexpr uint32_t kNewestVersion = 1;
constexpr int kMostBits = 7;
// Of looking for compressed tensors among all that a model names: so long may a hostile one keep us
// busy.
constexpr int64_t kMaxSteps = 1 << 24;

// Field numbers.
struct Root {
  enum { kVersion, kSubgraphs };
};
struct RootSubgraph {
  enum { kLookUpTensors };
};
struct LookUpTensor {
  enum { kTensor, kValueBuffer, kIndexBits };
};

constexpr fb::FieldRule kRootRules[] = {{Root::kVersion, fb::FieldRule::kScalar, 4}};
constexpr fb::FieldRule kTensorRules[] = {
    {LookUpTensor::kTensor, fb::FieldRule::kScalar, 4},
    {LookUpTensor::kValueBuffer, fb::FieldRule::kScalar, 4},
    {LookUpTensor::kIndexBits, fb::FieldRule::kScalar, 1},
};

fb::Table RootOf(const uint8_t* entry) { return fb::Table(fb::Follow(entry)); }

// The descriptions of a subgraph's compressed tensors.
fb::TableVector ListOf(const uint8_t* entry, int subgraph) {
  const fb::TableVector subgraphs(RootOf(entry).Target(Root::kSubgraphs));
  return subgraph < subgraphs.size()
             ? fb::TableVector(subgraphs[subgraph].Target(RootSubgraph::kLookUpTensors))
             : fb::TableVector();
}

int32_t TensorOf(fb::Table description) {
  return description.Scalar<int32_t>(LookUpTensor::kTensor);
}

// A table that is not present() when the tensor is not compressed.
fb::Table DescriptionOf(fb::TableVector list, int tensor) {
  for (int i = 0; i < list.size(); ++i) {
    if (TensorOf(list[i]) == tensor) return list[i];
  }
  return fb::Table();
}

fb::Vector<uint8_t> BufferOf(const ModelView& model, fb::Table tensor) {
  return model.buffer(tensor.Scalar<uint32_t>(field::Tensor::kBuffer));
}

// Along which tables differ; a tensor with one dimension has no other.
int AxisOf(const TensorView& view) { return view.rank() == 1 ? 0 : view.quantized_dimension(); }

// REQUIRES: a buffer of values and, with several scales, an axis that the tensor has.
LookUpTables TablesOf(const ModelView& model, fb::Table description, fb::Table tensor) {
  const TensorView view(tensor, nullptr);
  const Shape shape = view.shape();
  const bool by_channel = view.scale_count() > 1;
  const auto values = model.buffer(description.Scalar<uint32_t>(LookUpTensor::kValueBuffer));
  LookUpTables t;
  t.indices = BufferOf(model, tensor).data();
  t.bits = description.Scalar<uint8_t>(LookUpTensor::kIndexBits);
  t.values = values.data();
  t.channels = by_channel ? shape[AxisOf(view)] : 1;
  t.table_size = values.size() / (BitsOf(view.type()) / 8) / t.channels;
  t.inner = by_channel ? shape.Product(AxisOf(view) + 1, shape.rank) : shape.elements();
  return t;
}

class Verifier {
 public:
  Verifier(const ModelView& model, fb::Vector<uint8_t> entry, Error* error)
      : model_(model),
        entry_(entry.data()),
        check_(entry.data(), static_cast<size_t>(entry.size())),
        error_(error) {}

  Status Run();

 private:
  Status Refuse(Status status, const char* why) const {
    error_->status = status;
    error_->reason = why;
    return status;
  }
  Status Frame();
  Status List(int subgraph, fb::TableVector subgraphs);
  Status Subgraph(int subgraph) const;
  Status Tensor(fb::Table tensor, fb::Table description) const;

  const ModelView& model_;
  const uint8_t* entry_;
  const fb::FlatbufferChecker check_;
  Error* error_;
  int64_t steps_ = 0;
};

constexpr char kOutOfBounds[] = MR_WHY("the compression metadata is out of bounds");

#define MR_VERIFY(condition, status, why)                 \
  do {                                                    \
    if (!(condition)) return Refuse(status, MR_WHY(why)); \
  } while (0)

Status Verifier::Run() {
  MR_TRY(Frame());
  for (int i = 0; i < model_.subgraphs().size(); ++i) {
    error_->subgraph = i;
    MR_TRY(Subgraph(i));
  }
  return Status::kOk;
}

Status Verifier::Frame() {
  MR_VERIFY(check_.IsReferenceToTable(entry_), Status::kInvalidModel, kOutOfBounds);
  const fb::Table root = RootOf(entry_);
  MR_VERIFY(check_.Follows(root, kRootRules) && check_.IsTableVector(root, Root::kSubgraphs),
            Status::kInvalidModel, kOutOfBounds);
  MR_VERIFY(root.Scalar<uint32_t>(Root::kVersion, 1) <= kNewestVersion, Status::kUnsupportedSchema,
            "the version of the compression metadata is above 1");
  const fb::TableVector subgraphs(root.Target(Root::kSubgraphs));
  MR_VERIFY(subgraphs.size() <= model_.subgraphs().size(), Status::kInvalidModel,
            "the compression metadata has more subgraphs than the model");
  for (int i = 0; i < subgraphs.size(); ++i) {
    error_->subgraph = i;
    MR_TRY(List(i, subgraphs));
  }
  return Status::kOk;
}

Status Verifier::List(int subgraph, fb::TableVector subgraphs) {
  MR_VERIFY(check_.IsTableVector(subgraphs[subgraph], RootSubgraph::kLookUpTensors),
            Status::kInvalidModel, kOutOfBounds);
  const fb::TableVector list = ListOf(entry_, subgraph);
  const SubgraphView view = model_.subgraph(subgraph);
  int64_t named = int64_t{view.tensors().size()} + view.outputs().size();
  for (int i = 0; i < view.operators().size(); ++i) {
    named += view.operators()[i].VectorOf<int32_t>(field::Operator::kInputs).size();
  }
  steps_ += list.size() * named;
  MR_VERIFY(list.size() <= view.tensors().size() && steps_ <= kMaxSteps, Status::kInvalidModel,
            "too many tensors are compressed");
  for (int i = 0; i < list.size(); ++i) {
    MR_VERIFY(check_.Follows(list[i], kTensorRules), Status::kInvalidModel, kOutOfBounds);
  }
  return Status::kOk;
}

Status Verifier::Subgraph(int subgraph) const {
  const SubgraphView view = model_.subgraph(subgraph);
  const fb::TableVector list = ListOf(entry_, subgraph);
  int found = 0;
  for (int i = 0; i < view.tensors().size(); ++i) {
    error_->tensor_index = i;
    const fb::Table description = DescriptionOf(list, i);
    if (description.present()) {
      ++found;
      MR_TRY(Tensor(view.tensors()[i], description));
    } else {
      const auto constant = static_cast<size_t>(BufferOf(model_, view.tensors()[i]).size());
      MR_VERIFY(constant == 0 || constant >= TensorView(view.tensors()[i], nullptr).bytes(),
                Status::kInvalidModel, "the constant has fewer bytes than its shape");
    }
  }
  error_->tensor_index = -1;
  MR_VERIFY(found == list.size(), Status::kInvalidModel,
            "what is to be decompressed is no tensor, or listed twice");
  for (int i = 0; i < view.outputs().size(); ++i) {
    error_->tensor_index = view.outputs()[i];
    MR_VERIFY(!DescriptionOf(list, view.outputs()[i]).present(), Status::kUnsupported,
              "an output of the subgraph is compressed");
  }
  return Status::kOk;
}

Status Verifier::Tensor(fb::Table tensor, fb::Table description) const {
  const TensorView view(tensor, nullptr);
  const auto bits = description.Scalar<uint8_t>(LookUpTensor::kIndexBits);
  MR_VERIFY(bits >= 1 && bits <= kMostBits, Status::kInvalidModel,
            "the indices of the compressed tensor do not have 1 to 7 bits");
  MR_VERIFY(BitsOf(view.type()) >= 8, Status::kUnsupportedType,
            "the compressed tensor's elements are not whole bytes");
  const uint64_t index_bits = uint64_t{bits} * static_cast<uint64_t>(view.elements());
  MR_VERIFY(!view.is_variable() && index_bits > 0, Status::kInvalidModel,
            "the compressed tensor is a variable or empty");
  MR_VERIFY(uint64_t{8} * static_cast<uint64_t>(BufferOf(model_, tensor).size()) >= index_bits,
            Status::kInvalidModel, "the compressed tensor has fewer indices than its shape");
  const auto values = description.Scalar<uint32_t>(LookUpTensor::kValueBuffer);
  MR_VERIFY(values < static_cast<uint32_t>(model_.buffers().size()), Status::kInvalidModel,
            "the compressed tensor's tables are no buffer");
  const int axis = AxisOf(view);
  MR_VERIFY(view.scale_count() <= 1 ||
                (axis >= 0 && axis < view.rank() && view.shape()[axis] == view.scale_count()),
            Status::kInvalidQuantization, "the compressed tensor has no table for each scale");
  MR_VERIFY(TablesOf(model_, description, tensor).table_size > 0, Status::kInvalidModel,
            "the compressed tensor's tables are empty");
  return Status::kOk;
}

#undef MR_VERIFY

Status LookUpInput(const OpContext& context, int i, fb::Table description) {
  const ModelView& model = context.interpreter().graph().model;
  const fb::Table tensor = model.subgraph(context.subgraph()).tensors()[context.input_index(i)];
  const TensorView values = context.input(i);
  const ProfileScope scope = context.Scope("decompress");
  if (LookUp(TablesOf(model, description, tensor), BitsOf(values.type()) / 8, values.elements(),
             values.raw())) {
    return Status::kOk;
  }
  return context.Fail(Status::kInvokeFailed,
                      MR_WHY("an index of a compressed tensor lies outside of its table"),
                      context.input_index(i));
}

}  // namespace

Status VerifyLookUpWeights(const ModelView& model, Error* error) {
  return Verifier(model, model.MetadataBytes(kCompressionEntry), error).Run();
}

bool IsLookUpWeight(const uint8_t* entry, int subgraph, int tensor) {
  return DescriptionOf(ListOf(entry, subgraph), tensor).present();
}

Status LookUpInputs(const uint8_t* entry, const OpContext& context) {
  const fb::TableVector list = ListOf(entry, context.subgraph());
  for (int i = 0; i < context.num_inputs(); ++i) {
    const fb::Table description = DescriptionOf(list, context.input_index(i));
    if (description.present()) MR_TRY(LookUpInput(context, i, description));
  }
  return Status::kOk;
}

const Decompression kLookUpWeights = {VerifyLookUpWeights, IsLookUpWeight, LookUpInputs};

}  // namespace millrace::micro
