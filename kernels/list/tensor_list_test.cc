#include "kernels/list/tensor_list.h"

#include <string>
#include <vector>

#include "core/tensor/encoded_variant.h"
#include "kernels/list/register_list.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

Tensor Ints(std::initializer_list<int32_t> values) { return Tensor::Vector<int32_t>(values); }
Tensor Floats(std::initializer_list<float> values) { return Tensor::Vector<float>(values); }
Tensor Int(int32_t value) { return Tensor::Scalar<int32_t>(value); }

const AttrMap& Dtype() {
  static const auto& attrs = *new AttrMap{{"element_dtype", DType::kFloat}};
  return attrs;
}
const AttrMap& DtypeAndShape() {
  static const auto& attrs =
      *new AttrMap{{"element_dtype", DType::kFloat}, {"shape_type", DType::kInt32}};
  return attrs;
}

class TensorListTest : public OpTest {
 protected:
  TensorListTest() : OpTest({RegisterListKernels}) {}

  Tensor Empty(Tensor shape, int limit = -1) {
    return Run1("EmptyTensorList", {shape, Int(limit)}, DtypeAndShape());
  }
  Tensor Reserve(Tensor shape, int n) {
    return Run1("TensorListReserve", {shape, Int(n)}, DtypeAndShape());
  }
  Tensor Push(Tensor list, Tensor element) {
    return Run1("TensorListPushBack", {list, element}, Dtype());
  }
  Tensor Stack(Tensor list, Tensor shape) {
    return Run1("TensorListStack", {list, shape}, Dtype());
  }
  Tensor FromRows(Tensor rows, Tensor shape) {
    return Run1("TensorListFromTensor", {rows, shape}, DtypeAndShape());
  }
  int Length(Tensor list) { return Run1("TensorListLength", {list}).scalar<int32_t>(); }
};

TEST_F(TensorListTest, PushAndPop) {
  const Tensor list = Push(Push(Empty(Ints({2})), Floats({1, 2})), Floats({3, 4}));
  EXPECT_EQ(Length(list), 2);
  auto popped = Run("TensorListPopBack", {list, Ints({-1})}, Dtype());
  ASSERT_TRUE(popped.ok()) << popped.status();
  EXPECT_TENSOR_EQ((*popped)[1], Floats({3, 4}));
  EXPECT_EQ(Length((*popped)[0]), 1);
  EXPECT_EQ(Length(list), 2);  // a list is a value
  EXPECT_EQ(Code("TensorListPushBack", {list, Floats({1})}, Dtype()), kInvalid);
  EXPECT_EQ(Code("TensorListPushBack", {list, Ints({1, 2})}, {{"element_dtype", DType::kInt32}}),
            kInvalid);
  EXPECT_EQ(
      Code("TensorListPushBack", {Push(Empty(Int(-1), 1), Floats({1})), Floats({1})}, Dtype()),
      kInvalid);
  EXPECT_EQ(Code("TensorListPopBack", {Empty(Int(-1)), Int(-1)}, Dtype()), kInvalid);
  EXPECT_EQ(Code("TensorListPopBack", {list, Ints({3})}, Dtype()), kInvalid);
}

TEST_F(TensorListTest, WhatIsNotSetReadsAsZeros) {
  const Tensor list =
      Run1("TensorListSetItem", {Reserve(Ints({-1}), 3), Int(1), Floats({5, 6})}, Dtype());
  EXPECT_TENSOR_EQ(Run1("TensorListGetItem", {list, Int(2), Int(-1)}, Dtype()), Floats({0, 0}));
  EXPECT_TENSOR_EQ(Stack(list, Int(-1)), Tensor::Of<float>({3, 2}, {0, 0, 5, 6, 0, 0}));
  // Nothing tells the shape.
  EXPECT_EQ(Code("TensorListGetItem", {Reserve(Int(-1), 1), Int(0), Int(-1)}, Dtype()), kInvalid);
  EXPECT_EQ(Code("TensorListStack", {Reserve(Int(-1), 1), Int(-1)}, Dtype()), kInvalid);
  EXPECT_TENSOR_EQ(Stack(Reserve(Int(-1), 1), Ints({2})), Tensor::Of<float>({1, 2}, {0, 0}));
}

