// TFRecordDataset: the records of files, one after the other.
#include "core/base/env.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/io/record_reader.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

class RecordIterator final : public DatasetIterator {
 public:
  explicit RecordIterator(const std::vector<std::string>& files, int64_t buffer_bytes)
      : files_(files), buffer_bytes_(buffer_bytes) {}
  NextResult Next() override {
    NextResult result;
    while (reader_ != nullptr || file_ < files_.size()) {
      if (reader_ == nullptr) {
        auto file = DefaultEnv()->NewRandomAccessFile(files_[file_]);
        if (!file.ok()) {
          ++file_;  // An iterator that goes on after the error finds the next file.
          return {file.status()};
        }
        reader_ = std::make_unique<RecordReader>(*std::move(file), buffer_bytes_);
      }
      std::string record;
      const absl::Status status = reader_->Read(&record);
      if (status.ok()) {
        result.element.push_back(Tensor::Scalar<std::string>(std::move(record)));
        return result;
      }
      if (!absl::IsOutOfRange(status)) {
        const std::string& name = files_[file_++];
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
  const std::vector<std::string> files_;
  const int64_t buffer_bytes_;
  size_t file_ = 0;
  std::unique_ptr<RecordReader> reader_;
};

class RecordDataset final : public Dataset {
 public:
  RecordDataset(std::vector<std::string> files, int64_t buffer_bytes)
      : files_(std::move(files)), buffer_bytes_(buffer_bytes) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext&) const override {
    return std::make_unique<RecordIterator>(files_, buffer_bytes_);
  }

 private:
  const std::vector<std::string> files_;
  const int64_t buffer_bytes_;
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
    if (const std::string& type = c.input(1).scalar<std::string>(); !type.empty()) {
      if (type != "GZIP" && type != "ZLIB") {
        return absl::InvalidArgumentError(absl::StrCat("unknown compression_type '", type, "'"));
      }
      return absl::UnimplementedError(absl::StrCat("TFRecord files compressed by ", type));
    }
    constexpr int64_t kSmallestBuffer = 64 << 10, kLargestBuffer = 64 << 20;
    MR_ASSIGN_OR_RETURN(const int64_t buffer_bytes, Int64Input(c, 2, "buffer_size"));
    if (buffer_bytes < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("`buffer_size` must be >= 0, got ", buffer_bytes));
    }
    const auto span = names.flat<std::string>();
    return std::make_shared<RecordDataset>(
        std::vector<std::string>(span.begin(), span.end()),
        std::clamp(buffer_bytes, kSmallestBuffer, kLargestBuffer));
  }
};

}  // namespace

absl::Status RegisterRecordDataset(Registry& r) {
  return r.Add(Op("TFRecordDataset")
                   .Input("filenames: string")
                   .Input("compression_type: string")
                   .Input("buffer_size: int64")
                   .Output("handle: variant")
                   .Attr("metadata: string = ''")
                   .Stateful()
                   .Doc("The records of TFRecord files, as strings.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<RecordDatasetKernel>());
}

}  // namespace millrace
