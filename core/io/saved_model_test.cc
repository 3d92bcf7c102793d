#include "core/io/saved_model.h"

#include <gtest/gtest.h>

#include <string>

#include "protos/meta_graph.pb.h"
#include "protos/saved_model.pb.h"

namespace millrace {
namespace {

struct SavedModelTest : testing::Test {
  SavedModelTest() {
    MetaGraphDef& meta = *model.add_meta_graphs();
    meta.mutable_meta_info_def()->add_tags("serve");
    (*meta.mutable_signature_def())["f"].set_method_name("m");
    meta.mutable_saver_def()->set_restore_op_name("restore");
  }
  MetaGraphDef& meta() { return *model.mutable_meta_graphs(0); }
  absl::StatusOr<SavedModelGraph> Read(std::string tag = "serve") {
    EXPECT_TRUE(DefaultEnv()
                    ->WriteStringToFileAtomically(JoinPath(dir, "saved_model.pb"),
                                                  model.SerializeAsString())
                    .ok());
    return ReadSavedModel(DefaultEnv(), dir, {tag});
  }
  static AssetFileDef Asset(const std::string& file) {
    AssetFileDef asset;
    asset.mutable_tensor_info()->set_name("name:0");
    asset.set_filename(file);
    return asset;
  }

  const std::string dir = *DefaultEnv()->MakeTempDir("saved_model");
  SavedModel model;
};

TEST_F(SavedModelTest, IsFoundByItsTags) {
  auto found = Read();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->restore_op, "restore");
  EXPECT_EQ(found->signatures.at("f").method, "m");
  EXPECT_EQ(found->variables_prefix, "");
  const absl::Status status = Read("train").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(status.message().find("{serve}"), absl::string_view::npos) << status;
  EXPECT_EQ(ReadSavedModel(DefaultEnv(), JoinPath(dir, "none"), {"serve"}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(SavedModelTest, AssetsAreInTheFieldOrInACollection) {
  const std::pair<std::string, std::string> expected("name:0",
                                                     JoinPath(JoinPath(dir, "assets"), "a.txt"));
  auto* any = (*meta().mutable_collection_def())["saved_model_assets"].mutable_any_list();
  any->add_value()->PackFrom(Asset("a.txt"));
  auto found = Read();
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->assets.size(), 1u);
  EXPECT_EQ(found->assets[0], expected);
  *meta().add_asset_file_def() = Asset("a.txt");
  found = Read();
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->assets.size(), 1u);
  EXPECT_EQ(found->assets[0], expected);
}

TEST_F(SavedModelTest, AnAssetOutsideOfTheFolderIsRefused) {
  for (const char* file : {"/etc/passwd", "../up", "", "a/../../b"}) {
    meta().clear_asset_file_def();
    *meta().add_asset_file_def() = Asset(file);
    EXPECT_EQ(Read().status().code(), absl::StatusCode::kInvalidArgument) << file;
  }
  meta().clear_asset_file_def();
  auto* any = (*meta().mutable_collection_def())["saved_model_assets"].mutable_any_list();
  any->add_value()->set_value("\xff");
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(SavedModelTest, BytesThatAreNoModel) {
  ASSERT_TRUE(DefaultEnv()
                  ->WriteStringToFileAtomically(JoinPath(dir, "saved_model.pb"), "\xff\xff\xff")
                  .ok());
  EXPECT_EQ(ReadSavedModel(DefaultEnv(), dir, {"serve"}).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace millrace
