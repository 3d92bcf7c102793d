// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterHashBucket(Registry& r);

namespace {

struct HashBucketTest : OpTest {
  HashBucketTest() : OpTest({RegisterHashBucket}) {}
};

TEST_F(HashBucketTest, Murmur) {
  EXPECT_TENSOR_EQ(
      Run1(
          "StringToHashBucket",
          {Tensor::Vector<std::string>(
              {"", "T", "The", "The ", "The qui", "The quic", "The quick br", "The quick brown ",
               "The quick brown f", "The quick brown fox jumps over ",
               "The quick brown fox jumps over t", "The quick brown fox jumps over th",
               "The quick brown fox jumps over the lazy dog. 01234",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefgh",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghi",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghijklmnopqrstuvwxyz "
               "ABCDEFGHIJKLMNOPQ",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghijklmnopqrstuvwxyz "
               "ABCDEFGHIJKLMNOPQRSTUVWXYZ and so on, until t",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghijklmnopqrstuvwxyz "
               "ABCDEFGHIJKLMNOPQRSTUVWXYZ and so on, until th",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghijklmnopqrstuvwxyz "
               "ABCDEFGHIJKLMNOPQRSTUVWXYZ and so on, until there are enough bytes for two bl"})},
          {{"num_buckets", int64_t{1} << 62}}),
      Tensor::Vector<int64_t>(
          {int64_t{105434511174508091}, int64_t{2156828484950836906}, int64_t{4044726628216484587},
           int64_t{1607844577577912813}, int64_t{249932044799380874}, int64_t{3350161390323024880},
           int64_t{881884595942595069}, int64_t{436177175344453969}, int64_t{1141015760371023657},
           int64_t{3529305546435135272}, int64_t{1700625802025589464}, int64_t{283173735709869071},
           int64_t{2384679531138644562}, int64_t{1679882068797818652}, int64_t{4191672611021185860},
           int64_t{2587079829846560499}, int64_t{1996837955116675952}, int64_t{39883055061543346},
           int64_t{2447949097134843010}}));
}

TEST_F(HashBucketTest, Farm) {
  EXPECT_TENSOR_EQ(
      Run1(
          "StringToHashBucketFast",
          {Tensor::Vector<std::string>(
              {"", "T", "The", "The ", "The qui", "The quic", "The quick br", "The quick brown ",
               "The quick brown f", "The quick brown fox jumps over ",
               "The quick brown fox jumps over t", "The quick brown fox jumps over th",
               "The quick brown fox jumps over the lazy dog. 01234",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefgh",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghi",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghijklmnopqrstuvwxyz "
               "ABCDEFGHIJKLMNOPQ",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghijklmnopqrstuvwxyz "
               "ABCDEFGHIJKLMNOPQRSTUVWXYZ and so on, until t",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghijklmnopqrstuvwxyz "
               "ABCDEFGHIJKLMNOPQRSTUVWXYZ and so on, until th",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghijklmnopqrstuvwxyz "
               "ABCDEFGHIJKLMNOPQRSTUVWXYZ and so on, until there are enough bytes for two bl"})},
          {{"num_buckets", int64_t{1} << 62}}),
      Tensor::Vector<int64_t>(
          {int64_t{1936946117179621455}, int64_t{1366698271136253306}, int64_t{398699863598724093},
           int64_t{3813857490243172005}, int64_t{4268079096047479687}, int64_t{491173507650915335},
           int64_t{2211771481730107783}, int64_t{4320848957565769301}, int64_t{550333784831045053},
           int64_t{259718955123041107}, int64_t{3916272259504149090}, int64_t{3629877152734163926},
           int64_t{55225258265732479}, int64_t{3625777537205407458}, int64_t{2897260389453701092},
           int64_t{321910366733256066}, int64_t{622533055091108750}, int64_t{2017220520677745012},
           int64_t{2274117376523286867}}));
}

TEST_F(HashBucketTest, Keyed) {
  EXPECT_TENSOR_EQ(
      Run1(
          "StringToHashBucketStrong",
          {Tensor::Vector<std::string>(
              {"", "T", "The", "The ", "The qui", "The quic", "The quick br", "The quick brown ",
               "The quick brown f", "The quick brown fox jumps over ",
               "The quick brown fox jumps over t", "The quick brown fox jumps over th",
               "The quick brown fox jumps over the lazy dog. 01234",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefgh",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghi",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghijklmnopqrstuvwxyz "
               "ABCDEFGHIJKLMNOPQ",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghijklmnopqrstuvwxyz "
               "ABCDEFGHIJKLMNOPQRSTUVWXYZ and so on, until t",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghijklmnopqrstuvwxyz "
               "ABCDEFGHIJKLMNOPQRSTUVWXYZ and so on, until th",
               "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghijklmnopqrstuvwxyz "
               "ABCDEFGHIJKLMNOPQRSTUVWXYZ and so on, until there are enough bytes for two bl"})},
          {{"num_buckets", int64_t{1} << 62}, {"key", std::vector<int64_t>{123, 456789}}}),
      Tensor::Vector<int64_t>(
          {int64_t{1355846352186774753}, int64_t{1173588956399499005}, int64_t{614387906627118849},
           int64_t{223169880853516780}, int64_t{520113332838843085}, int64_t{3300369700083936016},
           int64_t{1463808354270898900}, int64_t{4005940950620484936}, int64_t{2489731826274594344},
           int64_t{4346535506037216860}, int64_t{3244971018974387740}, int64_t{6155936909967558},
           int64_t{4116766366176747005}, int64_t{707850488883008227}, int64_t{527958877941969781},
           int64_t{226908365106688877}, int64_t{1513399335156111513}, int64_t{1327245196564248626},
           int64_t{3537142494418129699}}));
  EXPECT_TENSOR_EQ(Run1("StringToHashBucketStrong", {Tensor::Of<std::string>({1, 2}, {"a", "b"})},
                        {{"num_buckets", int64_t{10}}, {"key", std::vector<int64_t>{1, 2}}}),
                   Tensor::Of<int64_t>({1, 2}, {6, 4}));
}

TEST_F(HashBucketTest, Refuses) {
  EXPECT_EQ(Code("StringToHashBucketStrong", {Tensor::Vector<std::string>({"a"})},
                 {{"num_buckets", int64_t{10}}, {"key", std::vector<int64_t>{1}}}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
