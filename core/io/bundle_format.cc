#include "core/io/bundle_format.h"

#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/crc32c.h"
#include "core/base/status.h"
#include "core/io/coding.h"

namespace millrace {
namespace {

// Numbers and strings whose byte order is that of their values (the "ordered code" of the tables).
void AppendOrderedNumber(std::string* out, uint64_t value) {
  std::string digits;
  for (; value != 0; value >>= 8) digits.insert(digits.begin(), static_cast<char>(value));
  out->push_back(static_cast<char>(digits.size()));
  out->append(digits);
}

void AppendOrderedString(std::string* out, absl::string_view text) {
  for (char c : text) {
    out->push_back(c);
    if (c == '\0') out->push_back('\xff');
    if (c == '\xff') out->push_back('\0');
  }
  out->append("\0\1", 2);
}

// As many leading ones as there are bytes, then the number; negative numbers are complemented.
void AppendOrderedSigned(std::string* out, int64_t value) {
  const uint64_t magnitude = value < 0 ? ~static_cast<uint64_t>(value) : value;
  int bytes = 1;
  while (bytes < 10 && bytes * 7 - 1 < 64 && (magnitude >> (bytes * 7 - 1)) != 0) ++bytes;
  // Ten bytes: two of header, of which the second is a part of the number's sign extension.
  std::string text(10, value < 0 ? '\xff' : '\0');
  for (int i = 0; i < 8; ++i) {
    text[9 - i] = static_cast<char>(static_cast<uint64_t>(value) >> (8 * i));
  }
  text = text.substr(10 - bytes);
  const uint32_t header = (0xffffu << (16 - bytes)) & 0xffffu;
  text[0] ^= static_cast<char>(header >> 8);
  if (bytes > 1) text[1] ^= static_cast<char>(header & 0xff);
  out->append(text);
}

uint32_t ExtendByLength(uint32_t crc, uint64_t length) {
  if (length <= std::numeric_limits<uint32_t>::max()) {
    const uint32_t narrow = static_cast<uint32_t>(length);
    return crc32c::Extend(crc, &narrow, sizeof(narrow));
  }
  return crc32c::Extend(crc, &length, sizeof(length));
}

}  // namespace

std::string BundleIndexPath(absl::string_view prefix) { return absl::StrCat(prefix, ".index"); }

std::string BundleDataPath(absl::string_view prefix, int shard, int num_shards) {
  return absl::StrFormat("%s.data-%05d-of-%05d", prefix, shard, num_shards);
}

std::string BundleSliceKey(absl::string_view name, const TensorSlice& slice) {
  std::string key;
  AppendOrderedNumber(&key, 0);
  AppendOrderedString(&key, name);
  AppendOrderedNumber(&key, slice.extents.size());
  for (const TensorSlice::Extent& e : slice.extents) {
    AppendOrderedSigned(&key, e.length == TensorSlice::kFull ? 0 : e.start);
    AppendOrderedSigned(&key, e.length);
  }
  return key;
}

std::string EncodeBundleStrings(const Tensor& tensor, uint32_t* crc) {
  std::string bytes;
  *crc = 0;
  for (const std::string& s : tensor.flat<std::string>()) {
    AppendVarint(&bytes, s.size());
    *crc = ExtendByLength(*crc, s.size());
  }
  const uint32_t lengths_crc = crc32c::Mask(*crc);
  AppendFixed32(&bytes, lengths_crc);
  *crc = crc32c::Extend(*crc, &lengths_crc, sizeof(lengths_crc));
  for (const std::string& s : tensor.flat<std::string>()) {
    bytes.append(s);
    *crc = crc32c::Extend(*crc, s);
  }
  return bytes;
}

absl::StatusOr<Tensor> DecodeBundleStrings(const Shape& shape, absl::string_view bytes,
                                           uint32_t* crc) {
  // Each element takes a byte at least, so that a wild shape allocates nothing.
  if (static_cast<uint64_t>(shape.num_elements()) > bytes.size()) {
    return absl::DataLossError("there are fewer bytes than strings");
  }
  std::vector<uint64_t> lengths(static_cast<size_t>(shape.num_elements()));
  *crc = 0;
  for (uint64_t& length : lengths) {
    if (!ConsumeVarint(&bytes, &length)) return absl::DataLossError("a string's length is cut");
    *crc = ExtendByLength(*crc, length);
  }
  if (bytes.size() < 4 || crc32c::Unmask(LoadFixed32(bytes.data())) != *crc) {
    return absl::DataLossError("the checksum of the strings' lengths does not match");
  }
  *crc = crc32c::Extend(*crc, bytes.substr(0, 4));
  bytes.remove_prefix(4);
  MR_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Create(DType::kString, shape));
  std::string* out = tensor.mutable_data<std::string>();
  for (uint64_t length : lengths) {
    if (length > bytes.size()) return absl::DataLossError("a string is cut short");
    out->assign(bytes.data(), length);
    *crc = crc32c::Extend(*crc, *out++);
    bytes.remove_prefix(length);
  }
  if (!bytes.empty()) return absl::DataLossError("there are bytes behind the last string");
  return tensor;
}

}  // namespace millrace
