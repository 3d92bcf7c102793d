// Datasets made of other datasets without functions, and those of files.
#include <limits>

#include "core/base/env.h"
#include "gtest/gtest.h"
#include "kernels/data/dataset.h"
#include "kernels/data/register_data.h"
#include "kernels/testing/op_test.h"

namespace millrace {
namespace {

using absl::StatusCode;
using Numbers = std::vector<int64_t>;

Tensor N(int64_t v) { return Tensor::Scalar<int64_t>(v); }
Tensor B(bool v) { return Tensor::Scalar<bool>(v); }
Tensor S(absl::string_view v) { return Tensor::Scalar<std::string>(std::string(v)); }

struct DerivedDatasetsTest : OpTest {
  DerivedDatasetsTest() : OpTest({RegisterDataKernels}) {}

  static AttrMap Types(std::vector<DType> types) {
    std::vector<PartialShape> shapes(types.size());
    return {{"output_types", std::move(types)}, {"output_shapes", std::move(shapes)}};
  }
  static AttrMap Int64s() { return Types({DType::kInt64}); }
  Tensor Range(int64_t stop) { return Run1("RangeDataset", {N(0), N(stop), N(1)}, Int64s()); }
  Tensor Slices(Tensor rows) {
    return Run1("TensorSliceDataset", {std::move(rows)},
                {{"output_shapes", std::vector<PartialShape>{PartialShape()}}});
  }

  // The elements' first components up to the end or the first error, which is kept in `status`.
  std::vector<Tensor> Elements(const Tensor& dataset) {
    std::vector<Tensor> out;
    auto from = DatasetFrom(dataset);
    EXPECT_TRUE(from.ok()) << from.status();
    if (!from.ok()) return out;
    Cancellation cancellation;
    auto iterator = (*from)->MakeIterator({device(), &cancellation});
    EXPECT_TRUE(iterator.ok()) << iterator.status();
    for (;;) {
      NextResult next = (*iterator)->Next();
      status = next.status;
      if (!next.status.ok() || next.end) return out;
      out.push_back(next.element[0]);
    }
  }
  Numbers All(const Tensor& dataset) {
    Numbers out;
    for (const Tensor& t : Elements(dataset)) out.push_back(t.scalar<int64_t>());
    EXPECT_TRUE(status.ok()) << status;
    return out;
  }
  int64_t Cardinality(const Tensor& dataset) {
    return Run1("DatasetCardinality", {dataset}).scalar<int64_t>();
  }

