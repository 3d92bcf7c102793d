// SummaryWriter, CreateSummaryFileWriter, WriteSummary and their like: event files that a graph
// writes itself.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/clock.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/io/event_writer.h"
#include "core/runtime/kernel.h"
#include "core/runtime/named_resource.h"
#include "core/tensor/tensor_codec.h"
#include "kernels/io/file_kernel.h"
#include "kernels/io/summary_values.h"

namespace millrace {
namespace {

// Thread-safe, as the writer is.
class SummaryWriterResource final : public Resource {
 public:
  static constexpr char kTypeName[] = "SummaryWriter";
  absl::string_view type_name() const override { return kTypeName; }
  explicit SummaryWriterResource(std::unique_ptr<EventWriter> w) : writer(std::move(w)) {}

  const std::unique_ptr<EventWriter> writer;
};

// The handle only: CreateSummaryFileWriter makes what it names.
class SummaryWriterKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return writer_.Init(c); }
  absl::Status Compute(KernelContext& c) override {
    writer_.OutputHandle(c);
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }

 private:
  NamedResource<SummaryWriterResource> writer_;
};

// (writer, logdir, max_queue, flush_millis, filename_suffix); a writer that is there stays.
class CreateWriterKernel final : public FileKernel {
  absl::Status Work(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string dir, ScalarString(c, 1, "logdir"));
    MR_ASSIGN_OR_RETURN(const std::string suffix, ScalarString(c, 4, "filename_suffix"));
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(0));
    const auto found = c.resources().Lookup<SummaryWriterResource>(*handle);
    if (!absl::IsNotFound(found.status())) return found.status();
    MR_ASSIGN_OR_RETURN(auto writer, EventWriter::Create(DefaultEnv(), RealClock(), dir, suffix));
    auto made = std::make_shared<SummaryWriterResource>(std::move(writer));
    return c.resources()
        .LookupOrCreate<SummaryWriterResource>(
            *handle,
            [&]() -> absl::StatusOr<std::shared_ptr<SummaryWriterResource>> { return made; })
        .status();
  }
};

class FlushWriterKernel final : public FileKernel {
  absl::Status Work(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto writer, c.resource<SummaryWriterResource>(0));
    return writer->writer->Flush();
  }
};

class CloseWriterKernel final : public FileKernel {
  absl::Status Work(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto writer, c.resource<SummaryWriterResource>(0));
    MR_RETURN_IF_ERROR(writer->writer->Close());
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(0));
    return c.resources().Delete(*handle);
  }
};

// (writer, step, ...)
class WriteKernel : public FileKernel {
  absl::Status Work(KernelContext& c) final {
    MR_ASSIGN_OR_RETURN(const auto writer, c.resource<SummaryWriterResource>(0));
    if (c.input(1).rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("step must be scalar, but had shape: ", c.input(1).shape().ToString()));
    }
    return Write(c, writer->writer.get(), c.input(1).scalar<int64_t>());
  }
  virtual absl::Status Write(KernelContext& c, EventWriter* writer, int64_t step) = 0;
};

// (..., tensor, tag, summary_metadata)
class WriteTensorKernel final : public WriteKernel {
  absl::Status Write(KernelContext& c, EventWriter* writer, int64_t step) override {
    MR_ASSIGN_OR_RETURN(const std::string tag, ScalarString(c, 3, "tag"));
    MR_ASSIGN_OR_RETURN(const std::string metadata, ScalarString(c, 4, "summary_metadata"));
    MR_ASSIGN_OR_RETURN(const Summary summary, SummaryOfTensor(tag, c.input(2), metadata));
    return writer->AddSummary(summary.SerializeAsString(), step);
  }
};

// (..., tag, value)
class WriteScalarKernel final : public WriteKernel {
  absl::Status Write(KernelContext& c, EventWriter* writer, int64_t step) override {
    MR_ASSIGN_OR_RETURN(const std::string tag, ScalarString(c, 2, "tag"));
    if (c.input(3).rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("value must be scalar, but had shape: ", c.input(3).shape().ToString()));
    }
    return writer->AddScalar(tag, ElementsAsDoubles(c.input(3))[0], step);
  }
};

// (..., serialised messages)
template <absl::Status (EventWriter::*kAdd)(absl::string_view, int64_t)>
class WriteMessagesKernel final : public WriteKernel {
  absl::Status Write(KernelContext& c, EventWriter* writer, int64_t step) override {
    for (const std::string& message : c.input(2).flat<std::string>())
      MR_RETURN_IF_ERROR((writer->*kAdd)(message, step));
    return absl::OkStatus();
  }
};

Op& Finish(Op& op, absl::string_view doc) {
  return op.Stateful().MayWait().Doc(doc).Shape(NoOutputs).NotDifferentiable();
}

absl::Status AddWriteOps(Registry& r) {
  Op tensor("WriteSummary"), scalar("WriteScalarSummary"), raw("WriteRawProtoSummary"),
      graph("WriteGraphSummary");
  for (Op* op : {&tensor, &scalar, &raw, &graph})
    op->Input("writer: resource").Input("step: int64");
  tensor.Input("tensor: T").Input("tag: string").Input("summary_metadata: string").Attr("T: type");
  MR_RETURN_IF_ERROR(r.Add(
      Finish(tensor, "Writes a tensor, and what says how to show it.").Cpu<WriteTensorKernel>()));
  scalar.Input("tag: string").Input("value: T").Attr(absl::StrCat("T: ", kSummaryTypes));
  MR_RETURN_IF_ERROR(
      r.Add(Finish(scalar, "Writes a point of the curve `tag`.").Cpu<WriteScalarKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Finish(raw.Input("tensor: string"), "Writes serialised summaries.")
                               .Cpu<WriteMessagesKernel<&EventWriter::AddSummary>>()));
  return r.Add(Finish(graph.Input("tensor: string"), "Writes a serialised GraphDef.")
                   .Cpu<WriteMessagesKernel<&EventWriter::AddGraph>>());
}

}  // namespace

absl::Status RegisterSummaryWriter(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("SummaryWriter")
                               .Output("writer: resource")
                               .Attr("shared_name: string = ''")
                               .Attr("container: string = ''")
                               .Stateful()
                               .Doc("The handle of an event file's writer.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<SummaryWriterKernel>()));
  Op create("CreateSummaryFileWriter");
  create.Input("writer: resource")
      .Input("logdir: string")
      .Input("max_queue: int32")
      .Input("flush_millis: int32")
      .Input("filename_suffix: string");
  MR_RETURN_IF_ERROR(
      r.Add(Finish(create,
                   "Makes the writer of a new event file in the folder logdir; max_queue and "
                   "flush_millis are advice only.")
                .Cpu<CreateWriterKernel>()));
  Op flush("FlushSummaryWriter"), close("CloseSummaryWriter");
  MR_RETURN_IF_ERROR(r.Add(Finish(flush.Input("writer: resource"), "Writes what is held back.")
                               .Cpu<FlushWriterKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Finish(close.Input("writer: resource"), "Ends the file.").Cpu<CloseWriterKernel>()));
  return AddWriteOps(r);
}

}  // namespace millrace