TEST_F(TensorListTest, PositionsAreChecked) {
  const Tensor list = Reserve(Ints({1}), 2);
  for (const int index : {-1, 2}) {
    EXPECT_EQ(Code("TensorListGetItem", {list, Int(index), Int(-1)}, Dtype()), kInvalid);
    EXPECT_EQ(Code("TensorListSetItem", {list, Int(index), Floats({1})}, Dtype()), kInvalid);
  }
  AttrMap growing = Dtype();
  growing.Set("resize_if_index_out_of_bounds", true);
  EXPECT_EQ(Length(Run1("TensorListSetItem", {list, Int(4), Floats({1})}, growing)), 5);
}

TEST_F(TensorListTest, RowsAndBack) {
  const Tensor rows = Tensor::Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor list = FromRows(rows, Ints({-1}));
  EXPECT_EQ(Length(list), 2);
  EXPECT_TENSOR_EQ(Stack(list, Ints({3})), rows);
  EXPECT_TENSOR_EQ(Run1("TensorListElementShape", {list}, {{"shape_type", DType::kInt32}}),
                   Ints({-1}));
  EXPECT_TENSOR_EQ(
      Run1("TensorListElementShape", {Empty(Int(-1))}, {{"shape_type", DType::kInt64}}),
      Tensor::Scalar<int64_t>(-1));
  AttrMap three = Dtype();
  three.Set("num_elements", 3);
  EXPECT_EQ(Code("TensorListStack", {list, Ints({3})}, three), kInvalid);
  EXPECT_EQ(Code("TensorListFromTensor", {rows, Ints({2})}, DtypeAndShape()), kInvalid);
  EXPECT_EQ(Code("TensorListFromTensor", {Tensor::Scalar(1.0f), Int(-1)}, DtypeAndShape()),
            kInvalid);
  const Tensor mixed = Push(Push(Empty(Int(-1)), Floats({1})), Floats({1, 2}));
  EXPECT_EQ(Code("TensorListStack", {mixed, Int(-1)}, Dtype()), kInvalid);
  EXPECT_EQ(Code("TensorListStack", {Empty(Int(-1)), Int(-1)}, Dtype()), kInvalid);
  EXPECT_TENSOR_EQ(Stack(Empty(Int(-1)), Ints({2})), Tensor::Of<float>({0, 2}, {}));
}

TEST_F(TensorListTest, ResizeCutsAndFills) {
  const Tensor list = FromRows(Floats({1, 2, 3}), Ints({}));
  EXPECT_TENSOR_EQ(Stack(Run1("TensorListResize", {list, Int(2)}), Ints({})), Floats({1, 2}));
  EXPECT_TENSOR_EQ(Stack(Run1("TensorListResize", {list, Int(4)}), Ints({})), Floats({1, 2, 3, 0}));
  EXPECT_EQ(Code("TensorListResize", {list, Int(-1)}), kInvalid);
}

TEST_F(TensorListTest, GatherAndScatter) {
  const Tensor list = FromRows(Floats({1, 2, 3}), Ints({}));
  EXPECT_TENSOR_EQ(Run1("TensorListGather", {list, Ints({2, 0, 2}), Ints({})}, Dtype()),
                   Floats({3, 1, 3}));
  EXPECT_EQ(Code("TensorListGather", {list, Ints({3}), Ints({})}, Dtype()), kInvalid);
  const Tensor rows = Floats({7, 8});
  EXPECT_TENSOR_EQ(
      Stack(Run1("TensorListScatter", {rows, Ints({2, 0}), Ints({})}, DtypeAndShape()), Ints({})),
      Floats({8, 0, 7}));
  EXPECT_TENSOR_EQ(
      Stack(Run1("TensorListScatterV2", {rows, Ints({2, 0}), Ints({}), Int(4)}, DtypeAndShape()),
            Ints({})),
      Floats({8, 0, 7, 0}));
  EXPECT_TENSOR_EQ(
      Stack(Run1("TensorListScatterIntoExistingList", {list, rows, Ints({1, 4})}, Dtype()),
            Ints({})),
      Floats({1, 7, 3, 0, 8}));
  EXPECT_EQ(Code("TensorListScatterV2", {rows, Ints({2, 0}), Ints({}), Int(2)}, DtypeAndShape()),
            kInvalid);
  EXPECT_EQ(Code("TensorListScatter", {rows, Ints({-1, 0}), Ints({})}, DtypeAndShape()), kInvalid);
  EXPECT_EQ(Code("TensorListScatter", {rows, Ints({0}), Ints({})}, DtypeAndShape()), kInvalid);
}

