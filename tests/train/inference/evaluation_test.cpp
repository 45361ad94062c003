// Whole data sets through a stand-in network, and pseudo labels that appear all at once.
#include "train/inference/evaluation.h"

#include <gmock/gmock.h>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "data/image/image_io.h"
#include "data/scenes/generated_set.h"
#include "engine/io/file.h"
#include "layers/functional/slice.h"
#include "tests/support/scratch.h"
#include "train/inference/pseudo_labels.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PaintedSets {
 public:
  PaintedSets()
      : root_(fs::temp_directory_path() / ("salix_evaluation_" + std::to_string(::getpid()))) {
    for (const data::Task task : {data::Task::kColour, data::Task::kDepth}) {
      data::write_generated_set(
          root_, {.task = task, .name = "tiny", .count = 6, .height = 60, .width = 80});
    }
  }
  ~PaintedSets() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  PaintedSets(const PaintedSets&) = delete;
  PaintedSets& operator=(const PaintedSets&) = delete;
  data::SampleList list(data::Task task) const {
    data::DatasetOptions options{.root = root_};
    options.test_sets[task] = {"tiny"};
    return data::evaluation_lists({data::letter_of(task), 'e'}, options).front();
  }

 private:
  fs::path root_;
};

// "Bright is salient": the red channel of each image for itself.
const SaliencyFunction brightness{
    .logits = [](const Tensor& image, const Tensor&) { return slice(image, -1, 0, 1); }};

// Six painted scenes with their masks and, of task d, depth; painted once.
data::SampleList tiny_list(data::Task task = data::Task::kColour) {
  static const PaintedSets sets;
  return sets.list(task);
}

struct Scored {
  std::vector<double> maes;
  std::string first_map;
  EvaluationResult result;
};

Scored evaluate_with(int threads, int batch, const fs::path& maps, bool crf) {
  Exec exec({}, {.threads = threads});
  EvaluationResult result = evaluate(exec, brightness, tiny_list(),
                                     {.size = 64, .batch = batch, .crf = crf, .maps = maps});
  Scored scored{{}, io::read_text_file(maps / (tiny_list().samples.front().name + ".png")), result};
  for (const auto& image : result.scored.images) scored.maes.push_back(image.scores.mae);
  return scored;
}

TEST(Evaluation, DependsNeitherOnThreadsNorOnBatch) {
  const ScratchFolder folder;
  for (const bool crf : {false, true}) {
    const Scored first = evaluate_with(1, 1, folder.path() / "1", crf);
    ASSERT_EQ(first.maes.size(), 6u);
    EXPECT_EQ(first.result.saved, 6);
    for (const auto& [threads, batch] : {std::pair{2, 1}, {1, 4}, {2, 64}}) {
      const Scored other = evaluate_with(threads, batch, folder.path() / "2", crf);
      EXPECT_EQ(other.maes, first.maes) << threads << " threads, batch " << batch;
      EXPECT_EQ(other.first_map, first.first_map);
    }
  }
}

TEST(Evaluation, WritesMapsOfTheTruthsSizeAndLeavesOutWhatCannotBeRead) {
  const ScratchFolder folder;
  data::SampleList list = tiny_list();
  std::ofstream(folder / "broken.jpg") << "no picture";
  list.samples[1].image = folder / "broken.jpg";
  list.samples[2].mask.clear();
  std::vector<std::string> sentences;
  std::int64_t progress = 0;
  Exec exec({}, {.threads = 1});
  const EvaluationResult result =
      evaluate(exec, brightness, list,
               {.size = 64,
                .maps = folder / "maps",
                .on_progress = [&](std::int64_t images) { progress += images; },
                .on_failure = [&](const std::string& text) { sentences.push_back(text); }});
  EXPECT_EQ(result.images, 6);
  EXPECT_EQ(progress, 6);
  EXPECT_THAT(result.failed, ElementsAre(list.samples[1].name));
  EXPECT_THAT(sentences, ElementsAre(HasSubstr("broken.jpg")));
  EXPECT_EQ(result.scored.images.size(), 4u);  // one is broken, one has no mask
  const data::Image map = data::read_grey(folder.path() / "maps" / (list.samples[0].name + ".png"));
  const data::Image truth = data::read_grey(list.samples[0].mask);
  EXPECT_EQ(map.height, truth.height);
  EXPECT_EQ(map.width, truth.width);
}

