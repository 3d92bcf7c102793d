#include "core/runtime/resource.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

class Counted final : public Resource {
 public:
  static constexpr char kTypeName[] = "Counted";
  explicit Counted(int* closed) : closed_(closed) {}
  absl::string_view type_name() const override { return kTypeName; }
  int64_t MemoryUsed() const override { return 8; }
  void Close() override { ++*closed_; }

 private:
  int* const closed_;
};

constexpr char kDevice[] = "/job:ps/replica:0/task:0/device:CPU:0";

TEST(ResourceManagerTest, CreateLookUpDelete) {
  ResourceManager manager(kDevice, 5);
  int closed = 0;
  auto made = std::make_shared<Counted>(&closed);
  ASSERT_TRUE(manager.Create("", "q", made).ok());
  EXPECT_EQ(manager.Create("localhost", "q", made).code(), absl::StatusCode::kAlreadyExists);
  auto found = manager.Lookup<Counted>("", "q");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->get(), made.get());
  EXPECT_EQ(manager.List(),
            (std::vector<std::pair<std::string, int64_t>>{{"localhost/Counted/q", 8}}));
  ASSERT_TRUE(manager.Delete(manager.MakeHandle("", "q", Counted::kTypeName)).ok());
  EXPECT_EQ(closed, 1);
  EXPECT_EQ(manager.Lookup<Counted>("", "q").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(manager.Delete(manager.MakeHandle("", "q", Counted::kTypeName)).code(),
            absl::StatusCode::kNotFound);
}

TEST(ResourceManagerTest, AMissingResourceIsNamed) {
  ResourceManager manager(kDevice, 5);
  const absl::Status status = manager.Lookup<Variable>("", "w").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(status.message().find("localhost/w/Var"), absl::string_view::npos) << status;
}

TEST(ResourceManagerTest, WrongHandlesAreRefused) {
  ResourceManager manager(kDevice, 5);
  ASSERT_TRUE(manager.Create("", "w", std::make_shared<Variable>()).ok());
  ResourceHandle handle = manager.MakeHandle("", "w", Variable::kTypeName);
  EXPECT_TRUE(manager.Lookup<Variable>(handle).ok());
  EXPECT_EQ(manager.Lookup<Counted>(handle).status().code(), absl::StatusCode::kInvalidArgument);
  handle.incarnation = 4;
  EXPECT_EQ(manager.Lookup<Variable>(handle).status().code(), absl::StatusCode::kAborted);
  handle.incarnation = 5;
  handle.device = "/job:ps/replica:0/task:1/device:CPU:0";
  EXPECT_EQ(manager.Lookup<Variable>(handle).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ResourceManagerTest, LookupOrCreateCreatesOnce) {
  ResourceManager manager(kDevice, 5);
  const ResourceHandle handle = manager.MakeHandle("mine", "w", Variable::kTypeName);
  int created = 0;
  const std::function<absl::StatusOr<std::shared_ptr<Variable>>()> create =
      [&]() -> absl::StatusOr<std::shared_ptr<Variable>> {
    ++created;
    return std::make_shared<Variable>();
  };
  auto first = manager.LookupOrCreate<Variable>(handle, create);
  auto second = manager.LookupOrCreate<Variable>(handle, create);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->get(), second->get());
  EXPECT_EQ(created, 1);
}

TEST(ResourceManagerTest, AFailedCreateLeavesNothing) {
  ResourceManager manager(kDevice, 5);
  const ResourceHandle handle = manager.MakeHandle("", "w", Variable::kTypeName);
  const std::function<absl::StatusOr<std::shared_ptr<Variable>>()> fail =
      []() -> absl::StatusOr<std::shared_ptr<Variable>> { return absl::InternalError("no"); };
  EXPECT_EQ(manager.LookupOrCreate<Variable>(handle, fail).status().code(),
            absl::StatusCode::kInternal);
  EXPECT_TRUE(manager.List().empty());
  EXPECT_EQ(manager.Lookup<Variable>(handle).status().code(), absl::StatusCode::kNotFound);
}

TEST(ResourceManagerTest, ClearEmptiesOneContainer) {
  int closed = 0;
  {
    ResourceManager manager(kDevice, 5);
    ASSERT_TRUE(manager.Create("a", "q", std::make_shared<Counted>(&closed)).ok());
    ASSERT_TRUE(manager.Create("b", "q", std::make_shared<Counted>(&closed)).ok());
    manager.Clear("a");
    EXPECT_EQ(closed, 1);
    manager.Clear("a");
    EXPECT_TRUE(manager.Lookup<Counted>("b", "q").ok());
  }
  EXPECT_EQ(closed, 2);
}

TEST(VariableTest, UpdatesCopyWhatReadersHold) {
  Variable variable;
  EXPECT_FALSE(variable.initialized());
  const auto add_one = [](Tensor& t) {
    for (float& x : t.mutable_flat<float>()) x += 1;
    return absl::OkStatus();
  };
  EXPECT_EQ(variable.Update(add_one).code(), absl::StatusCode::kFailedPrecondition);
  variable.Assign(Tensor::Vector<float>({1, 2, 3, 4, 5, 6}));
  const Tensor before = variable.Read();
  const void* memory = before.raw_data();
  ASSERT_TRUE(variable.Update(add_one).ok());
  EXPECT_EQ(before.data<float>()[0], 1.f);
  EXPECT_EQ(variable.Read().data<float>()[0], 2.f);
  EXPECT_NE(variable.Read().raw_data(), memory);
}

TEST(VariableTest, UpdatesInPlaceWhenNobodyReads) {
  Variable variable;
  variable.Assign(Tensor::Vector<float>({1, 2, 3, 4, 5, 6}));
  const void* memory = variable.Read().raw_data();
  ASSERT_TRUE(variable
                  .Update([](Tensor& t) {
                    t.mutable_flat<float>()[0] = 9;
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(variable.Read().raw_data(), memory);
  EXPECT_EQ(variable.Read().data<float>()[0], 9.f);
  EXPECT_EQ(variable.MemoryUsed(), 24);
}

}  // namespace
}  // namespace millrace
