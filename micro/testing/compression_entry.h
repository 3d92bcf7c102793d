// Makes the metadata entry of compressed weights (core/look_up_weights.h) in tests.
#ifndef MILLRACE_MICRO_TESTING_COMPRESSION_ENTRY_H_
#define MILLRACE_MICRO_TESTING_COMPRESSION_ENTRY_H_

#include <cstdint>
#include <vector>

namespace millrace::micro::testing {

struct LookUpTensor {
  int32_t tensor;
  uint32_t value_buffer;
  uint8_t index_bits;
};

// The bytes of the entry; what it says of each subgraph. version 0: the field is absent.
std::vector<uint8_t> CompressionEntry(const std::vector<std::vector<LookUpTensor>>& subgraphs,
                                      uint32_t version = 0);

// Indices of `bits` bits one behind the other, the highest bit first.
std::vector<uint8_t> PackIndices(const std::vector<int>& indices, int bits);

}  // namespace millrace::micro::testing

#endif  // MILLRACE_MICRO_TESTING_COMPRESSION_ENTRY_H_
