#include "kernels/reader/reader_resource.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "protos/reader_base.pb.h"

namespace millrace {

struct Reader::Request {
  std::shared_ptr<Queue> queue;
  int64_t most;
  Cancellation* cancellation;
  Done done;
};

void Reader::Read(std::shared_ptr<Queue> queue, int64_t most, Cancellation* cancellation,
                  Done done) {
  if (most <= 0) return done(std::vector<ReaderRecord>());
  auto request =
      std::make_shared<Request>(Request{std::move(queue), most, cancellation, std::move(done)});
  turn_.Submit(
      cancellation,
      [](Turn& turn) -> std::optional<absl::Status> {
        if (turn.taken) return std::nullopt;
        turn.taken = true;
        return absl::OkStatus();
      },
      [self = shared_from_this(), request](absl::Status status) {
        if (!status.ok()) return request->done(std::move(status));
        WaitPool()->Schedule([self, request] { self->Continue(request); });
      });
}

absl::StatusOr<std::vector<ReaderRecord>> Reader::ReadOpenFile(int64_t most) {
  MutexLock lock(mu_);
  std::vector<ReaderRecord> records;
  while (source_ != nullptr && static_cast<int64_t>(records.size()) < most) {
    ReaderRecord record;
    const absl::Status status = source_->Next(&record);
    if (status.ok()) {
      records.push_back(std::move(record));
      if (!format_->whole_files()) continue;
      source_ = nullptr;
      ++finished_;
      break;
    }
    source_ = nullptr;
    if (!absl::IsOutOfRange(status)) return status;
    ++finished_;
    if (!records.empty()) break;
  }
  records_ += static_cast<int64_t>(records.size());
  return records;
}

void Reader::Continue(std::shared_ptr<Request> request) {
  absl::StatusOr<std::vector<ReaderRecord>> records = ReadOpenFile(request->most);
  if (!records.ok() || !records->empty()) return Finish(*request, std::move(records));
  Queue* queue = request->queue.get();
  queue->Take(1, /*up_to=*/false, request->cancellation,
              [self = shared_from_this(), request](absl::StatusOr<std::vector<Queue::Element>> e) {
                if (!e.ok()) return self->Finish(*request, e.status());
                const Queue::Element& element = (*e)[0];
                if (element.size() != 1 || element[0].dtype() != DType::kString ||
                    element[0].num_elements() != 1) {
                  return self->Finish(*request, absl::InvalidArgumentError(
                                                    "a reader's queue must hold single strings"));
                }
                WaitPool()->Schedule([self, request, name = element[0].scalar<std::string>()] {
                  self->OpenNext(request, name);
                });
              });
}

void Reader::OpenNext(std::shared_ptr<Request> request, const std::string& name) {
  absl::StatusOr<std::unique_ptr<RecordSource>> source = format_->Open(name);
  {
    MutexLock lock(mu_);
    ++started_;
    name_ = name;
    if (source.ok()) source_ = *std::move(source);
  }
  if (!source.ok()) return Finish(*request, source.status());
  Continue(std::move(request));
}

void Reader::Finish(Request& request, absl::StatusOr<std::vector<ReaderRecord>> result) {
  turn_.Change([](Turn& turn) {
    turn.taken = false;
    return true;
  });
  request.done(std::move(result));
}

void Reader::Reset() {
  MutexLock lock(mu_);
  source_ = nullptr;
  name_.clear();
  started_ = finished_ = records_ = 0;
}

int64_t Reader::records_produced() const {
  MutexLock lock(mu_);
  return records_;
}

int64_t Reader::files_finished() const {
  MutexLock lock(mu_);
  return finished_;
}

absl::Status Reader::NeedsWholeFiles() const {
  if (format_->whole_files()) return absl::OkStatus();
  return absl::UnimplementedError("the state of a reader of files with several records");
}

absl::StatusOr<std::string> Reader::SaveState() const {
  MR_RETURN_IF_ERROR(NeedsWholeFiles());
  MutexLock lock(mu_);
  ReaderBaseState state;
  state.set_work_started(started_);
  state.set_work_finished(finished_);
  state.set_num_records_produced(records_);
  if (started_ > finished_) state.set_current_work(name_);
  return state.SerializeAsString();
}

absl::Status Reader::RestoreState(const std::string& text) {
  MR_RETURN_IF_ERROR(NeedsWholeFiles());
  ReaderBaseState state;
  if (!state.ParseFromString(text))
    return absl::InvalidArgumentError("the state of a reader could not be parsed");
  if (state.work_started() < 0 || state.work_finished() < 0 || state.num_records_produced() < 0 ||
      state.work_started() != state.work_finished()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the state of a reader is wrong, or amid a file: ", state.work_started(), " files begun, ",
        state.work_finished(), " finished, ", state.num_records_produced(), " records"));
  }
  MutexLock lock(mu_);
  source_ = nullptr;
  started_ = state.work_started();
  finished_ = state.work_finished();
  records_ = state.num_records_produced();
  return absl::OkStatus();
}

}  // namespace millrace
