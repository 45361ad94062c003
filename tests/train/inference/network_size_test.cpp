// Networks of one input size: how their pictures become that large, and at which size their maps
// are scored and saved.
#include <gmock/gmock.h>

#include <cmath>

#include "data/image/image_io.h"
#include "data/image/normalize.h"
#include "data/loading/training_sample.h"
#include "data/scenes/generated_set.h"
#include "layers/functional/slice.h"
#include "tests/support/scratch.h"
#include "train/inference/network_input.h"
#include "train/inference/scored_lists.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

constexpr int kSize = 32;

// Its map is the depth's first channel.
class DepthIsSalient : public Network {
 public:
  explicit DepthIsSalient(OutputKind kind = OutputKind::kMap)
      : Network({.name = "near",
                 .inputs = {"image", "modality"},
                 .prediction = kind,
                 .fixed_size = kSize,
                 .input_filter = InputFilter::kNearest,
                 .grey_modality = true,
                 .default_recipe = ""}) {}
  std::vector<NamedOutput> outputs(const Tensor&, const Tensor& depth) override {
    return {{"map", slice(depth, -1, 0, 1)}};
  }
  std::vector<ParameterGroup> parameter_groups() override { return {}; }
  LoadSummary import_weights(const io::NamedArrays&, bool) override { return {}; }
};

class NetworkSize : public ::testing::Test {
 protected:
  NetworkSize() {
    data::write_generated_set(
        folder.path(),
        {.task = data::Task::kDepth, .name = "tiny", .count = 2, .height = 60, .width = 80});
    data::DatasetOptions options{.root = folder.path()};
    options.test_sets[data::Task::kDepth] = {"tiny"};
    list = lists_for(network.facts(), "de", options).front();
  }
  EvaluationResult evaluate_with(const EvaluationParams& params) {
    return evaluate_list(exec, network, list, params, {}, {});
  }
  data::Image saved(std::size_t k) const {
    return data::read_grey(folder.path() / "maps" / (list.samples[k].name + ".png"));
  }
  ScratchFolder folder;
  Exec exec{{}, {.threads = 1}};
  DepthIsSalient network;
  data::SampleList list;
};

TEST_F(NetworkSize, MapsAreScoredAndSavedAtTheNetworksSizeUnlessTold) {
  EXPECT_EQ(scored_at_of(network.facts(), false), ScoredAt::kNetwork);
  EXPECT_EQ(scored_at_of(network.facts(), true), ScoredAt::kTruth);
  EXPECT_EQ(scored_at_of(network_facts("a2s"), false), ScoredAt::kTruth);
  const EvaluationResult small =
      evaluate_with({.size = kSize, .scored_at = ScoredAt::kNetwork, .maps = folder / "maps"});
  EXPECT_EQ(small.saved, 2);
  EXPECT_EQ(saved(0).height, kSize);
  EXPECT_EQ(saved(0).width, kSize);
  const EvaluationResult large = evaluate_with({.size = kSize, .maps = folder / "maps"});
  EXPECT_EQ(saved(0).height, 60);
  EXPECT_EQ(saved(0).width, 80);
  EXPECT_NE(small.scored.summary.mae, large.scored.summary.mae);
}

// The published protocol, step by step.
TEST_F(NetworkSize, TheScoresAreThoseOfTheStretchedMapAndTheSmallTruth) {
  const EvaluationResult result =
      evaluate_with({.size = kSize, .scored_at = ScoredAt::kNetwork, .maps = folder / "maps"});
  for (std::size_t k = 0; k < list.samples.size(); ++k) {
    const data::Image depth =
        data::resize_nearest_floor(data::read_grey(list.samples[k].modality), kSize, kSize);
    data::FloatMap map(kSize, kSize);
    for (std::size_t i = 0; i < map.values.size(); ++i)
      map.values[i] = 1 / (1 + std::exp(-(static_cast<float>(depth.pixels[i]) / 255.0f)));
    const ImageScores expected = score_at_map_size(map, data::read_grey(list.samples[k].mask));
    EXPECT_NEAR(result.scored.images[k].scores.mae, expected.mae, 1e-6);
    EXPECT_NEAR(result.scored.images[k].scores.weighted_f, expected.weighted_f, 1e-5);
    const data::Image written = saved(k);
    for (std::size_t i = 0; i < map.values.size(); ++i)
      EXPECT_NEAR(written.pixels[i], std::floor(255 * map.values[i]), 1);
  }
}

// Dense CRF looks at the image, and its labels are for training.
TEST_F(NetworkSize, RefinedMapsAreOfTheTruthsSize) {
  evaluate_with(
      {.size = kSize, .scored_at = ScoredAt::kNetwork, .crf = true, .maps = folder / "maps"});
  EXPECT_EQ(saved(0).height, 60);
}

TEST_F(NetworkSize, PicturesAreSampledByTheNetworksFilter) {
  const data::Image picture = data::read_rgb(list.samples[0].image);
  const HostValues input = image_input(network.facts(), picture, kSize);
  std::vector<float> expected(input.values.size());
  data::normalize_rgb(data::resize_nearest_floor(picture, kSize, kSize), expected);
  EXPECT_EQ(input.values, expected);
  EXPECT_NE(input.values, image_input(network_facts("midnet"), picture, kSize).values);
}

// What DHFR's programs read depth as; other networks see the colours.
TEST_F(NetworkSize, ColouredDepthIsGreyWhereTheNetworkHasItSo) {
  const data::Image picture = data::read_rgb(list.samples[0].image);
  const data::Image grey = data::to_grey(picture);
  const HostValues input = modality_input(network.facts(), picture, kSize);
  const data::Image small = data::to_rgb(data::resize_nearest_floor(grey, kSize, kSize));
  for (std::size_t k = 0; k < small.pixels.size(); ++k)
    EXPECT_EQ(input.values[k], static_cast<float>(small.pixels[k]) / 255.0f);
  NetworkFacts colours = network.facts();
  colours.grey_modality = false;
  EXPECT_NE(input.values, modality_input(colours, picture, kSize).values);
  EXPECT_TRUE(network_facts("sfnet").grey_modality);
  EXPECT_FALSE(network_facts("midnet").grey_modality);

  // The samples of a list say so themselves, as evaluation and training read them.
  data::SampleFiles sample = list.samples[0];
  EXPECT_TRUE(sample.reading.grey_modality);
  sample.modality = sample.image;
  const auto modality_of = [&] {
    return data::load_test_sample(sample, kSize, nullptr, data::Resampling::kNearest).modality;
  };
  EXPECT_EQ(modality_of(), input.values);
  sample.reading.grey_modality = false;
  EXPECT_NE(modality_of(), input.values);
}

TEST_F(NetworkSize, OtherSizesAndClassifiersAreRefused) {
  EXPECT_THAT([&] { check_input_size(network.facts(), 64); },
              Throws<InvalidInput>(
                  Property(&Error::what, HasSubstr("takes images of 32 pixels alone; got 64"))));
  const DepthIsSalient classes(OutputKind::kClasses);
  EXPECT_THAT([&] { lists_for(classes.facts(), "de", {}); },
              Throws<InvalidInput>(Property(
                  &Error::what, HasSubstr("is a classifier, and gives no map to score on de"))));
  EXPECT_THAT([&] { listed_set(classes.facts(), "x.txt", {}); },
              Throws<InvalidInput>(Property(&Error::what, HasSubstr("is a classifier"))));
}

}  // namespace
}  // namespace salix::testing
