// Online label refinement: the labels' values, which of them an epoch reads, and that neither
// prefetching nor a kill changes that.
#include "train/recipes/pseudo_labels/label_refinement.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "data/image/normalize.h"
#include "data/image/resize_pillow.h"
#include "data/loading/draws.h"
#include "data/loading/loader.h"
#include "data/loading/saliency_reader.h"
#include "tests/data/sets/tree_support.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using data::FloatMap;
using data::Image;
using data::testing::put_image;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

FloatMap map_of(int height, int width, std::vector<float> values) {
  FloatMap map(height, width);
  map.values = std::move(values);
  return map;
}

TEST(RefinedLabel, IsTheFadedPredictionRoundedHalfToEven) {
  const FloatMap prediction = map_of(2, 2, {0, 1, 0.5f, 0.25f});
  // 0.6 * 255 = 153; 76.5 and 38.25.
  EXPECT_THAT(refined_label(prediction, {}, {}).pixels, ElementsAre(0, 153, 76, 38));
  // Ties: 255 / 2 = 127.5 and 255 / 2 * 3 / 5 = 76.5 go to the even neighbour.
  EXPECT_THAT(refined_label(prediction, {}, {.residual = 0.0}).pixels,
              ElementsAre(0, 255, 128, 64));
  EXPECT_THAT(refined_label(prediction, {}, {.residual = 1.0}).pixels, ElementsAre(0, 0, 0, 0));
}

TEST(RefinedLabel, BlendsWithTheOldLabelAtItsSize) {
  Image old(1, 4, 1);
  old.pixels = {0, 0, 255, 255};
  const RefinementParams blend{.rule = RefinementRule::kBlend, .residual = 0.4};
  // Resized to 0, 0.25, 0.75, 1: 0.6 of it, and 0.4 of the old label.
  EXPECT_THAT(refined_label(map_of(1, 2, {0, 1}), old, blend).pixels, ElementsAre(0, 38, 217, 255));
  // What the old label says is kept unless the prediction is clearly against it.
  EXPECT_THAT(refined_label(map_of(1, 4, {0.8f, 0.9f, 0.1f, 0.2f}), old, blend).pixels,
              ElementsAre(122, 138, 117, 133));
}

// Nine samples of tasks c and t, in batches of two: one sample of each epoch is left out.
constexpr int kSamples = 9, kBatch = 2, kBatches = 4, kSize = 8;

class Refinement : public ::testing::Test {
 protected:
  Refinement() {
    for (int k = 0; k < kSamples; ++k) {
      data::SampleFiles sample;
      sample.task = k < 5 ? data::Task::kColour : data::Task::kThermal;
      sample.set = "set";
      sample.name = "clip/" + std::to_string(k);
      sample.image = folder.path() / "images" / (sample.name + ".png");
      sample.mask = folder.path() / "pseudo" / (sample.name + ".png");
      put_image(sample.image, 3, static_cast<std::uint32_t>(k));
      put_image(sample.mask, 1, static_cast<std::uint32_t>(100 + k));
      samples.push_back(sample);
    }
  }
  std::map<std::string, std::string> files_below(const fs::path& root) const {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file()) continue;
      const auto bytes = data::read_file_bytes(entry.path());
      found[entry.path().lexically_relative(root).string()] = {bytes.begin(), bytes.end()};
    }
    return found;
  }
  // The sample's mask as the loader gives it.
  static std::vector<float> loaded(const fs::path& file, bool flip) {
    Image mask = data::resize_nearest_pillow(data::read_grey(file), kSize, kSize);
    for (int i = 0; flip && i < kSize; ++i) std::reverse(mask.row(i), mask.row(i) + kSize);
    std::vector<float> values(kSize * kSize);
    data::normalize_mask(mask, values);
    return values;
  }

  ScratchFolder folder;
  std::vector<data::SampleFiles> samples;
};

// A training in small. What it predicts depends on every label that it reads, so that one wrong
// label shows in all that follow.
struct Training {
  Training(const std::vector<data::SampleFiles>& samples, const fs::path& labels,
           RefinementParams params = {.seed = 3}, int workers = 2)
      : refinement(labels, samples, params),
        loader(samples,
               std::make_shared<data::SaliencyReader>(
                   data::SaliencyFields{.size = kSize,
                                        .with_masks = true,
                                        .mask_file =
                                            [this](std::int64_t sample, std::int64_t epoch) {
                                              return refinement.label(sample, epoch);
                                            }}),
               {.batch = kBatch, .workers = workers, .prefetch = 4, .seed = params.seed}) {}

