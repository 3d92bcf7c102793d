// The part of the .tflite schema (version 3) that the interpreter reads: enumerations, the field
// numbers of its tables, and views that read a verified model in place.
#ifndef MILLRACE_MICRO_CORE_SCHEMA_H_
#define MILLRACE_MICRO_CORE_SCHEMA_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/flatbuffer.h"

namespace millrace::micro {

// Values are the file format's.
enum class TensorType : int8_t {
  kFloat32 = 0,
  kFloat16 = 1,
  kInt32 = 2,
  kUInt8 = 3,
  kInt64 = 4,
  kString = 5,
  kBool = 6,
  kInt16 = 7,
  kComplex64 = 8,
  kInt8 = 9,
  kFloat64 = 10,
  kComplex128 = 11,
  kUInt64 = 12,
  kResource = 13,
  kVariant = 14,
  kUInt32 = 15,
  kUInt16 = 16,
  kInt4 = 17,
  kBFloat16 = 18,
  kInt2 = 19,
  kUInt4 = 20,
};

enum class Activation : int8_t {
  kNone = 0,
  kRelu = 1,
  kReluN1To1 = 2,
  kRelu6 = 3,
  kTanh = 4,
  kSignBit = 5,
};

enum class Padding : int8_t { kSame = 0, kValid = 1 };

// clang-format off
enum class BuiltinOp : int16_t {
  kAdd = 0, kAveragePool2D = 1, kConcatenation = 2, kConv2D = 3, kDepthwiseConv2D = 4,
  kDepthToSpace = 5, kDequantize = 6, kEmbeddingLookup = 7, kFloor = 8, kFullyConnected = 9,
  kHashtableLookup = 10, kL2Normalization = 11, kL2Pool2D = 12, kLocalResponseNormalization = 13,
  kLogistic = 14, kLshProjection = 15, kLstm = 16, kMaxPool2D = 17, kMul = 18, kRelu = 19,
  kReluN1To1 = 20, kRelu6 = 21, kReshape = 22, kResizeBilinear = 23, kRnn = 24, kSoftmax = 25,
  kSpaceToDepth = 26, kSvdf = 27, kTanh = 28, kConcatEmbeddings = 29, kSkipGram = 30, kCall = 31,
  kCustom = 32, kEmbeddingLookupSparse = 33, kPad = 34, kUnidirectionalSequenceRnn = 35,
  kGather = 36, kBatchToSpaceNd = 37, kSpaceToBatchNd = 38, kTranspose = 39, kMean = 40, kSub = 41,
  kDiv = 42, kSqueeze = 43, kUnidirectionalSequenceLstm = 44, kStridedSlice = 45,
  kBidirectionalSequenceRnn = 46, kExp = 47, kTopkV2 = 48, kSplit = 49, kLogSoftmax = 50,
  kDelegate = 51, kBidirectionalSequenceLstm = 52, kCast = 53, kPrelu = 54, kMaximum = 55,
  kArgMax = 56, kMinimum = 57, kLess = 58, kNeg = 59, kPadV2 = 60, kGreater = 61,
  kGreaterEqual = 62, kLessEqual = 63, kSelect = 64, kSlice = 65, kSin = 66, kTransposeConv = 67,
  kSparseToDense = 68, kTile = 69, kExpandDims = 70, kEqual = 71, kNotEqual = 72, kLog = 73,
  kSum = 74, kSqrt = 75, kRsqrt = 76, kShape = 77, kPow = 78, kArgMin = 79, kFakeQuant = 80,
  kReduceProd = 81, kReduceMax = 82, kPack = 83, kLogicalOr = 84, kOneHot = 85, kLogicalAnd = 86,
  kLogicalNot = 87, kUnpack = 88, kReduceMin = 89, kFloorDiv = 90, kReduceAny = 91, kSquare = 92,
  kZerosLike = 93, kFill = 94, kFloorMod = 95, kRange = 96, kResizeNearestNeighbor = 97,
  kLeakyRelu = 98, kSquaredDifference = 99, kMirrorPad = 100, kAbs = 101, kSplitV = 102,
  kUnique = 103, kCeil = 104, kReverseV2 = 105, kAddN = 106, kGatherNd = 107, kCos = 108,
  kWhere = 109, kRank = 110, kElu = 111, kReverseSequence = 112, kMatrixDiag = 113,
  kQuantize = 114, kMatrixSetDiag = 115, kRound = 116, kHardSwish = 117, kIf = 118, kWhile = 119,
  kNonMaxSuppressionV4 = 120, kNonMaxSuppressionV5 = 121, kScatterNd = 122, kSelectV2 = 123,
  kDensify = 124, kSegmentSum = 125, kBatchMatmul = 126, kCumsum = 128, kCallOnce = 129,
  kBroadcastTo = 130, kRfft2D = 131, kConv3D = 132, kImag = 133, kReal = 134, kComplexAbs = 135,
  kHashtable = 136, kHashtableFind = 137, kHashtableImport = 138, kHashtableSize = 139,
  kReduceAll = 140, kConv3DTranspose = 141, kVarHandle = 142, kReadVariable = 143,
  kAssignVariable = 144, kBroadcastArgs = 145, kRandomStandardNormal = 146, kBucketize = 147,
  kRandomUniform = 148, kMultinomial = 149, kGelu = 150, kDynamicUpdateSlice = 151,
  kRelu0To1 = 152, kUnsortedSegmentProd = 153, kUnsortedSegmentMax = 154,
  kUnsortedSegmentSum = 155, kAtan2 = 156, kUnsortedSegmentMin = 157, kSign = 158, kBitcast = 159,
  kBitwiseXor = 160, kRightShift = 161, kDilate = 203, kReduceWindow = 205,
};
// clang-format on

// Bits of one element; 0 for types without a fixed size in memory (strings, variants).
constexpr int BitsOf(TensorType type) {
  switch (type) {
    case TensorType::kInt2:
      return 2;
    case TensorType::kInt4:
    case TensorType::kUInt4:
      return 4;
    case TensorType::kUInt8:
    case TensorType::kInt8:
    case TensorType::kBool:
      return 8;
    case TensorType::kFloat16:
    case TensorType::kBFloat16:
    case TensorType::kInt16:
    case TensorType::kUInt16:
      return 16;
    case TensorType::kFloat32:
    case TensorType::kInt32:
    case TensorType::kUInt32:
    case TensorType::kResource:  // a handle: the number of a resource variable
      return 32;
    case TensorType::kFloat64:
    case TensorType::kInt64:
    case TensorType::kUInt64:
    case TensorType::kComplex64:
      return 64;
    case TensorType::kComplex128:
      return 128;
    case TensorType::kString:
    case TensorType::kVariant:
      return 0;
  }
  return 0;
}

// Field numbers, named as in the schema.
namespace field {
struct Model {
  enum { kVersion, kOperatorCodes, kSubgraphs, kDescription, kBuffers, kMetadataBuffer, kMetadata };
};
struct OperatorCode {
  enum { kDeprecatedBuiltinCode, kCustomCode, kVersion, kBuiltinCode };
};
struct SubGraph {
  enum { kTensors, kInputs, kOutputs, kOperators, kName };
};
struct Tensor {
  enum { kShape, kType, kBuffer, kName, kQuantization, kIsVariable, kSparsity, kShapeSignature };
};
struct Quantization {
  enum { kMin, kMax, kScale, kZeroPoint, kDetailsType, kDetails, kQuantizedDimension };
};
struct Operator {
  enum {
    kOpcodeIndex,
    kInputs,
    kOutputs,
    kOptionsType,
    kOptions,
    kCustomOptions,
    kCustomOptionsFormat,
    kMutatingVariableInputs,
    kIntermediates,
    kLargeCustomOptionsOffset
  };
};
struct Buffer {
  enum { kData, kOffset, kSize };
};
struct Metadata {
  enum { kName, kBuffer };
};
}  // namespace field

constexpr int kSchemaVersion = 3;

// One subgraph of a verified model.
class SubgraphView {
 public:
  explicit SubgraphView(fb::Table table) : table_(table) {}
  fb::TableVector tensors() const {
    return fb::TableVector(table_.Target(field::SubGraph::kTensors));
  }
  fb::TableVector operators() const {
    return fb::TableVector(table_.Target(field::SubGraph::kOperators));
  }
  fb::Vector<int32_t> inputs() const { return table_.VectorOf<int32_t>(field::SubGraph::kInputs); }
  fb::Vector<int32_t> outputs() const {
    return table_.VectorOf<int32_t>(field::SubGraph::kOutputs);
  }

