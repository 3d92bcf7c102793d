// TFRecord files: a run of records, each
//   length (uint64)  masked crc32c of the length  data  masked crc32c of the data
// with little-endian numbers (tensorflow.org, "TFRecord and tf.train.Example").
#pragma once

#include <cstdint>

namespace millrace {

inline constexpr int kRecordHeaderBytes = 12;
inline constexpr int kRecordFooterBytes = 4;

}  // namespace millrace
