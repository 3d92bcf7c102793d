#include "core/graph/import.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/graph/attr_codec.h"
#include "core/graph/function_library.h"
#include "core/graph/test_ops.h"
#include "google/protobuf/text_format.h"
#include "protos/graph.pb.h"

namespace millrace {
namespace {

GraphDef Parse(const std::string& text) {
  GraphDef def;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &def)) << text;
  return def;
}

std::string Node(absl::string_view name, absl::string_view op, std::vector<std::string> inputs,
                 absl::string_view attrs) {
  std::string text = absl::StrCat("node { name: '", name, "' op: '", op, "' ");
  for (const std::string& input : inputs) absl::StrAppend(&text, "input: '", input, "' ");
  return absl::StrCat(text, attrs, "}\n");
}
std::string FloatNode(absl::string_view name, absl::string_view op,
                      std::vector<std::string> inputs) {
  return Node(name, op, std::move(inputs), "attr { key: 'T' value { type: DT_FLOAT } } ");
}
std::string Input(absl::string_view name) {
  return Node(name, "Placeholder", {},
              "attr { key: 'dtype' value { type: DT_FLOAT } } "
              "attr { key: 'shape' value { shape { dim { size: 2 } } } } ");
}

absl::Status ImportText(const std::string& text, Graph* graph, ImportOptions options = {},
                        ImportResults* results = nullptr) {
  auto imported = ImportGraphDef(Parse(text), options, graph);
  if (!imported.ok()) return imported.status();
  if (results != nullptr) *results = *imported;
  return absl::OkStatus();
}

// f(x) = x + f(x): never to be run, but to be read.
constexpr char kRecursive[] = R"(
  library { function {
    signature { name: 'f' input_arg { name: 'x' type: DT_FLOAT }
                output_arg { name: 'y' type: DT_FLOAT } }
    node_def { name: 'again' op: 'f' input: 'x' }
    node_def { name: 'sum' op: 'AddV2' input: 'x' input: 'again:y:0'
               attr { key: 'T' value { type: DT_FLOAT } } }
    ret { key: 'y' value: 'sum:z:0' } } })";

TEST(ImportTest, NodesMayComeInAnyOrder) {
  Graph graph(&TestOps());
  ASSERT_TRUE(ImportText(FloatNode("c", "AddV2", {"a", "b:0", "^d"}) + Input("b") + Input("a") +
                             Node("d", "NoOp", {"^a"}, ""),
                         &graph)
                  .ok());
  const millrace::Node* c = graph.FindNode("c");
  ASSERT_NE(c, nullptr);
  EXPECT_EQ(c->input(0).node->name(), "a");
  EXPECT_EQ(c->input(1).node->name(), "b");
  ASSERT_EQ(c->control_inputs().size(), 1u);
  EXPECT_EQ(c->control_inputs()[0]->name(), "d");
  EXPECT_EQ(c->output_shape(0), PartialShape::Of({2}));
}

TEST(ImportTest, ALoopIsClosed) {
  Graph graph(&TestOps());
  ASSERT_TRUE(ImportText(Node("merge", "Merge", {"x", "next"},
                              "attr { key: 'T' value { type: DT_FLOAT } } "
                              "attr { key: 'N' value { i: 2 } } ") +
                             FloatNode("next", "NextIteration", {"neg"}) +
                             FloatNode("neg", "Neg", {"merge"}) + Input("x"),
                         &graph)
                  .ok());
  EXPECT_EQ(graph.FindNode("merge")->input(1).node, graph.FindNode("next"));
  EXPECT_TRUE(graph.TopologicalOrder().ok());
}

struct Malformed {
  std::string name, text;
  absl::StatusCode code;
  std::string message;
};

class MalformedTest : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedTest, IsRefusedAndLeavesNothing) {
  Graph graph(&TestOps());
  const absl::Status status = ImportText(GetParam().text, &graph);
  EXPECT_EQ(status.code(), GetParam().code) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), GetParam().message));
  EXPECT_EQ(graph.num_nodes(), 0);
  EXPECT_TRUE(graph.library().ListNames().empty());
  EXPECT_TRUE(ImportText(Input("x"), &graph).ok());
}

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

