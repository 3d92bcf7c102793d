#include "core/graph/remove_function.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/graph/call_gradient_info.h"

namespace millrace {
namespace {

using Names = std::vector<std::string>;

std::vector<FunctionRef> Refs(const Names& names) {
  std::vector<FunctionRef> refs;
  for (const std::string& name : names) refs.push_back({name, nullptr});
  return refs;
}

struct RemoveFunctionTest : ::testing::Test {
  void Add(const std::string& name) {
    FunctionSpec f;
    f.signature.name = name;
    ASSERT_TRUE(library.Add(f).ok());
  }
  // `name` is a forward version of the first of `base`.
  void AddVersion(const std::string& name, const Names& base, const Names& backward) {
    FunctionSpec f;
    f.signature.name = name;
    BranchGradientInfo info;
    info.base = Refs(base);
    info.backward = Refs(backward);
    info.Write(&f.attrs);
    ASSERT_TRUE(library.Add(f).ok());
  }

  FunctionLibrary library;
};

TEST_F(RemoveFunctionTest, ACallWithItsVersionsOfEachOrder) {
  for (const char* name : {"f", "f_1", "g", "__backward_f", "__backward___forward_f",
                           "__backward___backward_f", "__backward_f_1"})
    Add(name);
  AddVersion("__forward_f", {"f"}, {"__backward_f"});
  AddVersion("__forward___forward_f", {"__forward_f"}, {"__backward___forward_f"});
  AddVersion("__forward___backward_f", {"__backward_f"}, {"__backward___backward_f"});
  AddVersion("__forward_f_1", {"f_1"}, {"__backward_f_1"});  // of another function
  RemoveFunction(&library, "f");
  EXPECT_EQ(library.ListNames(), (Names{"__backward_f_1", "__forward_f_1", "f_1", "g"}));
  RemoveFunction(&library, "f_1");
  EXPECT_EQ(library.ListNames(), Names{"g"});
}

TEST_F(RemoveFunctionTest, Branches) {
  for (const char* name : {"yes", "no", "__backward_yes_branch0", "__backward_yes_branch1"})
    Add(name);
  for (const char* name : {"__forward_yes_branch0", "__forward_yes_branch1"})
    AddVersion(name, {"yes", "no"}, {"__backward_yes_branch0", "__backward_yes_branch1"});
  RemoveFunction(&library, "yes");
  EXPECT_EQ(library.ListNames(), Names{"no"});
}

TEST_F(RemoveFunctionTest, ALoop) {
  for (const char* name :
       {"cond", "body", "__forward_body_cond", "__backward_body", "__backward_body_cond"})
    Add(name);
  FunctionSpec forward;
  forward.signature.name = "__forward_body";
  forward.signature.outputs.resize(1);  // the counter
  WhileGradientInfo info;
  info.base = Refs({"cond", "body"});
  info.backward = Refs({"__backward_body_cond", "__backward_body"});
  info.Write(&forward.attrs);
  ASSERT_TRUE(library.Add(forward).ok());
  RemoveFunction(&library, "body");
  EXPECT_EQ(library.ListNames(), Names{"cond"});
}

TEST_F(RemoveFunctionTest, WhatIsNotThere) {
  Add("f");
  RemoveFunction(&library, "none");
  EXPECT_EQ(library.ListNames(), Names{"f"});
}

}  // namespace
}  // namespace millrace
