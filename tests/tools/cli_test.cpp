// The command line as a user meets it: exit codes, messages, files.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/image/image_io.h"
#include "engine/io/npy.h"
#include "engine/io/safetensors.h"
#include "engine/io/weights.h"
#include "layers/functional/autocast.h"
#include "layers/functional/binary.h"
#include "layers/modules/state_dict.h"
#include "models/a2s/a2s.h"
#include "tests/support/hash_fill.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"
#include "tests/tools/salix_run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Json = nlohmann::json;

// a2s with the hash fill, as a file; made once, because writing 111 MB takes a moment.
const std::string& hash_filled_file() {
  static const std::string path = [] {
    const fs::path file =
        fs::temp_directory_path() / ("salix_hash_" + std::to_string(::getpid()) + ".safetensors");
    Exec exec;
    A2s network(exec);
    hash_fill(network);
    io::write_weights(file, state_dict(network));
    return file.string();
  }();
  return path;
}

class RemoveSharedFile : public ::testing::Environment {
  void TearDown() override {
    std::error_code ignored;
    fs::remove(hash_filled_file(), ignored);
  }
};
const auto* const kCleanUp = ::testing::AddGlobalTestEnvironment(new RemoveSharedFile);

data::Image gradient_image(int height, int width) {
  data::Image image(height, width, 3);
  for (int i = 0; i < height; ++i) {
    for (int j = 0; j < width; ++j) {
      image.at(i, j)[0] = static_cast<std::uint8_t>(i * 5);
      image.at(i, j)[1] = static_cast<std::uint8_t>(j * 3);
      image.at(i, j)[2] = static_cast<std::uint8_t>(i * j);
    }
  }
  return image;
}

Json read_json(const std::string& path) {
  std::ifstream file(path);
  return Json::parse(file);
}

