#include "core/io/npy.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace millrace {
namespace {

// A file of version 1 with this header, as numpy.save writes it.
std::string File(absl::string_view dictionary, absl::string_view data) {
  std::string header(dictionary);
  header.resize(117, ' ');
  header.push_back('\n');
  return absl::StrCat(absl::string_view("\x93NUMPY\x01\x00\x76\x00", 10), header, data);
}

TEST(NpyTest, ReadsWhatNumpyWrites) {
  // numpy.save of numpy.array([[1, 2, 3], [4, 5, 6]], numpy.uint8).
  auto t = TensorFromNpy(
      File("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }", "\1\2\3\4\5\6"));
  ASSERT_TRUE(t.ok()) << t.status();
  EXPECT_TRUE(t->BitwiseEquals(Tensor::Of<uint8_t>(Shape{2, 3}, {1, 2, 3, 4, 5, 6})));
}

TEST(NpyTest, FortranOrderBecomesRowMajor) {
  auto t = TensorFromNpy(
      File("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", "\1\4\2\5\3\6"));
  ASSERT_TRUE(t.ok()) << t.status();
  EXPECT_TRUE(t->BitwiseEquals(Tensor::Of<uint8_t>(Shape{2, 3}, {1, 2, 3, 4, 5, 6})));
}

TEST(NpyTest, EveryTypeAndRankComesBack) {
  const Tensor tensors[] = {
      Tensor::Scalar<float>(1.5f),
      Tensor::Scalar<bool>(true),
      Tensor::Vector<int64_t>({1, -2, 3}),
      Tensor::Vector<half>({half(0.5f), half(-2.f)}),
      Tensor::Vector<bfloat16>({bfloat16(0.5f)}),
      Tensor::Vector<std::complex<double>>({{1, 2}, {3, 4}}),
      Tensor::Of<int16_t>(Shape{1, 2, 1, 2}, {1, 2, 3, 4}),
      *Tensor::Create(DType::kDouble, Shape{0, 3}),
  };
  for (const Tensor& t : tensors) {
    auto bytes = TensorToNpy(t);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ((bytes->size() - t.bytes()) % 64, 0u);
    auto back = TensorFromNpy(*bytes);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_TRUE(back->BitwiseEquals(t)) << back->DebugString();
  }
}

TEST(NpyTest, BadFilesAreInvalidArguments) {
  const std::string good =
      File("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }", "\1\2\3\4\5\6");
  for (size_t n = 0; n < good.size(); ++n) {
    EXPECT_EQ(TensorFromNpy(good.substr(0, n)).status().code(), absl::StatusCode::kInvalidArgument)
        << n;
  }
  for (absl::string_view header :
       {"{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (x,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 1", "{}", ""}) {
    EXPECT_EQ(TensorFromNpy(File(header, "abcd")).status().code(),
              absl::StatusCode::kInvalidArgument)
        << header;
  }
}

}  // namespace
}  // namespace millrace
