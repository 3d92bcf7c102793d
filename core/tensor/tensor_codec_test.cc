#include "core/tensor/tensor_codec.h"

#include <complex>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "core/tensor/encoded_variant.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "protos/tensor.pb.h"
#include "protos/tensor_shape.pb.h"

namespace millrace {
namespace {

TensorProto Text(const std::string& text) {
  TensorProto proto;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &proto)) << text;
  return proto;
}

Tensor FromText(const std::string& text) {
  absl::StatusOr<Tensor> t = TensorFromProto(Text(text));
  EXPECT_TRUE(t.ok()) << t.status() << " for " << text;
  return t.ok() ? *t : Tensor();
}

TensorProto FromHex(absl::string_view hex) {
  TensorProto proto;
  EXPECT_TRUE(proto.ParseFromString(absl::HexStringToBytes(hex)));
  return proto;
}

void ExpectRefused(const TensorProto& proto) {
  const int64_t before = CpuAllocator()->stats().peak_bytes_in_use;
  const absl::Status status = TensorFromProto(proto).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument)
      << status << " for " << proto.ShortDebugString();
  EXPECT_LT(CpuAllocator()->stats().peak_bytes_in_use - before, 1 << 20);
}

void ExpectRefused(const std::string& text) { ExpectRefused(Text(text)); }

// What TensorFlow 2.21 wrote (tf.make_tensor_proto, tf.io.serialize_tensor), and what it wrote it
// for.
TEST(TensorCodecTest, ReadsAndWritesTensorFlowsBytes) {
  const struct {
    const char* hex;
    Tensor tensor;
  } kCases[] = {
      {"0801120412020803220c000000000000803f00000040", Tensor::Vector<float>({0, 1, 2})},
      {"080112002a0400000040", Tensor::Scalar(2.0f)},
      {"080712041202080242016142026263", Tensor::Vector<std::string>({"a", "bc"})},
      {"08131204120208022204003c0040", Tensor::Vector<half>({half(1), half(2)})},
      {"080e1204120208022204803f0040", Tensor::Vector<bfloat16>({bfloat16(1), bfloat16(2)})},
      {"080a1204120208025a020100", Tensor::Vector<bool>({true, false})},
      {"08121204120208016210000000000000f03f0000000000000040",
       Tensor::Vector<std::complex<double>>({{1, 2}})},
      {"08011206120012020802", *Tensor::Create(DType::kFloat, Shape({0, 2}))},
  };
  for (const auto& c : kCases) {
    const TensorProto proto = FromHex(c.hex);
    absl::StatusOr<Tensor> read = TensorFromProto(proto);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(read->BitwiseEquals(c.tensor)) << read->DebugString();
    TensorProto written;
    ASSERT_TRUE(TensorToProto(c.tensor, &written).ok());
    // The bool vector of the list is in its value field; all else is written in the same form.
    if (c.tensor.dtype() != DType::kBool) {
      EXPECT_EQ(absl::BytesToHexString(written.SerializeAsString()), c.hex);
    }
    EXPECT_TRUE(TensorFromProto(written)->BitwiseEquals(c.tensor));
  }
}

TEST(TensorCodecTest, ReadsTensorFlowsContentOfObjects) {
  Tensor list = *TensorFromProto(
      FromHex("081512002236350a1674656e736f72666c6f773a3a54656e736f724c697374120700010312020802"
              "1a1208011204120208022a080000803f00000040"));
  const EncodedVariant* value = list.scalar<Variant>().get<EncodedVariant>();
  ASSERT_NE(value, nullptr);
  EXPECT_EQ(value->encoded_type(), "tensorflow::TensorList");
  ASSERT_EQ(value->tensors().size(), 1u);
  EXPECT_TRUE(value->tensors()[0].BitwiseEquals(Tensor::Vector<float>({1, 2})));

  Tensor handle = *TensorFromProto(
      FromHex("08141200226a690a2c2f6a6f623a6c6f63616c686f73742f7265706c6963613a302f7461736b3a302f"
              "6465766963653a4350553a3012096c6f63616c686f73741a017620e5f3a5f0afa4949ef2012a124e31"
              "3074656e736f72666c6f773356617245320c080112081202080212020803"));
  const ResourceHandle& h = handle.scalar<ResourceHandle>();
  EXPECT_EQ(h.device, "/job:localhost/replica:0/task:0/device:CPU:0");
  EXPECT_EQ(h.container, "localhost");
  EXPECT_EQ(h.name, "v");
  EXPECT_EQ(h.type_name, "N10tensorflow3VarE");
  ASSERT_EQ(h.dtypes_and_shapes.size(), 1u);
  EXPECT_EQ(h.dtypes_and_shapes[0].shape, PartialShape::Of({2, 3}));

  // The same as value fields.
  TensorProto proto;
  ASSERT_TRUE(TensorToProto(list, &proto).ok());
  EXPECT_EQ(proto.variant_val(0).type_name(), "tensorflow::TensorList");
  EXPECT_EQ(TensorFromProto(proto)->scalar<Variant>().get<EncodedVariant>()->metadata(),
            value->metadata());
  ASSERT_TRUE(TensorToProto(handle, &proto).ok());
  EXPECT_TRUE(TensorFromProto(proto)->BitwiseEquals(handle));
}

