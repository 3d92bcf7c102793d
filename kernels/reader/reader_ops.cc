// ReaderRead, ReaderReadUpTo and what else is done with a reader. A reference to one holds a handle
// at run time, so one kernel serves both forms of an op.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/step.h"
#include "kernels/array/scalar_arg.h"
#include "kernels/io/file_kernel.h"
#include "kernels/reader/reader_resource.h"

namespace millrace {
namespace {

// (reader, queue) or (reader, queue, num_records): keys and values.
template <bool kMany>
class ReaderReadKernel final : public AsyncKernel {
 public:
  void ComputeAsync(KernelContext& c, Done done) override {
    auto reader = c.resource<Reader>(0);
    if (!reader.ok()) return done(reader.status());
    auto queue = c.resource<Queue>(1);
    if (!queue.ok()) return done(queue.status());
    absl::StatusOr<int64_t> most = kMany ? IntScalarArg(c.input(2), "num_records") : 1;
    if (!most.ok()) return done(most.status());
    Reader* r = reader->get();
    // The callback keeps the reader while it waits.
    r->Read(*std::move(queue), *most, c.step().cancellation,
            [&c, reader = *std::move(reader),
             done = std::move(done)](absl::StatusOr<std::vector<ReaderRecord>> records) mutable {
              done(records.ok() ? SetOutputs(c, *std::move(records)) : records.status());
            });
  }

 private:
  static absl::Status SetOutputs(KernelContext& c, std::vector<ReaderRecord> records) {
    const Shape shape = kMany ? Shape({static_cast<int64_t>(records.size())}) : Shape();
    Tensor *keys, *values;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &keys));
    MR_RETURN_IF_ERROR(c.allocate_output(1, shape, &values));
    for (size_t i = 0; i < records.size(); ++i) {
      keys->mutable_data<std::string>()[i] = std::move(records[i].key);
      values->mutable_data<std::string>()[i] = std::move(records[i].value);
    }
    return absl::OkStatus();
  }
};

// What is short, but may have to wait for a file that is read just now.
template <absl::Status (*kDo)(KernelContext&, Reader&)>
class ReaderUseKernel final : public FileKernel {
 private:
  absl::Status Work(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto reader, c.resource<Reader>(0));
    return kDo(c, *reader);
  }
};

absl::Status RecordsProduced(KernelContext& c, Reader& reader) {
  c.set_output(0, Tensor::Scalar<int64_t>(reader.records_produced()));
  return absl::OkStatus();
}
absl::Status FilesFinished(KernelContext& c, Reader& reader) {
  c.set_output(0, Tensor::Scalar<int64_t>(reader.files_finished()));
  return absl::OkStatus();
}
absl::Status ResetReader(KernelContext&, Reader& reader) {
  reader.Reset();
  return absl::OkStatus();
}
absl::Status SaveReader(KernelContext& c, Reader& reader) {
  MR_ASSIGN_OR_RETURN(std::string state, reader.SaveState());
  c.set_output(0, Tensor::Scalar(std::move(state)));
  return absl::OkStatus();
}
absl::Status RestoreReader(KernelContext& c, Reader& reader) {
  MR_ASSIGN_OR_RETURN(const std::string state, ScalarString(c, 1, "state"));
  return reader.RestoreState(state);
}

absl::Status ReadUpToShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(2, 0).status());
  for (int i = 0; i < 2; ++i) c.set_output(i, PartialShape::UnknownOfRank(1));
  return absl::OkStatus();
}

absl::Status RestoreShape(ShapeContext& c) { return c.WithRank(1, 0).status(); }

// Both forms of an op; `args` are its further inputs and its outputs.
template <typename K>
absl::Status AddBoth(Registry& r, absl::string_view name, std::vector<const char*> inputs,
                     std::vector<const char*> outputs, ShapeFn shape, absl::string_view doc) {
  for (const bool is_ref : {true, false}) {
    const char* const type = is_ref ? "Ref(string)" : "resource";
    Op op(is_ref ? std::string(name) : absl::StrCat(name, "V2"));
    op.Input(absl::StrCat("reader_handle: ", type));
    for (const char* input : inputs) {
      op.Input(absl::StrCat(input, absl::string_view(input) == "queue_handle: " ? type : ""));
    }
    for (const char* output : outputs) op.Output(output);
    if (!is_ref) op.Stateful();
    MR_RETURN_IF_ERROR(r.Add(op.Doc(doc).MayWait().Shape(shape).NotDifferentiable().Cpu<K>()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterReaderOps(Registry& r) {
  MR_RETURN_IF_ERROR(AddBoth<ReaderReadKernel<false>>(
      r, "ReaderRead", {"queue_handle: "}, {"key: string", "value: string"}, ScalarOutputs,
      "The next record of a reader; the names of files come from a queue. OUT_OF_RANGE when it is "
      "closed and empty."));
  MR_RETURN_IF_ERROR(AddBoth<ReaderReadKernel<true>>(
      r, "ReaderReadUpTo", {"queue_handle: ", "num_records: int64"},
      {"keys: string", "values: string"}, ReadUpToShape,
      "The next records of a reader, num_records, or fewer where a file ends."));
  MR_RETURN_IF_ERROR(AddBoth<ReaderUseKernel<RecordsProduced>>(
      r, "ReaderNumRecordsProduced", {}, {"records_produced: int64"}, ScalarOutputs,
      "How many records a reader has given."));
  MR_RETURN_IF_ERROR(AddBoth<ReaderUseKernel<FilesFinished>>(
      r, "ReaderNumWorkUnitsCompleted", {}, {"units_completed: int64"}, ScalarOutputs,
      "How many files a reader has read to their end."));
  MR_RETURN_IF_ERROR(AddBoth<ReaderUseKernel<ResetReader>>(
      r, "ReaderReset", {}, {}, NoOutputs, "A reader is again as it was when it was made."));
  MR_RETURN_IF_ERROR(AddBoth<ReaderUseKernel<SaveReader>>(
      r, "ReaderSerializeState", {}, {"state: string"}, ScalarOutputs,
      "How far a reader of whole files has come."));
  return AddBoth<ReaderUseKernel<RestoreReader>>(
      r, "ReaderRestoreState", {"state: string"}, {}, RestoreShape,
      "A reader of whole files goes on from what ReaderSerializeState gave.");
}

}  // namespace millrace
