// Writes an event file for TensorBoard: a TFRecord file of Event messages (event.proto).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/clock.h"
#include "core/base/env.h"
#include "core/base/mutex.h"
#include "core/io/record_writer.h"

namespace millrace {

class Event;

// Thread-safe. Events reach the file on Flush and Close, and by themselves every two minutes.
class EventWriter {
 public:
  // Makes the folder when it is missing, and in it events.out.tfevents.SECONDS.HOST.PID.N`suffix`.
  static absl::StatusOr<std::unique_ptr<EventWriter>> Create(Env* env, Clock* clock,
                                                             absl::string_view dir,
                                                             absl::string_view suffix = "");
  ~EventWriter();  // flushes

  // A point of the curve `tag`.
  absl::Status AddScalar(absl::string_view tag, double value, int64_t step);
  // A serialised Summary, GraphDef or MetaGraphDef. INVALID_ARGUMENT for a summary that does not
  // parse.
  absl::Status AddSummary(absl::string_view summary, int64_t step);
  absl::Status AddGraph(absl::string_view graph_def, int64_t step = 0);
  absl::Status AddMetaGraph(absl::string_view meta_graph_def, int64_t step = 0);
  // A turn of the session: SessionLog::SessionStatus by number, and with CHECKPOINT its path.
  absl::Status AddSessionLog(int status, absl::string_view checkpoint_path, int64_t step);
  absl::Status AddRunMetadata(absl::string_view run_metadata, absl::string_view tag, int64_t step);

  absl::Status Flush();
  // Later calls are FAILED_PRECONDITION.
  absl::Status Close();

  const std::string& path() const { return path_; }

 private:
  EventWriter(Clock* clock, std::string path, std::unique_ptr<RecordWriter> records);
  absl::Status Write(Event* event, int64_t step);

  Clock* const clock_;
  const std::string path_;
  Mutex mu_;
  const std::unique_ptr<RecordWriter> records_ ABSL_PT_GUARDED_BY(mu_);
  int64_t last_flush_nanos_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace
