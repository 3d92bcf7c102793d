#include "kernels/random/variable_generator.h"

#include "absl/strings/str_cat.h"
#include "core/runtime/resource.h"
#include "kernels/random/stateless_key.h"
#include "kernels/state/variable_access.h"

namespace millrace {

namespace {

absl::Status CheckAlgorithm(int64_t algorithm, bool may_be_auto) {
  if (algorithm == kThreeFryAlgorithm)
    return absl::UnimplementedError("random algorithm ThreeFry; only Philox is here");
  if (algorithm == kPhiloxAlgorithm || (may_be_auto && algorithm == kAutoAlgorithm))
    return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Unsupported algorithm id: ", algorithm));
}

// The generator in words first to first + 2 of a variable; a word before them is its algorithm.
absl::StatusOr<Philox> Take(KernelContext& c, int first, uint64_t blocks, Tensor* state) {
  MR_ASSIGN_OR_RETURN(const auto variable, LookupVariable(c, 0));
  const int64_t needed = first + 3;
  Philox gen;
  MR_RETURN_IF_ERROR(variable->Update([&](Tensor& value) -> absl::Status {
    if (value.dtype() != DType::kInt64 || value.rank() != 1 || value.dim(0) < needed) {
      return absl::InvalidArgumentError(
          absl::StrCat("the state of a generator must be a vector of at least ", needed,
                       " int64, not ", DTypeName(value.dtype()), value.shape().ToString()));
    }
    if (first > 0) MR_RETURN_IF_ERROR(CheckAlgorithm(value.data<int64_t>()[0], false));
    if (state != nullptr) {
      MR_ASSIGN_OR_RETURN(*state, value.Clone());
    }
    int64_t* words = value.mutable_data<int64_t>() + first;
    const auto low = [&](int i) { return static_cast<uint32_t>(words[i]); };
    const auto high = [&](int i) {
      return static_cast<uint32_t>(static_cast<uint64_t>(words[i]) >> 32);
    };
    gen = Philox({low(0), high(0), low(1), high(1)}, {low(2), high(2)});
    Philox next = gen;
    next.Skip(blocks);
    for (int i = 0; i < 2; ++i) {
      words[i] =
          static_cast<int64_t>(uint64_t{next.counter()[2 * i + 1]} << 32 | next.counter()[2 * i]);
    }
    return absl::OkStatus();
  }));
  return gen;
}

}  // namespace

absl::StatusOr<Philox> TakeFromVariable(KernelContext& c, uint64_t blocks, Tensor* state) {
  if (c.input(1).rank() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("algorithm must be a scalar, not of shape ", c.input(1).shape().ToString()));
  }
  MR_ASSIGN_OR_RETURN(const int64_t algorithm, IntArg(c.input(1), "algorithm"));
  MR_RETURN_IF_ERROR(CheckAlgorithm(algorithm, /*may_be_auto=*/true));
  return Take(c, 0, blocks, state);
}

absl::StatusOr<Philox> TakeFromOldVariable(KernelContext& c, uint64_t blocks) {
  return Take(c, 1, blocks, nullptr);
}

absl::Status VariableRandomShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(1, 0).status());
  MR_RETURN_IF_ERROR(c.WithRank(2, 1).status());
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(2));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

}  // namespace millrace
