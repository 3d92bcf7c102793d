#include "core/io/npy.h"

#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/status.h"
#include "core/io/coding.h"

namespace millrace {
namespace {

constexpr absl::string_view kMagic("\x93NUMPY", 6);

constexpr std::pair<const char*, DType> kDescriptions[] = {
    {"|b1", DType::kBool},      {"|i1", DType::kInt8},        {"|u1", DType::kUInt8},
    {"<i2", DType::kInt16},     {"<u2", DType::kUInt16},      {"<i4", DType::kInt32},
    {"<u4", DType::kUInt32},    {"<i8", DType::kInt64},       {"<u8", DType::kUInt64},
    {"<f2", DType::kHalf},      {"<f4", DType::kFloat},       {"<f8", DType::kDouble},
    {"<c8", DType::kComplex64}, {"<c16", DType::kComplex128}, {"|V2", DType::kBFloat16},
};

absl::Status Malformed(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("Not a .npy file that can be read: ", why));
}

// What follows `'key':` in the header's dictionary.
absl::StatusOr<absl::string_view> HeaderValue(absl::string_view header, absl::string_view key) {
  const std::string quoted = absl::StrCat("'", key, "':");
  const size_t at = header.find(quoted);
  if (at == absl::string_view::npos) return Malformed(absl::StrCat("no ", key, " in its header"));
  return absl::StripLeadingAsciiWhitespace(header.substr(at + quoted.size()));
}

struct Header {
  DType dtype = DType::kInvalid;
  bool fortran_order = false;
  DimVector dims;
};

absl::StatusOr<Header> ParseHeader(absl::string_view text) {
  Header header;
  MR_ASSIGN_OR_RETURN(absl::string_view descr, HeaderValue(text, "descr"));
  if (!absl::ConsumePrefix(&descr, "'")) return Malformed("structured types are not supported");
  descr = descr.substr(0, descr.find('\''));
  for (const auto& [name, dtype] : kDescriptions) {
    if (descr == name) header.dtype = dtype;
  }
  if (header.dtype == DType::kInvalid) {
    return Malformed(absl::StrCat("the type '", descr, "' is not supported"));
  }
  MR_ASSIGN_OR_RETURN(const absl::string_view order, HeaderValue(text, "fortran_order"));
  header.fortran_order = absl::StartsWith(order, "True");
  if (!header.fortran_order && !absl::StartsWith(order, "False")) return Malformed("its order");
  MR_ASSIGN_OR_RETURN(absl::string_view shape, HeaderValue(text, "shape"));
  const size_t end = shape.find(')');
  if (!absl::ConsumePrefix(&shape, "(") || end == absl::string_view::npos) {
    return Malformed("its shape is no tuple");
  }
  for (absl::string_view part : absl::StrSplit(shape.substr(0, end - 1), ',')) {
    part = absl::StripAsciiWhitespace(part);
    if (part.empty()) continue;
    int64_t size;
    if (!absl::SimpleAtoi(part, &size)) return Malformed("a dimension is no number");
    header.dims.push_back(size);
  }
  return header;
}

// From column-major to row-major order.
void CopyFortranOrder(const char* from, const Shape& shape, size_t element_bytes, char* to) {
  const int rank = shape.rank();
  std::vector<int64_t> at(rank, 0);
  for (int64_t i = 0; i < shape.num_elements(); ++i) {
    int64_t target = 0;
    for (int d = 0; d < rank; ++d) target = target * shape.dim(d) + at[d];
    std::memcpy(to + target * element_bytes, from + i * element_bytes, element_bytes);
    for (int d = 0; d < rank && ++at[d] == shape.dim(d); ++d) at[d] = 0;
  }
}

}  // namespace

absl::StatusOr<Tensor> TensorFromNpy(absl::string_view bytes) {
  if (!absl::ConsumePrefix(&bytes, kMagic) || bytes.size() < 4) return Malformed("no magic bytes");
  const int version = bytes[0];
  bytes.remove_prefix(2);
  uint32_t header_bytes;
  if (version == 1) {
    header_bytes = static_cast<uint8_t>(bytes[0]) | static_cast<uint8_t>(bytes[1]) << 8;
    bytes.remove_prefix(2);
  } else if ((version == 2 || version == 3) && bytes.size() >= 4) {
    header_bytes = LoadFixed32(bytes.data());
    bytes.remove_prefix(4);
  } else {
    return Malformed(absl::StrCat("version ", version));
  }
  if (header_bytes > bytes.size()) return Malformed("its header is cut short");
  MR_ASSIGN_OR_RETURN(const Header header, ParseHeader(bytes.substr(0, header_bytes)));
  bytes.remove_prefix(header_bytes);
  MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(header.dims));
  const size_t element_bytes = DTypeSize(header.dtype);
  if (bytes.size() % element_bytes != 0 ||
      bytes.size() / element_bytes != static_cast<uint64_t>(shape.num_elements())) {
    return Malformed(absl::StrCat("it holds ", bytes.size(), " bytes for the shape ",
                                  shape.ToString(), " of ", DTypeName(header.dtype)));
  }
  MR_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Create(header.dtype, shape));
  char* out = static_cast<char*>(tensor.mutable_raw_data());
  if (header.fortran_order && shape.rank() > 1) {
    CopyFortranOrder(bytes.data(), shape, element_bytes, out);
  } else if (!bytes.empty()) {
    std::memcpy(out, bytes.data(), bytes.size());
  }
  return tensor;
}

absl::StatusOr<std::string> TensorToNpy(const Tensor& tensor) {
  const char* descr = nullptr;
  for (const auto& [name, dtype] : kDescriptions) {
    if (tensor.dtype() == dtype) descr = name;
  }
  if (descr == nullptr) {
    return absl::UnimplementedError(
        absl::StrCat("A tensor of type ", DTypeName(tensor.dtype()), " has no .npy form"));
  }
  std::string header = absl::StrCat("{'descr': '", descr, "', 'fortran_order': False, 'shape': (",
                                    absl::StrJoin(tensor.shape().dims(), ", "),
                                    tensor.rank() == 1 ? "," : "", "), }");
  // The data starts at a multiple of 64 bytes; the header ends with a line feed.
  const size_t before = kMagic.size() + 4;
  header.append(63 - (before + header.size()) % 64, ' ');
  header.push_back('\n');
  std::string out(kMagic);
  out.append("\1\0", 2);
  out.push_back(static_cast<char>(header.size() & 0xff));
  out.push_back(static_cast<char>(header.size() >> 8));
  out.append(header);
  out.append(static_cast<const char*>(tensor.raw_data()), tensor.bytes());
  return out;
}

}  // namespace millrace
