// Embeddings of lists through a stand-in network: pictures, maps, segments, the sheet, failures.
#include "train/inference/features.h"

#include <gmock/gmock.h>

#include <fstream>

#include "data/image/image_io.h"
#include "data/scenes/generated_set.h"
#include "layers/functional/concat.h"
#include "layers/functional/slice.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"
#include "train/inference/scored_lists.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kSize = 32;

// Its embedding is the picture and depth at a quarter of the size (one pixel of each 4 x 4).
class PixelsAreFeatures : public Network {
 public:
  explicit PixelsAreFeatures(bool with_embedding = true)
      : Network({.name = "pixels",
                 .inputs = {"image", "modality"},
                 .fixed_size = kSize,
                 .default_recipe = "",
                 .default_task = 'd'}),
        with_embedding_(with_embedding) {}
  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor& depth) override {
    const Tensor both = concat({image, depth}, 3);
    const Tensor rows = slice(both.reshape({-1, 4, kSize, 6}), 1, 0, 1).reshape({-1, 4, 6});
    const Tensor small = slice(rows, 1, 0, 1).reshape({image.dim(0), kSize / 4, kSize / 4, 6});
    std::vector<NamedOutput> all{{"fine", slice(image, 3, 0, 1)},
                                 {"coarse", slice(small, 3, 0, 1)}};
    if (with_embedding_) all.push_back({"embedding", small, OutputKind::kFeatures});
    return all;
  }
  std::vector<ParameterGroup> parameter_groups() override { return {}; }
  LoadSummary import_weights(const io::NamedArrays&, bool) override { return {}; }

 private:
  bool with_embedding_;
};

class FeaturesOfList : public ::testing::Test {
 protected:
  FeaturesOfList() {
    data::write_generated_set(
        folder.path(),
        {.task = data::Task::kDepth, .name = "tiny", .count = 3, .height = 60, .width = 80});
    data::DatasetOptions options{.root = folder.path()};
    options.test_sets[data::Task::kDepth] = {"tiny"};
    list = lists_for(network.facts(), "de", options).front();
  }
  fs::path out(const std::string& name) const { return folder.path() / "out" / name; }
  FeatureParams params() const {
    return {.size = kSize, .batch = 2, .folder = folder.path() / "out"};
  }
  ScratchFolder folder;
  Exec exec{{}, {.threads = 2}};
  PixelsAreFeatures network;
  data::SampleList list;
};

TEST_F(FeaturesOfList, WritesColoursMapsSegmentsAndASheet) {
  FeatureParams wanted = params();
  wanted.maps = true;
  wanted.sheet_images = 2;
  wanted.segments = [](const HostValues& embedding) {
    std::vector<std::int32_t> ids;
    for (std::int64_t k = 0; k < embedding.shape[1] * embedding.shape[2]; ++k)
      ids.push_back(static_cast<std::int32_t>(k % 3));
    return ids;
  };
  std::int64_t progress = 0;
  wanted.on_progress = [&](std::int64_t images) { progress += images; };
  const FeatureResult result = write_features(exec, network, list, wanted);
  EXPECT_EQ(result.images, 3);
  EXPECT_EQ(progress, 3);
  EXPECT_TRUE(result.failed.empty());
  for (const data::SampleFiles& sample : list.samples) {
    const data::Image colours = data::read_rgb(out(sample.name + ".png"));
    ASSERT_EQ(colours.height, kSize);
    for (int i = 0; i < kSize; ++i)  // enlarged four times, by nearest
      for (int j = 0; j < kSize; ++j)
        for (int c = 0; c < 3; ++c)
          ASSERT_EQ(colours.at(i, j)[c], colours.at(i / 4 * 4, j / 4 * 4)[c]);
    EXPECT_EQ(data::read_grey(out("fine/" + sample.name + ".png")).height, kSize);
    EXPECT_EQ(data::read_grey(out("coarse/" + sample.name + ".png")).height, kSize);
    const data::Image photo = data::read_rgb(sample.image);
    EXPECT_EQ(data::read_rgb(out("segments/" + sample.name + ".png")).height, photo.height);
  }
  ASSERT_EQ(result.sheet.size(), 2u);
  EXPECT_EQ(result.sheet[0].caption, list.samples[0].name);
  EXPECT_EQ(result.sheet[0].tiles.size(), 4u);
  EXPECT_THAT(feature_sheet_titles(network.facts(), list.task),
              ElementsAre("image", "depth", "saliency", "embedding"));
  EXPECT_THAT(feature_sheet_titles(network_facts("a2s"), data::Task::kColour),
              ElementsAre("image", "saliency", "embedding"));
}

TEST_F(FeaturesOfList, DependOnNeitherBatchNorThreads) {
  write_features(exec, network, list, params());
  FeatureParams other = params();
  other.folder = folder.path() / "other";
  other.batch = 1;
  Exec one({}, {.threads = 1});
  write_features(one, network, list, other);
  for (const data::SampleFiles& sample : list.samples)
    EXPECT_EQ(data::read_rgb(out(sample.name + ".png")).pixels,
              data::read_rgb(other.folder / (sample.name + ".png")).pixels);
}

TEST_F(FeaturesOfList, LeavesOutWhatCannotBeRead) {
  std::ofstream(folder / "broken.jpg") << "no picture";
  list.samples[1].image = folder / "broken.jpg";
  list.samples[1].mask = "/nowhere.png";  // never read
  list.samples[2].mask = "/nowhere.png";
  std::vector<std::string> sentences;
  FeatureParams wanted = params();
  wanted.sheet_images = 3;
  wanted.on_failure = [&](const std::string& sentence) { sentences.push_back(sentence); };
  const FeatureResult result = write_features(exec, network, list, wanted);
  EXPECT_EQ(result.images, 3);
  EXPECT_THAT(result.failed, ElementsAre(list.samples[1].name));
  EXPECT_THAT(sentences, ElementsAre(HasSubstr("broken.jpg")));
  EXPECT_EQ(result.sheet.size(), 2u);
}

TEST_F(FeaturesOfList, StopsWhenToldAndRefusesANetworkOfMapsAlone) {
  FeatureParams wanted = params();
  wanted.stop = [] { return 130; };
  const FeatureResult result = write_features(exec, network, list, wanted);
  EXPECT_EQ(result.images, 1);
  EXPECT_EQ(result.stopped, 130);
  PixelsAreFeatures maps_alone(false);
  EXPECT_THAT(error_of([&] { write_features(exec, maps_alone, list, params()); }),
              HasSubstr("pixels gives maps alone and no embedding"));
  EXPECT_THAT(error_of([&] {
                write_features(exec, network,
                               {.name = "d_x", .task = data::Task::kDepth, .samples = {}},
                               params());
              }),
              HasSubstr("d_x has no samples"));
}

}  // namespace
}  // namespace salix::testing
