// Pipelines made of the dataset ops, run through an iterator.
#include <thread>

#include "core/base/env.h"
#include "core/base/notification.h"
#include "core/io/record_writer.h"
#include "gtest/gtest.h"
#include "kernels/data/dataset.h"
#include "kernels/data/iterator_resource.h"
#include "kernels/data/register_data.h"
#include "kernels/testing/op_test.h"

namespace millrace {
namespace {

using absl::StatusCode;

Tensor N(int64_t v) { return Tensor::Scalar<int64_t>(v); }

struct DataTest : OpTest {
  DataTest() : OpTest({RegisterDataKernels}) {}

  static AttrMap Types(std::vector<DType> types) {
    std::vector<PartialShape> shapes(types.size());
    return {{"output_types", std::move(types)}, {"output_shapes", std::move(shapes)}};
  }
  static AttrMap Int64s() { return Types({DType::kInt64}); }
  Tensor Range(int64_t stop) { return Run1("RangeDataset", {N(0), N(stop), N(1)}, Int64s()); }
  Tensor Iterator(Tensor dataset) {
    AttrMap attrs = Int64s();
    attrs.Set("shared_name", "it");
    attrs.Set("container", "");
    const Tensor handle = Run1("IteratorV2", {}, attrs);
    const auto made = Run("MakeIterator", {std::move(dataset), handle});
    EXPECT_TRUE(made.ok()) << made.status();
    return handle;
  }
  // All elements to the end; each must be a scalar int64.
  std::vector<int64_t> All(Tensor dataset) {
    const Tensor handle = Iterator(std::move(dataset));
    std::vector<int64_t> out;
    for (;;) {
      const auto next = Run("IteratorGetNext", {handle}, Int64s());
      if (!next.ok()) {
        EXPECT_EQ(next.status().code(), StatusCode::kOutOfRange) << next.status();
        return out;
      }
      out.push_back((*next)[0].scalar<int64_t>());
    }
  }
};

using Numbers = std::vector<int64_t>;

TEST_F(DataTest, Sources) {
  EXPECT_EQ(All(Range(4)), Numbers({0, 1, 2, 3}));
  EXPECT_EQ(All(Run1("RangeDataset", {N(5), N(0), N(-2)}, Int64s())), Numbers({5, 3, 1}));
  EXPECT_EQ(Code("RangeDataset", {N(5), N(0), N(0)}, Int64s()), StatusCode::kInvalidArgument);
  const AttrMap shapes = {{"output_shapes", std::vector<PartialShape>{PartialShape()}}};
  EXPECT_EQ(All(Run1("TensorSliceDataset", {Tensor::Vector<int64_t>({7, 8})}, shapes)),
            Numbers({7, 8}));
  EXPECT_EQ(All(Run1("TensorDataset", {N(3)}, shapes)), Numbers({3}));
  EXPECT_EQ(Code("TensorSliceDataset", {N(3)}, shapes), StatusCode::kInvalidArgument);
}

TEST_F(DataTest, SequencesOfSequences) {
  EXPECT_EQ(All(Run1("RepeatDataset", {Range(2), N(2)}, Int64s())), Numbers({0, 1, 0, 1}));
  EXPECT_EQ(All(Run1("RepeatDataset", {Range(0), N(-1)}, Int64s())), Numbers());
  EXPECT_EQ(All(Run1("TakeDataset", {Run1("RepeatDataset", {Range(2), N(-1)}, Int64s()), N(3)},
                     Int64s())),
            Numbers({0, 1, 0}));
  EXPECT_EQ(All(Run1("SkipDataset", {Range(4), N(3)}, Int64s())), Numbers({3}));
  EXPECT_EQ(All(Run1("ConcatenateDataset", {Range(2), Range(1)}, Int64s())), Numbers({0, 1, 0}));
}

TEST_F(DataTest, ShuffleGivesTensorFlowsOrder) {
  AttrMap attrs = Int64s();
  for (const bool reshuffle : {false, true}) {
    attrs.Set("reshuffle_each_iteration", reshuffle);
    const Tensor twice =
        Run1("RepeatDataset", {Run1("ShuffleDataset", {Range(12), N(5), N(7), N(11)}, attrs), N(2)},
             Int64s());
    EXPECT_EQ(All(twice), reshuffle ? Numbers({2, 1, 5, 4, 0, 7, 3, 9,  8,  11, 10, 6,
                                               4, 2, 6, 0, 3, 5, 7, 11, 10, 8,  9,  1})
                                    : Numbers({3, 5, 4, 1, 6, 7, 9, 10, 0, 8, 2, 11,
                                               3, 5, 4, 1, 6, 7, 9, 10, 0, 8, 2, 11}));
  }
  EXPECT_EQ(Code("ShuffleDataset", {Range(2), N(0), N(1), N(1)}, attrs),
            StatusCode::kInvalidArgument);
}

TEST_F(DataTest, Batches) {
  const auto batches = [&](bool drop) {
    return Iterator(Run1("BatchDatasetV2", {Range(5), N(2), Tensor::Scalar<bool>(drop)}, Int64s()));
  };
  const Tensor all = batches(false);
  EXPECT_TENSOR_EQ(Run1("IteratorGetNext", {all}, Int64s()), Tensor::Vector<int64_t>({0, 1}));
  EXPECT_TENSOR_EQ(Run1("IteratorGetNext", {all}, Int64s()), Tensor::Vector<int64_t>({2, 3}));
  EXPECT_TENSOR_EQ(Run1("IteratorGetNext", {all}, Int64s()), Tensor::Vector<int64_t>({4}));
  EXPECT_EQ(Code("IteratorGetNext", {all}, Int64s()), StatusCode::kOutOfRange);
  const Tensor whole = batches(true);
  Run1("IteratorGetNext", {whole}, Int64s());
  Run1("IteratorGetNext", {whole}, Int64s());
  EXPECT_EQ(Code("IteratorGetNext", {whole}, Int64s()), StatusCode::kOutOfRange);
  EXPECT_EQ(Code("BatchDatasetV2", {Range(5), N(0), Tensor::Scalar<bool>(false)}, Int64s()),
            StatusCode::kInvalidArgument);
}

TEST_F(DataTest, PrefetchKeepsOrder) {
  Numbers expected;
  for (int64_t i = 0; i < 1000; ++i) expected.push_back(i);
  EXPECT_EQ(All(Run1("PrefetchDataset", {Range(1000), N(3)}, Int64s())), expected);
  EXPECT_EQ(All(Run1("PrefetchDataset",
                     {Run1("PrefetchDataset", {Range(1000), N(1)}, Int64s()), N(-1)}, Int64s())),
            expected);
}

void WriteRecords(const std::string& path, std::initializer_list<absl::string_view> records) {
  auto file = DefaultEnv()->NewWritableFile(path);
  ASSERT_TRUE(file.ok()) << file.status();
  RecordWriter writer(*std::move(file));
  for (absl::string_view r : records) ASSERT_TRUE(writer.Append(r).ok());
  ASSERT_TRUE(writer.Close().ok());
}

TEST_F(DataTest, Records) {
  auto dir = DefaultEnv()->MakeTempDir("records");
  ASSERT_TRUE(dir.ok()) << dir.status();
  const std::string path = JoinPath(*dir, "a.tfrecord");
  WriteRecords(path, {"one", "two"});
  const auto dataset = [&](const std::string& name) {
    return Run1("TFRecordDataset",
                {Tensor::Vector<std::string>({path, name}), Tensor::Scalar(""), N(0)});
  };
  const AttrMap strings = Types({DType::kString});
  const Tensor handle = Iterator(dataset(path));
  for (const char* wanted : {"one", "two", "one", "two"}) {
    EXPECT_TENSOR_EQ(Run1("IteratorGetNext", {handle}, strings), Tensor::Scalar(wanted));
  }
  EXPECT_EQ(Code("IteratorGetNext", {handle}, strings), StatusCode::kOutOfRange);
  const Tensor missing = Iterator(dataset(JoinPath(*dir, "none")));
  Run1("IteratorGetNext", {missing}, strings);
  Run1("IteratorGetNext", {missing}, strings);
  EXPECT_EQ(Code("IteratorGetNext", {missing}, strings), StatusCode::kNotFound);
}

TEST_F(DataTest, RecordsFromAnOffsetOn) {
  auto dir = DefaultEnv()->MakeTempDir("records");
  ASSERT_TRUE(dir.ok()) << dir.status();
  const std::string a = JoinPath(*dir, "a"), b = JoinPath(*dir, "b");
  WriteRecords(a, {"one", "two", "three"});
  WriteRecords(b, {"four", "five"});
  const Tensor files = Tensor::Vector<std::string>({a, b}), plain = Tensor::Scalar("");
  const AttrMap strings = Types({DType::kString});
  const auto dataset = [&](std::initializer_list<int64_t> offsets) {
    return Run1("TFRecordDatasetV2", {files, plain, N(0), Tensor::Vector<int64_t>(offsets)});
  };
  // A record takes 16 bytes more than its text.
  Tensor handle = Iterator(dataset({19, 20}));
  for (const char* wanted : {"two", "three", "five"})
    EXPECT_TENSOR_EQ(Run1("IteratorGetNext", {handle}, strings), Tensor::Scalar(wanted));
  EXPECT_EQ(Code("IteratorGetNext", {handle}, strings), StatusCode::kOutOfRange);
  handle = Iterator(dataset({1000, 0}));
  EXPECT_TENSOR_EQ(Run1("IteratorGetNext", {handle}, strings), Tensor::Scalar("four"));
  handle = Iterator(dataset({1, 20}));  // within a record; the other file can be read
  EXPECT_EQ(Code("IteratorGetNext", {handle}, strings), StatusCode::kDataLoss);
  EXPECT_TENSOR_EQ(Run1("IteratorGetNext", {handle}, strings), Tensor::Scalar("five"));
  for (const Tensor& offsets :
       {N(0), Tensor::Vector<int64_t>({0}), Tensor::Vector<int64_t>({0, -1})}) {
    EXPECT_EQ(Code("TFRecordDatasetV2", {files, plain, N(0), offsets}),
              StatusCode::kInvalidArgument);
  }
}

TEST_F(DataTest, IteratorErrors) {
  AttrMap attrs = Int64s();
  attrs.Set("shared_name", "fresh");
  attrs.Set("container", "");
  const Tensor fresh = Run1("IteratorV2", {}, attrs);
  EXPECT_EQ(Code("IteratorGetNext", {fresh}, Int64s()), StatusCode::kFailedPrecondition);
  const Tensor handle = Iterator(Range(3));
  EXPECT_EQ(Code("IteratorGetNext", {handle}, Types({DType::kFloat})),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("IteratorGetNext", {handle}, Types({DType::kInt64, DType::kInt64})),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("MakeIterator", {Tensor::Scalar<Variant>(Variant()), handle}),
            StatusCode::kInvalidArgument);
}

// An iterator that gives nothing until it is let.
struct GatedDataset final : Dataset {
  struct Gated final : DatasetIterator {
    explicit Gated(Notification* gate) : gate(gate) {}
    NextResult Next() override {
      gate->WaitForNotification();
      NextResult end;
      end.end = true;
      return end;
    }
    Notification* gate;
  };
  explicit GatedDataset(Notification* gate) : gate(gate) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext&) const override {
    return std::make_unique<Gated>(gate);
  }
  Notification* gate;
};

TEST_F(DataTest, ClosingAnswersWhoeverWaits) {
  Notification gate;
  const Tensor slow = DatasetTensor(std::make_shared<GatedDataset>(&gate));
  const Tensor handle = Iterator(Run1("PrefetchDataset", {slow, N(2)}, Int64s()));
  const auto iterator = resources().Lookup<IteratorResource>(handle.scalar<ResourceHandle>());
  ASSERT_TRUE(iterator.ok()) << iterator.status();
  Notification answered;
  absl::Status status;
  auto request = std::make_shared<NextRequest>();
  request->done = [&](NextResult result) {
    status = result.status;
    answered.Notify();
  };
  (*iterator)->NextAsync(request);
  EXPECT_FALSE(answered.HasBeenNotified());
  std::thread closer([&] { (*iterator)->Close(); });
  answered.WaitForNotification();
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  gate.Notify();
  closer.join();
}

TEST_F(DataTest, ElementsGoToRequestsInOrderAndNotToThoseClaimed) {
  const Tensor handle = Iterator(Run1("PrefetchDataset", {Range(4), N(2)}, Int64s()));
  const auto iterator = resources().Lookup<IteratorResource>(handle.scalar<ResourceHandle>());
  ASSERT_TRUE(iterator.ok()) << iterator.status();
  auto given_up = std::make_shared<NextRequest>();
  given_up->done = [](NextResult) { ADD_FAILURE() << "answered though claimed by another"; };
  ASSERT_TRUE(given_up->Claim());
  (*iterator)->NextAsync(given_up);
  EXPECT_TENSOR_EQ(Run1("IteratorGetNext", {handle}, Int64s()), N(0));
  EXPECT_TENSOR_EQ(Run1("IteratorGetNext", {handle}, Int64s()), N(1));
}

}  // namespace
}  // namespace millrace
