// Unix-domain sockets between tasks of one machine: half the kernel's work of TCP on the loopback
// interface. A task that listens on a loopback port also listens on the abstract socket named after
// that port, and a sender prefers it.
#ifndef MILLRACE_DISTRIBUTED_LOCAL_SOCKET_H_
#define MILLRACE_DISTRIBUTED_LOCAL_SOCKET_H_

#include <string>

#include "distributed/cluster_spec.h"

namespace millrace {

// Where a task that listens at `address` should listen too, in gRPC's form ("unix-abstract:...").
// Empty if the address is not on the loopback interface, its port is 0, or the name is taken.
std::string LocalSocketToListen(const HostPort& address);

// The address by which to reach the task at "host:port": that of its socket if it is on the
// loopback interface and a process of this user listens there, else `address`. Does not wait.
std::string PreferLocalSocket(const std::string& address);

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_LOCAL_SOCKET_H_