  Tensor predict(const data::Batch& batch) {
    const data::HostBuffer& mask = batch["mask"];
    std::vector<float> q(mask.size());
    for (std::size_t i = 0; i < q.size(); ++i) {
      const auto k = static_cast<double>(batch.samples[i / (kSize * kSize)]);
      const double noise = std::fmod(0.618 * static_cast<double>(i) + 0.37 * k, 1.0);
      q[i] = static_cast<float>(std::fmod(0.7 * mask[i] + noise, 1.0));
    }
    return Tensor::from_host(exec, std::span<const float>(q), {kBatch, kSize, kSize, 1});
  }

  // Batches `first` to `last` - 1 of an epoch; `seen` gets what was read.
  void run(std::int64_t epoch, std::int64_t first = 0, std::int64_t last = kBatches) {
    loader.start_epoch(epoch, first);
    for (std::int64_t index = first; index < last; ++index) {
      const data::Batch batch = *loader.next();
      const data::HostBuffer& mask = batch["mask"];
      seen[{epoch, index}] = {mask.begin(), mask.end()};
      order[epoch].insert(order[epoch].end(), batch.samples.begin(), batch.samples.end());
      refinement.after_step(batch.samples, epoch, predict(batch));
    }
  }

  Exec exec;
  LabelRefinement refinement;
  data::Loader loader;
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<float>> seen;
  std::map<std::int64_t, std::vector<std::int64_t>> order;
};

TEST_F(Refinement, OriginalsAreCopiedForAllTasksAndNeverTouched) {
  const auto before = files_below(folder.path() / "pseudo");
  Training training(samples, folder.path() / "labels");
  EXPECT_EQ(data::read_file_bytes(folder.path() / "labels/c/set/clip/0.png"),
            data::read_file_bytes(samples[0].mask));
  EXPECT_EQ(data::read_file_bytes(folder.path() / "labels/t/set/clip/8.png"),
            data::read_file_bytes(samples[8].mask));
  for (const int epoch : {1, 2, 3}) training.run(epoch);
  EXPECT_EQ(files_below(folder.path() / "pseudo"), before);
}

TEST_F(Refinement, AKilledCopyIsMadeAnewAndACompleteOneIsKept) {
  const fs::path labels = folder.path() / "labels";
  put_image(folder.path() / "labels.partial/c/set/clip/0.png", 1, 77);
  fs::remove(samples[6].mask);
  EXPECT_THAT(error_of([&] { LabelRefinement(labels, samples); }),
              HasSubstr("the labels cannot be copied"));
  EXPECT_FALSE(fs::exists(labels));
  put_image(samples[6].mask, 1, 106);
  const LabelRefinement first(labels, samples);
  EXPECT_EQ(files_below(labels).size(), samples.size());
  EXPECT_FALSE(fs::exists(folder.path() / "labels.partial"));
  // Somebody makes other pseudo labels while the run rests: it goes on with its own.
  put_image(samples[0].mask, 1, 500);
  const LabelRefinement second(labels, samples);
  EXPECT_NE(data::read_file_bytes(second.label(0, 1)), data::read_file_bytes(samples[0].mask));
}

TEST_F(Refinement, EpochsReadWhatEarlierEpochsMadeHoweverFarTheLoaderIsAhead) {
  Training training(samples, folder.path() / "labels");
  for (const int epoch : {1, 2, 3, 4}) training.run(epoch);
  std::map<std::int64_t, std::int64_t> newest;  // the epoch that last wrote a sample's label
  for (std::int64_t epoch = 1; epoch <= 4; ++epoch) {
    for (std::size_t i = 0; i < training.order[epoch].size(); ++i) {
      const std::int64_t sample = training.order[epoch][i];
      const auto& files = samples[static_cast<std::size_t>(sample)];
      const std::string place = std::string(1, data::letter_of(files.task)) + "/set/" + files.name;
      const fs::path expected =
          folder.path() / "labels" /
          (newest[sample] == 0 ? "" : "epoch_" + std::to_string(newest[sample])) / (place + ".png");
      const auto& batch = training.seen[{epoch, static_cast<std::int64_t>(i) / kBatch}];
      const auto begin = batch.begin() + static_cast<std::ptrdiff_t>(i % kBatch) * kSize * kSize;
      const std::vector<float> read(begin, begin + kSize * kSize);
      EXPECT_TRUE(read == loaded(expected, false) || read == loaded(expected, true))
          << "epoch " << epoch << ", sample " << sample;
    }
    if (epoch < 2) continue;
    for (const std::int64_t sample : training.order[epoch]) newest[sample] = epoch;
  }
}

