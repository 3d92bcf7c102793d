#include "core/io/record_writer.h"

#include <string>

#include "core/base/crc32c.h"
#include "core/base/status.h"
#include "core/io/coding.h"

namespace millrace {

absl::Status RecordWriter::Append(absl::string_view record) {
  std::string header;
  AppendFixed64(&header, record.size());
  AppendFixed32(&header, crc32c::Mask(crc32c::Value(header)));
  MR_RETURN_IF_ERROR(file_->Append(header));
  MR_RETURN_IF_ERROR(file_->Append(record));
  std::string footer;
  AppendFixed32(&footer, crc32c::Mask(crc32c::Value(record)));
  return file_->Append(footer);
}

}  // namespace millrace
