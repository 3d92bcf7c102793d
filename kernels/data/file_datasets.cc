// TextLineDataset, FixedLengthRecordDataset: parts of files as elements.
#include "core/base/env.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

// Reads a file from its start, a block at a time.
class BlockReader {
 public:
  static absl::StatusOr<std::unique_ptr<BlockReader>> Open(const std::string& path) {
    MR_ASSIGN_OR_RETURN(auto file, DefaultEnv()->NewRandomAccessFile(path));
    MR_ASSIGN_OR_RETURN(const int64_t size, file->Size());
    return std::unique_ptr<BlockReader>(new BlockReader(std::move(file), size));
  }
  int64_t size() const { return size_; }
  int64_t position() const { return begin_ + static_cast<int64_t>(at_); }
  void Seek(int64_t position) {
    begin_ = position;
    block_.clear();
    at_ = 0;
  }

  // The next `n` bytes; fewer at the end of the file.
  absl::StatusOr<std::string> Read(int64_t n) {
    std::string out;
    while (static_cast<int64_t>(out.size()) < n) {
      MR_ASSIGN_OR_RETURN(const bool more, Fill());
      if (!more) break;
      const size_t take = std::min(block_.size() - at_, static_cast<size_t>(n) - out.size());
      out.append(block_, at_, take);
      at_ += take;
    }
    return out;
  }

  // The next line without its end into `line`; false at the end of the file.
  absl::StatusOr<bool> ReadLine(std::string* line) {
    line->clear();
    MR_ASSIGN_OR_RETURN(bool more, Fill());
    if (!more) return false;
    while (more) {
      const size_t end = block_.find('\n', at_);
      line->append(block_, at_, end == std::string::npos ? std::string::npos : end - at_);
      if (end != std::string::npos) {
        at_ = end + 1;
        break;
      }
      at_ = block_.size();
      MR_ASSIGN_OR_RETURN(more, Fill());
    }
    if (!line->empty() && line->back() == '\r') line->pop_back();
    return true;
  }

 private:
  BlockReader(std::unique_ptr<RandomAccessFile> file, int64_t size)
      : file_(std::move(file)), size_(size) {}

  // False if nothing is left.
  absl::StatusOr<bool> Fill() {
    if (at_ < block_.size()) return true;
    constexpr int64_t kBlock = 256 << 10;
    begin_ += static_cast<int64_t>(block_.size());
    block_.resize(kBlock);
    at_ = 0;
    MR_ASSIGN_OR_RETURN(const int64_t n, file_->Read(begin_, kBlock, block_.data()));
    block_.resize(static_cast<size_t>(n));
    return n > 0;
  }

  const std::unique_ptr<RandomAccessFile> file_;
  const int64_t size_;
  std::string block_;
  int64_t begin_ = 0;  // where the block is in the file
  size_t at_ = 0;      // what is read of it
};

struct FileFormat {
  bool lines = true;
  int64_t header = 0, record = 0, footer = 0;  // of records of fixed length
};

class FilesIterator final : public DatasetIterator {
 public:
  FilesIterator(const std::vector<std::string>& files, const FileFormat& format)
      : files_(files), format_(format) {}
  NextResult Next() override {
    NextResult result;
    while (reader_ != nullptr || file_ < files_.size()) {
      std::string text;
      const absl::StatusOr<bool> found = NextOfFile(&text);
      if (found.ok() && *found) {
        result.element.push_back(Tensor::Scalar<std::string>(std::move(text)));
        return result;
      }
      reader_ = nullptr;
      ++file_;  // an iterator that goes on after an error finds the next file
      if (!found.ok()) return {found.status()};
    }
    result.end = true;
    return result;
  }

 private:
  // False at the end of the file.
  absl::StatusOr<bool> NextOfFile(std::string* text) {
    if (reader_ == nullptr) {
      MR_ASSIGN_OR_RETURN(reader_, BlockReader::Open(files_[file_]));
      if (!format_.lines) MR_RETURN_IF_ERROR(CheckSize());
    }
    if (format_.lines) return reader_->ReadLine(text);
    if (reader_->position() >= reader_->size() - format_.footer) return false;
    MR_ASSIGN_OR_RETURN(*text, reader_->Read(format_.record));
    return true;
  }

  absl::Status CheckSize() {
    const int64_t body = reader_->size() - format_.header - format_.footer;
    if (body % format_.record != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Excluding the header (", format_.header, " bytes) and footer (", format_.footer,
          " bytes), input file \"", files_[file_], "\" has body length ", body,
          " bytes, which is not an exact multiple of the record length (", format_.record,
          " bytes)."));
    }
    reader_->Seek(format_.header);
    return absl::OkStatus();
  }

  const std::vector<std::string> files_;
  const FileFormat format_;
  std::unique_ptr<BlockReader> reader_;
  size_t file_ = 0;
};

class FilesDataset final : public Dataset {
 public:
  FilesDataset(std::vector<std::string> files, FileFormat format)
      : files_(std::move(files)), format_(format) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext&) const override {
    return std::make_unique<FilesIterator>(files_, format_);
  }

 private:
  const std::vector<std::string> files_;
  const FileFormat format_;
};

absl::StatusOr<std::vector<std::string>> FileNames(const Tensor& names) {
  if (names.rank() > 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`filenames` must be a scalar or a vector, got shape ", names.shape().ToString()));
  }
  const auto span = names.flat<std::string>();
  return std::vector<std::string>(span.begin(), span.end());
}

absl::Status CheckUncompressed(const Tensor& type) {
  if (type.rank() != 0) return absl::InvalidArgumentError("`compression_type` must be a scalar");
  const std::string& text = type.scalar<std::string>();
  if (text.empty()) return absl::OkStatus();
  if (text != "GZIP" && text != "ZLIB") {
    return absl::InvalidArgumentError(absl::StrCat("Unsupported compression_type: ", text, "."));
  }
  return absl::UnimplementedError(absl::StrCat("files compressed by ", text));
}

class TextLineKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(auto files, FileNames(c.input(0)));
    MR_RETURN_IF_ERROR(CheckUncompressed(c.input(1)));
    MR_ASSIGN_OR_RETURN(const int64_t buffer_size, Int64Input(c, 2, "buffer_size"));
    if (buffer_size < 0) {
      return absl::InvalidArgumentError("`buffer_size` must be >= 0 (0 == default)");
    }
    return std::make_shared<FilesDataset>(std::move(files), FileFormat());
  }
};

// (filenames, header_bytes, record_bytes, footer_bytes, buffer_size, [compression_type])
class FixedLengthKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(auto files, FileNames(c.input(0)));
    FileFormat format;
    format.lines = false;
    MR_ASSIGN_OR_RETURN(format.header, Int64Input(c, 1, "header_bytes"));
    MR_ASSIGN_OR_RETURN(format.record, Int64Input(c, 2, "record_bytes"));
    MR_ASSIGN_OR_RETURN(format.footer, Int64Input(c, 3, "footer_bytes"));
    MR_ASSIGN_OR_RETURN(const int64_t buffer_size, Int64Input(c, 4, "buffer_size"));
    if (format.header < 0 || format.footer < 0 || buffer_size < 0 || format.record <= 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "header_bytes, footer_bytes and buffer_size must be >= 0, record_bytes > 0, "
          "got ",
          format.header, ", ", format.footer, ", ", buffer_size, " and ", format.record));
    }
    if (c.num_inputs() > 5) MR_RETURN_IF_ERROR(CheckUncompressed(c.input(5)));
    return std::make_shared<FilesDataset>(std::move(files), format);
  }
};

}  // namespace

absl::Status RegisterFileDatasets(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("TextLineDataset")
                               .Input("filenames: string")
                               .Input("compression_type: string")
                               .Input("buffer_size: int64")
                               .Output("handle: variant")
                               .Attr("metadata: string = ''")
                               .Stateful()
                               .Doc("The lines of files, without their ends.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<TextLineKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("FixedLengthRecordDataset")
                .Input("filenames: string")
                .Input("header_bytes: int64")
                .Input("record_bytes: int64")
                .Input("footer_bytes: int64")
                .Input("buffer_size: int64")
                .Output("handle: variant")
                .Attr("metadata: string = ''")
                .Stateful()
                .Doc("Each record_bytes bytes between the header and the footer of files.")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<FixedLengthKernel>()));
  return r.Add(Op("FixedLengthRecordDatasetV2")
                   .Input("filenames: string")
                   .Input("header_bytes: int64")
                   .Input("record_bytes: int64")
                   .Input("footer_bytes: int64")
                   .Input("buffer_size: int64")
                   .Input("compression_type: string")
                   .Output("handle: variant")
                   .Attr("metadata: string = ''")
                   .Stateful()
                   .Doc("Each record_bytes bytes between the header and the footer of files.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<FixedLengthKernel>());
}

}  // namespace millrace
