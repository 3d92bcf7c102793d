#include "micro/testing/compression_entry.h"

#include <string>

#include "micro/testing/flatbuffer_writer.h"

namespace millrace::micro::testing {

std::vector<uint8_t> CompressionEntry(const std::vector<std::vector<LookUpTensor>>& subgraphs,
                                      uint32_t version) {
  std::vector<FlatObject::Pointer> lists;
  for (const auto& subgraph : subgraphs) {
    std::vector<FlatObject::Pointer> tensors;
    for (const LookUpTensor& tensor : subgraph) {
      tensors.push_back(FlatObject::NewTable());
      tensors.back()->Set(0, tensor.tensor).Set(1, tensor.value_buffer).Set(2, tensor.index_bits);
    }
    lists.push_back(FlatObject::NewTable());
    lists.back()->Set(0, FlatObject::NewVectorOf(tensors));
  }
  const auto root = FlatObject::NewTable();
  if (version != 0) root->Set(0, version);
  root->Set(1, FlatObject::NewVectorOf(lists));
  return root->Finish(std::string(4, '\0'));
}

std::vector<uint8_t> PackIndices(const std::vector<int>& indices, int bits) {
  std::vector<uint8_t> bytes((indices.size() * static_cast<size_t>(bits) + 7) / 8);
  size_t at = 0;
  for (const int index : indices) {
    for (int bit = bits - 1; bit >= 0; --bit, ++at) {
      if ((index >> bit & 1) != 0) bytes[at / 8] |= static_cast<uint8_t>(0x80 >> at % 8);
    }
  }
  return bytes;
}

}  // namespace millrace::micro::testing
