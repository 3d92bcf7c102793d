// TextLineReader, FixedLengthRecordReader, TFRecordReader, WholeFileReader, IdentityReader: readers
// as resources.
#include "absl/strings/str_cat.h"
#include "core/base/env.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/io/block_reader.h"
#include "core/io/decompressed_file.h"
#include "core/io/record_reader.h"
#include "core/runtime/kernel.h"
#include "core/runtime/named_resource.h"
#include "kernels/reader/reader_resource.h"

namespace millrace {
namespace {

using Source = absl::StatusOr<std::unique_ptr<RecordSource>>;

absl::Status EndOfFile() { return absl::OutOfRangeError("the end of the file"); }

// Keys count lines from 1.
class Lines final : public RecordSource {
 public:
  Lines(const std::string& name, std::unique_ptr<BlockReader> file)
      : name_(name), file_(std::move(file)) {}
  absl::Status Next(ReaderRecord* record) override {
    MR_ASSIGN_OR_RETURN(const bool found, file_->ReadLine(&record->value));
    if (!found) return EndOfFile();
    record->key = absl::StrCat(name_, ":", ++line_);
    return absl::OkStatus();
  }

 private:
  const std::string name_;
  const std::unique_ptr<BlockReader> file_;
  int64_t line_ = 0;
};

class LinesFormat final : public RecordFormat {
 public:
  absl::Status Init(KernelConstruction& c) { return c.GetAttr("skip_header_lines", &skipped_); }
  Source Open(const std::string& name) const override {
    MR_ASSIGN_OR_RETURN(auto file, BlockReader::Open(name));
    auto lines = std::make_unique<Lines>(name, std::move(file));
    ReaderRecord ignored;
    for (int64_t i = 0; i < skipped_; ++i) {
      const absl::Status status = lines->Next(&ignored);
      if (absl::IsOutOfRange(status)) break;
      MR_RETURN_IF_ERROR(status);
    }
    return lines;
  }

 private:
  int64_t skipped_ = 0;
};

struct FixedLength {
  int64_t header = 0, record = 0, footer = 0, hop = 0;  // bytes; hop: from record to record
};

class FixedLengthRecords final : public RecordSource {
 public:
  FixedLengthRecords(const std::string& name, const FixedLength& format,
                     std::unique_ptr<BlockReader> file)
      : name_(name), format_(format), file_(std::move(file)) {
    file_->Seek(format_.header);
  }
  absl::Status Next(ReaderRecord* record) override {
    const int64_t begin = format_.header + number_ * format_.hop;
    if (begin + format_.record > file_->size() - format_.footer) return EndOfFile();
    if (file_->position() != begin) file_->Seek(begin);
    MR_ASSIGN_OR_RETURN(record->value, file_->Read(format_.record));
    record->key = absl::StrCat(name_, ":", number_++);
    return absl::OkStatus();
  }

 private:
  const std::string name_;
  const FixedLength format_;
  const std::unique_ptr<BlockReader> file_;
  int64_t number_ = 0;
};

class FixedLengthFormat final : public RecordFormat {
 public:
  absl::Status Init(KernelConstruction& c) {
    std::string encoding;
    MR_RETURN_IF_ERROR(c.GetAttr("header_bytes", &format_.header));
    MR_RETURN_IF_ERROR(c.GetAttr("record_bytes", &format_.record));
    MR_RETURN_IF_ERROR(c.GetAttr("footer_bytes", &format_.footer));
    MR_RETURN_IF_ERROR(c.GetAttr("hop_bytes", &format_.hop));
    if (c.attrs().Has("encoding")) MR_RETURN_IF_ERROR(c.GetAttr("encoding", &encoding));
    if (!encoding.empty())
      return absl::UnimplementedError(absl::StrCat("files of fixed records encoded by ", encoding));
    constexpr int64_t kMost = int64_t{1} << 50;  // so that sums of sizes do not overflow
    if (format_.hop == 0) format_.hop = format_.record;
    const bool sizes_fit = format_.header >= 0 && format_.footer >= 0 && format_.record > 0 &&
                           format_.hop > 0 && format_.header < kMost && format_.footer < kMost &&
                           format_.record < kMost && format_.hop < kMost;
    if (sizes_fit) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "header_bytes, footer_bytes and hop_bytes must be >= 0, record_bytes > 0, got ",
        format_.header, ", ", format_.footer, ", ", format_.hop, " and ", format_.record));
  }
  Source Open(const std::string& name) const override {
    MR_ASSIGN_OR_RETURN(auto file, BlockReader::Open(name));
    return std::make_unique<FixedLengthRecords>(name, format_, std::move(file));
  }