// The values are those that a Const of TensorFlow 2.21 gives for the same proto.
TEST(TensorCodecTest, TheLastValueFillsTheShape) {
  const std::string four = "tensor_shape { dim { size: 4 } } ";
  EXPECT_TRUE(FromText("dtype: 1 " + four + "float_val: [1, 2]")
                  .BitwiseEquals(Tensor::Vector<float>({1, 2, 2, 2})));
  EXPECT_TRUE(FromText("dtype: 1 " + four).BitwiseEquals(Tensor::Vector<float>({0, 0, 0, 0})));
  EXPECT_TRUE(FromText("dtype: 7 " + four + "string_val: ['a', 'b']")
                  .BitwiseEquals(Tensor::Vector<std::string>({"a", "b", "b", "b"})));
  EXPECT_TRUE(
      FromText("dtype: 8 " + four + "scomplex_val: [1, 2]")
          .BitwiseEquals(Tensor::Vector<std::complex<float>>({{1, 2}, {1, 2}, {1, 2}, {1, 2}})));
  EXPECT_TRUE(FromText("dtype: 1 float_val: 3").BitwiseEquals(Tensor::Scalar(3.0f)));
  EXPECT_EQ(FromText("dtype: 1 tensor_shape { dim { size: 0 } } float_val: 5").num_elements(), 0);
}

TEST(TensorCodecTest, EveryTypeHasItsField) {
  const std::string one = " tensor_shape { dim { size: 1 } } ";
  EXPECT_EQ(FromText("dtype: 2" + one + "double_val: 0.1").scalar<double>(), 0.1);
  EXPECT_EQ(FromText("dtype: 3" + one + "int_val: -7").scalar<int32_t>(), -7);
  EXPECT_EQ(FromText("dtype: 4" + one + "int_val: 255").scalar<uint8_t>(), 255);
  EXPECT_EQ(FromText("dtype: 5" + one + "int_val: -9").scalar<int16_t>(), -9);
  EXPECT_EQ(FromText("dtype: 6" + one + "int_val: 300").scalar<int8_t>(), 44);
  EXPECT_EQ(FromText("dtype: 9" + one + "int64_val: -5000000000").scalar<int64_t>(), -5000000000);
  EXPECT_EQ(FromText("dtype: 11" + one + "int_val: -3").scalar<int8_t>(), -3);
  EXPECT_EQ(FromText("dtype: 12" + one + "int_val: 200").scalar<uint8_t>(), 200);
  EXPECT_EQ(FromText("dtype: 13" + one + "int_val: 70000").scalar<int32_t>(), 70000);
  EXPECT_EQ(FromText("dtype: 14" + one + "half_val: 16256").scalar<bfloat16>(), 1.0f);
  EXPECT_EQ(FromText("dtype: 15" + one + "int_val: -300").scalar<int16_t>(), -300);
  EXPECT_EQ(FromText("dtype: 16" + one + "int_val: 65535").scalar<uint16_t>(), 65535);
  EXPECT_EQ(FromText("dtype: 17" + one + "int_val: 65535").scalar<uint16_t>(), 65535);
  EXPECT_EQ(FromText("dtype: 19" + one + "half_val: 70000").scalar<half>().bits, 70000 & 0xffff);
  EXPECT_EQ(FromText("dtype: 22" + one + "uint32_val: 4000000000").scalar<uint32_t>(), 4000000000u);
  EXPECT_EQ(FromText("dtype: 23" + one + "uint64_val: 9223372036854775808").scalar<uint64_t>(),
            uint64_t{1} << 63);
}

