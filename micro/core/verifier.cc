#include "micro/core/verifier.h"

#include "micro/core/flatbuffer_checker.h"
#include "micro/core/schema.h"
#include "micro/core/schema_rules.h"
#include "micro/core/tensor_view.h"

namespace millrace::micro {
namespace {

// Sums over the whole model, so that a small file whose vectors share their elements cannot keep
// the verifier busy for long.
constexpr int kMaxTensors = 65535;
constexpr int kMaxOperators = 65535;
constexpr int kMaxReferences = 1 << 20;
constexpr int kMaxOutputs = 256;  // of one operator
// Of one tensor: BytesOf counts bits in a size_t, plans bytes in an int32.
constexpr int64_t kMaxBits =
    sizeof(size_t) == 4 ? int64_t{UINT32_MAX} - 7 : int64_t{INT32_MAX} * 8 - 8;

constexpr uint32_t kFileMark = 'T' | 'F' << 8 | 'L' << 16 | '3' << 24;

#define MR_VERIFY(condition, why)                  \
  do {                                             \
    if (!(condition)) return Invalid(MR_WHY(why)); \
  } while (0)

class Verifier {
 public:
  Verifier(const uint8_t* bytes, size_t size, Error* error, const Decompression* decompression)
      : check_(bytes, size),
        bytes_(bytes),
        size_(size),
        model_(bytes),
        error_(error),
        decompression_(decompression) {}

  Status Run();

 private:
  Status Refuse(Status status, const char* why) const;
  Status Invalid(const char* why) const;
  Status Codes() const;
  Status Buffers() const;
  Status Metadata();
  Status Subgraph(fb::Table subgraph);
  Status Tensor(fb::Table tensor) const;
  Status TensorSize(fb::Table tensor) const;
  Status Quantization(fb::Table tensor) const;
  Status Operator(const SubgraphView& subgraph, fb::Table op);
  Status Outputs(const SubgraphView& subgraph, fb::Table op) const;
  // Whether each index is a tensor's; -1 counts as one when `may_lack`.
  bool AreTensors(fb::Vector<int32_t> indices, int tensors, bool may_lack);
  bool IsConstant(fb::Table tensor) const {
    return model_.buffer(tensor.Scalar<uint32_t>(field::Tensor::kBuffer)).size() > 0;
  }