INSTANTIATE_TEST_SUITE_P(
    All, MalformedTest,
    ::testing::Values(
        Malformed{"UnknownOp", Node("x", "Nonesuch", {}, ""), absl::StatusCode::kNotFound,
                  "Nonesuch"},
        Malformed{"EmptyName", Node("", "NoOp", {}, ""), kInvalid, "name"},
        Malformed{"BadName", Node("a b", "NoOp", {}, ""), kInvalid, "a b"},
        Malformed{"Twice", Input("x") + Input("x"), kInvalid, "twice"},
        Malformed{"UnknownInput", FloatNode("y", "Neg", {"x"}), kInvalid, "'x'"},
        Malformed{"MissingInput", Input("x") + FloatNode("y", "AddV2", {"x"}), kInvalid, "y"},
        Malformed{"TooManyInputs", Input("x") + FloatNode("y", "Neg", {"x", "x"}), kInvalid, "y"},
        Malformed{"NoSuchOutput", Input("x") + FloatNode("y", "Neg", {"x:1"}), kInvalid,
                  "output 1"},
        Malformed{"NegativeOutput", Input("x") + FloatNode("y", "Neg", {"x:-1"}), kInvalid, "x:-1"},
        Malformed{"HugeOutput", Input("x") + FloatNode("y", "Neg", {"x:99999999999"}), kInvalid,
                  "x:99999999999"},
        Malformed{"EmptyInput", Input("x") + FloatNode("y", "Neg", {""}), kInvalid, "y"},
        Malformed{"ControlFirst", Input("x") + FloatNode("y", "Neg", {"^x", "x"}), kInvalid,
                  "control"},
        Malformed{"UnknownControl", Node("y", "NoOp", {"^x"}, ""), kInvalid, "'^x'"},
        Malformed{"Cycle", FloatNode("a", "Neg", {"b"}) + FloatNode("b", "Neg", {"a"}), kInvalid,
                  "cycle"},
        Malformed{"SelfCycle", FloatNode("a", "Neg", {"a"}), kInvalid, "cycle"},
        Malformed{"ControlCycle", Node("a", "NoOp", {"^b"}, "") + Node("b", "NoOp", {"^a"}, ""),
                  kInvalid, "cycle"},
        Malformed{
            "WrongType",
            Input("x") + Node("y", "Neg", {"x"}, "attr { key: 'T' value { type: DT_INT32 } }"),
            kInvalid, "int32"},
        Malformed{"MissingAttr", Node("x", "Placeholder", {}, ""), kInvalid, "dtype"},
        Malformed{"AttrOfWrongKind",
                  Node("x", "Placeholder", {}, "attr { key: 'dtype' value { i: 1 } }"), kInvalid,
                  "dtype"},
        Malformed{"AttrLeftToInference", Input("x") + Node("y", "Neg", {"x"}, ""), kInvalid, "'T'"},
        Malformed{"AttrWithoutValue",
                  Node("x", "Placeholder", {}, "attr { key: 'dtype' value { } }"), kInvalid,
                  "dtype"},
        Malformed{"UnknownType",
                  Node("x", "Placeholder", {}, "attr { key: 'dtype' value { type: 77 } }"),
                  kInvalid, "77"},
        Malformed{"BadShape",
                  Node("x", "Placeholder", {},
                       "attr { key: 'dtype' value { type: DT_FLOAT } } "
                       "attr { key: 'shape' value { shape { dim { size: -7 } } } }"),
                  kInvalid, "x"},
        Malformed{"OverflowingShape",
                  Node("x", "Placeholder", {},
                       "attr { key: 'dtype' value { type: DT_FLOAT } } attr { key: 'shape' value { "
                       "shape { dim { size: 4611686018427387904 } dim { size: 8 } } } }"),
                  kInvalid, "x"},
        Malformed{"BadTensor",
                  Node("x", "Const", {},
                       "attr { key: 'dtype' value { type: DT_FLOAT } } attr { key: 'value' value { "
                       "tensor { dtype: DT_FLOAT tensor_shape { dim { size: 2 } } tensor_content: "
                       "'abc' } } }"),
                  kInvalid, "x"},
        Malformed{"LoopOfTwoTypes",
                  Input("x") +
                      Node("m", "Merge", {"x", "next"},
                           "attr { key: 'T' value { type: DT_FLOAT } } attr { key: 'N' value { i: "
                           "2 } }") +
                      Node("next", "NextIteration", {"m:1"},
                           "attr { key: 'T' value { type: DT_INT32 } }"),
                  kInvalid, "'m'"},
        Malformed{"NewerThanUs", "versions { producer: 9999999 min_consumer: 9999999 }", kInvalid,
                  "9999999"},
        Malformed{"BadConsumer",
                  absl::StrCat("versions { bad_consumers: ", kGraphProducerVersion, " }"), kInvalid,
                  "disallows"},
        Malformed{"FunctionAndBadNode", std::string(kRecursive) + Node("x", "Nonesuch", {}, ""),
                  absl::StatusCode::kNotFound, "Nonesuch"},
        Malformed{
            "FunctionWithoutResult",
            "library { function { signature { name: 'g' output_arg { name: 'y' type: DT_FLOAT "
            "} } } }",
            kInvalid, "'y'"},
        Malformed{"FunctionWithUnknownInput",
                  "library { function { signature { name: 'g' } node_def { name: 'n' op: 'Neg' "
                  "input: 'q:y:0' } } }",
                  kInvalid, "q:y:0"},
        Malformed{"FunctionWithoutName", "library { function { signature { } } }", kInvalid,
                  "name"},
        Malformed{"FunctionTwice",
                  "library { function { signature { name: 'g' } } function { signature { name: 'g' "
                  "is_stateful: true } } }",
                  kInvalid, "twice"},
        Malformed{"GradientOfNothing",
                  "library { gradient { function_name: 'f' gradient_func: 'g' } }", kInvalid,
                  "'f'"}),
    [](const auto& info) { return info.param.name; });

