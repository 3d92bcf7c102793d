// Reader: the records of files whose names come from a queue.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/cancellation.h"
#include "core/base/mutex.h"
#include "core/runtime/resource.h"
#include "kernels/queue/monitor.h"
#include "kernels/queue/queue_resource.h"

namespace millrace {

struct ReaderRecord {
  std::string key,
      value;  // key: the file's name and, but for whole files, the record's place in it
};

// A file being read. Used by one thread at a time.
class RecordSource {
 public:
  virtual ~RecordSource() = default;
  // OUT_OF_RANGE at the end.
  virtual absl::Status Next(ReaderRecord* record) = 0;
};

// Immutable and thread-safe.
class RecordFormat {
 public:
  virtual ~RecordFormat() = default;
  virtual absl::StatusOr<std::unique_ptr<RecordSource>> Open(const std::string& name) const = 0;
  // A file is one record, so that a reader's state can be stored.
  virtual bool whole_files() const { return false; }
};

// Thread-safe. Reads, one request after the other, on the pool for waiting; whoever waits for his
// turn or for a name holds no thread.
class Reader final : public Resource, public std::enable_shared_from_this<Reader> {
 public:
  static constexpr char kTypeName[] = "Reader";
  absl::string_view type_name() const override { return kTypeName; }

  using Done = absl::AnyInvocable<void(absl::StatusOr<std::vector<ReaderRecord>>)>;

  explicit Reader(std::unique_ptr<RecordFormat> format) : format_(std::move(format)) {}

  // The next records: at least one, at most `most`, all of one file. The name of the next file is
  // taken from the queue, whose end (OUT_OF_RANGE) is the end of the records. A file that cannot be
  // read is given up.
  void Read(std::shared_ptr<Queue> queue, int64_t most, Cancellation* cancellation, Done done);

  // As it was when it was made.
  void Reset();
  int64_t records_produced() const;
  int64_t files_finished() const;

  // A serialised ReaderBaseState. UNIMPLEMENTED for formats with several records a file.
  absl::StatusOr<std::string> SaveState() const;
  // INVALID_ARGUMENT for what is no such state, or one amid a file.
  absl::Status RestoreState(const std::string& state);

  void Close() override { turn_.Close(); }

 private:
  struct Request;
  struct Turn {
    bool taken = false;
  };

  void Continue(std::shared_ptr<Request> request);
  void OpenNext(std::shared_ptr<Request> request, const std::string& name);
  void Finish(Request& request, absl::StatusOr<std::vector<ReaderRecord>> result);
  // Fewer than `most` only at the end of the file; none: there is no file.
  absl::StatusOr<std::vector<ReaderRecord>> ReadOpenFile(int64_t most);
  absl::Status NeedsWholeFiles() const;

  const std::unique_ptr<RecordFormat> format_;
  Monitor<Turn> turn_;
  mutable Mutex mu_;
  std::unique_ptr<RecordSource> source_ ABSL_GUARDED_BY(mu_);
  std::string name_ ABSL_GUARDED_BY(mu_);  // of the file being read
  int64_t started_ ABSL_GUARDED_BY(mu_) = 0, finished_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t records_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace millrace
