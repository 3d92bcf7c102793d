// TextLineDataset, FixedLengthRecordDataset: parts of files as elements.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/io/block_reader.h"
#include "core/io/decompressed_file.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

struct FileFormat {
  bool lines = true;
  int64_t header = 0, record = 0, footer = 0;  // of records of fixed length
  std::string compression_type;
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
      MR_ASSIGN_OR_RETURN(reader_, BlockReader::Open(files_[file_], format_.compression_type,
                                                     /*with_size=*/!format_.lines));
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
      : files_(std::move(files)), format_(std::move(format)) {}
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

absl::StatusOr<std::string> CompressionType(const Tensor& type) {
  if (type.rank() != 0) return absl::InvalidArgumentError("`compression_type` must be a scalar");
  MR_RETURN_IF_ERROR(CheckCompressionType(type.scalar<std::string>()));
  return type.scalar<std::string>();
}

class TextLineKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(auto files, FileNames(c.input(0)));
    FileFormat format;
    MR_ASSIGN_OR_RETURN(format.compression_type, CompressionType(c.input(1)));
    MR_ASSIGN_OR_RETURN(const int64_t buffer_size, Int64Input(c, 2, "buffer_size"));
    if (buffer_size < 0) {
      return absl::InvalidArgumentError("`buffer_size` must be >= 0 (0 == default)");
    }
    return std::make_shared<FilesDataset>(std::move(files), std::move(format));
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
    if (c.num_inputs() > 5) {
      MR_ASSIGN_OR_RETURN(format.compression_type, CompressionType(c.input(5)));
    }
    return std::make_shared<FilesDataset>(std::move(files), std::move(format));
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
  for (const bool with_compression : {false, true}) {
    Op op(with_compression ? "FixedLengthRecordDatasetV2" : "FixedLengthRecordDataset");
    op.Input("filenames: string")
        .Input("header_bytes: int64")
        .Input("record_bytes: int64")
        .Input("footer_bytes: int64")
        .Input("buffer_size: int64");
    if (with_compression) op.Input("compression_type: string");
    op.Output("handle: variant")
        .Attr("metadata: string = ''")
        .Stateful()
        .Doc("Each record_bytes bytes between the header and the footer of files.")
        .Shape(ScalarOutputs)
        .NotDifferentiable()
        .Cpu<FixedLengthKernel>();
    MR_RETURN_IF_ERROR(r.Add(op));
  }
  return absl::OkStatus();
}

}  // namespace millrace
