#include "core/graph/registry.h"

#include <thread>

#include "gtest/gtest.h"

namespace millrace {

// The runtime's, of which only the address of a factory matters here.
class Kernel {
 public:
  virtual ~Kernel() = default;
};

namespace {

template <typename T>
class FakeKernel : public Kernel {};
class AnyKernel : public Kernel {};

std::unique_ptr<Kernel> MakeNothing() { return nullptr; }

Op MatMul() {
  return Op("MatMul").Input("a: T").Input("b: T").Output("product: T").Attr("T: {float, double}");
}

TEST(RegistryTest, FindsWhatWasAdded) {
  Registry r;
  ASSERT_TRUE(r.Add(MatMul()).ok());
  ASSERT_TRUE(r.Add(Op("Abs")).ok());
  EXPECT_EQ(r.Find("MatMul")->inputs.size(), 2u);
  EXPECT_EQ(r.Find("Nothing"), nullptr);
  EXPECT_EQ(r.Lookup("Abs").value(), r.Find("Abs"));
  ASSERT_EQ(r.List().size(), 2u);
  EXPECT_EQ(r.List()[0]->name, "Abs");
}

TEST(RegistryTest, SchemasStayWhereTheyAre) {
  Registry r;
  ASSERT_TRUE(r.Add(MatMul()).ok());
  const OpSchema* const before = r.Find("MatMul");
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(r.Add(Op("Op" + std::to_string(i))).ok());
  EXPECT_EQ(r.Find("MatMul"), before);
}

TEST(RegistryTest, RefusesTwiceAndWrong) {
  Registry r;
  ASSERT_TRUE(r.Add(MatMul()).ok());
  EXPECT_EQ(r.Add(MatMul()).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(r.Add(Op("Bad").Input("x: T")).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(r.Find("Bad"), nullptr);
}

TEST(RegistryTest, SuggestsNamesThatAreClose) {
  Registry r;
  for (const char* const name : {"MatMul", "BatchMatMul", "Softmax", "Add", "AddN", "AddV2"}) {
    ASSERT_TRUE(r.Add(Op(name)).ok());
  }
  const auto message = [&](absl::string_view name) {
    const absl::Status status = r.Lookup(name).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    return std::string(status.message());
  };
  EXPECT_EQ(message("Matmul"), "Op type not registered 'Matmul'; did you mean 'MatMul'?");
  EXPECT_EQ(message("SoftMacs"), "Op type not registered 'SoftMacs'; did you mean 'Softmax'?");
  EXPECT_EQ(message("AddV3"), "Op type not registered 'AddV3'; did you mean 'AddV2'?");
  EXPECT_EQ(message("Zzz"), "Op type not registered 'Zzz'");
  EXPECT_EQ(message(""), "Op type not registered ''");
  EXPECT_LT(message(std::string(100000, 'x')).size(), 100100u);
}

TEST(RegistryTest, FindsTheKernelForTypes) {
  Registry r;
  ASSERT_TRUE(r.Add(MatMul().Cpu<FakeKernel, float, double>()).ok());
  const OpSchema& op = *r.Find("MatMul");
  const auto found = r.FindKernel(op, {{"T", DType::kDouble}}, "CPU");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->types[0].second, DType::kDouble);

  const absl::Status none = r.FindKernel(op, {{"T", DType::kInt32}}, "CPU").status();
  EXPECT_EQ(none.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(none.message(),
            "No CPU kernel for op 'MatMul' with T=int32. Registered:\n"
            "  CPU: T=float\n  CPU: T=double");
  EXPECT_EQ(r.FindKernel(op, {{"T", DType::kFloat}}, "GPU").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(r.FindKernel(op, {}, "CPU").status().code(), absl::StatusCode::kNotFound);
}

TEST(RegistryTest, AListMatchesIfEachOfItsTypesDoes) {
  Registry r;
  KernelRegistration k{"CPU", {{"Ts", DType::kFloat}}, {}, &MakeNothing, nullptr};
  ASSERT_TRUE(r.Add(Op("IdN").Input("x: Ts").Attr("Ts: list(type)").AddKernel(k)).ok());
  const OpSchema& op = *r.Find("IdN");
  using Types = std::vector<DType>;
  EXPECT_TRUE(r.FindKernel(op, {{"Ts", Types{DType::kFloat, DType::kFloat}}}, "CPU").ok());
  EXPECT_FALSE(r.FindKernel(op, {{"Ts", Types{DType::kFloat, DType::kInt32}}}, "CPU").ok());
}

TEST(RegistryTest, KernelsMustFitTheirOp) {
  Registry r;
  ASSERT_TRUE(r.Add(MatMul().Cpu<FakeKernel, float>()).ok());
  const auto code = [&](KernelRegistration k) { return r.AddKernel("MatMul", k).code(); };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code({"GPU", {{"T", DType::kFloat}}, {"a"}, &MakeNothing, nullptr}),
            absl::StatusCode::kOk);
  EXPECT_EQ(code({"CPU", {{"T", DType::kFloat}}, {}, &MakeNothing, nullptr}),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(code({"CPU", {{"T", DType::kInt32}}, {}, &MakeNothing, nullptr}), kInvalid);
  EXPECT_EQ(code({"CPU", {{"U", DType::kFloat}}, {}, &MakeNothing, nullptr}), kInvalid);
  EXPECT_EQ(code({"", {}, {}, &MakeNothing, nullptr}), kInvalid);
  EXPECT_EQ(code({"CPU", {}, {}, nullptr, nullptr}), kInvalid);
  EXPECT_EQ(code({"GPU", {}, {"nothing"}, &MakeNothing, nullptr}), kInvalid);
  EXPECT_EQ(r.AddKernel("None", {"CPU", {}, {}, &MakeNothing, nullptr}).code(),
            absl::StatusCode::kNotFound);
  EXPECT_FALSE(r.Add(Op("Twice").Cpu<AnyKernel>().Cpu<AnyKernel>()).ok());
}

TEST(RegistryTest, MayBeUsedByManyThreads) {
  Registry r;
  ASSERT_TRUE(r.Add(MatMul().Cpu<FakeKernel, float>()).ok());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&r, t] {
      for (int i = 0; i < 100; ++i) {
        const std::string name = "Op" + std::to_string(t) + "_" + std::to_string(i);
        EXPECT_TRUE(r.Add(Op(name)).ok());
        EXPECT_NE(r.Find(name), nullptr);
        r.AddKernel("MatMul", {name, {}, {}, &MakeNothing, nullptr}).IgnoreError();
        EXPECT_TRUE(r.FindKernel(*r.Find("MatMul"), {{"T", DType::kFloat}}, "CPU").ok());
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(r.List().size(), 401u);
}

}  // namespace
}  // namespace millrace
