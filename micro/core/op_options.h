// Field numbers of the options tables of builtin ops, named as in the .tflite schema. A kernel
// reads them with OptionsReader (options_reader.h), which knows what an absent field means.
#ifndef MILLRACE_MICRO_CORE_OP_OPTIONS_H_
#define MILLRACE_MICRO_CORE_OP_OPTIONS_H_

namespace millrace::micro {

struct Conv2DOptions {
  enum {
    kPadding,
    kStrideW,
    kStrideH,
    kFusedActivationFunction,
    kDilationWFactor,
    kDilationHFactor,
    kQuantizedBiasType
  };
};
struct Conv3DOptions {
  enum {
    kPadding,
    kStrideD,
    kStrideW,
    kStrideH,
    kFusedActivationFunction,
    kDilationDFactor,
    kDilationWFactor,
    kDilationHFactor
  };
};
struct Pool2DOptions {
  enum { kPadding, kStrideW, kStrideH, kFilterWidth, kFilterHeight, kFusedActivationFunction };
};
struct DepthwiseConv2DOptions {
  enum {
    kPadding,
    kStrideW,
    kStrideH,
    kDepthMultiplier,
    kFusedActivationFunction,
    kDilationWFactor,
    kDilationHFactor
  };
};
struct ConcatEmbeddingsOptions {
  enum { kNumChannels, kNumColumnsPerChannel, kEmbeddingDimPerChannel };
};
struct LSHProjectionOptions {
  enum { kType };
};
struct SVDFOptions {
  enum { kRank, kFusedActivationFunction, kAsymmetricQuantizeInputs };
};
struct RNNOptions {
  enum { kFusedActivationFunction, kAsymmetricQuantizeInputs };
};
struct SequenceRNNOptions {
  enum { kTimeMajor, kFusedActivationFunction, kAsymmetricQuantizeInputs };
};
struct BidirectionalSequenceRNNOptions {
  enum { kTimeMajor, kFusedActivationFunction, kMergeOutputs, kAsymmetricQuantizeInputs };
};
struct FullyConnectedOptions {
  enum {
    kFusedActivationFunction,
    kWeightsFormat,
    kKeepNumDims,
    kAsymmetricQuantizeInputs,
    kQuantizedBiasType
  };
};
struct SoftmaxOptions {
  enum { kBeta };
};
struct ConcatenationOptions {
  enum { kAxis, kFusedActivationFunction };
};
struct AddOptions {
  enum { kFusedActivationFunction, kPotScaleInt16 };
};
struct MulOptions {
  enum { kFusedActivationFunction };
};
struct L2NormOptions {
  enum { kFusedActivationFunction };
};
struct LocalResponseNormalizationOptions {
  enum { kRadius, kBias, kAlpha, kBeta };
};
struct LSTMOptions {
  enum { kFusedActivationFunction, kCellClip, kProjClip, kKernelType, kAsymmetricQuantizeInputs };
};
struct UnidirectionalSequenceLSTMOptions {
  enum {
    kFusedActivationFunction,
    kCellClip,
    kProjClip,
    kTimeMajor,
    kAsymmetricQuantizeInputs,
    kDiagonalRecurrentTensors
  };
};
struct BidirectionalSequenceLSTMOptions {
  enum {
    kFusedActivationFunction,
    kCellClip,
    kProjClip,
    kMergeOutputs,
    kTimeMajor,
    kAsymmetricQuantizeInputs
  };
};
struct ResizeBilinearOptions {
  enum { kAlignCorners = 2, kHalfPixelCenters };
};
struct ResizeNearestNeighborOptions {
  enum { kAlignCorners, kHalfPixelCenters };
};
struct CallOptions {
  enum { kSubgraph };
};
struct ReshapeOptions {
  enum { kNewShape };
};
struct SkipGramOptions {
  enum { kNgramSize, kMaxSkipSize, kIncludeAllNgrams };
};
struct SpaceToDepthOptions {
  enum { kBlockSize };
};
struct DepthToSpaceOptions {
  enum { kBlockSize };
};
struct SubOptions {
  enum { kFusedActivationFunction, kPotScaleInt16 };
};
struct DivOptions {
  enum { kFusedActivationFunction };
};
struct EmbeddingLookupSparseOptions {
  enum { kCombiner };
};
struct GatherOptions {
  enum { kAxis, kBatchDims };
};
struct ReducerOptions {
  enum { kKeepDims };
};
struct SqueezeOptions {
  enum { kSqueezeDims };
};
struct SplitOptions {
  enum { kNumSplits };
};
struct SplitVOptions {
  enum { kNumSplits };
};
struct StridedSliceOptions {
  enum { kBeginMask, kEndMask, kEllipsisMask, kNewAxisMask, kShrinkAxisMask, kOffset };
};
struct CastOptions {
  enum { kInDataType, kOutDataType };
};
struct ArgMaxOptions {
  enum { kOutputType };
};
struct ArgMinOptions {
  enum { kOutputType };
};
struct TransposeConvOptions {
  enum { kPadding, kStrideW, kStrideH, kFusedActivationFunction, kQuantizedBiasType };
};
struct SparseToDenseOptions {
  enum { kValidateIndices };
};
struct ShapeOptions {
  enum { kOutType };
};
struct FakeQuantOptions {
  enum { kMin, kMax, kNumBits, kNarrowRange };
};
struct PackOptions {
  enum { kValuesCount, kAxis };
};
struct OneHotOptions {
  enum { kAxis };
};
struct UnpackOptions {
  enum { kNum, kAxis };
};
struct LeakyReluOptions {
  enum { kAlpha };
};
struct MirrorPadOptions {
  enum { kMode };
};
struct UniqueOptions {
  enum { kIdxOutType };
};
struct ReverseSequenceOptions {
  enum { kSeqDim, kBatchDim };
};
struct IfOptions {
  enum { kThenSubgraphIndex, kElseSubgraphIndex };
};
struct CallOnceOptions {
  enum { kInitSubgraphIndex };
};
struct WhileOptions {
  enum { kCondSubgraphIndex, kBodySubgraphIndex };
};
struct BatchMatMulOptions {
  enum { kAdjX, kAdjY, kAsymmetricQuantizeInputs };
};
struct CumsumOptions {
  enum { kExclusive, kReverse };
};
struct HashtableOptions {
  enum { kTableId, kKeyDtype, kValueDtype };
};
struct VarHandleOptions {
  enum { kContainer, kSharedName };
};
struct RandomOptions {
  enum { kSeed, kSeed2 };
};
struct BucketizeOptions {
  enum { kBoundaries };
};
struct GeluOptions {
  enum { kApproximate };
};
struct ReduceWindowOptions {
  enum { kReduceFunction };
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_OP_OPTIONS_H_
