// The two looks at a scene: what a small network is shown, and sfnet's printed numbers.
#include "train/recipes/scribble/two_passes.h"

#include <gmock/gmock.h>

#include <cmath>

#include "layers/functional/binary.h"
#include "layers/functional/dropout.h"
#include "layers/functional/reduce.h"
#include "layers/functional/slice.h"
#include "layers/functional/unary.h"
#include "models/sfnet/sfnet.h"
#include "tests/support/dhfr_fill.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Gives back what it is shown, as maps and features of half the size.
class Mirror : public Network {
 public:
  explicit Mirror(std::vector<OutputKind> kinds)
      : Network({.name = "mirror", .inputs = {"image", "modality"}}), kinds_(std::move(kinds)) {}
  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor& depth) override {
    std::vector<NamedOutput> given;
    for (const OutputKind kind : kinds_) {
      const bool is_features = kind == OutputKind::kFeatures;
      given.push_back({str("output", given.size()),
                       is_features ? concat_of(image, depth) : slice(image, 3, 0, 1), kind});
    }
    return given;
  }
  std::vector<ParameterGroup> parameter_groups() override { return {}; }
  LoadSummary import_weights(const io::NamedArrays&, bool) override { return {}; }

 private:
  static Tensor concat_of(const Tensor& image, const Tensor& depth) { return image + depth; }
  std::vector<OutputKind> kinds_;
};

// 4x4: of a single bright pixel, the coarse scene keeps what bilinear resampling with aligned
// corners to 2x2 and back leaves of it: a corner stays and spreads, the inside vanishes.
TEST(TwoPasses, ShowTheSceneAndItsCoarseCopy) {
  Exec exec;
  Mirror network({OutputKind::kMap, OutputKind::kMap, OutputKind::kContour, OutputKind::kFeatures});
  std::vector<float> pixels(48);
  for (const std::size_t c : {0, 1, 2}) pixels[c] = 9, pixels[3 * 5 + c] = 7;
  const Tensor image = Tensor::from_host(exec, pixels, {1, 4, 4, 3});
  const TwoPasses seen = two_passes(network, image, image);
  EXPECT_EQ(seen.maps.size(), 2u);
  EXPECT_TRUE(same_bits(seen.maps[0], slice(image, 3, 0, 1)));
  EXPECT_TRUE(seen.contour.defined());
  EXPECT_TRUE(close(seen.map_aug,
                    std::vector<double>{9, 6, 3, 0, 6, 4, 2, 0, 3, 2, 1, 0, 0, 0, 0, 0},
                    tolerance::elementwise));
  EXPECT_EQ(seen.embedding_aug.to_vector<float>().front(), 18);
  std::vector<std::string> names;
  for (const NamedOutput& output : seen.outputs) names.push_back(output.name);
  EXPECT_THAT(names, ElementsAre("output0", "output1", "output2", "output3", "output0_aug",
                                 "embedding_aug"));
}

TEST(TwoPasses, NeedAMapAndAnEmbedding) {
  Exec exec;
  const Tensor image = Tensor::zeros(exec, {1, 4, 4, 3});
  Mirror maps_alone({OutputKind::kMap}), features_first({OutputKind::kFeatures, OutputKind::kMap});
  EXPECT_THAT(error_of([&] { two_passes(maps_alone, image, image); }),
              HasSubstr("must give an embedding; this one gives none"));
  EXPECT_THAT(error_of([&] { two_passes(features_first, image, image); }),
              HasSubstr("first output must be a saliency map"));
}

// Batch statistics, the image's pass before the coarse one's, nothing dropped (DHFR, A.4).
TEST(TwoPassesSlow, MeansAndDeviationsOfSfnetInTrainMode) {
  Exec exec;
  Sfnet network(exec);
  dhfr_fill(network);
  const WithoutDropout without(exec);
  const TwoPasses seen = two_passes(network, dhfr_image(exec, 2, DType::kFloat32),
                                    dhfr_depth(exec, 2, DType::kFloat32));
  const auto expect = [](const Tensor& logits, double printed_mean, double printed_deviation) {
    const Tensor map = sigmoid(logits.detach());
    const double average = mean(map).item();
    EXPECT_NEAR(average, printed_mean, 2e-6);
    EXPECT_NEAR(std::sqrt(mean(square(map - average)).item()), printed_deviation, 2e-6);
  };
  expect(seen.maps.front(), 0.428882, 0.287715);
  expect(seen.map_aug, 0.429783, 0.289092);
  EXPECT_EQ(seen.embedding_aug.shape(), (Shape{2, 56, 56, 64}));
  for (const StateEntry& entry : network.state()) {
    if (!entry.name.ends_with("num_batches_tracked")) continue;
    EXPECT_EQ(entry.tensor->item(), 2) << entry.name;
  }
}

}  // namespace
}  // namespace salix::testing