  absl::Status status;
};

TEST_F(DerivedDatasetsTest, WindowsAreDatasets) {
  const auto windows = [&](int64_t size, int64_t shift, int64_t stride, bool drop) {
    std::vector<Numbers> out;
    const Tensor dataset =
        Run1("WindowDataset", {Range(7), N(size), N(shift), N(stride), B(drop)}, Int64s());
    for (const Tensor& window : Elements(dataset)) out.push_back(All(window));
    return out;
  };
  using Windows = std::vector<Numbers>;
  EXPECT_EQ(windows(3, 2, 1, false), Windows({{0, 1, 2}, {2, 3, 4}, {4, 5, 6}, {6}}));
  EXPECT_EQ(windows(3, 2, 2, true), Windows({{0, 2, 4}, {2, 4, 6}}));
  EXPECT_EQ(windows(2, 4, 1, false), Windows({{0, 1}, {4, 5}}));
  EXPECT_EQ(Code("WindowDataset", {Range(7), N(0), N(1), N(1), B(true)}, Int64s()),
            StatusCode::kInvalidArgument);
}

TEST_F(DerivedDatasetsTest, UnbatchGivesTheRows) {
  const Tensor rows = Tensor::Vector<int64_t>({1, 2, 3, 4, 5, 6});
  const Tensor batches = Slices(*rows.Reshaped(Shape({2, 3})));
  EXPECT_EQ(All(Run1("UnbatchDataset", {batches}, Int64s())), Numbers({1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(Elements(Run1("UnbatchDataset", {Range(2)}, Int64s())).empty());
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);  // scalars have no rows
}

TEST_F(DerivedDatasetsTest, PaddedBatches) {
  const Tensor rows = *Tensor::Vector<int64_t>({1, 2, 3, 4}).Reshaped(Shape({2, 2}));
  AttrMap attrs = {{"output_shapes", std::vector<PartialShape>{PartialShape()}}};
  attrs.Set("N", int64_t{1});
  const auto padded = [&](Tensor shape) {
    return Run1("PaddedBatchDatasetV2", {Slices(rows), N(3), std::move(shape), N(9), B(false)},
                attrs);
  };
  const auto batches = Elements(padded(Tensor::Vector<int64_t>({3})));
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_TENSOR_EQ(batches[0],
                   *Tensor::Vector<int64_t>({1, 2, 9, 3, 4, 9}).Reshaped(Shape({2, 3})));
  EXPECT_EQ(Elements(padded(Tensor::Vector<int64_t>({-1})))[0].shape(), Shape({2, 2}));
  Elements(padded(Tensor::Vector<int64_t>({1})));
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
}

TEST_F(DerivedDatasetsTest, ShardsUniqueAndDirected) {
  EXPECT_EQ(All(Run1("ShardDataset", {Range(8), N(3), N(1)}, Int64s())), Numbers({1, 4, 7}));
  EXPECT_EQ(Code("ShardDataset", {Range(8), N(3), N(3)}, Int64s()), StatusCode::kInvalidArgument);
  EXPECT_EQ(
      All(Run1("UniqueDataset", {Slices(Tensor::Vector<int64_t>({3, 1, 3, 2, 1}))}, Int64s())),
      Numbers({3, 1, 2}));
  const Tensor selector = Slices(Tensor::Vector<int64_t>({1, 1, 0, 1, 0}));
  AttrMap attrs = Int64s();
  EXPECT_EQ(All(Run1("DirectedInterleaveDataset", {selector, Range(5), Range(2)}, attrs)),
            Numbers({0, 1, 0, 1}));
  attrs.Set("stop_on_empty_dataset", true);
  EXPECT_EQ(All(Run1("DirectedInterleaveDataset", {selector, Range(5), Range(2)}, attrs)),
            Numbers({0, 1, 0}));
}

// What the datasets below give is what TensorFlow 2.21 does.
TEST_F(DerivedDatasetsTest, BatchesOfOtherSizes) {
  using Batches = std::vector<Numbers>;
  const auto all = [&](const Tensor& dataset) {
    Batches out;
    for (const Tensor& t : Elements(dataset)) {
      const auto span = t.flat<int64_t>();
      out.emplace_back(span.begin(), span.end());
    }
    EXPECT_TRUE(status.ok()) << status;
    return out;
  };
  const auto batches = [&](int64_t rows, int64_t size) {
    return Run1("BatchDatasetV2", {Range(rows), N(size), B(false)}, Int64s());
  };
  EXPECT_EQ(all(Run1("ParallelBatchDataset", {Range(4), N(3), N(-1), B(false)}, Int64s())),
            Batches({{0, 1, 2}, {3}}));
  EXPECT_EQ(all(Run1("ParallelBatchDataset", {Range(4), N(3), N(2), B(true)}, Int64s())),
            Batches({{0, 1, 2}}));
  EXPECT_EQ(all(Run1("RebatchDataset", {batches(9, 4), N(2)}, Int64s())),
            Batches({{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8}, {}}));
  EXPECT_EQ(all(Run1("RebatchDataset", {batches(4, 4), N(3)}, Int64s())),
            Batches({{0, 1}, {2, 3}, {}}));
  EXPECT_EQ(Cardinality(Run1("RebatchDataset", {batches(9, 4), N(2)}, Int64s())),
            kUnknownCardinality);
  EXPECT_EQ(Code("RebatchDataset", {batches(9, 4), N(0)}, Int64s()), StatusCode::kInvalidArgument);
  const auto resized = [&](std::initializer_list<int64_t> sizes, bool drop) {
    return all(Run1("RebatchDatasetV2", {batches(10, 4), Tensor::Vector<int64_t>(sizes), B(drop)},
                    Int64s()));
  };
  EXPECT_EQ(resized({3}, false), Batches({{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {9}}));
  EXPECT_EQ(resized({2, 1}, true), Batches({{0, 1}, {2}, {3, 4}, {5}, {6, 7}, {8}}));
  EXPECT_EQ(resized({1, 0, 6}, false), Batches({{0}, {}, {1, 2, 3, 4, 5, 6}, {7}, {}, {8, 9}}));
  EXPECT_EQ(resized({20}, true), Batches());
  EXPECT_EQ(resized({3, std::numeric_limits<int64_t>::max()}, false),
            Batches({{0, 1, 2}, {3, 4, 5, 6, 7, 8, 9}}));
  for (const Tensor& sizes : {Tensor::Vector<int64_t>({}), Tensor::Vector<int64_t>({2, -1}), N(0)})
    EXPECT_EQ(Code("RebatchDatasetV2", {batches(2, 1), sizes, B(false)}, Int64s()),
              StatusCode::kInvalidArgument);
  Elements(Run1("RebatchDatasetV2", {Range(2), N(2), B(false)}, Int64s()));
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);  // scalars have no rows
}

TEST_F(DerivedDatasetsTest, ShuffledAgainAndAgain) {
  const auto shuffled = [&](int64_t elements, int64_t buffer, int64_t count) {
    return Run1("ShuffleAndRepeatDataset", {Range(elements), N(buffer), N(7), N(8), N(count)},
                Int64s());
  };
  EXPECT_EQ(All(shuffled(5, 3, 3)), Numbers({0, 1, 3, 4, 2, 0, 2, 3, 1, 4, 0, 1, 4, 3, 2}));
  EXPECT_EQ(All(shuffled(3, 10, 2)), Numbers({0, 1, 2, 0, 2, 1}));
  EXPECT_EQ(All(shuffled(0, 2, -1)), Numbers());
  const Tensor first = Run1("TakeDataset", {shuffled(3, 2, -1), N(8)}, Int64s());
  EXPECT_EQ(All(first), Numbers({0, 1, 2, 0, 2, 1, 1, 0}));
  EXPECT_EQ(Cardinality(shuffled(5, 3, 3)), 15);
  EXPECT_EQ(Cardinality(shuffled(5, 3, -1)), kInfiniteCardinality);
  EXPECT_EQ(Code("ShuffleAndRepeatDataset", {Range(3), N(2), N(7), N(8), N(0)}, Int64s()),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(All(Run1("ShuffleAndRepeatDatasetV2",
                     {Range(4), N(3), N(1), N(2), N(2), Run1("DummySeedGenerator", {})}, Int64s())),
            Numbers({1, 3, 2, 0, 1, 3, 2, 0}));
}

TEST_F(DerivedDatasetsTest, RandomNumbers) {
  const Numbers expected = {408065954, 1822492827, 3246778955, 48150841, 561765153, 1384991609};
  const auto first = [&](const Tensor& dataset) {
    return All(Run1("TakeDataset", {dataset, N(6)}, Int64s()));
  };
  const Tensor once = Run1("RandomDataset", {N(4), N(5)}, Int64s());
  const Tensor dummy = Run1("DummySeedGenerator", {});
  AttrMap attrs = Int64s();
  const Tensor same = Run1("RandomDatasetV2", {N(4), N(5), dummy}, attrs);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(first(once), expected);
    EXPECT_EQ(first(same), expected);
  }
  attrs.Set("rerandomize_each_iteration", true);
  const Tensor other = Run1("RandomDatasetV2", {N(4), N(5), dummy}, attrs);
  EXPECT_NE(first(other), first(other));
  EXPECT_EQ(Cardinality(once), kInfiniteCardinality);
}

TEST_F(DerivedDatasetsTest, ListsSharesAndSingleElements) {
  EXPECT_EQ(All(Run1("ListDataset", {N(5), N(7), N(6)}, Int64s())), Numbers({5, 7, 6}));
  AttrMap attrs = Types({DType::kInt64, DType::kBool});
  const Tensor pairs = Run1("ListDataset", {N(5), B(true), N(6), B(false)}, attrs);
  EXPECT_EQ(All(pairs), Numbers({5, 6}));
  EXPECT_EQ(Cardinality(pairs), 2);
  EXPECT_EQ(Code("ListDataset", {N(5), B(true), N(6)}, attrs), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ListDataset", {N(5), N(6)}, attrs), StatusCode::kInvalidArgument);

  attrs = Int64s();
  EXPECT_EQ(All(Run1("AutoShardDataset", {Range(7), N(3), N(1)}, attrs)), Numbers({1, 4}));
  EXPECT_EQ(Code("AutoShardDataset", {Range(7), N(3), N(3)}, attrs), StatusCode::kInvalidArgument);
  attrs.Set("auto_shard_policy", int64_t{-1});
  EXPECT_EQ(All(Run1("AutoShardDataset", {Range(3), N(2), N(0)}, attrs)), Numbers({0, 1, 2}));

  EXPECT_TENSOR_EQ(Run1("GetElementAtIndex", {Range(4), N(3)}, Int64s()), N(3));
  EXPECT_EQ(Code("GetElementAtIndex", {Range(4), N(4)}, Int64s()), StatusCode::kOutOfRange);
  EXPECT_EQ(Code("GetElementAtIndex", {Range(4), N(-1)}, Int64s()), StatusCode::kOutOfRange);
}

TEST_F(DerivedDatasetsTest, ACacheIsFilledOnce) {
  const Tensor shuffled = Run1("ShuffleDataset", {Range(20), N(20), N(1), N(2)}, Int64s());
  const Tensor cached = Run1("CacheDataset", {shuffled, S("")}, Int64s());
  EXPECT_EQ(All(cached), All(cached));
  EXPECT_NE(All(shuffled), All(shuffled));
  EXPECT_EQ(Code("CacheDataset", {shuffled, S("file")}, Int64s()), StatusCode::kUnimplemented);
}

TEST_F(DerivedDatasetsTest, SeedsComeFromTheGeneratorIfItExists) {
  const Tensor dummy = Run1("DummySeedGenerator", {});
  AttrMap attrs = Int64s();
  const auto made = Run("AnonymousSeedGenerator", {N(1), N(2), B(true)});
  ASSERT_TRUE(made.ok()) << made.status();
  const auto shuffle = [&](const Tensor& generator) {
    return Run1("ShuffleDatasetV3", {Range(9), N(9), N(1), N(2), generator}, attrs);
  };
  const Numbers first = All(shuffle(dummy));
  EXPECT_EQ(All(shuffle(dummy)), first);  // a generator of its own
  EXPECT_EQ(All(shuffle((*made)[0])), first);
  EXPECT_NE(All(shuffle((*made)[0])), first);  // it went on
}

TEST_F(DerivedDatasetsTest, Cardinalities) {
  EXPECT_EQ(Cardinality(Range(5)), 5);
  EXPECT_EQ(Cardinality(Run1("RangeDataset", {N(9), N(0), N(-4)}, Int64s())), 3);
  EXPECT_EQ(Cardinality(Run1("BatchDataset", {Range(5), N(2)}, Int64s())), 3);
  const Tensor forever = Run1("RepeatDataset", {Range(5), N(-1)}, Int64s());
  EXPECT_EQ(Cardinality(forever), kInfiniteCardinality);
  EXPECT_EQ(Cardinality(Run1("TakeDataset", {forever, N(7)}, Int64s())), 7);
  EXPECT_EQ(Cardinality(Run1("SkipDataset", {Range(5), N(7)}, Int64s())), 0);
  EXPECT_EQ(Cardinality(Run1("ShardDataset", {Range(5), N(2), N(1)}, Int64s())), 2);
  EXPECT_EQ(Cardinality(Run1("UniqueDataset", {Range(5)}, Int64s())), kUnknownCardinality);
}

TEST_F(DerivedDatasetsTest, AssertCardinality) {
  EXPECT_EQ(All(Run1("AssertCardinalityDataset", {Range(3), N(3)}, Int64s())).size(), 3u);
  for (const int64_t wrong : {2, 4, -1}) {
    Elements(Run1("AssertCardinalityDataset", {Range(3), N(wrong)}, Int64s()));
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << wrong;
  }
}

TEST_F(DerivedDatasetsTest, LinesAndRecords) {
  auto dir = DefaultEnv()->MakeTempDir("lines");
  ASSERT_TRUE(dir.ok()) << dir.status();
  const std::string path = JoinPath(*dir, "f");
  ASSERT_TRUE(DefaultEnv()->WriteStringToFile(path, "ab\r\n\ncd").ok());
  const auto text = [&](const Tensor& dataset) {
    std::vector<std::string> out;
    for (const Tensor& t : Elements(dataset)) out.push_back(t.scalar<std::string>());
    return out;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(text(Run1("TextLineDataset", {S(path), S(""), N(0)})), Texts({"ab", "", "cd"}));
  EXPECT_EQ(text(Run1("FixedLengthRecordDataset", {S(path), N(1), N(2), N(2), N(0)})),
            Texts({"b\r", "\n\n"}));
  text(Run1("FixedLengthRecordDataset", {S(path), N(1), N(5), N(0), N(0)}));
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);  // 6 bytes are not so many records of 5
  text(Run1("TextLineDataset", {S(JoinPath(*dir, "none")), S(""), N(0)}));
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_TRUE(DefaultEnv()->DeleteDirRecursively(*dir).ok());
}

TEST_F(DerivedDatasetsTest, AnIteratorByItsString) {
  AttrMap attrs = Int64s();
  attrs.Set("shared_name", "it");
  attrs.Set("container", "");
  const Tensor handle = Run1("IteratorV2", {}, attrs);
  ASSERT_TRUE(Run("MakeIterator", {Range(1), handle}).ok());
  const Tensor same =
      Run1("IteratorFromStringHandleV2", {Run1("IteratorToStringHandle", {handle})});
  EXPECT_TENSOR_EQ(Run1("IteratorGetNext", {same}, Int64s()), N(0));
  EXPECT_EQ(Code("IteratorGetNext", {handle}, Int64s()), StatusCode::kOutOfRange);
  EXPECT_EQ(Code("IteratorFromStringHandleV2", {S("junk")}), StatusCode::kInvalidArgument);
}

TEST_F(DerivedDatasetsTest, SparseRows) {
  const Tensor indices = *Tensor::Vector<int64_t>({0, 1, 0, 2, 2, 0}).Reshaped(Shape({3, 2}));
  const Tensor rows = Run1("SparseTensorSliceDataset", {indices, Tensor::Vector<float>({1, 2, 3}),
                                                        Tensor::Vector<int64_t>({3, 4})});
  const auto elements = Elements(rows);  // the indices
  ASSERT_EQ(elements.size(), 3u);
  EXPECT_TENSOR_EQ(elements[0], *Tensor::Vector<int64_t>({1, 2}).Reshaped(Shape({2, 1})));
  EXPECT_EQ(elements[1].shape(), Shape({0, 1}));
  EXPECT_TENSOR_EQ(elements[2], *Tensor::Vector<int64_t>({0}).Reshaped(Shape({1, 1})));
}

}  // namespace
}  // namespace millrace