// Programs that are newer than this one may add attributes to ops.
TEST(ImportTest, AnUnknownAttrIsDropped) {
  Graph graph(&TestOps());
  ASSERT_TRUE(ImportText(Node("x", "NoOp", {}, "attr { key: 'k' value { i: 1 } }"), &graph).ok());
  EXPECT_FALSE(graph.FindNode("x")->attrs().Has("k"));
}

TEST(ImportTest, AFunctionMayComeTwiceIfItIsTheSame) {
  Graph graph(&TestOps());
  const std::string function = "function { signature { name: 'g' } } ";
  EXPECT_TRUE(ImportText(absl::StrCat("library { ", function, function, "}"), &graph).ok());
  EXPECT_NE(graph.library().Find("g"), nullptr);
}

TEST(ImportTest, EveryCutOfTheBytesIsAnErrorOrAGraph) {
  const std::string bytes =
      Parse(std::string(kRecursive) + Input("x") + FloatNode("y", "Neg", {"x"}))
          .SerializeAsString();
  for (size_t n = 0; n < bytes.size(); ++n) {
    Graph graph(&TestOps());
    const auto imported = ImportGraphDefBytes(absl::string_view(bytes).substr(0, n), {}, &graph);
    if (!imported.ok()) EXPECT_EQ(graph.num_nodes(), 0) << n;
  }
}