TEST_F(TensorListTest, ConcatAndSplit) {
  const Tensor list = Push(Push(Empty(Ints({-1})), Floats({1})), Floats({2, 3}));
  auto joined =
      Run("TensorListConcatV2", {list, Ints({-1}), Tensor::Vector<int64_t>({})}, DtypeAndShape());
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_TENSOR_EQ((*joined)[0], Floats({1, 2, 3}));
  EXPECT_TENSOR_EQ((*joined)[1], Tensor::Vector<int64_t>({1, 2}));
  const Tensor parts =
      Run1("TensorListSplit", {Floats({1, 2, 3}), Ints({-1}), Tensor::Vector<int64_t>({2, 1})},
           DtypeAndShape());
  EXPECT_TENSOR_EQ(Run1("TensorListGetItem", {parts, Int(0), Int(-1)}, Dtype()), Floats({1, 2}));
  for (const auto& lengths : {Tensor::Vector<int64_t>({2}), Tensor::Vector<int64_t>({4}),
                              Tensor::Vector<int64_t>({-1, 4})}) {
    EXPECT_EQ(Code("TensorListSplit", {Floats({1, 2, 3}), Ints({-1}), lengths}, DtypeAndShape()),
              kInvalid);
  }
  EXPECT_EQ(Code("TensorListConcatV2", {Empty(Int(-1)), Int(-1), Tensor::Vector<int64_t>({})},
                 DtypeAndShape()),
            kInvalid);
  EXPECT_EQ(Length(Run1("TensorListConcatLists", {list, list}, Dtype())), 4);
}

TEST_F(TensorListTest, WhatIsNoListIsRefused) {
  EXPECT_EQ(Code("TensorListLength", {Tensor::Scalar(Variant())}), kInvalid);
  EXPECT_EQ(Code("TensorListPushBack", {Tensor::Scalar(Variant()), Floats({1})}, Dtype()),
            kInvalid);
  EXPECT_EQ(Code("EmptyTensorList", {Ints({-2}), Int(-1)}, DtypeAndShape()), kInvalid);
  EXPECT_EQ(Code("EmptyTensorList", {Int(3), Int(-1)}, DtypeAndShape()), kInvalid);
  EXPECT_EQ(Code("TensorListReserve", {Ints({1}), Int(-1)}, DtypeAndShape()), kInvalid);
  EXPECT_EQ(Code("TensorListReserve", {Ints({1}), Int(INT32_MAX)}, DtypeAndShape()), kInvalid);
}

// The bytes that TensorFlow 2.21 writes for tf.raw_ops lists: see the comment of each.
TEST_F(TensorListTest, Encoding) {
  // TensorListSetItem(TensorListReserve([-1, 0], 2), 1, zeros([3, 0])).
  TensorList list;
  list.element_dtype = DType::kFloat;
  list.element_shape = PartialShape::Of({-1, 0});
  list.tensors = {Tensor(), *Tensor::CreateZeros(DType::kFloat, Shape{3, 0})};
  std::string metadata;
  std::vector<Tensor> tensors;
  ASSERT_TRUE(list.Encode(&metadata, &tensors));
  EXPECT_EQ(metadata, std::string("\x01\x00\x01"
                                  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                                  "\x12\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                                  "\x12\x00",
                                  28));
  ASSERT_EQ(tensors.size(), 1);
  auto decoded = TensorList::Decode(metadata, tensors);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ((*decoded)->element_shape, list.element_shape);
  EXPECT_EQ((*decoded)->max_num_elements, -1);
  ASSERT_EQ((*decoded)->tensors.size(), 2);
  EXPECT_FALSE((*decoded)->tensors[0].initialized());
  EXPECT_EQ((*decoded)->tensors[1].shape(), (Shape{3, 0}));
  // A prefix is refused, or is the prefix of another list; it never crashes.
  for (size_t n = 0; n < metadata.size(); ++n) {
    TensorList::Decode(absl::string_view(metadata).substr(0, n), tensors).status().IgnoreError();
  }
  EXPECT_EQ(TensorList::Decode("\xff\xff\xff\xff\x0f", {}).status().code(), kInvalid);
}

