#include "core/io/event_writer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/base/fake_clock.h"
#include "core/io/record_reader.h"
#include "protos/event.pb.h"

namespace millrace {
namespace {

std::vector<Event> ReadEvents(const std::string& path) {
  RecordReader reader(*DefaultEnv()->NewRandomAccessFile(path));
  std::vector<Event> events;
  for (std::string record; reader.Read(&record).ok();) {
    EXPECT_TRUE(events.emplace_back().ParseFromString(record));
  }
  return events;
}

TEST(EventWriterTest, WritesVersionScalarsGraphAndLogs) {
  const std::string dir = JoinPath(*DefaultEnv()->MakeTempDir("events"), "a/b");
  FakeClock clock;
  auto writer = EventWriter::Create(DefaultEnv(), &clock, dir, ".v2");
  ASSERT_TRUE(writer.ok()) << writer.status();
  EXPECT_TRUE((*writer)->AddGraph("graph").ok());
  EXPECT_TRUE((*writer)->AddScalar("loss", 0.25, 7).ok());
  EXPECT_TRUE((*writer)->AddSessionLog(SessionLog::CHECKPOINT, "ckpt-7", 7).ok());
  EXPECT_EQ((*writer)->AddSummary("\xff\xff", 8).code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE((*writer)->Close().ok());
  EXPECT_FALSE((*writer)->AddScalar("late", 1, 9).ok());

  const std::vector<Event> events = ReadEvents((*writer)->path());
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].file_version(), "brain.Event:2");
  EXPECT_EQ(events[1].graph_def(), "graph");
  EXPECT_EQ(events[2].step(), 7);
  EXPECT_EQ(events[2].summary().value(0).tag(), "loss");
  EXPECT_EQ(events[2].summary().value(0).simple_value(), 0.25f);
  EXPECT_EQ(events[2].wall_time(), absl::ToDoubleSeconds(clock.Now() - absl::UnixEpoch()));
  EXPECT_EQ(events[3].session_log().checkpoint_path(), "ckpt-7");
}

TEST(EventWriterTest, FlushMakesEventsVisible) {
  const std::string dir = *DefaultEnv()->MakeTempDir("events");
  auto writer = EventWriter::Create(DefaultEnv(), RealClock(), dir);
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_TRUE((*writer)->AddScalar("loss", 1, 1).ok());
  ASSERT_TRUE((*writer)->Flush().ok());
  EXPECT_EQ(ReadEvents((*writer)->path()).size(), 2u);
}

TEST(EventWriterTest, TwoWritersHaveFilesOfTheirOwn) {
  const std::string dir = *DefaultEnv()->MakeTempDir("events");
  auto a = EventWriter::Create(DefaultEnv(), RealClock(), dir);
  auto b = EventWriter::Create(DefaultEnv(), RealClock(), dir);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_NE((*a)->path(), (*b)->path());
}

}  // namespace
}  // namespace millrace