 private:
  FixedLength format_;
};

// Keys have the records' offsets.
class TfRecords final : public RecordSource {
 public:
  TfRecords(const std::string& name, std::unique_ptr<RandomAccessFile> file)
      : name_(name), reader_(std::move(file)) {}
  absl::Status Next(ReaderRecord* record) override {
    record->key = absl::StrCat(name_, ":", reader_.offset());
    return Annotate(reader_.Read(&record->value), name_);
  }

 private:
  const std::string name_;
  RecordReader reader_;
};

class TfRecordFormat final : public RecordFormat {
 public:
  absl::Status Init(KernelConstruction& c) {
    MR_RETURN_IF_ERROR(c.GetAttr("compression_type", &compression_type_));
    return CheckCompressionType(compression_type_);
  }
  Source Open(const std::string& name) const override {
    MR_ASSIGN_OR_RETURN(auto file, OpenDecompressed(name, compression_type_));
    return std::make_unique<TfRecords>(name, std::move(file));
  }

 private:
  std::string compression_type_;
};

class OneRecord final : public RecordSource {
 public:
  explicit OneRecord(ReaderRecord record) : record_(std::move(record)) {}
  absl::Status Next(ReaderRecord* record) override {
    if (given_) return EndOfFile();
    given_ = true;
    *record = std::move(record_);
    return absl::OkStatus();
  }

 private:
  ReaderRecord record_;
  bool given_ = false;
};

// The whole file, or its name only.
template <bool kContents>
class WholeFormat final : public RecordFormat {
 public:
  absl::Status Init(KernelConstruction&) { return absl::OkStatus(); }
  bool whole_files() const override { return true; }
  Source Open(const std::string& name) const override {
    ReaderRecord record = {name, name};
    if (kContents) {
      MR_ASSIGN_OR_RETURN(record.value, DefaultEnv()->ReadFileToString(name));
    }
    return std::make_unique<OneRecord>(std::move(record));
  }
};

template <typename Format>
class ReaderHandleKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(format_.Init(c));
    return reader_.Init(c);
  }
  absl::Status Compute(KernelContext& c) override {
    return reader_
        .Output(c, [&] { return std::make_shared<Reader>(std::make_unique<Format>(format_)); })
        .status();
  }

 private:
  Format format_;
  NamedResource<Reader> reader_;
};

// Both forms of an op: with a reference, and with a resource, which may have new_attrs besides.
template <typename Format>
absl::Status AddReader(Registry& r, absl::string_view name, std::vector<const char*> attrs,
                       absl::string_view doc, std::vector<const char*> new_attrs = {}) {
  for (const bool is_ref : {true, false}) {
    Op op(is_ref ? std::string(name) : absl::StrCat(name, "V2"));
    op.Output(is_ref ? "reader_handle: Ref(string)" : "reader_handle: resource");
    for (const char* attr : attrs) op.Attr(attr);
    op.Attr("container: string = ''").Attr("shared_name: string = ''");
    for (const char* attr : new_attrs) {
      if (!is_ref) op.Attr(attr);
    }
    MR_RETURN_IF_ERROR(r.Add(op.Stateful()
                                 .Doc(doc)
                                 .Shape(is_ref ? UnknownOutputs : ScalarOutputs)
                                 .NotDifferentiable()
                                 .Cpu<ReaderHandleKernel<Format>>()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterRecordReaders(Registry& r) {
  MR_RETURN_IF_ERROR(AddReader<LinesFormat>(r, "TextLineReader", {"skip_header_lines: int = 0"},
                                            "A reader of the lines of files."));
  MR_RETURN_IF_ERROR(AddReader<FixedLengthFormat>(
      r, "FixedLengthRecordReader",
      {"header_bytes: int = 0", "record_bytes: int", "footer_bytes: int = 0", "hop_bytes: int = 0"},
      "A reader of records of record_bytes between header and footer of files.",
      {"encoding: string = ''"}));
  MR_RETURN_IF_ERROR(AddReader<TfRecordFormat>(r, "TFRecordReader",
                                               {"compression_type: string = ''"},
                                               "A reader of the records of TFRecord files."));
  MR_RETURN_IF_ERROR(AddReader<WholeFormat<true>>(r, "WholeFileReader", {},
                                                  "A reader whose records are whole files."));
  return AddReader<WholeFormat<false>>(r, "IdentityReader", {},
                                       "A reader whose records are what is in the queue.");
}

}  // namespace millrace
