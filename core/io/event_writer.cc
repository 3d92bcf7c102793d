#include "core/io/event_writer.h"

#include <unistd.h>

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "core/base/status.h"
#include "protos/event.pb.h"

namespace millrace {
namespace {

constexpr int64_t kFlushNanos = 120LL * 1000 * 1000 * 1000;

std::string FileName(Clock* clock, absl::string_view suffix) {
  static std::atomic<int> next{0};
  char host[256] = "localhost";
  gethostname(host, sizeof(host) - 1);
  return absl::StrFormat("events.out.tfevents.%010d.%s.%d.%d%s", absl::ToUnixSeconds(clock->Now()),
                         host, getpid(), next++, suffix);
}

}  // namespace

EventWriter::EventWriter(Clock* clock, std::string path, std::unique_ptr<RecordWriter> records)
    : clock_(clock),
      path_(std::move(path)),
      records_(std::move(records)),
      last_flush_nanos_(clock->NowNanos()) {}

EventWriter::~EventWriter() {
  MutexLock lock(&mu_);
  records_->Close().IgnoreError();  // Close before, to see the error.
}

absl::StatusOr<std::unique_ptr<EventWriter>> EventWriter::Create(Env* env, Clock* clock,
                                                                 absl::string_view dir,
                                                                 absl::string_view suffix) {
  MR_RETURN_IF_ERROR(env->CreateDirRecursively(dir));
  std::string path = JoinPath(dir, FileName(clock, suffix));
  MR_ASSIGN_OR_RETURN(auto file, env->NewWritableFile(path));
  std::unique_ptr<EventWriter> writer(
      new EventWriter(clock, std::move(path), std::make_unique<RecordWriter>(std::move(file))));
  Event version;
  version.set_file_version("brain.Event:2");
  version.mutable_source_metadata()->set_writer("millrace");
  MR_RETURN_IF_ERROR(writer->Write(&version, 0));
  MR_RETURN_IF_ERROR(writer->Flush());
  return writer;
}

absl::Status EventWriter::Write(Event* event, int64_t step) {
  event->set_wall_time(absl::ToDoubleSeconds(clock_->Now() - absl::UnixEpoch()));
  event->set_step(step);
  MutexLock lock(&mu_);
  MR_RETURN_IF_ERROR(records_->Append(event->SerializeAsString()));
  const int64_t now = clock_->NowNanos();
  if (now - last_flush_nanos_ < kFlushNanos) return absl::OkStatus();
  last_flush_nanos_ = now;
  return records_->Flush();
}

absl::Status EventWriter::AddScalar(absl::string_view tag, double value, int64_t step) {
  Event event;
  auto* point = event.mutable_summary()->add_value();
  point->set_tag(std::string(tag));
  point->set_simple_value(static_cast<float>(value));
  return Write(&event, step);
}

absl::Status EventWriter::AddSummary(absl::string_view summary, int64_t step) {
  Event event;
  if (!event.mutable_summary()->ParseFromArray(summary.data(), static_cast<int>(summary.size()))) {
    return absl::InvalidArgumentError(
        absl::StrCat("The summary of step ", step, " is not a serialised Summary"));
  }
  return Write(&event, step);
}

absl::Status EventWriter::AddGraph(absl::string_view graph_def, int64_t step) {
  Event event;
  event.set_graph_def(std::string(graph_def));
  return Write(&event, step);
}

absl::Status EventWriter::AddMetaGraph(absl::string_view meta_graph_def, int64_t step) {
  Event event;
  event.set_meta_graph_def(std::string(meta_graph_def));
  return Write(&event, step);
}

absl::Status EventWriter::AddSessionLog(int status, absl::string_view checkpoint_path,
                                        int64_t step) {
  Event event;
  event.mutable_session_log()->set_status(static_cast<SessionLog::SessionStatus>(status));
  event.mutable_session_log()->set_checkpoint_path(std::string(checkpoint_path));
  return Write(&event, step);
}

absl::Status EventWriter::AddRunMetadata(absl::string_view run_metadata, absl::string_view tag,
                                         int64_t step) {
  Event event;
  event.mutable_tagged_run_metadata()->set_tag(std::string(tag));
  event.mutable_tagged_run_metadata()->set_run_metadata(std::string(run_metadata));
  return Write(&event, step);
}

absl::Status EventWriter::Flush() {
  MutexLock lock(&mu_);
  last_flush_nanos_ = clock_->NowNanos();
  return records_->Flush();
}

absl::Status EventWriter::Close() {
  MutexLock lock(&mu_);
  return records_->Close();
}

}  // namespace millrace