// A seed with which the loader mirrors sample 4 in epoch 2, and 7 not.
std::uint64_t seed_that_mirrors_4() {
  std::uint64_t seed = 0;
  while (!data::draw_flip(seed, 2, 4) || data::draw_flip(seed, 2, 7)) ++seed;
  return seed;
}

TEST_F(Refinement, FlippedPredictionsAreMirroredBack) {
  const LabelRefinement refinement(folder.path() / "labels", samples,
                                   {.residual = 0, .seed = seed_that_mirrors_4()});
  Exec exec;
  refinement.after_step({4, 7}, 2,
                        from(exec, {0, 0.2f, 1, 1, 0.2f, 0, 0, 0.2f, 1, 1, 0.2f, 0}, {2, 2, 3, 1}));
  EXPECT_THAT(data::read_grey(refinement.label(4, 3)).pixels, ElementsAre(255, 51, 0, 0, 51, 255));
  EXPECT_THAT(data::read_grey(refinement.label(7, 3)).pixels, ElementsAre(0, 51, 255, 255, 51, 0));
}

// When bad images are skipped, another sample stands in, and may come twice.
TEST_F(Refinement, OfASampleThatComesTwiceInABatchTheLastPlaceCounts) {
  const LabelRefinement refinement(folder.path() / "labels", samples, {.residual = 0});
  Exec exec;
  refinement.after_step({4, 4}, 2, from(exec, {0, 1}, {2, 1, 1, 1}));
  EXPECT_THAT(data::read_grey(refinement.label(4, 3)).pixels, ElementsAre(255));
}

class RefinementRules : public Refinement, public ::testing::WithParamInterface<RefinementRule> {};

// Killed after a step, the labels on disk are ahead of the checkpoint by some steps, or by an
// epoch when the newest checkpoint was damaged.
TEST_P(RefinementRules, ResumedTrainingsReadAndWriteTheSameLabels) {
  const RefinementParams params{.rule = GetParam()};
  Training whole(samples, folder.path() / "whole", params);
  for (const int epoch : {1, 2, 3, 4}) whole.run(epoch);

  const fs::path labels = folder.path() / "broken";
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<float>> seen;
  const auto part = [&](std::vector<std::array<std::int64_t, 3>> runs) {
    Training training(samples, labels, params, /*workers=*/0);
    for (const auto& [epoch, first, last] : runs) training.run(epoch, first, last);
    for (auto& [place, masks] : training.seen) {
      const auto [known, fresh] = seen.emplace(place, masks);
      EXPECT_TRUE(fresh || known->second == masks) << place.first << ", " << place.second;
    }
  };
  part({{1, 0, 4}, {2, 0, 3}});
  part({{2, 1, 4}, {3, 0, 2}});             // the checkpoint is two steps old
  part({{3, 0, 3}});                        // from the start of the epoch
  part({{2, 2, 4}, {3, 0, 4}, {4, 0, 1}});  // from the epoch before
  part({{4, 0, 4}});
  EXPECT_EQ(seen, whole.seen);
  EXPECT_EQ(files_below(labels), files_below(folder.path() / "whole"));
}

INSTANTIATE_TEST_SUITE_P(Rules, RefinementRules,
                         ::testing::Values(RefinementRule::kReplace, RefinementRule::kBlend),
                         [](const auto& rule) {
                           return rule.param == RefinementRule::kReplace ? "Replace" : "Blend";
                         });

TEST_F(Refinement, RefusesBadRequests) {
  const fs::path labels = folder.path() / "labels";
  EXPECT_THAT(error_of([&] { LabelRefinement(labels, samples, {.residual = 1.5}); }),
              HasSubstr("--resdual must be in 0..1; got 1.5"));
  auto twice = samples;
  twice.push_back(samples[2]);
  EXPECT_THAT(error_of([&] { LabelRefinement(labels, twice); }),
              HasSubstr("'clip/2' of set stands twice in the list"));
  auto unlabelled = samples;
  unlabelled[1].mask.clear();
  EXPECT_THAT(error_of([&] { LabelRefinement(labels, unlabelled); }),
              HasSubstr("sample 'clip/1' of set has no label to begin with"));
  const LabelRefinement refinement(labels, samples);
  Exec exec;
  EXPECT_THAT(error_of([&] {
                refinement.after_step({4, 7}, 2, Tensor::zeros(exec, {2, 3, 3}));
              }),
              HasSubstr("probabilities must be [2,h,w,1]; got [2, 3, 3]"));
}

}  // namespace
}  // namespace salix::testing
