// StreamClient: a one-way stream of messages to one task.
#ifndef MILLRACE_DISTRIBUTED_STREAM_CLIENT_H_
#define MILLRACE_DISTRIBUTED_STREAM_CLIENT_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "distributed/wire_message.h"

namespace millrace {

// Thread-safe. Messages arrive once and whole, or the stream has failed; small ones overtake large
// ones that are under way. Nothing waits: what cannot be sent yet is kept, by reference to its
// tensors.
class StreamClient {
 public:
  // Connects to `method`. `on_end` runs once, on a thread of gRPC's, when the stream is over: with
  // UNAVAILABLE, naming the peer, if the connection could not be made or broke, with what the
  // receiver said if it ended the stream, with CANCELLED after Close or the destructor.
  using OnEnd = absl::AnyInvocable<void(absl::Status)>;
  StreamClient(std::shared_ptr<grpc::Channel> channel, std::string peer, const std::string& method,
               OnEnd on_end);
  ~StreamClient();

  // Queues a message. The status of the stream's end if it is over; INVALID_ARGUMENT or
  // UNIMPLEMENTED for a tensor that cannot be sent.
  absl::Status Send(WireMessage message);
  void Close();

 private:
  class Stream;
  std::shared_ptr<Stream> stream_;
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_STREAM_CLIENT_H_