TEST(ImportTest, AnEarlierGraphStaysAsItWas) {
  Graph graph(&TestOps());
  ASSERT_TRUE(ImportText(Input("x"), &graph).ok());
  EXPECT_EQ(ImportText(Input("w") + Input("x"), &graph).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(graph.num_nodes(), 1);
  EXPECT_EQ(graph.FindNode("w"), nullptr);
}

TEST(ImportTest, PrefixInputMapAndReturnElements) {
  Graph graph(&TestOps());
  ASSERT_TRUE(ImportText(Input("mine"), &graph).ok());
  ImportOptions options;
  options.prefix = "p";
  options.input_map = {{"x:0", {graph.FindNode("mine"), 0}}};
  options.return_elements = {"y", "y:0", "x:0"};
  ImportResults results;
  const std::string colocated =
      "attr { key: 'T' value { type: DT_FLOAT } } "
      "attr { key: '_class' value { list { s: 'loc:@x' } } }";
  ASSERT_TRUE(
      ImportText(Input("x") + Node("y", "Neg", {"x"}, colocated), &graph, options, &results).ok());
  millrace::Node* y = graph.FindNode("p/y");
  ASSERT_NE(y, nullptr);
  EXPECT_EQ(y->input(0).node->name(), "mine");
  std::vector<std::string> groups;
  ASSERT_TRUE(y->GetAttr("_class", &groups).ok());
  EXPECT_EQ(groups, std::vector<std::string>{"loc:@p/x"});
  ASSERT_EQ(results.returned.size(), 3u);
  EXPECT_EQ(results.returned[0], (Endpoint{y, -1}));
  EXPECT_EQ(results.returned[1], (Endpoint{y, 0}));
  EXPECT_EQ(results.returned[2], (Endpoint{graph.FindNode("mine"), 0}));
  options.prefix = "q";
  options.return_elements = {"z:0"};
  EXPECT_EQ(ImportText(Input("x"), &graph, options).code(), kInvalid);
  EXPECT_EQ(graph.num_nodes(), 3);
}

TEST(ImportTest, NotesWithoutAValueAreNone) {
  Graph graph(&TestOps());
  ASSERT_TRUE(
      ImportText(Node("x", "NoOp", {}, "attr { key: '_input_shapes' value { } }"), &graph).ok());
  EXPECT_EQ(graph.FindNode("x")->attrs().Find("_input_shapes"), nullptr);
}

TEST(ImportTest, WhatIsExportedReadsBackTheSame) {
  Graph graph(&TestOps());
  std::string text = std::string(kRecursive) + Input("x") + FloatNode("y", "Neg", {"x"}) +
                     Node("call", "f", {"y", "^x"}, "attr { key: '_mine' value { list { } } }") +
                     "debug_info { files: 'train.py' traces { key: 'y' value { file_line_cols { "
                     "file_index: 0 line: 12 } } } }";
  ASSERT_TRUE(ImportText(text, &graph).ok());
  EXPECT_EQ(graph.FindNode("y")->origin(), "train.py:12");
  auto once = ExportGraphDefBytes(graph, {});
  ASSERT_TRUE(once.ok()) << once.status();
  Graph again(&TestOps());
  ASSERT_TRUE(ImportGraphDefBytes(*once, {}, &again).ok());
  EXPECT_EQ(again.FindNode("y")->origin(), "train.py:12");
  auto twice = ExportGraphDefBytes(again, {});
  ASSERT_TRUE(twice.ok());
  EXPECT_EQ(*once, *twice);
  EXPECT_EQ(again.library().ListNames(), std::vector<std::string>{"f"});
}

TEST(ImportTest, ExportOptions) {
  Graph graph(&TestOps());
  millrace::Node* x = Placeholder(graph, DType::kFloat, PartialShape::Of({2})).node;
  graph.SetRequestedDevice(x, "/device:CPU:0");
  graph.SetAssignedDevice(x, "/job:a/replica:0/task:0/device:CPU:0");
  ExportOptions options;
  GraphDef def;
  ASSERT_TRUE(ExportGraphDef(graph, options, &def).ok());
  EXPECT_EQ(def.node(0).device(), "/device:CPU:0");
  options.use_assigned_devices = options.strip_default_attrs = options.add_output_shapes = true;
  graph.SetAttr(x, "shape", PartialShape());
  ASSERT_TRUE(ExportGraphDef(graph, options, &def).ok());
  EXPECT_EQ(def.node(0).device(), x->assigned_device());
  EXPECT_EQ(def.node(0).attr().count("shape"), 0u);
  EXPECT_EQ(def.node(0).attr().at("_output_shapes").list().shape(0).dim(0).size(), 2);
  options.clear_devices = true;
  ASSERT_TRUE(ExportGraphDef(graph, options, &def).ok());
  EXPECT_EQ(def.node(0).device(), "");
  EXPECT_EQ(def.versions().producer(), kGraphProducerVersion);
}

TEST(ImportTest, ADeepChainWrittenBackwardsNeedsNoDeepStack) {
  constexpr int kDepth = 50000;
  GraphDef def;
  for (int i = kDepth; i >= 1; --i) {
    NodeDef* node = def.add_node();
    node->set_name(absl::StrCat("n", i));
    node->set_op("Neg");
    node->add_input(absl::StrCat("n", i - 1));
    (*node->mutable_attr())["T"].set_type(DT_FLOAT);
  }
  *def.add_node() = Parse(Input("n0")).node(0);
  Graph graph(&TestOps());
  ASSERT_TRUE(ImportGraphDef(def, {}, &graph).ok());
  EXPECT_EQ(graph.num_nodes(), kDepth + 1);
}

TEST(ImportTest, FunctionsThatDifferAreRefused) {
  Graph graph(&TestOps());
  ASSERT_TRUE(ImportText(kRecursive, &graph).ok());
  EXPECT_TRUE(ImportText(kRecursive, &graph).ok());
  std::string other = kRecursive;
  other.replace(other.find("AddV2"), 5, "Mul  ");
  other.replace(other.find("Mul  "), 5, "Mul");
  const absl::Status status = ImportText(Input("x") + other, &graph);
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists) << status;
  EXPECT_EQ(graph.num_nodes(), 0);
}

