#include "core/plugin/loader.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/graph/graph.h"
#include "core/runtime/device.h"
#include "core/runtime/evaluate_node.h"

namespace millrace {
namespace {

constexpr char kFolder[] = "core/plugin/example/";

absl::Status Load(const std::string& name, Registry& registry) {
  return LoadPlugin(kFolder + name, registry).status();
}

absl::StatusOr<std::vector<Tensor>> RunAxpy(const Registry& registry, float a, Tensor x, Tensor y) {
  auto devices = DeviceSet::Local();
  Graph graph(&registry);
  Graph::NodeArgs args;
  args.name = "axpy";
  args.op = "Axpy";
  args.attrs = {{"a", a}};
  args.deferred_input_types = {DType::kFloat, DType::kFloat};
  auto node = graph.AddNode(std::move(args));
  if (!node.ok()) return node.status();
  return EvaluateNode(registry, devices->host(), **node, {std::move(x), std::move(y)});
}

TEST(LoaderTest, AnOpFromALibraryRuns) {
  Registry registry;
  auto names = LoadPlugin(std::string(kFolder) + "axpy.so", registry);
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_EQ(*names, std::vector<std::string>{"Axpy"});
  auto result =
      RunAxpy(registry, 2.f, Tensor::Vector<float>({1, 2}), Tensor::Vector<float>({10, 20}));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE((*result)[0].BitwiseEquals(Tensor::Vector<float>({12, 24})));
}

TEST(LoaderTest, AnErrorOfItsKernelIsAStatus) {
  Registry registry;
  ASSERT_TRUE(Load("axpy.so", registry).ok());
  const absl::Status status =
      RunAxpy(registry, 1.f, Tensor::Scalar(1.f), Tensor::Vector<float>({1, 2})).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
}

TEST(LoaderTest, ASecondLoadIsRefused) {
  Registry registry;
  ASSERT_TRUE(Load("axpy.so", registry).ok());
  EXPECT_EQ(Load("axpy.so", registry).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(RunAxpy(registry, 1.f, Tensor::Scalar(1.f), Tensor::Scalar(1.f)).ok());
}

TEST(LoaderTest, WhatIsNoPluginIsRefused) {
  Registry registry;
  EXPECT_EQ(Load("nothing.so", registry).code(), absl::StatusCode::kNotFound);
  const std::string text = testing::TempDir() + "/text.so";
  std::ofstream(text) << "not a library";
  EXPECT_EQ(LoadPlugin(text, registry).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(LoadPlugin("", registry).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(LoaderTest, BrokenPluginsRegisterNothing) {
  const struct {
    const char* name;
    absl::StatusCode code;
  } cases[] = {
      {"broken_1.so", absl::StatusCode::kFailedPrecondition},  // another version
      {"broken_2.so", absl::StatusCode::kInvalidArgument},     // no MillracePluginInit
      {"broken_3.so", absl::StatusCode::kUnavailable},         // its initialisation fails
      {"broken_4.so", absl::StatusCode::kInvalidArgument},     // a spec that does not parse
      {"broken_5.so", absl::StatusCode::kNotFound},  // a kernel for an op that is not there
  };
  for (const auto& c : cases) {
    Registry registry;
    const absl::Status status = Load(c.name, registry);
    EXPECT_EQ(status.code(), c.code) << c.name << ": " << status;
    EXPECT_EQ(registry.Find("HalfRegistered"), nullptr) << c.name;
    EXPECT_NE(status.message().find(c.name), absl::string_view::npos) << status;
  }
}

}  // namespace
}  // namespace millrace
