// Each library the build relies on is found, links and answers.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <re2/re2.h>
#include <snappy.h>
#include <zlib.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "Eigen/Core"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "dnnl.hpp"
#include "tests/toolchain/sample_service.grpc.pb.h"

namespace millrace {
namespace {

TEST(Libraries, AbslAndProtobuf) {
  absl::StatusOr<int> answer = 42;
  absl::flat_hash_map<std::string, int> map = {{absl::StrCat("a", *answer), 1}};
  EXPECT_EQ(map["a42"], 1);
  toolchain::Sample sample;
  sample.set_text("x");
  EXPECT_EQ(sample.SerializeAsString(), std::string("\x0a\x01x"));
}

class EchoService final : public toolchain::Echo::Service {
  grpc::Status Same(grpc::ServerContext*, const toolchain::Sample* request,
                    toolchain::Sample* response) override {
    *response = *request;
    return grpc::Status::OK;
  }
};

TEST(Libraries, Grpc) {
  EchoService service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  auto stub = toolchain::Echo::NewStub(grpc::CreateCustomChannel(
      absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  toolchain::Sample request, response;
  request.add_numbers(7);
  grpc::Status status = stub->Same(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.numbers(0), 7);
  server->Shutdown();
}

TEST(Libraries, OneDnnMultiplies) {
  const float a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8};
  float c[4] = {};
  ASSERT_EQ(dnnl_sgemm('N', 'N', 2, 2, 2, 1.0f, a, 2, b, 2, 0.0f, c, 2), dnnl_success);
  EXPECT_EQ(c[0], 19);
  EXPECT_EQ(c[3], 50);
}

TEST(Libraries, TheOthers) {
  Eigen::Matrix2f m = Eigen::Matrix2f::Identity();
  EXPECT_EQ(m.trace(), 2);
  EXPECT_TRUE(RE2::FullMatch("w:0", "\\w+:\\d"));
  std::string packed, unpacked;
  snappy::Compress("aaaa", 4, &packed);
  snappy::Uncompress(packed.data(), packed.size(), &unpacked);
  EXPECT_EQ(unpacked, "aaaa");
  EXPECT_EQ(crc32(0, reinterpret_cast<const Bytef*>("123456789"), 9), 0xCBF43926u);
  EXPECT_EQ(nlohmann::json::parse("{\"a\": 1}")["a"], 1);
}

}  // namespace
}  // namespace millrace
