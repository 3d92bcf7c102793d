#include "core/graph/op_schema.h"

#include "core/tensor/tensor.h"
#include "gtest/gtest.h"

namespace millrace {
namespace {

AttrDef ParsedAttr(absl::string_view spec) {
  const absl::StatusOr<OpSchema> schema = Op("Test").Attr(spec).Build();
  EXPECT_TRUE(schema.ok()) << schema.status();
  return schema.ok() ? schema->attrs[0] : AttrDef();
}

std::string Refusal(const Op& op) { return std::string(op.Build().status().message()); }

bool Refused(const Op& op) {
  return op.Build().status().code() == absl::StatusCode::kInvalidArgument;
}

TEST(OpSchemaTest, ArgumentsOfEveryForm) {
  const absl::StatusOr<OpSchema> built = Op("Test")
                                             .Input("fixed: int32")
                                             .Input("x: T")
                                             .Input("values: N * T")
                                             .Input("names: N*string")
                                             .Input("any: Ts")
                                             .Input("var: Ref(T)")
                                             .Output("refs: Ref(N * T)")
                                             .Attr("T: type")
                                             .Attr("N: int >= 2")
                                             .Attr("Ts: list(type) >= 0")
                                             .Build();
  ASSERT_TRUE(built.ok()) << built.status();
  const std::vector<ArgDef>& in = built->inputs;
  EXPECT_EQ(in[0].type, DType::kInt32);
  EXPECT_FALSE(in[0].is_list());
  EXPECT_EQ(in[1].type_attr, "T");
  EXPECT_EQ(in[1].type, DType::kInvalid);
  EXPECT_EQ(in[2].number_attr, "N");
  EXPECT_EQ(in[2].type_attr, "T");
  EXPECT_TRUE(in[2].is_list());
  EXPECT_EQ(in[3].number_attr, "N");
  EXPECT_EQ(in[3].type, DType::kString);
  EXPECT_EQ(in[4].type_list_attr, "Ts");
  EXPECT_EQ(in[4].type_attr, "");
  EXPECT_TRUE(in[5].is_ref);
  EXPECT_TRUE(built->outputs[0].is_ref && built->outputs[0].number_attr == "N");
  EXPECT_TRUE(built->has_ref_args());
}

TEST(OpSchemaTest, ListsHoldOneUnlessSaidOtherwise) {
  const OpSchema schema = Op("Test")
                              .Input("a: N * int32")
                              .Input("b: Ts")
                              .Attr("N: int")
                              .Attr("Ts: list(type)")
                              .Attr("free: list(type)")
                              .Build()
                              .value();
  EXPECT_EQ(schema.FindAttr("N")->minimum, 1);
  EXPECT_EQ(schema.FindAttr("Ts")->minimum, 1);
  EXPECT_EQ(schema.FindAttr("free")->minimum, std::nullopt);
}

TEST(OpSchemaTest, KindsOfAttributes) {
  EXPECT_EQ(ParsedAttr("a: string").kind, AttrKind::kString);
  EXPECT_EQ(ParsedAttr("a: int").kind, AttrKind::kInt);
  EXPECT_EQ(ParsedAttr("a: float").kind, AttrKind::kFloat);
  EXPECT_EQ(ParsedAttr("a: bool").kind, AttrKind::kBool);
  EXPECT_EQ(ParsedAttr("a: type").kind, AttrKind::kType);
  EXPECT_EQ(ParsedAttr("a: shape").kind, AttrKind::kShape);
  EXPECT_EQ(ParsedAttr("a: tensor").kind, AttrKind::kTensor);
  EXPECT_EQ(ParsedAttr("f: func").kind, AttrKind::kFunction);
  EXPECT_EQ(ParsedAttr("a: list(string)").kind, AttrKind::kListString);
  EXPECT_EQ(ParsedAttr("a: list( int )").kind, AttrKind::kListInt);
  EXPECT_EQ(ParsedAttr("a: list(func)").kind, AttrKind::kListFunction);
  EXPECT_EQ(ParsedAttr("a: list(int) >= 4").minimum, 4);
  EXPECT_EQ(ParsedAttr("a: int >= -1").minimum, -1);
}

TEST(OpSchemaTest, AllowedValues) {
  using Types = std::vector<DType>;
  EXPECT_EQ(ParsedAttr("T: {half, float}").allowed_types, (Types{DType::kHalf, DType::kFloat}));
  EXPECT_EQ(ParsedAttr("T: list({int32,int64})").allowed_types,
            (Types{DType::kInt32, DType::kInt64}));
  EXPECT_EQ(ParsedAttr("T: numbertype").allowed_types.size(), 19u);
  EXPECT_EQ(ParsedAttr("T: {numbertype, variant}").allowed_types.size(), 20u);
  EXPECT_EQ(ParsedAttr("T: realnumbertype").allowed_types.size(), 12u);
  EXPECT_EQ(ParsedAttr("T: quantizedtype").allowed_types.size(), 5u);
  EXPECT_EQ(ParsedAttr("T: list(realnumbertype)").kind, AttrKind::kListType);
  const AttrDef padding = ParsedAttr("padding: {'SAME', \"VALID\"} = 'VALID'");
  EXPECT_EQ(padding.kind, AttrKind::kString);
  EXPECT_EQ(padding.allowed_strings, (std::vector<std::string>{"SAME", "VALID"}));
  EXPECT_EQ(*padding.default_value, millrace::Attr("VALID"));
  EXPECT_EQ(ParsedAttr("p: list({'a'}) = []").kind, AttrKind::kListString);
}

TEST(OpSchemaTest, Defaults) {
  const auto of = [](absl::string_view spec) { return ParsedAttr(spec).default_value.value(); };
  EXPECT_EQ(of("a: int = -1"), millrace::Attr(-1));
  EXPECT_EQ(of("a: int >= 1 = 2"), millrace::Attr(2));
  EXPECT_EQ(of("a: float = 1e-4"), millrace::Attr(1e-4f));
  EXPECT_EQ(of("a: float = 3"), millrace::Attr(3.0f));
  EXPECT_EQ(of("a: bool = true"), millrace::Attr(true));
  EXPECT_EQ(of("T: type = DT_FLOAT"), millrace::Attr(DType::kFloat));
  EXPECT_EQ(of("T: {int32, int64} = DT_INT64"), millrace::Attr(DType::kInt64));
  EXPECT_EQ(of("a: string = ''"), millrace::Attr(""));
  EXPECT_EQ(of("a: string = \"it's\""), millrace::Attr("it's"));
  EXPECT_EQ(of("a: string = 'tab\\t\\''"), millrace::Attr("tab\t'"));
  EXPECT_EQ(of("a: list(int) = [1, 1, 1, 1]"), millrace::Attr(std::vector<int64_t>(4, 1)));
  EXPECT_EQ(of("a: list(float) = [0.75, 1.33]"), millrace::Attr(std::vector<float>{0.75, 1.33}));
  EXPECT_EQ(of("a: list(shape) = []"), millrace::Attr(std::vector<PartialShape>()));
  EXPECT_EQ(of("a: list(bool) = [true,false]"), millrace::Attr(std::vector<bool>{true, false}));
  EXPECT_EQ(of("a: shape = {}"), millrace::Attr(Shape()));
  EXPECT_EQ(of("a: shape = { unknown_rank: true }"), millrace::Attr(PartialShape()));
  EXPECT_EQ(of("a: shape = { dim { size: 2 } dim { size: -1 } }"),
            millrace::Attr(PartialShape::Of({2, -1})));
  EXPECT_EQ(of("f: func = { name: 'g' }"), millrace::Attr(FunctionRef{"g", nullptr}));
  EXPECT_EQ(of("c: tensor = { dtype: DT_UINT8 tensor_shape { dim { size: 4 } } int_val: 255 "
               "int_val: 0 int_val: 0 int_val: 255 }"),
            millrace::Attr(Tensor::Vector<uint8_t>({255, 0, 0, 255})));
}

TEST(OpSchemaTest, RefusesSpecsThatDoNotParse) {
  for (const char* const spec : {"", "x", "x:", "X: int32", "x: int32 y", "x: N *", "x: * T",
                                 "x: Ref(T", "x: Ref T", "_x: int32", "x: T + T", "9: T"}) {
    EXPECT_TRUE(Refused(Op("Test").Input(spec).Attr("T: type").Attr("N: int"))) << spec;
    EXPECT_TRUE(Refused(Op("Test").Output(spec).Attr("T: type").Attr("N: int"))) << spec;
  }
  for (const char* const spec :
       {"",
        "T",
        "T:",
        "T: typo",
        "T: {}",
        "T: {float",
        "T: {float,}",
        "T: {float, 'x'}",
        "a: int =",
        "a: int = x",
        "a: int = 1 2",
        "a: int >= ",
        "a: string >= 1",
        "a: list(int",
        "a: list()",
        "a: list(int) = [1,",
        "a: list(int) = 1",
        "a: bool = yes",
        "a: string = 'open",
        "a: shape = { size: 1 }",
        "a: shape = { dim { size: -2 } }",
        "T: type = 5",
        "_a: int",
        "a: tensor = { dtype: DT_UINT8 tensor_shape {} int_val: 1 int_val: 2 }",
        "a: int = 99999999999999999999"}) {
    EXPECT_TRUE(Refused(Op("Test").Attr(spec))) << spec;
  }
}

TEST(OpSchemaTest, RefusesSchemasThatContradictThemselves) {
  EXPECT_TRUE(Refused(Op("lower")));
  EXPECT_TRUE(Refused(Op("")));
  EXPECT_TRUE(Refused(Op("With space")));
  EXPECT_TRUE(Op("_Private").Build().ok());
  EXPECT_TRUE(Op("Name>Spaced").Build().ok());
  EXPECT_TRUE(Refused(Op("Test").Input("x: T")));
  EXPECT_TRUE(Refused(Op("Test").Input("x: N * int32").Attr("N: float")));
  EXPECT_TRUE(Refused(Op("Test").Input("x: N * int32").Attr("N: int >= -1")));
  EXPECT_TRUE(Refused(Op("Test").Input("x: T").Attr("T: int")));
  EXPECT_TRUE(Refused(Op("Test").Input("x: N * T").Attr("N: int").Attr("T: list(type)")));
  EXPECT_TRUE(Refused(Op("Test").Input("x: int32").Input("x: int32")));
  EXPECT_TRUE(Refused(Op("Test").Attr("a: int").Attr("a: int")));
  EXPECT_TRUE(Refused(Op("Test").Attr("a: int >= 2 = 1")));
  EXPECT_TRUE(Refused(Op("Test").Attr("T: {float} = DT_INT32")));
  EXPECT_TRUE(Refused(Op("Test").Attr("p: {'a'} = 'b'")));
  EXPECT_TRUE(Refused(Op("Test").Shape(static_cast<ShapeFn>(nullptr))));
  EXPECT_TRUE(Op("Test").Input("x: int32").Output("x: int32").Build().ok());
}

TEST(OpSchemaTest, TheMessageNamesOpAndSpec) {
  EXPECT_EQ(Refusal(Op("Test").Attr("T: typo")),
            "op 'Test': 'T: typo': expected the kind of the attribute at ' typo'");
}

absl::Status FirstShape(ShapeContext&) { return absl::OkStatus(); }
absl::Status SecondShape(ShapeContext&) { return absl::OkStatus(); }

TEST(OpSchemaTest, KeepsMarks) {
  const OpSchema schema = Op("Test")
                              .Doc("\n  Summary.\nMore.\n")
                              .Stateful()
                              .Commutative()
                              .Aggregate()
                              .MayWait()
                              .AllowsUninitializedInput()
                              .NotDifferentiable()
                              .Shape(FirstShape, SecondShape)
                              .Build()
                              .value();
  EXPECT_EQ(schema.doc, "Summary.\nMore.");
  EXPECT_TRUE(schema.is_stateful && schema.is_commutative && schema.is_aggregate);
  EXPECT_TRUE(schema.may_wait && schema.allows_uninitialized_input && schema.not_differentiable);
  EXPECT_EQ(schema.shape_fns, (std::vector<ShapeFn>{FirstShape, SecondShape}));
}

}  // namespace
}  // namespace millrace
