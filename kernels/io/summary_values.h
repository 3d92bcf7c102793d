// What the summary kernels share: elements as doubles, and the Summary message as a tensor.
#ifndef MILLRACE_KERNELS_IO_SUMMARY_VALUES_H_
#define MILLRACE_KERNELS_IO_SUMMARY_VALUES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/tensor/tensor.h"
#include "protos/summary.pb.h"

namespace millrace {

// The type list of summary ops' attribute T.
inline constexpr char kSummaryTypes[] =
    "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}";

// The elements of a tensor of one of these types: all, or `count` of them from `begin` on.
std::vector<double> ElementsAsDoubles(const Tensor& tensor);
std::vector<double> ElementsAsDoubles(const Tensor& tensor, int64_t begin, int64_t count);

// A tensor as it is under `tag`. INVALID_ARGUMENT unless `metadata` is a serialised
// SummaryMetadata.
absl::StatusOr<Summary> SummaryOfTensor(absl::string_view tag, const Tensor& tensor,
                                        const std::string& metadata);

// A scalar string tensor with the serialised message.
Tensor SerialisedSummary(const Summary& summary);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_IO_SUMMARY_VALUES_H_