TEST_F(TensorListTest, ListsFromMessagesAreUnderstood) {
  const Tensor list = FromRows(Floats({1, 2}), Ints({}));
  std::string metadata;
  std::vector<Tensor> tensors;
  ASSERT_TRUE(list.scalar<Variant>().value()->Encode(&metadata, &tensors));
  const Tensor encoded = Tensor::Scalar(Variant(
      std::make_shared<EncodedVariant>(std::string(TensorList::kTypeName), metadata, tensors)));
  EXPECT_TENSOR_EQ(Stack(encoded, Ints({})), Floats({1, 2}));
  EXPECT_EQ(Length(Push(encoded, Tensor::Scalar(3.0f))), 3);
}

// ----- gradients: what goes into a list and comes out again is the identity on it

const DType kDouble = DType::kDouble;
AttrMap DoubleAttrs() { return {{"element_dtype", kDouble}}; }
AttrMap DoubleAndShape() { return {{"element_dtype", kDouble}, {"shape_type", DType::kInt32}}; }
Output Rows(Builder& b, Output x) {
  return b.Op1("TensorListFromTensor", {x, b.Ints({2})}, DoubleAndShape());
}
Output Stacked(Builder& b, Output list) {
  return b.Op1("TensorListStack", {list, b.Ints({2})}, DoubleAttrs());
}
const Tensor& Matrix() {
  static const auto& t = *new Tensor(Tensor::Of<double>({3, 2}, {1, -2, 3, 0.5, 2, 4}));
  return t;
}
const Tensor& Row() {
  static const auto& t = *new Tensor(Tensor::Vector<double>({7, -1}));
  return t;
}
GradientExample Example(const char* op, std::vector<Tensor> inputs,
                        std::function<Outputs(GraphBuilder&, const Outputs&)> build) {
  GradientExample example;
  example.op = op;
  example.inputs = std::move(inputs);
  example.build = std::move(build);
  return example;
}

MR_GRADIENT_EXAMPLE(Example("TensorListFromTensor", {Matrix()},
                            [](GraphBuilder& b, const Outputs& x) {
                              return Outputs{b.Square(Stacked(b, Rows(b, x[0])))};
                            }));
MR_GRADIENT_EXAMPLE(Example("TensorListStack", {Matrix()}, [](GraphBuilder& b, const Outputs& x) {
  return Outputs{b.Square(Stacked(b, Rows(b, x[0])))};
}));
MR_GRADIENT_EXAMPLE(
    Example("TensorListPushBack", {Matrix(), Row()}, [](GraphBuilder& b, const Outputs& x) {
      return Outputs{
          b.Square(Stacked(b, b.Op1("TensorListPushBack", {Rows(b, x[0]), x[1]}, DoubleAttrs())))};
    }));
