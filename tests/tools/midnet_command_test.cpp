// midnet on the command line: its second modality, found, missing or superfluous; and the dense
// CRF on its maps, which are half as large as the image.
#include <gmock/gmock.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "data/image/image_io.h"
#include "data/scenes/generated_set.h"
#include "tests/support/png_file.h"
#include "tests/support/scratch.h"
#include "tools/cli/run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class MidnetCommand : public ::testing::Test {
 protected:
  MidnetCommand() {
    data::write_generated_set(
        folder.path(),
        {.task = data::Task::kThermal, .name = "tiny", .count = 3, .height = 60, .width = 80});
  }
  // Drawn once per test program: midnet has 80 million weights.
  static std::string weights(const std::string& network) {
    struct File {
      explicit File(const std::string& name)
          : path(fs::temp_directory_path() /
                 ("salix_" + name + "_" + std::to_string(::getpid()) + ".safetensors")) {
        std::ostringstream ignored;
        cli::run({"weights", "init", name, path.string()}, ignored, ignored);
      }
      ~File() { fs::remove(path); }
      fs::path path;
    };
    static const File midnet("midnet"), a2s("a2s");
    return (network == "midnet" ? midnet : a2s).path.string();
  }
  int run(const std::vector<std::string>& words) {
    std::ostringstream out_stream, err_stream;
    const int code = cli::run(words, out_stream, err_stream);
    out = out_stream.str();
    err = err_stream.str();
    return code;
  }
  int predict(std::vector<std::string> more, const std::string& network = "midnet") {
    const std::vector<std::string> usual{"predict",  network, "--weight",  weights(network),
                                         "--size",   "64",    "--threads", "1",
                                         "--device", "cpu",   "-o",        folder / "maps"};
    more.insert(more.begin(), usual.begin(), usual.end());
    return run(more);
  }
  fs::path set() const { return folder.path() / "RGBT/tiny"; }
  fs::path first(const char* part) const {
    fs::path smallest;
    for (const auto& entry : fs::directory_iterator(set() / part)) {
      if (smallest.empty() || entry.path() < smallest) smallest = entry.path();
    }
    return smallest;
  }

  ScratchFolder folder;
  std::string out, err;
};

// Untrained maps are all alike; logits tell.
TEST_F(MidnetCommand, AsksAboutDepthInMillimetresAndScalesIt) {
  std::vector<int> millimetres;
  for (int k = 0; k < 60 * 80; ++k) millimetres.push_back(800 + k % 2000);
  write_deep_png(folder / "depth.png", 60, 80, millimetres);
  const std::string photo = first("RGB").string(), logits = first("RGB").stem().string();
  const auto predicted = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{photo, "--modality", folder / "depth.png", "--logits", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(predict(words), 0) << err;
    std::ifstream file(folder / ("maps/" + logits + "_logits.npy"), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string white = predicted({});
  EXPECT_THAT(err, HasSubstr("note: 1 of 1 modality images have 16-bit values above 255"));
  EXPECT_THAT(err, HasSubstr("800..2799); scale them with --depth-range auto"));
  EXPECT_EQ(nlohmann::json::parse(out)["questions"][0]["kind"], "clipped");
  EXPECT_NE(predicted({"--depth-range", "800,2800"}), white);
  EXPECT_TRUE(nlohmann::json::parse(out)["questions"].empty()) << out;
  EXPECT_EQ(predict({photo, "--modality", photo, "--depth-range", "wide"}), 2);
}

TEST_F(MidnetCommand, PredictsAFolderWithTheThermalImagesOfTheSameNames) {
  ASSERT_EQ(predict({(set() / "RGB").string(), "--modality", (set() / "T").string(), "--batch", "2",
                     "--logits"}),
            0)
      << err;
  EXPECT_THAT(out, HasSubstr("3 of 3"));
  const data::Image map =
      data::read_grey(folder.path() / "maps" / (first("RGB").stem().string() + ".png"));
  EXPECT_EQ(map.height, 60);
  EXPECT_EQ(map.width, 80);
}

TEST_F(MidnetCommand, TheModalityChangesTheMapAndOneFileNeedsNoName) {
  const std::string image = first("RGB").string();
  const fs::path logits = folder.path() / "maps" / (first("RGB").stem().string() + "_logits.npy");
  ASSERT_EQ(predict({image, "--modality", first("T").string(), "--logits"}), 0) << err;
  const auto with_thermal = data::read_file_bytes(logits);
  ASSERT_EQ(predict({image, "--modality", image, "--logits"}), 0) << err;
  EXPECT_NE(with_thermal, data::read_file_bytes(logits));
}

TEST_F(MidnetCommand, SaysWhatIsWrongWithTheModality) {
  const std::string images = (set() / "RGB").string();
  EXPECT_EQ(predict({images}), 2);
  EXPECT_THAT(err, HasSubstr("looks at two modalities"));
  EXPECT_NE(predict({images, "--modality", folder / "nowhere"}), 0);
  EXPECT_EQ(predict({images, "--modality", first("T").string()}), 1);  // the others go on without
  EXPECT_THAT(err, HasSubstr("no --modality image is called"));
  EXPECT_THAT(out, HasSubstr("1 of 3"));
  EXPECT_EQ(predict({images, "--modality", images}, "a2s"), 2);
}

TEST_F(MidnetCommand, TheCrfRefinesMapsAtTheInputSize) {
  const std::vector<std::string> test{"test",        "midnet",
                                      "--weight",    weights("midnet"),
                                      "--vals",      "te",
                                      "--size",      "64",
                                      "--data-path", folder.path().string(),
                                      "--test-set",  "t=tiny",
                                      "--device",    "cpu",
                                      "--threads",   "1",
                                      "--crf",       "--save",
                                      "--save-path", folder / "result"};
  ASSERT_EQ(run(test), 0) << err;
  EXPECT_THAT(out, HasSubstr("t_tiny"));
  const data::Image label = data::read_grey(folder.path() / "result/midnet/resnet/base/t_tiny/crf" /
                                            (first("RGB").stem().string() + ".png"));
  for (const std::uint8_t value : label.pixels) EXPECT_TRUE(value == 0 || value == 255);
}

TEST_F(MidnetCommand, HasNoUseForSetsOfImagesAlone) {
  data::write_generated_set(folder.path(), {.name = "flat", .count = 2, .height = 60, .width = 80});
  EXPECT_EQ(run({"test", "midnet", "--weight", weights("midnet"), "--vals", "ce", "--data-path",
                 folder.path().string(), "--test-set", "c=flat"}),
            2);
  EXPECT_THAT(err, HasSubstr("choose sets of task d, o or t"));
  EXPECT_EQ(run({"train", "midnet", "--trset", "c", "--data-path", folder.path().string()}), 2);
  EXPECT_THAT(err, HasSubstr("must be one of d, o, t"));
}

}  // namespace
}  // namespace salix::testing