TEST(TensorCodecTest, EveryTypeComesBack) {
  for (int i = 1; i <= 23; ++i) {
    const DType dtype = static_cast<DType>(i);
    for (const int64_t n : {0, 1, 2, 100}) {
      absl::StatusOr<Tensor> t = Tensor::CreateZeros(dtype, Shape({n, 1}));
      ASSERT_TRUE(t.ok());
      if (IsTriviallyCopyable(dtype) && dtype != DType::kBool) {
        unsigned char* bytes = static_cast<unsigned char*>(t->mutable_raw_data());
        for (size_t b = 0; b < t->bytes(); ++b) bytes[b] = static_cast<unsigned char>(b * 37 + 1);
      }
      for (const bool compact : {false, true}) {
        TensorProto proto;
        ASSERT_TRUE(TensorToProto(*t, &proto, compact).ok());
        TensorProto parsed;
        ASSERT_TRUE(parsed.ParseFromString(proto.SerializeAsString()));
        absl::StatusOr<Tensor> back = TensorFromProto(parsed);
        ASSERT_TRUE(back.ok()) << back.status();
        EXPECT_TRUE(back->BitwiseEquals(*t)) << DTypeName(dtype) << " " << n;
      }
    }
  }
}

TEST(TensorCodecTest, CompactLeavesRepeatsOut) {
  std::vector<float> values(1000, 7.0f);
  values[0] = 1;
  TensorProto proto;
  ASSERT_TRUE(TensorToProto(Tensor::Vector<float>(values), &proto, true).ok());
  EXPECT_EQ(proto.float_val_size(), 2);
  EXPECT_TRUE(proto.tensor_content().empty());
  EXPECT_TRUE(TensorFromProto(proto)->BitwiseEquals(Tensor::Vector<float>(values)));
  values[998] = 3;
  ASSERT_TRUE(TensorToProto(Tensor::Vector<float>(values), &proto, true).ok());
  EXPECT_EQ(proto.tensor_content().size(), 4000u);
  const Tensor strings = Tensor::Vector<std::string>({"a", "b", "b", "b"});
  ASSERT_TRUE(TensorToProto(strings, &proto, true).ok());
  EXPECT_EQ(proto.string_val_size(), 2);
  EXPECT_TRUE(TensorFromProto(proto)->BitwiseEquals(strings));
  // 0.0 and -0.0 are equal numbers and different tensors.
  ASSERT_TRUE(TensorToProto(Tensor::Vector<float>({-0.0f, 0.0f, 0.0f}), &proto, true).ok());
  EXPECT_TRUE(TensorFromProto(proto)->BitwiseEquals(Tensor::Vector<float>({-0.0f, 0.0f, 0.0f})));
}

TEST(TensorCodecTest, RefusesHostileMessages) {
  const std::string huge = "tensor_shape { dim { size: 4611686018427387904 } } ";
  for (const char* dtype : {"1", "6", "7", "10", "18", "20", "21"}) {
    ExpectRefused("dtype: " + std::string(dtype) + " " + huge);
    ExpectRefused("dtype: " + std::string(dtype) + " " + huge + "tensor_content: 'x'");
  }
  ExpectRefused("dtype: 6 " + huge + "int_val: 3");
  ExpectRefused("dtype: 1 tensor_shape { dim { size: 4294967296 } dim { size: 4294967296 } }");
  ExpectRefused("dtype: 1 tensor_shape { dim { size: -1 } } float_val: 3");
  ExpectRefused("dtype: 1 tensor_shape { dim { size: -5 } } float_val: 3");
  ExpectRefused("dtype: 1 tensor_shape { unknown_rank: true } float_val: 3");
  ExpectRefused("dtype: 1 tensor_shape { dim { size: 2 } } float_val: [1, 2, 3]");
  ExpectRefused("dtype: 1 tensor_shape { dim { size: 0 } } float_val: [1, 2]");
  ExpectRefused("dtype: 7 tensor_shape { dim { size: 1 } } string_val: ['a', 'b']");
  ExpectRefused("dtype: 8 tensor_shape { dim { size: 2 } } scomplex_val: [1, 2, 3]");
  ExpectRefused("dtype: 1 tensor_shape { dim { size: 4 } } tensor_content: '123'");
  ExpectRefused("dtype: 1 tensor_shape { dim { size: 0 } } tensor_content: '1234'");
  ExpectRefused("dtype: 0 float_val: 3");
  ExpectRefused("dtype: 101 float_val: 3");
  ExpectRefused("dtype: 24 float_val: 3");
  ExpectRefused("dtype: 7 tensor_shape { dim { size: 2 } } tensor_content: '\\001a'");
  ExpectRefused("dtype: 7 tensor_shape { dim { size: 1 } } tensor_content: '\\001ab'");
  ExpectRefused(
      "dtype: 7 tensor_shape { dim { size: 1 } } "
      "tensor_content: '\\377\\377\\377\\377\\377\\377\\377\\377\\377\\001a'");
  ExpectRefused("dtype: 7 tensor_shape { dim { size: 1 } } tensor_content: '\\377'");
  ExpectRefused("dtype: 20 tensor_content: '\\002\\n\\177'");
  ExpectRefused("dtype: 21 tensor_content: '\\002\\n\\177'");
  ExpectRefused("dtype: 20 resource_handle_val { dtypes_and_shapes { dtype: 77 } }");
  std::string dims;
  for (int i = 0; i < 300; ++i) dims += "dim { size: 1 } ";
  ExpectRefused("dtype: 1 tensor_shape { " + dims + " } float_val: 3");
}

