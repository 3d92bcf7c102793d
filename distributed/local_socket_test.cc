#include "distributed/local_socket.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace millrace {
namespace {

// A port that nobody listens on: bound, so that it stays ours, but not listening.
class LocalSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    tcp_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ASSERT_EQ(bind(tcp_, reinterpret_cast<sockaddr*>(&address), size), 0) << strerror(errno);
    ASSERT_EQ(getsockname(tcp_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  void TearDown() override {
    close(tcp_);
    if (local_ >= 0) close(local_);
  }

  void Listen() {
    local_ = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const std::string name = absl::StrCat("millrace-", port_);
    memcpy(address.sun_path + 1, name.data(), name.size());
    const socklen_t size = offsetof(sockaddr_un, sun_path) + 1 + name.size();
    ASSERT_EQ(bind(local_, reinterpret_cast<sockaddr*>(&address), size), 0) << strerror(errno);
    ASSERT_EQ(listen(local_, 4), 0);
  }

  std::string local() const { return absl::StrCat("unix-abstract:millrace-", port_); }

  int tcp_ = -1, local_ = -1, port_ = 0;
};

TEST_F(LocalSocketTest, ATaskOnTheLoopbackInterfaceListensUnlessTheNameIsTaken) {
  EXPECT_EQ(LocalSocketToListen({"127.0.0.1", port_}), local());
  EXPECT_EQ(LocalSocketToListen({"localhost", port_}), local());
  EXPECT_EQ(LocalSocketToListen({"192.0.2.1", port_}), "");
  EXPECT_EQ(LocalSocketToListen({"127.0.0.1", 0}), "");
  Listen();
  EXPECT_EQ(LocalSocketToListen({"127.0.0.1", port_}), "");
}

TEST_F(LocalSocketTest, ASenderPrefersTheSocketWhereSomebodyListens) {
  const std::string loopback = absl::StrCat("127.0.0.1:", port_);
  EXPECT_EQ(PreferLocalSocket(loopback), loopback);
  Listen();
  EXPECT_EQ(PreferLocalSocket(loopback), local());
  const std::string elsewhere = absl::StrCat("192.0.2.1:", port_);
  EXPECT_EQ(PreferLocalSocket(elsewhere), elsewhere);
  EXPECT_EQ(PreferLocalSocket("no address"), "no address");
}

}  // namespace
}  // namespace millrace
