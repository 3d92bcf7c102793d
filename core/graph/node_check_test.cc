#include "core/graph/node_check.h"

#include "core/graph/registry.h"
#include "core/graph/test_ops.h"
#include "gtest/gtest.h"

namespace millrace {
namespace {

using Types = std::vector<DType>;
constexpr DType kF = DType::kFloat, kI = DType::kInt32;

struct Checked {
  absl::Status status;
  AttrMap attrs;
  DTypeVector in, out;
};

Checked Check(absl::string_view op, const Types& given, AttrMap attrs = {}) {
  Checked c;
  c.attrs = std::move(attrs);
  c.status = CheckNode(*TestOps().Find(op), given, &c.attrs, &c.in, &c.out);
  EXPECT_TRUE(c.status.ok() || c.status.code() == absl::StatusCode::kInvalidArgument);
  return c;
}

template <typename T>
T AttrOf(const Checked& c, absl::string_view name) {
  T value{};
  EXPECT_TRUE(c.status.ok()) << c.status;
  EXPECT_TRUE(c.attrs.Get(name, &value).ok()) << name;
  return value;
}

std::string ErrorOf(const Checked& c) { return std::string(c.status.message()); }

TEST(NodeCheckTest, InputsImplyAttributes) {
  const Checked add = Check("AddV2", {kF, kF});
  EXPECT_EQ(AttrOf<DType>(add, "T"), kF);
  EXPECT_EQ(add.out, (DTypeVector{kF}));

  const Checked pack = Check("Pack", {kI, kI, kI});
  EXPECT_EQ(AttrOf<int>(pack, "N"), 3);
  EXPECT_EQ(AttrOf<DType>(pack, "T"), kI);
  EXPECT_EQ(AttrOf<int>(pack, "axis"), 0) << "default";

  const Checked concat = Check("ConcatV2", {kF, kF, DType::kInt64});
  EXPECT_EQ(AttrOf<int>(concat, "N"), 2);
  EXPECT_EQ(AttrOf<DType>(concat, "Tidx"), DType::kInt64) << "the input, not the default";

  const Checked id = Check("IdentityN", {kF, kI});
  EXPECT_EQ(AttrOf<Types>(id, "T"), (Types{kF, kI}));
  EXPECT_EQ(id.out, (DTypeVector{kF, kI}));

  const Checked pair = Check("Paired", {kI, kI, kF, kF});
  EXPECT_EQ(AttrOf<int>(pair, "N"), 2);
}

TEST(NodeCheckTest, OutputListsFollowTheirAttribute) {
  const Checked split = Check("Split", {kI, kF}, {{"num_split", 3}});
  EXPECT_EQ(split.out, (DTypeVector{kF, kF, kF}));
  EXPECT_FALSE(Check("Split", {kI, kF}, {{"num_split", 0}}).status.ok());
  EXPECT_FALSE(Check("Split", {kI, kF}, {{"num_split", int64_t{1} << 50}}).status.ok());
  EXPECT_FALSE(Check("Split", {kI, kF}).status.ok());
}

TEST(NodeCheckTest, AReferenceServesAsAValue) {
  const DType ref = RefType(kF);
  const Checked add = Check("AddV2", {ref, kF});
  EXPECT_EQ(AttrOf<DType>(add, "T"), kF);
  EXPECT_EQ(add.in, (DTypeVector{kF, kF}));

  const Checked assign = Check("Assign", {ref, ref});
  EXPECT_EQ(assign.in, (DTypeVector{ref, kF}));
  EXPECT_EQ(assign.out, (DTypeVector{ref}));

  EXPECT_EQ(ErrorOf(Check("Assign", {kF, kF})),
            "Input 0 'ref' was passed float incompatible with expected float_ref (attr 'T')");
  EXPECT_FALSE(Check("Assign", {RefType(kI), kF}).status.ok());
  EXPECT_EQ(Check("IdentityN", {ref}).out, (DTypeVector{kF}));
}

TEST(NodeCheckTest, RefusesTypesThatDisagree) {
  EXPECT_EQ(ErrorOf(Check("AddV2", {kF, kI})),
            "Input 1 'y' was passed int32 incompatible with expected float (attr 'T')");
  EXPECT_EQ(ErrorOf(Check("AddV2", {kF, kF}, {{"T", kI}})),
            "Input 0 'x' was passed float incompatible with expected int32 (attr 'T')");
  EXPECT_EQ(ErrorOf(Check("Pack", {kF, kF, kI})),
            "Input 2 'values[2]' was passed int32 incompatible with expected float (attr 'T')");
  EXPECT_EQ(ErrorOf(Check("Rank", {kF}, {{"T", Types{kF}}})),
            "Attribute 'T' = [float] is of kind list(type) when type is expected");
  EXPECT_FALSE(Check("IdentityN", {kF, kF}, {{"T", Types{kF, kI}}}).status.ok());
  EXPECT_NE(ErrorOf(Check("MatMul", {DType::kString, DType::kString}))
                .find("'T' of string is not in the list of allowed values: float, double, int32"),
            std::string::npos);
}

TEST(NodeCheckTest, RefusesWrongCounts) {
  EXPECT_EQ(ErrorOf(Check("AddV2", {kF})), "Op AddV2 takes inputs (x: T, y: T), but 1 were given");
  EXPECT_FALSE(Check("AddV2", {}).status.ok());
  EXPECT_FALSE(Check("AddV2", {kF, kF, kF}).status.ok());
  EXPECT_FALSE(Check("NoOp", {kF}).status.ok());
  EXPECT_FALSE(Check("Pack", {}).status.ok());
  EXPECT_FALSE(Check("Pack", {kF, kF}, {{"N", 3}}).status.ok());
  EXPECT_FALSE(Check("Pack", {kF, kF}, {{"N", -1}}).status.ok());
  EXPECT_FALSE(Check("Paired", {kI, kI, kF}).status.ok());
  EXPECT_EQ(ErrorOf(Check("TwoLists", {kF, kF})),
            "Attributes 'A' and 'B' cannot both be inferred from the inputs; give one");
  EXPECT_TRUE(Check("TwoLists", {kF, kI, kI}, {{"A", Types{kF}}}).status.ok());
}

TEST(NodeCheckTest, AttributesMustBeKnownCompleteAndRight) {
  EXPECT_EQ(ErrorOf(Check("NoOp", {}, {{"x", 1}})),
            "Node mentions attr 'x' that op NoOp does not have");
  EXPECT_TRUE(Check("NoOp", {}, {{"_class", std::vector<std::string>{"loc:@x"}}}).status.ok());
  EXPECT_EQ(ErrorOf(Check("Placeholder", {})),
            "Node is missing attr 'dtype' (type) of op Placeholder");
  EXPECT_EQ(ErrorOf(Check("Padded", {kF}, {{"padding", "FULL"}})),
            "Value for attr 'padding' of \"FULL\" is not in the list of allowed values: "
            "\"SAME\", \"VALID\"");
  EXPECT_EQ(ErrorOf(Check("Padded", {kF}, {{"padding", "SAME"}, {"k", 0}})),
            "Value for attr 'k' of 0 must be at least minimum 1");
  EXPECT_FALSE(Check("Padded", {kF}, {{"padding", 1}}).status.ok());
  EXPECT_FALSE(Check("Padded", {kF}, {{"padding", AttrPlaceholder{"p"}}}).status.ok());
  EXPECT_FALSE(Check("Placeholder", {}, {{"dtype", RefType(kF)}}).status.ok());
  EXPECT_FALSE(Check("Placeholder", {}, {{"dtype", DType::kInvalid}}).status.ok());
  EXPECT_FALSE(Check("Placeholder", {}, {{"dtype", static_cast<DType>(90)}}).status.ok());
}

TEST(NodeCheckTest, AnEmptyListIsOfAnyKind) {
  const AttrMap attrs{{"cond", FunctionRef{"c", nullptr}},
                      {"body", FunctionRef{"b", nullptr}},
                      {"T", std::vector<int64_t>()},
                      {"output_shapes", std::vector<int64_t>()}};
  const Checked loop = Check("While", {}, attrs);
  EXPECT_EQ(AttrOf<Types>(loop, "T"), Types());
  EXPECT_EQ(AttrOf<std::vector<PartialShape>>(loop, "output_shapes").size(), 0u);
  EXPECT_FALSE(Check("IdentityN", {}, {{"T", std::vector<int64_t>()}}).status.ok()) << "minimum 1";
}

TEST(NodeCheckTest, Names) {
  for (const char* const good : {"x", "X", "9", ".x", "a/b", "a_b", "a-b", "a>b", "a.b", "a\\b"}) {
    EXPECT_TRUE(IsValidNodeName(good)) << good;
  }
  for (const char* const bad : {"", "_x", "/a", "-a", "a b", "a:0", "^a", "a\n", "\xc3\xa9"}) {
    EXPECT_FALSE(IsValidNodeName(bad)) << bad;
  }
  EXPECT_TRUE(IsValidNodeName("_x", /*internal=*/true));
  EXPECT_FALSE(IsValidNodeName(absl::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace millrace