 private:
  fb::Table table_;
};

// A verified model.
class ModelView {
 public:
  explicit ModelView(const uint8_t* bytes = nullptr) : bytes_(bytes) {}
  fb::Table root() const { return fb::Table(fb::Follow(bytes_)); }
  fb::TableVector operator_codes() const { return Tables(field::Model::kOperatorCodes); }
  fb::TableVector subgraphs() const { return Tables(field::Model::kSubgraphs); }
  fb::TableVector buffers() const { return Tables(field::Model::kBuffers); }
  fb::TableVector metadata() const { return Tables(field::Model::kMetadata); }
  SubgraphView subgraph(int i) const { return SubgraphView(subgraphs()[i]); }
  // The constant's bytes; empty for a tensor that is computed.
  fb::Vector<uint8_t> buffer(uint32_t i) const {
    return buffers()[static_cast<int>(i)].VectorOf<uint8_t>(field::Buffer::kData);
  }
  // The bytes of the metadata entry of that name; empty when there is none.
  fb::Vector<uint8_t> MetadataBytes(const char* name) const;

 private:
  fb::TableVector Tables(int id) const { return fb::TableVector(root().Target(id)); }
  const uint8_t* bytes_;
};

// The op of an operator code: old files keep it in a byte, new ones in both fields.
BuiltinOp OpOf(fb::Table operator_code);

bool SameText(const char* a, const char* b);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_SCHEMA_H_