TEST(Cli, HelpAndUsageErrorsHaveTheirExitCodes) {
  EXPECT_EQ(salix_run({"--help"}).code, 0);
  EXPECT_THAT(salix_run({"predict", "a2s", "--help"}).out, HasSubstr("Examples:"));
  EXPECT_EQ(salix_run({}).code, 2);
  const Result unknown = salix_run({"predict", "a2s", "--wieght", "x", "y.jpg"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("see --help"));
}

TEST(Cli, InfoNamesBuildAndDevices) {
  const Result result = salix_run({"info", "--json"});
  ASSERT_EQ(result.code, 0);
  const Json facts = Json::parse(result.out);
  EXPECT_THAT(facts["devices"], ::testing::Contains("simt"));
  EXPECT_FALSE(facts["libraries"]["oneDNN"].get<std::string>().empty());
}

TEST(Cli, NeverTakesAnotherDeviceThanAskedFor) {
  if (cuda_device_count() > 0) GTEST_SKIP() << "this machine has a CUDA device";
  const ScratchFolder folder;
  const Result result = salix_run({"predict", "a2s", "--weight", hash_filled_file(), "--device",
                                   "cuda", "-o", folder / "maps", folder / "x.npy"});
  EXPECT_NE(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("--device cpu"));
}

TEST(Cli, PredictsImagesAtTheirOwnSizeAndSkipsCorruptOnes) {
  const ScratchFolder folder;
  fs::create_directories(folder / "in");
  data::write_image(folder / "in/a.png", gradient_image(40, 56));
  data::write_image(folder / "in/b.png", gradient_image(33, 21));
  std::ofstream(folder / "in/broken.jpg") << "this is not an image";
  const Result result =
      salix_run({"predict", "a2s", "--weight", hash_filled_file(), folder / "in", "-o",
                 folder / "maps", "--overlay", "--cutout", "--size", "64", "--batch", "2",
                 "--contact-sheet", folder / "sheet.png", "--json"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("skipped:"), HasSubstr("broken.jpg"),
                                HasSubstr("1 of 3 inputs failed")));
  EXPECT_EQ(Json::parse(result.out)["written"], 2);
  const data::Image map = data::read_grey(folder / "maps/a.png");
  EXPECT_EQ(map.height, 40);
  EXPECT_EQ(map.width, 56);
  EXPECT_TRUE(fs::exists(folder / "maps/b_overlay.png"));
  EXPECT_TRUE(fs::exists(folder / "maps/b_cutout.png"));
  EXPECT_GT(fs::file_size(folder / "sheet.png"), 1000u);
}

TEST(Cli, PredictsInMixedPrecisionNearlyTheSameLogits) {
  if (!has_fast_autocast(Exec())) GTEST_SKIP() << "this CPU has no AVX-512";
  const ScratchFolder folder;
  data::write_image(folder / "a.png", gradient_image(64, 64));
  const auto logits = [&](const char* amp) {
    const Result result =
        salix_run({"predict", "a2s", "--weight", hash_filled_file(), folder / "a.png", "-o",
                   folder / amp, "--size", "64", "--logits", "--amp", amp});
    EXPECT_EQ(result.code, 0) << result.err;
    return io::read_npy(folder / (std::string(amp) + "/a_logits.npy"));
  };
  const io::Array full = logits("none"), mixed = logits("bf16");
  double difference = 0, size = 0;
  for (std::size_t k = 0; k < full.as<float>().size(); ++k) {
    difference += std::abs(double{mixed.as<float>()[k]} - full.as<float>()[k]);
    size += std::abs(full.as<float>()[k]);
  }
  EXPECT_GT(difference, 0);
  EXPECT_LT(difference, 0.05 * size);
  EXPECT_EQ(salix_run({"predict", "a2s", "--amp", "fp8", folder / "a.png"}).code, 2);
}

// At the network's own size a map is the logits' sigmoid, each image beside its own.
TEST(Cli, WritesTheLogitsThatTheMapsWereMadeFrom) {
  const ScratchFolder folder;
  fs::create_directories(folder / "in");
  data::write_image(folder / "in/a.png", gradient_image(40, 56));
  data::write_image(folder / "in/b.png", gradient_image(64, 64));
  const Result result =
      salix_run({"predict", "a2s", "--weight", hash_filled_file(), folder / "in", "-o",
                 folder / "maps", "--size", "64", "--batch", "2", "--logits"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(io::read_npy(folder / "maps/a_logits.npy").shape, (Shape{1, 1, 64, 64}));
  const io::Array logits = io::read_npy(folder / "maps/b_logits.npy");
  const data::Image map = data::read_grey(folder / "maps/b.png");
  ASSERT_EQ(logits.numel(), 64 * 64);
  for (std::size_t i = 0; i < 64 * 64; ++i) {
    const double probability = 1 / (1 + std::exp(-double{logits.as<float>()[i]}));
    ASSERT_NEAR(map.pixels[i], 255 * probability, 0.501) << i;
  }
}

TEST(Cli, PredictsNpyBatchesToTheLogitsOfTheSpecification) {
  const ScratchFolder folder;
  Exec exec;
  io::write_npy(folder / "batch.npy", to_nchw(hash_input(exec, "image", 2, 64, DType::kFloat32)));
  const Result result = salix_run({"predict", "a2s", "--weight", hash_filled_file(),
                                   folder / "batch.npy", "-o", folder / "maps"});
  ASSERT_EQ(result.code, 0) << result.err;
  const io::Array logits = io::read_npy(folder / "maps/batch_logits.npy");
  EXPECT_EQ(logits.shape, (Shape{2, 1, 64, 64}));
  EXPECT_NEAR(logits.as<float>()[0], -6.3496194, 6e-4);
}

TEST(Cli, ReportsWrongBatchesAndMissingFiles) {
  const ScratchFolder folder;
  io::write_npy(folder / "flat.npy", io::Array::zeros(DType::kFloat32, {3, 4}));
  const Result flat = salix_run({"predict", "a2s", "--weight", hash_filled_file(),
                                 folder / "flat.npy", "-o", folder / "maps"});
  EXPECT_EQ(flat.code, 1);
  EXPECT_THAT(flat.err, HasSubstr("must be [N,3,H,W], normalised; got [3, 4]"));
  const Result missing =
      salix_run({"predict", "a2s", "--weight", folder / "none.pth", folder / "flat.npy"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.err, HasSubstr("none.pth"));
}

TEST(Cli, AuditStepWritesAllThatTheTableNames) {
  const ScratchFolder folder;
  fs::create_directories(folder / "in");
  Exec exec;
  io::write_npy(folder / "in/image.npy",
                to_nchw(hash_input(exec, "image", 2, 64, DType::kFloat32)));
  io::write_npy(folder / "in/dfinal.npy", to_nchw(random_tensor(exec, {2, 64, 64, 1}, 1)));
  const Result result =
      salix_run({"audit", "step", "a2s", "--weight", hash_filled_file(), "--inputs", folder / "in",
                 "--out", folder / "out", "--mode", "train", "--full"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(io::read_npy(folder / "out/final_logits.npy").shape, (Shape{2, 1, 64, 64}));
  EXPECT_EQ(io::read_npy(folder / "out/final.npy").shape, (Shape{2, 1, 64, 64}));
  const Json gradients = read_json(folder / "out/gradients.json");
  EXPECT_EQ(gradients.size(), 193u);
  EXPECT_TRUE(gradients["encoder.fc.weight"].is_null());
  EXPECT_GT(gradients["encoder.conv1.weight"]["norm"].get<double>(), 0);
  const io::Safetensors full = io::read_safetensors(folder / "out/gradients.safetensors");
  EXPECT_EQ(full.tensors.at("encoder.conv1.weight").shape, (Shape{64, 3, 7, 7}));
  const Json update = read_json(folder / "out/update.json");
  EXPECT_EQ(update["encoder.conv1.weight"]["norm"], 0);
  EXPECT_GT(update["decoder.fusion.ad0.0.weight"]["norm"].get<double>(), 0);
  const Json buffers = read_json(folder / "out/buffers.json");
  EXPECT_NEAR(buffers["encoder.bn1.running_mean"]["sum"].get<double>(), 0.3801139479, 4e-5);
  EXPECT_TRUE(fs::exists(folder / "out/updated.safetensors"));
  EXPECT_TRUE(read_json(folder / "out/loss.json")["total"].is_null());
}

// Appendix A.1 of the specification: losses and gradient norms of one step of stage 1. No
// --device: float64 is computed on the cpu also where there is a GPU.
TEST(Cli, AuditStepComputesTheLossesOfStage1ToThePrintedDigits) {
  const ScratchFolder folder;
  fs::create_directories(folder / "in");
  Exec exec;
  const Tensor modality = (hash_input(exec, "modal", 2, 64) + 1.5) / 3.0;
  io::write_npy(folder / "in/image.npy", to_nchw(hash_input(exec, "image", 2, 64)));
  io::write_npy(folder / "in/prior_d.npy", to_nchw(modality));
  const Result result = salix_run({"audit",
                                   "step",
                                   "a2s",
                                   "--weight",
                                   hash_filled_file(),
                                   "--inputs",
                                   folder / "in",
                                   "--out",
                                   folder / "out",
                                   "--mode",
                                   "train",
                                   "--dtype",
                                   "float64",
                                   "--loss",
                                   "stage1",
                                   "--trset",
                                   "cd",
                                   "--epoch",
                                   "3",
                                   "--second-scale",
                                   "96"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json loss = read_json(folder / "out/loss.json");
  // The weights went through float32, to 6e-8 relative.
  EXPECT_NEAR(loss["terms"]["csd"]["weighted"].get<double>(), 0.3522687783, 1e-6);
  EXPECT_NEAR(loss["terms"]["btm"]["weighted"].get<double>(), 0.0002452649758, 1e-9);
  EXPECT_NEAR(loss["terms"]["consistency"]["weighted"].get<double>(), 0.06026511041, 1e-6);
  const Json gradients = read_json(folder / "out/gradients.json");
  EXPECT_NEAR(gradients["encoder.conv1.weight"]["norm"].get<double>(), 1.979535, 2e-5);
  EXPECT_NEAR(gradients["decoder.ad2.ad0.0.weight"]["norm"].get<double>(), 1.2514476, 1e-5);
  const Json buffers = read_json(folder / "out/buffers.json");
  EXPECT_NEAR(buffers["encoder.bn1.running_mean"]["sum"].get<double>(), 0.3831567728, 1e-6);
}

TEST(Cli, AuditStepRepeatsToTheBit) {
  const ScratchFolder folder;
  fs::create_directories(folder / "in");
  Exec exec;
  io::write_npy(folder / "in/image.npy",
                to_nchw(hash_input(exec, "image", 1, 64, DType::kFloat32)));
  io::write_npy(folder / "in/dfinal.npy", to_nchw(random_tensor(exec, {1, 64, 64, 1}, 1)));
  for (const char* run : {"one", "two"}) {
    ASSERT_EQ(salix_run({"audit", "step", "a2s", "--weight", hash_filled_file(), "--inputs",
                         folder / "in", "--out", folder / run, "--mode", "train", "--full"})
                  .code,
              0);
  }
  const Result diff = salix_run(
      {"weights", "diff", folder / "one/updated.safetensors", folder / "two/updated.safetensors"});
  EXPECT_EQ(diff.code, 0);
  EXPECT_EQ(diff.out, "identical\n");
}

}  // namespace
}  // namespace salix::testing