MR_GRADIENT_EXAMPLE(Example("TensorListPopBack", {Matrix()}, [](GraphBuilder& b, const Outputs& x) {
  const Outputs popped = b.Op("TensorListPopBack", {Rows(b, x[0]), b.Ints({2})}, DoubleAttrs());
  return popped.empty() ? Outputs() : Outputs{b.Square(Stacked(b, popped[0])), popped[1]};
}));
MR_GRADIENT_EXAMPLE(Example("TensorListGetItem", {Matrix()}, [](GraphBuilder& b, const Outputs& x) {
  return Outputs{b.Square(b.Op1(
      "TensorListGetItem", {Rows(b, x[0]), b.Scalar<int32_t>(1), b.Ints({2})}, DoubleAttrs()))};
}));
MR_GRADIENT_EXAMPLE(
    Example("TensorListSetItem", {Matrix(), Row()}, [](GraphBuilder& b, const Outputs& x) {
      return Outputs{
          b.Square(Stacked(b, b.Op1("TensorListSetItem",
                                    {Rows(b, x[0]), b.Scalar<int32_t>(1), x[1]}, DoubleAttrs())))};
    }));
MR_GRADIENT_EXAMPLE(Example("TensorListResize", {Matrix()}, [](GraphBuilder& b, const Outputs& x) {
  return Outputs{
      b.Square(Stacked(b, b.Op1("TensorListResize", {Rows(b, x[0]), b.Scalar<int32_t>(2)})))};
}));
MR_GRADIENT_EXAMPLE(Example("TensorListGather", {Matrix()}, [](GraphBuilder& b, const Outputs& x) {
  return Outputs{b.Square(
      b.Op1("TensorListGather", {Rows(b, x[0]), b.Ints({2, 0}), b.Ints({2})}, DoubleAttrs()))};
}));
MR_GRADIENT_EXAMPLE(Example("TensorListScatter", {Matrix()}, [](GraphBuilder& b, const Outputs& x) {
  return Outputs{b.Square(Stacked(
      b, b.Op1("TensorListScatter", {x[0], b.Ints({4, 0, 2}), b.Ints({2})}, DoubleAndShape())))};
}));
MR_GRADIENT_EXAMPLE(
    Example("TensorListScatterV2", {Matrix()}, [](GraphBuilder& b, const Outputs& x) {
      return Outputs{
          b.Square(Stacked(b, b.Op1("TensorListScatterV2",
                                    {x[0], b.Ints({4, 0, 2}), b.Ints({2}), b.Scalar<int32_t>(6)},
                                    DoubleAndShape())))};
    }));
MR_GRADIENT_EXAMPLE(Example("TensorListScatterIntoExistingList", {Matrix(), Matrix()},
                            [](GraphBuilder& b, const Outputs& x) {
                              return Outputs{b.Square(Stacked(
                                  b,
                                  b.Op1("TensorListScatterIntoExistingList",
                                        {Rows(b, x[0]), x[1], b.Ints({3, 0, 1})}, DoubleAttrs())))};
                            }));
MR_GRADIENT_EXAMPLE(Example("TensorListSplit", {Matrix()}, [](GraphBuilder& b, const Outputs& x) {
  const Output list =
      b.Op1("TensorListSplit", {x[0], b.Ints({-1, 2}), b.Const(Tensor::Vector<int64_t>({1, 2}))},
            DoubleAndShape());
  return Outputs{b.Square(
      b.Op1("TensorListGetItem", {list, b.Scalar<int32_t>(1), b.Ints({2, 2})}, DoubleAttrs()))};
}));
Outputs Concatenated(GraphBuilder& b, const Outputs& x, bool v2) {
  const Output list =
      b.Op1("TensorListSplit", {x[0], b.Ints({-1, 2}), b.Const(Tensor::Vector<int64_t>({1, 2}))},
            DoubleAndShape());
  if (!v2) return {b.Square(b.Op1("TensorListConcat", {list}, DoubleAttrs()))};
  return {b.Square(b.Op1("TensorListConcatV2",
                         {list, b.Ints({-1, 2}), b.Const(Tensor::Vector<int64_t>({}))},
                         DoubleAndShape()))};
}
MR_GRADIENT_EXAMPLE(Example("TensorListConcat", {Matrix()}, [](GraphBuilder& b, const Outputs& x) {
  return Concatenated(b, x, false);
}));
MR_GRADIENT_EXAMPLE(Example("TensorListConcatV2", {Matrix()},
                            [](GraphBuilder& b, const Outputs& x) {
                              return Concatenated(b, x, true);
                            }));

}  // namespace
}  // namespace millrace
