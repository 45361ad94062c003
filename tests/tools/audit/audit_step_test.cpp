// `salix audit step` of networks that give more than maps: features, scores of classes, and what is
// refused of their inputs.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "engine/io/file.h"
#include "engine/io/npy.h"
#include "tests/support/scratch.h"
#include "tests/tools/initial_weights.h"
#include "tests/tools/salix_run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class AuditStep : public ::testing::Test {
 protected:
  AuditStep() { fs::create_directories(folder / "in"); }
  void put(const std::string& name, const Shape& shape, float value) const {
    io::Array array = io::Array::zeros(DType::kFloat32, shape);
    std::ranges::fill(array.as<float>(), value);
    io::write_npy(folder / ("in/" + name + ".npy"), array);
  }
  Result step(const std::string& network, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{
        "audit",    "step",        network, "--weight",     initial_weights(network),
        "--inputs", folder / "in", "--out", folder / "out", "--device",
        "cpu"};
    words.insert(words.end(), more.begin(), more.end());
    return salix_run(words);
  }
  io::Array result(const std::string& name) const {
    return io::read_npy(folder / ("out/" + name + ".npy"));
  }
  ScratchFolder folder;
};

TEST_F(AuditStep, WritesScoresOfClassesAndGoesBackFromTheirCotangent) {
  put("image", {2, 3, 224, 224}, 0.5f);
  put("dclasses", {2, 1000}, 0.25f);
  const Result run = step("localvit");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(result("classes").shape, (Shape{2, 1000}));
  EXPECT_FALSE(fs::exists(folder / "out/classes_logits.npy"));
  const auto gradients = nlohmann::json::parse(io::read_text_file(folder / "out/gradients.json"));
  EXPECT_NEAR(gradients["head.bias"]["sum"].get<double>(), 2 * 1000 * 0.25, 1e-3);
  EXPECT_FALSE(fs::exists(folder / "out/update.json"));  // no recipe updates it
  put("dclasses", {2, 10}, 0.25f);
  EXPECT_THAT(step("localvit").err,
              HasSubstr("dclasses.npy must be like the output, [2, 1000]; got [2, 10]"));
  EXPECT_EQ(step("localvit", {"--loss", "recipe"}).code, 2);
}

TEST_F(AuditStep, WritesMapsAndFeaturesAndGoesBackFromBoth) {
  put("image", {1, 3, 224, 224}, 0.5f);
  put("prior_d", {1, 3, 224, 224}, 0.25f);
  put("dclassifier_div8", {1, 1, 28, 28}, 1.0f);
  put("dembedding", {1, 64, 56, 56}, 1e-3f);
  const Result run = step("sfnet");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(result("classifier_div1_logits").shape, (Shape{1, 1, 224, 224}));
  EXPECT_EQ(result("classifier_div16").shape, (Shape{1, 1, 14, 14}));
  EXPECT_EQ(result("embedding").shape, (Shape{1, 64, 56, 56}));
  EXPECT_FALSE(fs::exists(folder / "out/embedding_logits.npy"));
  const auto gradients = nlohmann::json::parse(io::read_text_file(folder / "out/gradients.json"));
  EXPECT_NEAR(gradients["sfnet.classifier_div8.bias"]["sum"].get<double>(), 28 * 28, 1e-2);
  EXPECT_TRUE(gradients["sfnet.classifier_div2.bias"].is_null() ||
              gradients["sfnet.classifier_div2.bias"]["norm"] == 0);
  EXPECT_TRUE(fs::exists(folder / "out/update.json"));
}

TEST_F(AuditStep, RefusesOtherShapesInASentence) {
  put("image", {1, 3, 64, 64}, 0.5f);
  put("prior_d", {1, 3, 64, 64}, 0.25f);
  EXPECT_THAT(step("sfnet").err,
              HasSubstr("sfnet takes images of 224 x 224 pixels alone; image.npy has 64 x 64"));
  put("image", {1, 3, 224, 224}, 0.5f);
  EXPECT_THAT(step("sfnet").err, HasSubstr("prior_d.npy has 64 x 64"));
  put("prior_d", {1, 3, 224, 224}, 0.25f);
  put("dembedding", {1, 1, 56, 56}, 1.0f);
  EXPECT_THAT(step("sfnet").err,
              HasSubstr("dembedding.npy must be like the output, [1, 64, 56, 56]; got"));
}

}  // namespace
}  // namespace salix::testing