// Each level is a few bytes of tensor_content, so that the parser's own limit does not see the
// depth.
TEST(TensorCodecTest, RefusesDeepNesting) {
  TensorProto proto = Text("dtype: 1 float_val: 1");
  for (int i = 0; i < 200; ++i) {
    VariantTensorDataProto variant;
    variant.set_type_name("v");
    *variant.add_tensors() = proto;
    const std::string bytes = variant.SerializeAsString();
    std::string content;
    uint64_t n = bytes.size();
    for (; n >= 128; n >>= 7) content.push_back(static_cast<char>(n | 128));
    content.push_back(static_cast<char>(n));
    proto.Clear();
    proto.set_dtype(static_cast<DataType>(21));
    proto.set_tensor_content(content + bytes);
    EXPECT_EQ(TensorFromProto(proto).ok(), i < 32) << i;
  }
  ExpectRefused(proto);
}

TEST(TensorCodecTest, BoolsOfOtherBytesAreTrue) {
  Tensor t =
      FromText("dtype: 10 tensor_shape { dim { size: 3 } } tensor_content: '\\000\\001\\377'");
  EXPECT_TRUE(t.BitwiseEquals(Tensor::Vector<bool>({false, true, true})));
}

TEST(TensorCodecTest, WhatCannotBeWrittenSaysSo) {
  struct Local : VariantValue {
    absl::string_view type_name() const override { return "Local"; }
    std::shared_ptr<VariantValue> Clone() const override { return std::make_shared<Local>(); }
  };
  TensorProto proto;
  const absl::Status status =
      TensorToProto(Tensor::Scalar(Variant(std::make_shared<Local>())), &proto);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("Local"), absl::string_view::npos);
  EXPECT_FALSE(TensorToProto(Tensor(), &proto).ok());
  std::string text(1, 'x');
  absl::StatusOr<Tensor> large = Tensor::Create(SystemAllocator(), DType::kInt8,
                                                Shape({(int64_t{2} << 30)}));  // never touched
  ASSERT_TRUE(large.ok());
  EXPECT_EQ(TensorToProto(*large, &proto).code(), absl::StatusCode::kInvalidArgument);
}

TEST(ShapeCodecTest, ShapesGoBothWays) {
  for (const PartialShape& shape :
       {PartialShape::Unknown(), PartialShape::Scalar(), PartialShape::Of({2, -1, 0})}) {
    TensorShapeProto proto;
    proto.add_dim()->set_size(77);
    ShapeToProto(shape, &proto);
    EXPECT_EQ(*PartialShapeFromProto(proto), shape);
    EXPECT_EQ(ShapeFromProto(proto).ok(), shape.fully_defined());
  }
  TensorShapeProto proto;
  proto.set_unknown_rank(true);
  proto.add_dim()->set_size(1);
  EXPECT_FALSE(PartialShapeFromProto(proto).ok());
  proto.set_unknown_rank(false);
  proto.mutable_dim(0)->set_size(-2);
  EXPECT_FALSE(PartialShapeFromProto(proto).ok());
}

}  // namespace
}  // namespace millrace
