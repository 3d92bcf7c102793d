#include "distributed/testing/test_cluster.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace millrace {

std::vector<int> FreePorts(int count) {
  std::vector<int> sockets, ports;
  for (int i = 0; i < count; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
    sockets.push_back(fd);
    ports.push_back(ntohs(address.sin_port));
  }
  for (const int fd : sockets) close(fd);
  return ports;
}

TestCluster::TestCluster(const std::vector<std::pair<std::string, int>>& jobs,
                         const Registry* registry)
    : registry_(registry) {
  int total = 0;
  for (const auto& job : jobs) total += job.second;
  const std::vector<int> ports = FreePorts(total);
  std::map<std::string, ClusterSpec::Tasks> tasks;
  int next = 0;
  for (const auto& [job, count] : jobs) {
    for (int i = 0; i < count; ++i) tasks[job][i] = absl::StrCat("127.0.0.1:", ports[next++]);
  }
  spec_ = *ClusterSpec::Create(std::move(tasks));
}

Server* TestCluster::Start(const std::string& job, int task) {
  ServerOptions options;
  options.cluster = spec_;
  options.job = job;
  options.task = task;
  options.registry = registry_;
  auto server = Server::Create(std::move(options));
  EXPECT_TRUE(server.ok()) << server.status();
  const absl::Status started = (*server)->Start();
  EXPECT_TRUE(started.ok()) << started;
  auto& slot = servers_[{job, task}];
  slot = *std::move(server);
  return slot.get();
}

void TestCluster::StartAll() {
  for (const auto& [job, tasks] : spec_.jobs()) {
    for (const auto& [index, address] : tasks) Start(job, index);
  }
}

void TestCluster::Stop(const std::string& job, int task) { servers_.erase({job, task}); }

}  // namespace millrace
