// Channels and credentials: the one place that says how connections are made.
#ifndef MILLRACE_DISTRIBUTED_CHANNEL_H_
#define MILLRACE_DISTRIBUTED_CHANNEL_H_

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace millrace {

// How a task shows who it is and knows who the others are. A value.
struct Credentials {
  std::shared_ptr<grpc::ChannelCredentials> channel;
  std::shared_ptr<grpc::ServerCredentials> server;
  bool encrypted = false;

  // Plain text, nobody asked who they are: for loopback and networks that are trusted.
  static Credentials Insecure();
};

// A new connection to "host:port", made when it is first used: no proxy, no connection shared with
// another channel, no limit on message sizes, no retry behind our back, quick reconnects.
std::shared_ptr<grpc::Channel> NewChannel(const std::string& address,
                                          const Credentials& credentials);

// The same for the listening side; also refuses a port that another process listens on, which gRPC
// would otherwise share.
void SetServerOptions(grpc::ServerBuilder* builder);

// True for "localhost" and addresses of the loopback interface.
bool IsLoopback(absl::string_view host);

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_CHANNEL_H_
