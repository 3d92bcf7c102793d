// TFRecordDataset: the records of files, one after the other.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/io/decompressed_file.h"
#include "core/io/record_reader.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

struct RecordFiles {
  std::vector<std::string> names;
  std::vector<int64_t> offsets;  // of the first record in each, or empty: 0
  std::string compression_type;
  int64_t buffer_bytes = 0;
};

class RecordIterator final : public DatasetIterator {
 public:
  explicit RecordIterator(const RecordFiles& files) : files_(files) {}
  NextResult Next() override {
    NextResult result;
    while (reader_ != nullptr || file_ < files_.names.size()) {
      if (reader_ == nullptr) {
        auto file = OpenDecompressed(files_.names[file_], files_.compression_type);
        if (!file.ok()) {
          ++file_;  // An iterator that goes on after the error finds the next file.
          return {file.status()};
        }
        const int64_t offset = files_.offsets.empty() ? 0 : files_.offsets[file_];
        reader_ = std::make_unique<RecordReader>(*std::move(file), files_.buffer_bytes, offset);
      }
      std::string record;
      const absl::Status status = reader_->Read(&record);
      if (status.ok()) {
        result.element.push_back(Tensor::Scalar<std::string>(std::move(record)));
        return result;
      }
      if (!absl::IsOutOfRange(status)) {
        const std::string& name = files_.names[file_++];
        reader_ = nullptr;  // Behind a damaged record nothing in the file can be trusted.
        return {Annotate(status, name)};
      }
      reader_ = nullptr;
      ++file_;
    }
    result.end = true;
    return result;
  }

 private:
  const RecordFiles files_;
  size_t file_ = 0;
  std::unique_ptr<RecordReader> reader_;
};

class RecordDataset final : public Dataset {
 public:
  explicit RecordDataset(RecordFiles files) : files_(std::move(files)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext&) const override {
    return std::make_unique<RecordIterator>(files_);
  }

 private:
  const RecordFiles files_;
};

class RecordDatasetKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    const Tensor& names = c.input(0);
    if (names.rank() > 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "`filenames` must be a scalar or a vector, got shape ", names.shape().ToString()));
    }
    if (c.input(1).rank() != 0)
      return absl::InvalidArgumentError("`compression_type` must be a scalar");
    RecordFiles files;
    files.compression_type = c.input(1).scalar<std::string>();
    MR_RETURN_IF_ERROR(CheckCompressionType(files.compression_type));
    constexpr int64_t kSmallestBuffer = 64 << 10, kLargestBuffer = 64 << 20;
    MR_ASSIGN_OR_RETURN(const int64_t buffer_bytes, Int64Input(c, 2, "buffer_size"));
    if (buffer_bytes < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("`buffer_size` must be >= 0, got ", buffer_bytes));
    }
    files.buffer_bytes = std::clamp(buffer_bytes, kSmallestBuffer, kLargestBuffer);
    const auto span = names.flat<std::string>();
    files.names.assign(span.begin(), span.end());
    if (c.num_inputs() > 3) MR_RETURN_IF_ERROR(SetOffsets(c.input(3), &files));
    return std::make_shared<RecordDataset>(std::move(files));
  }

  static absl::Status SetOffsets(const Tensor& offsets, RecordFiles* files) {
    if (offsets.rank() > 1 || offsets.num_elements() != static_cast<int64_t>(files->names.size())) {
      return absl::InvalidArgumentError(absl::StrCat(
          "`byte_offsets` must have an element a file, got shape ", offsets.shape().ToString()));
    }
    for (const int64_t offset : offsets.flat<int64_t>()) {
      if (offset < 0) return absl::InvalidArgumentError("`byte_offsets` must not be negative");
      files->offsets.push_back(offset);
    }
    return absl::OkStatus();
  }
};

}  // namespace

absl::Status RegisterRecordDataset(Registry& r) {
  for (const bool with_offsets : {false, true}) {
    Op op(with_offsets ? "TFRecordDatasetV2" : "TFRecordDataset");
    op.Input("filenames: string").Input("compression_type: string").Input("buffer_size: int64");
    if (with_offsets) op.Input("byte_offsets: int64");
    op.Output("handle: variant")
        .Attr("metadata: string = ''")
        .Stateful()
        .Doc(with_offsets ? "The records of TFRecord files from these offsets on, as strings."
                          : "The records of TFRecord files, as strings.")
        .Shape(ScalarOutputs)
        .NotDifferentiable()
        .Cpu<RecordDatasetKernel>();
    MR_RETURN_IF_ERROR(r.Add(op));
  }
  return absl::OkStatus();
}

}  // namespace millrace
