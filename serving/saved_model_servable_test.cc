#include <thread>

#include "absl/strings/match.h"
#include "core/base/env.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "protos/saved_model.pb.h"
#include "serving/servable.h"

namespace millrace {
namespace serving {
namespace {

// y = x * v for x: float[?, 2], v = 3 from the model's initialiser; "slow" waits for x from a
// queue.
constexpr char kModel[] = R"(
  saved_model_schema_version: 1
  meta_graphs {
    meta_info_def { tags: "serve" }
    graph_def {
      versions { producer: 1087 }
      node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }
      node { name: "v" op: "VarHandleOp"
             attr { key: "dtype" value { type: DT_FLOAT } }
             attr { key: "shape" value { shape {} } }
             attr { key: "shared_name" value { s: "v" } } }
      node { name: "three" op: "Const"
             attr { key: "dtype" value { type: DT_FLOAT } }
             attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape {} float_val: 3 } } } }
      node { name: "init" op: "AssignVariableOp" input: "v" input: "three"
             attr { key: "dtype" value { type: DT_FLOAT } } }
      node { name: "read" op: "ReadVariableOp" input: "v"
             attr { key: "dtype" value { type: DT_FLOAT } } }
      node { name: "y" op: "Mul" input: "x" input: "read"
             attr { key: "T" value { type: DT_FLOAT } } }
      node { name: "queue" op: "FIFOQueueV2"
             attr { key: "component_types" value { list { type: DT_FLOAT } } } }
      node { name: "slow" op: "QueueDequeueV2" input: "queue"
             attr { key: "component_types" value { list { type: DT_FLOAT } } } }
    }
    collection_def {
      key: "saved_model_main_op"
      value { node_list { value: "init" } }
    }
    signature_def {
      key: "serving_default"
      value {
        inputs { key: "x" value {
          name: "x:0" dtype: DT_FLOAT tensor_shape { dim { size: -1 } dim { size: 2 } } } }
        outputs { key: "y" value { name: "y:0" dtype: DT_FLOAT } }
        outputs { key: "factor" value { name: "read:0" dtype: DT_FLOAT } }
        method_name: "tensorflow/serving/predict"
      }
    }
    signature_def {
      key: "blocked"
      value {
        outputs { key: "y" value { name: "slow:0" dtype: DT_FLOAT } }
        method_name: "tensorflow/serving/predict"
      }
    }
  })";

class ServableTest : public ::testing::Test {
 protected:
  ServableTest() : dir_(*env_->MakeTempDir("servable")) {
    SavedModel model;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kModel, &model));
    Write(model.SerializeAsString());
  }

  void Write(const std::string& bytes) {
    auto file = env_->NewWritableFile(JoinPath(dir_, "saved_model.pb"));
    ASSERT_TRUE(file.ok() && (*file)->Append(bytes).ok() && (*file)->Close().ok());
  }

  std::unique_ptr<Servable> Load() {
    auto servable = LoadSavedModel(dir_, {"serve"});
    EXPECT_TRUE(servable.ok()) << servable.status();
    return servable.ok() ? *std::move(servable) : nullptr;
  }

  // That Run of serving_default fails with this code, and says this.
  void ExpectError(const Servable::Inputs& inputs, const std::vector<std::string>& outputs,
                   absl::StatusCode code, absl::string_view text) {
    const auto got = Load()->Run("serving_default", inputs, outputs);
    EXPECT_EQ(got.status().code(), code) << got.status();
    EXPECT_TRUE(absl::StrContains(got.status().message(), text)) << got.status();
  }

  Env* env_ = DefaultEnv();
  const std::string dir_;
  const Tensor x_ = Tensor::Of<float>({2, 2}, {1, 2, 3, 4});
};

TEST_F(ServableTest, AnswersBySignature) {
  const auto model = Load();
  ASSERT_NE(model, nullptr);
  const Signature& signature = model->signatures().at("serving_default");
  EXPECT_EQ(signature.inputs.at("x").dtype, DType::kFloat);
  EXPECT_EQ(signature.inputs.at("x").shape.ToString(), "[?,2]");
  EXPECT_EQ(signature.outputs.count("y"), 1);

  const auto got = model->Run("serving_default", {{"x", x_}});
  ASSERT_TRUE(got.ok()) << got.status();
  ASSERT_EQ(got->size(), 2);
  EXPECT_EQ(got->at("factor").scalar<float>(), 3);
  const auto y = got->at("y").flat<float>();
  EXPECT_EQ(std::vector<float>(y.begin(), y.end()), (std::vector<float>{3, 6, 9, 12}));
}

TEST_F(ServableTest, GivesOnlyTheOutputsAskedFor) {
  const auto got = Load()->Run("serving_default", {{"x", x_}}, {"y"});
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->size(), 1);
  EXPECT_EQ(got->count("y"), 1);
}

TEST_F(ServableTest, SaysWhatIsWrongWithARequest) {
  const Tensor narrow = Tensor::Of<float>({2}, {1, 2});
  const Tensor integers = Tensor::Of<int32_t>({1, 2}, {1, 2});
  ExpectError({}, {}, absl::StatusCode::kInvalidArgument, "'x' of signature");
  ExpectError({{"x", x_}, {"x", x_}}, {}, absl::StatusCode::kInvalidArgument, "given twice");
  ExpectError({{"z", x_}}, {}, absl::StatusCode::kNotFound, "no input 'z'; it has 'x'");
  ExpectError({{"x", narrow}}, {}, absl::StatusCode::kInvalidArgument, "float[2]");
  ExpectError({{"x", integers}}, {}, absl::StatusCode::kInvalidArgument, "int32[1,2]");
  ExpectError({{"x", x_}}, {"z"}, absl::StatusCode::kNotFound, "no output 'z'");
  EXPECT_EQ(Load()->Run("other", {}).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ServableTest, GivesUpAtTheTimeout) {
  PredictOptions options;
  options.timeout = absl::Milliseconds(50);
  const auto model = Load();
  EXPECT_EQ(model->Run("blocked", {}, {}, options).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(model->Run("serving_default", {{"x", x_}}).ok());
}

TEST_F(ServableTest, ServesManyThreads) {
  const auto model = Load();
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const Tensor x = Tensor::Of<float>({1, 2}, {float(t), 1});
      for (int i = 0; i < 50; ++i) {
        const auto got = model->Run("serving_default", {{"x", x}}, {"y"});
        right += got.ok() && got->at("y").flat<float>()[0] == 3.0f * t;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 200);
}

TEST_F(ServableTest, DoesNotLoadWhatIsNotThere) {
  const auto no_tags = LoadSavedModel(dir_, {"train"});
  EXPECT_EQ(no_tags.status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(absl::StrContains(no_tags.status().message(), "{serve}")) << no_tags.status();
  const auto no_folder = LoadSavedModel(JoinPath(dir_, "none"), {"serve"});
  EXPECT_EQ(no_folder.status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ServableTest, DoesNotLoadADamagedFile) {
  SavedModel model;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(kModel, &model));
  const std::string bytes = model.SerializeAsString();
  Write(bytes.substr(0, bytes.size() / 2));
  EXPECT_EQ(LoadSavedModel(dir_, {"serve"}).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace serving
}  // namespace millrace