  fb::FlatbufferChecker check_;
  const uint8_t* bytes_;
  size_t size_;
  ModelView model_;
  Error* error_;
  const Decompression* decompression_;
  bool compressed_ = false;  // some tensors, as a metadata entry says
  int tensors_ = 0;
  int operators_ = 0;
  int64_t references_ = 0;
};

__attribute__((noinline)) Status Verifier::Refuse(Status status, const char* why) const {
  error_->status = status;
  error_->reason = why;
  return status;
}

__attribute__((noinline)) Status Verifier::Invalid(const char* why) const {
  return Refuse(Status::kInvalidModel, why);
}

Status Verifier::Run() {
  if (reinterpret_cast<uintptr_t>(bytes_) % kModelAlignment != 0) {
    return Refuse(Status::kInvalidArgument, MR_WHY("the model's address is not aligned to 8"));
  }
  MR_VERIFY(size_ >= 8, "the model is too short");
  if (fb::Load<uint32_t>(bytes_ + 4) != kFileMark) {
    return Refuse(Status::kUnsupportedSchema, MR_WHY("not a .tflite file (no TFL3 mark)"));
  }
  MR_VERIFY(check_.IsReferenceToTable(bytes_), "the model is out of bounds");
  const fb::Table root = model_.root();
  MR_VERIFY(check_.Follows(root, kModelRules), "the model is out of bounds");
  if (root.Scalar<uint32_t>(field::Model::kVersion) != kSchemaVersion) {
    return Refuse(Status::kUnsupportedSchema, MR_WHY("the schema's version is not 3"));
  }
  MR_TRY(Codes());
  MR_TRY(Buffers());
  MR_TRY(Metadata());
  MR_VERIFY(check_.IsTableVector(root, field::Model::kSubgraphs), "a subgraph is out of bounds");
  MR_VERIFY(model_.subgraphs().size() > 0, "the model has no subgraph");
  MR_VERIFY(model_.subgraphs().size() <= INT16_MAX, "the model has too many parts");
  for (int i = 0; i < model_.subgraphs().size(); ++i) {
    error_->subgraph = i;
    MR_TRY(Subgraph(model_.subgraphs()[i]));
  }
  return compressed_ ? decompression_->verify(model_, error_) : Status::kOk;
}

Status Verifier::Codes() const {
  MR_VERIFY(check_.IsTableVector(model_.root(), field::Model::kOperatorCodes),
            "an operator code is out of bounds");
  const fb::TableVector codes = model_.operator_codes();
  MR_VERIFY(codes.size() <= kMaxOperators, "the model has too many parts");
  for (int i = 0; i < codes.size(); ++i) {
    MR_VERIFY(check_.Follows(codes[i], kCodeRules), "an operator code is out of bounds");
  }
  return Status::kOk;
}

Status Verifier::Buffers() const {
  MR_VERIFY(check_.IsTableVector(model_.root(), field::Model::kBuffers),
            "a buffer is out of bounds");
  const fb::TableVector buffers = model_.buffers();
  for (int i = 0; i < buffers.size(); ++i) {
    MR_VERIFY(check_.Follows(buffers[i], kBufferRules), "a buffer is out of bounds");
    // 0 and 1 are what converters write for a buffer inside.
    if (buffers[i].Scalar<uint64_t>(field::Buffer::kOffset) > 1) {
      return Refuse(Status::kUnsupported, MR_WHY("a buffer lies outside of the flatbuffer"));
    }
  }
  return Status::kOk;
}

Status Verifier::Metadata() {
  MR_VERIFY(check_.IsTableVector(model_.root(), field::Model::kMetadata),
            "a metadata entry is out of bounds");
  const fb::TableVector metadata = model_.metadata();
  for (int i = 0; i < metadata.size(); ++i) {
    MR_VERIFY(check_.Follows(metadata[i], kMetadataRules) &&
                  metadata[i].Scalar<uint32_t>(field::Metadata::kBuffer) <
                      static_cast<uint32_t>(model_.buffers().size()),
              "a metadata entry is out of bounds");
  }
  compressed_ = model_.MetadataBytes(kCompressionEntry).data() != nullptr;
  if (compressed_ && decompression_ == nullptr) {
    return Refuse(Status::kUnsupported, MR_WHY("the weights are compressed"));
  }
  return Status::kOk;
}

bool Verifier::AreTensors(fb::Vector<int32_t> indices, int tensors, bool may_lack) {
  references_ += indices.size();
  if (references_ > kMaxReferences) return false;
  for (int i = 0; i < indices.size(); ++i) {
    const int32_t index = indices[i];
    if (index >= tensors || index < (may_lack ? -1 : 0)) {
      error_->tensor_index = index;
      return false;
    }
  }
  return true;
}

Status Verifier::Subgraph(fb::Table table) {
  MR_VERIFY(check_.IsTableVector(table, field::SubGraph::kTensors), "a tensor is out of bounds");
  MR_VERIFY(check_.IsTableVector(table, field::SubGraph::kOperators),
            "an operator is out of bounds");
  const SubgraphView subgraph(table);
  tensors_ += subgraph.tensors().size();
  operators_ += subgraph.operators().size();
  MR_VERIFY(tensors_ <= kMaxTensors && operators_ <= kMaxOperators, "the model has too many parts");
  for (int i = 0; i < subgraph.tensors().size(); ++i) {
    error_->tensor_index = i;
    MR_TRY(Tensor(subgraph.tensors()[i]));
  }
  error_->tensor_index = -1;
  const int tensors = subgraph.tensors().size();
  MR_VERIFY(check_.Follows(table, kSubgraphRules) &&
                AreTensors(subgraph.inputs(), tensors, false) &&
                AreTensors(subgraph.outputs(), tensors, false),
            "inputs or outputs are no tensors");
  for (int i = 0; i < subgraph.inputs().size(); ++i) {
    MR_VERIFY(!IsConstant(subgraph.tensors()[subgraph.inputs()[i]]),
              "an input of the subgraph is a constant");
  }
  for (int i = 0; i < subgraph.operators().size(); ++i) {
    error_->op_index = i;
    MR_TRY(Operator(subgraph, subgraph.operators()[i]));
  }
  error_->op_index = -1;
  return Status::kOk;
}

Status Verifier::Tensor(fb::Table tensor) const {
  MR_VERIFY(check_.Follows(tensor, kTensorRules), "a tensor is out of bounds");
  if (tensor.Field(field::Tensor::kSparsity) != nullptr) {
    return Refuse(Status::kUnsupported, MR_WHY("sparse tensors are not supported"));
  }
  // A model without buffers has tensors that name buffer 0.
  const uint32_t buffer = tensor.Scalar<uint32_t>(field::Tensor::kBuffer);
  MR_VERIFY(buffer < static_cast<uint32_t>(model_.buffers().size()), "the tensor has no buffer");
  MR_TRY(TensorSize(tensor));
  return Quantization(tensor);
}

Status Verifier::TensorSize(fb::Table tensor) const {
  const TensorView view(tensor, nullptr);
  const Shape shape = view.shape();
  MR_VERIFY(shape.rank <= kMaxRank, "the tensor has too many dimensions");
  // The product without the zeros, so that no product of some dimensions overflows either.
  int64_t elements = 1;
  bool empty = false;
  for (int i = 0; i < shape.rank; ++i) {
    MR_VERIFY(shape[i] >= 0, "a dimension is negative");
    empty |= shape[i] == 0;
    elements *= shape[i] == 0 ? 1 : shape[i];
    MR_VERIFY(elements <= INT32_MAX, "the tensor is too large");
  }
  const int64_t bits = elements * BitsOf(view.type());
  MR_VERIFY(bits <= kMaxBits, "the tensor is too large");
  // Whether a model's compressed tensors have what they need is for the decompression to say.
  if (compressed_ || !IsConstant(tensor) || empty) return Status::kOk;
  const auto constant = model_.buffer(tensor.Scalar<uint32_t>(field::Tensor::kBuffer));
  MR_VERIFY(int64_t{constant.size()} * 8 >= bits, "the constant has fewer bytes than its shape");
  return Status::kOk;
}

Status Verifier::Quantization(fb::Table tensor) const {
  if (tensor.Field(field::Tensor::kQuantization) == nullptr) return Status::kOk;
  const fb::Table quantization = tensor.SubTable(field::Tensor::kQuantization);
  MR_VERIFY(check_.Follows(quantization, kQuantizationRules), "a tensor is out of bounds");
  return Status::kOk;
}

Status Verifier::Operator(const SubgraphView& subgraph, fb::Table op) {
  MR_VERIFY(check_.Follows(op, kOperatorRules), "an operator is out of bounds");
  MR_VERIFY(op.Scalar<uint32_t>(field::Operator::kOpcodeIndex) <
                static_cast<uint32_t>(model_.operator_codes().size()),
            "the operator has no code");
  const int tensors = subgraph.tensors().size();
  MR_VERIFY(AreTensors(op.VectorOf<int32_t>(field::Operator::kInputs), tensors, true) &&
                AreTensors(op.VectorOf<int32_t>(field::Operator::kOutputs), tensors, false) &&
                AreTensors(op.VectorOf<int32_t>(field::Operator::kIntermediates), tensors, true),
            "inputs or outputs are no tensors");
  return Outputs(subgraph, op);
}

Status Verifier::Outputs(const SubgraphView& subgraph, fb::Table op) const {
  const auto inputs = op.VectorOf<int32_t>(field::Operator::kInputs);
  const auto outputs = op.VectorOf<int32_t>(field::Operator::kOutputs);
  MR_VERIFY(outputs.size() <= kMaxOutputs, "the model has too many parts");
  for (int i = 0; i < outputs.size(); ++i) {
    const fb::Table output = subgraph.tensors()[outputs[i]];
    MR_VERIFY(!IsConstant(output), "the operator writes a constant");
    MR_VERIFY(output.Scalar<uint8_t>(field::Tensor::kIsVariable) == 0,
              "the operator's output is a variable");
    for (int j = 0; j < inputs.size(); ++j) {
      MR_VERIFY(inputs[j] != outputs[i], "the operator writes its own input");
    }
    for (int j = 0; j < i; ++j) {
      MR_VERIFY(outputs[j] != outputs[i], "the operator writes a tensor twice");
    }
  }
  return Status::kOk;
}

}  // namespace

Status VerifyModel(const uint8_t* bytes, size_t size, Error* error,
                   const Decompression* decompression) {
  *error = Error();
  const Status status = Verifier(bytes, size, error, decompression).Run();
  if (status == Status::kOk) *error = Error();
  return status;
}

}  // namespace millrace::micro