TEST(AttrCodecTest, EveryKindComesBack) {
  AttrMap inner{{"T", DType::kFloat}};
  const FunctionRef f{"f", std::make_shared<const AttrMap>(inner)};
  const Tensor tensor = Tensor::Vector<int32_t>({1, 2, 3});
  const std::vector<Attr> attrs = {
      Attr("text"),
      Attr(int64_t{-5}),
      Attr(2.5f),
      Attr(true),
      Attr(DType::kHalf),
      Attr(PartialShape::Of({2, -1})),
      Attr(PartialShape()),
      Attr(tensor),
      Attr(f),
      Attr(std::vector<std::string>{"a", std::string("\0b", 2)}),
      Attr(std::vector<int64_t>{1, -1}),
      Attr(std::vector<float>{0.5f}),
      Attr(std::vector<bool>{true, false}),
      Attr(std::vector<DType>{DType::kInt8}),
      Attr(std::vector<PartialShape>{PartialShape(), PartialShape::Of({1})}),
      Attr(std::vector<Tensor>{tensor}),
      Attr(std::vector<FunctionRef>{f, {"g", nullptr}}),
      Attr(AttrPlaceholder{"T"})};
  for (const Attr& attr : attrs) {
    AttrValue proto;
    ASSERT_TRUE(AttrToProto(attr, &proto).ok());
    auto back = AttrFromProto(proto);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, attr) << attr.DebugString();
  }
}

TEST(AttrCodecTest, FunctionsNestedTooDeeplyAreRefused) {
  AttrValue value;
  AttrValue* at = &value;
  for (int i = 0; i < 5000; ++i) {
    at->mutable_func()->set_name("f");
    at = &(*at->mutable_func()->mutable_attr())["f"];
  }
  at->set_i(1);
  EXPECT_EQ(AttrFromProto(value).status().code(), kInvalid);
}

}  // namespace
}  // namespace millrace
