#include "distributed/local_socket.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "distributed/channel.h"

namespace millrace {
namespace {

std::string NameOf(int port) { return absl::StrCat("millrace-", port); }

std::string GrpcAddress(int port) { return absl::StrCat("unix-abstract:", NameOf(port)); }

// An abstract name begins with a zero byte and ends with the address's length.
socklen_t Fill(int port, sockaddr_un* address) {
  const std::string name = NameOf(port);
  *address = {};
  address->sun_family = AF_UNIX;
  memcpy(address->sun_path + 1, name.data(), name.size());
  return offsetof(sockaddr_un, sun_path) + 1 + name.size();
}

// Runs `use` on a new socket and the port's address. False if there is no socket to be had.
template <typename Use>
bool WithSocket(int port, Use use) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const absl::Cleanup close_it = [fd] { close(fd); };
  sockaddr_un address;
  const socklen_t length = Fill(port, &address);
  return use(fd, reinterpret_cast<const sockaddr*>(&address), length);
}

bool NameIsFree(int port) {
  return WithSocket(port, [](int fd, const sockaddr* address, socklen_t length) {
    return bind(fd, address, length) == 0;
  });
}

// Names are free to all users of the machine; only our own user's listeners are trusted.
bool OurUserListens(int port) {
  return WithSocket(port, [](int fd, const sockaddr* address, socklen_t length) {
    if (connect(fd, address, length) != 0) return false;
    ucred peer;
    socklen_t size = sizeof(peer);
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
  });
}

}  // namespace

std::string LocalSocketToListen(const HostPort& address) {
  if (!IsLoopback(address.host) || address.port == 0 || !NameIsFree(address.port)) return "";
  return GrpcAddress(address.port);
}

std::string PreferLocalSocket(const std::string& address) {
  const auto parsed = ParseHostPort(address);
  if (!parsed.ok() || !IsLoopback(parsed->host) || !OurUserListens(parsed->port)) return address;
  return GrpcAddress(parsed->port);
}

}  // namespace millrace
