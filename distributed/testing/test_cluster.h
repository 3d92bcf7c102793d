// TestCluster: the tasks of a cluster as servers of this process, on free loopback ports.
#ifndef MILLRACE_DISTRIBUTED_TESTING_TEST_CLUSTER_H_
#define MILLRACE_DISTRIBUTED_TESTING_TEST_CLUSTER_H_

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/graph/registry.h"
#include "distributed/cluster_spec.h"
#include "distributed/server.h"

namespace millrace {

// Ports of 127.0.0.1 that were free a moment ago, all different.
std::vector<int> FreePorts(int count);

class TestCluster {
 public:
  // {"ps", 1}, {"worker", 2}. `*registry` must outlive the cluster.
  TestCluster(const std::vector<std::pair<std::string, int>>& jobs, const Registry* registry);

  const ClusterSpec& spec() const { return spec_; }
  // Starts a task, again if it was stopped; test failure if it cannot.
  Server* Start(const std::string& job, int task);
  void StartAll();
  void Stop(const std::string& job, int task);
  Server* server(const std::string& job, int task) { return servers_.at({job, task}).get(); }

 private:
  const Registry* const registry_;
  ClusterSpec spec_;
  std::map<std::pair<std::string, int>, std::unique_ptr<Server>> servers_;
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_TESTING_TEST_CLUSTER_H_