TEST(Evaluation, ReadsTheModalityOnlyForANetworkThatLooksAtIt) {
  data::SampleList list = tiny_list(data::Task::kDepth);
  ASSERT_FALSE(list.samples[1].modality.empty());
  list.samples[1].modality = "/nowhere.png";
  Exec exec({}, {.threads = 2});
  EXPECT_TRUE(evaluate(exec, brightness, list, {.size = 64}).failed.empty());
  SaliencyFunction both = brightness;
  both.needs_modality = true;
  EXPECT_THAT(evaluate(exec, both, list, {.size = 64}).failed, ElementsAre(list.samples[1].name));
}

// Convolutions choose their algorithm by the number of images, so batches are part of the result.
TEST(Evaluation, NoBatchReachesOverTheSixteenthSample) {
  data::SampleList list = tiny_list();
  for (int k = 6; k < 20; ++k) {
    list.samples.push_back(list.samples[static_cast<std::size_t>(k % 6)]);
  }
  list.samples[2].image = "/nowhere.jpg";
  std::vector<std::int64_t> batches;
  SaliencyFunction counting = brightness;
  counting.logits = [&](const Tensor& image, const Tensor& modality) {
    batches.push_back(image.dim(0));
    return brightness.logits(image, modality);
  };
  Exec exec({}, {.threads = 2});
  evaluate(exec, counting, list, {.size = 32, .batch = 6});
  EXPECT_THAT(batches, ElementsAre(6, 6, 3, 4));
}

TEST(Evaluation, RefusesAnEmptyList) {
  Exec exec({}, {.threads = 1});
  EXPECT_THROW(evaluate(exec, brightness, {.name = "c_none", .samples = {}}, {}), InvalidInput);
}

TEST(PseudoLabels, AreZeroOr255AndReplaceTheOldOnesTogether) {
  const ScratchFolder folder;
  const data::SampleList list = tiny_list();
  fs::create_directories(folder / "labels");
  std::ofstream(folder / "labels/stale.png") << "old";
  Exec exec({}, {.threads = 1});
  const EvaluationResult result =
      make_pseudo_labels(exec, brightness, list, folder / "labels", {.size = 64});
  EXPECT_EQ(result.saved, 6);
  EXPECT_FALSE(fs::exists(folder / "labels/stale.png"));
  EXPECT_FALSE(fs::exists(folder / "labels.partial"));
  EXPECT_FALSE(fs::exists(folder / "labels.old"));
  const data::Image map =
      data::read_grey(folder.path() / "labels" / (list.samples[0].name + ".png"));
  EXPECT_EQ(map.width, data::read_grey(list.samples[0].mask).width);
  // OpenCV's bilinear resize leaves greys only between a 0 and a 255.
  EXPECT_GT(std::count_if(map.pixels.begin(), map.pixels.end(),
                          [](std::uint8_t v) { return v == 0 || v == 255; }),
            static_cast<std::ptrdiff_t>(map.pixels.size() * 9 / 10));
}

TEST(PseudoLabels, AFailureLeavesTheOldFolderAndThePartialOne) {
  const ScratchFolder folder;
  data::SampleList list = tiny_list();
  list.samples[3].image = folder / "gone.jpg";
  fs::create_directories(folder / "labels");
  std::ofstream(folder / "labels/old.png") << "old";
  Exec exec({}, {.threads = 1});
  const EvaluationResult result =
      make_pseudo_labels(exec, brightness, list, folder / "labels", {.size = 64});
  EXPECT_THAT(result.failed, ElementsAre(list.samples[3].name));
  EXPECT_EQ(io::read_text_file(folder / "labels/old.png"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "labels"), {}), 1);
  EXPECT_TRUE(fs::exists(folder.path() / "labels.partial" / (list.samples[0].name + ".png")));
}

}  // namespace
}  // namespace salix::testing
