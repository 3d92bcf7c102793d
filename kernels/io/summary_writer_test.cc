// Event files that a graph writes: what is in them, and what may not be.
#include <string>
#include <vector>

#include "core/base/env.h"
#include "core/graph/registry.h"
#include "core/io/record_reader.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"
#include "protos/event.pb.h"

namespace millrace {

absl::Status RegisterSummaryWriter(Registry& r);

namespace {

using absl::StatusCode;

Tensor N(int64_t v) { return Tensor::Scalar<int64_t>(v); }
Tensor S(absl::string_view v) { return Tensor::Scalar<std::string>(std::string(v)); }

struct SummaryWriterTest : OpTest {
  SummaryWriterTest() : OpTest({RegisterSummaryWriter}) {}

  StatusCode Create(absl::string_view suffix = ".x") {
    return Code("CreateSummaryFileWriter", {writer, S(folder), Tensor::Scalar<int32_t>(10),
                                            Tensor::Scalar<int32_t>(120000), S(suffix)});
  }
  // All events of all files but the first of each, which says the version.
  std::vector<Event> Events() const {
    std::vector<Event> events;
    const std::vector<std::string> names = *DefaultEnv()->GetChildren(folder);
    for (const std::string& name : names) {
      RecordReader reader(*DefaultEnv()->NewRandomAccessFile(JoinPath(folder, name)));
      std::string record;
      for (bool first = true; reader.Read(&record).ok(); first = false) {
        Event event;
        EXPECT_TRUE(event.ParseFromString(record));
        EXPECT_EQ(event.file_version().empty(), !first);
        if (!first) events.push_back(event);
      }
    }
    return events;
  }

  const std::string folder = JoinPath(*DefaultEnv()->MakeTempDir("events"), "log");
  const Tensor writer = Run1("SummaryWriter", {}, {{"shared_name", "w"}});
};

TEST_F(SummaryWriterTest, EventsAreInTheFile) {
  ASSERT_EQ(Create(), StatusCode::kOk);
  ASSERT_EQ(Create(), StatusCode::kOk);  // it is there: no other file
  EXPECT_EQ(Code("WriteScalarSummary", {writer, N(3), S("loss"), Tensor::Scalar<int32_t>(7)}),
            StatusCode::kOk);
  SummaryMetadata metadata;
  metadata.mutable_plugin_data()->set_plugin_name("text");
  EXPECT_EQ(Code("WriteSummary", {writer, N(4), Tensor::Vector<std::string>({"a", "b"}), S("words"),
                                  S(metadata.SerializeAsString())}),
            StatusCode::kOk);
  Summary raw;
  raw.add_value()->set_tag("raw");
  EXPECT_EQ(Code("WriteRawProtoSummary", {writer, N(5), S(raw.SerializeAsString())}),
            StatusCode::kOk);
  EXPECT_EQ(Code("WriteGraphSummary", {writer, N(6), S("")}), StatusCode::kOk);
  EXPECT_EQ(Code("FlushSummaryWriter", {writer}), StatusCode::kOk);

  const std::vector<Event> events = Events();
  ASSERT_EQ(events.size(), 4u);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(events[i].step(), 3 + i);
  EXPECT_EQ(events[0].summary().value(0).tag(), "loss");
  EXPECT_EQ(events[0].summary().value(0).simple_value(), 7);
  EXPECT_EQ(events[1].summary().value(0).tag(), "words");
  EXPECT_EQ(events[1].summary().value(0).tensor().string_val(1), "b");
  EXPECT_EQ(events[1].summary().value(0).metadata().plugin_data().plugin_name(), "text");
  EXPECT_EQ(events[2].summary().value(0).tag(), "raw");
  EXPECT_TRUE(events[3].has_graph_def());
}

TEST_F(SummaryWriterTest, AWriterThatIsNotThere) {
  EXPECT_EQ(Code("WriteScalarSummary", {writer, N(0), S("loss"), Tensor::Scalar<float>(1)}),
            StatusCode::kNotFound);
  EXPECT_EQ(Code("FlushSummaryWriter", {writer}), StatusCode::kNotFound);
  ASSERT_EQ(Create(), StatusCode::kOk);
  EXPECT_EQ(Code("CloseSummaryWriter", {writer}), StatusCode::kOk);
  EXPECT_EQ(Code("CloseSummaryWriter", {writer}), StatusCode::kNotFound);
  ASSERT_EQ(Create(".y"), StatusCode::kOk);  // may be made again
  EXPECT_EQ(DefaultEnv()->GetChildren(folder)->size(), 2u);
}

TEST_F(SummaryWriterTest, WhatMayNotBeWritten) {
  ASSERT_EQ(Create(), StatusCode::kOk);
  const Tensor one = Tensor::Scalar<float>(1), two = Tensor::Vector<float>({1, 2});
  const Tensor steps = Tensor::Vector<int64_t>({1, 2});
  EXPECT_EQ(Code("WriteScalarSummary", {writer, N(0), S("loss"), two}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("WriteScalarSummary", {writer, steps, S("loss"), one}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("WriteSummary", {writer, N(0), one, S("t"), S("\xff")}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("WriteRawProtoSummary", {writer, N(0), S("\xff")}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("FlushSummaryWriter", {writer}), StatusCode::kOk);
  EXPECT_TRUE(Events().empty());
}

}  // namespace
}  // namespace millrace
