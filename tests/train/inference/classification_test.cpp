// A classifier that looks at the mean colour: ranks, losses, pictures that cannot be read.
#include "train/inference/classification.h"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>

#include "data/image/image_io.h"
#include "data/image/normalize.h"
#include "layers/functional/reduce.h"
#include "tests/support/scratch.h"
#include "train/inference/network_input.h"

namespace salix::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kSize = 28;  // pictures are brought to a short side of 32

// The scores of classes red, green, blue are the means of the channels.
class ColourClassifier : public Network {
 public:
  explicit ColourClassifier(OutputKind kind = OutputKind::kClasses)
      : Network({.name = "colours",
                 .prediction = kind,
                 .classes = 3,
                 .fixed_size = kSize,
                 .default_recipe = ""}) {}
  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor&) override {
    batches.push_back(image.dim(0));
    return {{"classes", mean(image, {1, 2}), OutputKind::kClasses}};
  }
  std::vector<ParameterGroup> parameter_groups() override { return {}; }
  LoadSummary import_weights(const io::NamedArrays&, bool) override { return {}; }
  std::vector<std::int64_t> batches;
};

class Classification : public ::testing::Test {
 protected:
  data::ClassPicture picture(const std::string& name, data::Rgb colour, int label) const {
    data::Image image(40, 50, 3);
    for (std::size_t k = 0; k < image.pixels.size(); k += 3) {
      image.pixels[k] = colour.r;
      image.pixels[k + 1] = colour.g;
      image.pixels[k + 2] = colour.b;
    }
    data::write_image(folder / name, image);
    return {folder / name, label};
  }
  static constexpr data::Rgb kRed{255, 0, 0}, kGreen{0, 255, 0}, kBlue{0, 0, 255};
  ScratchFolder folder;
  ColourClassifier network;
};

TEST_F(Classification, CountsWhatIsRightAndLeavesOutWhatCannotBeRead) {
  const std::vector<data::ClassPicture> pictures{picture("1.png", kRed, 0),
                                                 picture("2.png", kGreen, 1),
                                                 {folder / "none.png", 0},
                                                 picture("4.png", kBlue, 1),
                                                 picture("5.png", kBlue, 2)};
  std::vector<std::string> sentences;
  int progress = 0;
  Exec exec({}, {.threads = 1});
  const ClassificationResult result =
      classify(exec, network, pictures,
               {.batch = 3,
                .on_picture = [&] { ++progress; },
                .on_failure = [&](const std::string& text) { sentences.push_back(text); }});
  EXPECT_EQ(progress, 5);
  EXPECT_THAT(result.failed, ElementsAre(folder / "none.png"));
  EXPECT_THAT(sentences, ElementsAre(HasSubstr("none.png")));
  EXPECT_EQ(result.scores.images, 4);
  EXPECT_DOUBLE_EQ(result.scores.top1, 0.75);
  EXPECT_DOUBLE_EQ(result.scores.top5, 1);
  EXPECT_THAT(network.batches, ElementsAre(3, 1));
  // Red's scores are (1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225.
  const double red = std::log1p(std::exp(-0.456 / 0.224 - 0.515 / 0.229) +
                                std::exp(-0.406 / 0.225 - 0.515 / 0.229));
  const ClassificationResult one = classify(exec, network, {pictures.front()}, {});
  EXPECT_NEAR(one.scores.loss, red, 1e-6);
}

TEST_F(Classification, DoesNotDependOnThreads) {
  std::vector<data::ClassPicture> pictures;
  for (int k = 0; k < 7; ++k) {
    const auto level = static_cast<std::uint8_t>(30 * k);
    pictures.push_back(picture(str(k, ".png"), {level, 100, 50}, k % 3));
  }
  std::vector<double> losses;
  for (const int threads : {1, 3}) {
    Exec exec({}, {.threads = threads});
    losses.push_back(classify(exec, network, pictures, {.batch = 2}).scores.loss);
  }
  EXPECT_EQ(losses[0], losses[1]);
}

TEST_F(Classification, EndsWhenAskedTo) {
  const std::vector<data::ClassPicture> pictures{picture("1.png", kRed, 0),
                                                 picture("2.png", kGreen, 0)};
  Exec exec({}, {.threads = 1});
  const ClassificationResult result =
      classify(exec, network, pictures, {.batch = 1, .stop = [] { return 130; }});
  EXPECT_EQ(result.stopped, 130);
  EXPECT_EQ(result.scores.images, 1);
}

TEST_F(Classification, RefusesANetworkOfMapsAndNoPicture) {
  Exec exec({}, {.threads = 1});
  ColourClassifier maps(OutputKind::kMap);
  EXPECT_THROW(classify(exec, maps, {picture("1.png", kRed, 0)}, {}), InvalidInput);
  EXPECT_THROW(classify(exec, network, {}, {}), InvalidInput);
}

// The centre of the enlarged picture, every step of the scaling in float32.
TEST(ClassifierInput, IsTheNormalisedCentre) {
  data::Image picture(40, 60, 3, 10);
  *picture.at(20, 30) = 200;
  const HostValues input = classifier_input(picture, 28);
  EXPECT_EQ(input.shape, (Shape{1, 28, 28, 3}));
  const float red = (10.0f / 255.0f - 0.485f) / 0.229f;
  EXPECT_EQ(input.values.front(), red);
  EXPECT_GT(*std::max_element(input.values.begin(), input.values.end()), red + 1);
}

TEST(ClassifierInput, Float32AndFloat64DifferInTheLastBitOnly) {
  data::Image ramp(1, 256, 3);
  for (int v = 0; v < 256; ++v)
    for (int c = 0; c < 3; ++c) ramp.at(0, v)[c] = static_cast<std::uint8_t>(v);
  std::vector<float> narrow(ramp.pixels.size()), wide(narrow);
  data::normalize_rgb_float32(ramp, narrow);
  data::normalize_rgb(ramp, wide);
  int different = 0;
  for (std::size_t k = 0; k < narrow.size(); ++k) {
    const float v = static_cast<float>(ramp.pixels[k]) / 255.0f;
    constexpr float kMean[] = {0.485f, 0.456f, 0.406f}, kStd[] = {0.229f, 0.224f, 0.225f};
    const float centred = v - kMean[k % 3];
    EXPECT_EQ(narrow[k], centred / kStd[k % 3]);
    EXPECT_NEAR(narrow[k], wide[k], 3e-7);
    different += narrow[k] != wide[k] ? 1 : 0;
  }
  EXPECT_GT(different, 0);
}

}  // namespace
}  // namespace salix::testing
