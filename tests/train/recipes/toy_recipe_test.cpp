// The interfaces of a recipe carry a method that shares nothing with the published ones: see
// toy_recipe.h.
#include "tests/train/recipes/toy_recipe.h"

#include <gmock/gmock.h>

#include <limits>

#include "data/image/image_io.h"
#include "engine/io/file.h"
#include "layers/modules/state_dict.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"
#include "train/loop/not_finite.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;

struct Killed {};

// A run of the recipe; killed when `kill_after` iterations have been logged.
struct ToyRun {
  explicit ToyRun(const fs::path& folder, std::int64_t kill_after = 1000) : network(exec) {
    recipe.describe(options);
    samples = recipe.samples({});
    step = recipe.step({exec, network, samples, 4, 7});
    const RunPlan plan = recipe.plan();
    fs::create_directories(folder);
    TrainingRunParams params;
    params.folder = folder;
    params.identity = {"config", "data"};
    params.loader.batch = plan.batch;
    params.loader.seed = 7;
    params.length = plan.length;
    params.weights.name = "toy";
    params.checkpoint_every = 2;
    run = std::make_unique<TrainingRun>(
        exec, *step, samples, recipe.reader(), params,
        TrainingWatcher{.on_step = [kill_after](const StepSummary&, const TrainingPosition& at) {
          if (at.step == kill_after) throw Killed();
        }});
  }
  const Tensor& bank() const { return dynamic_cast<ToyStep&>(*step).bank(); }

  Exec exec{{}, {.threads = 1, .seed = 7}};
  ToyNetwork network;
  ToyRecipe recipe;
  Options options;
  std::vector<data::SampleFiles> samples;
  std::unique_ptr<TrainingStep> step;
  std::unique_ptr<TrainingRun> run;
};

// Of iterations 1, 5 and 9, as files and as images of TensorBoard.
TEST(ToyRecipe, LogsThePicturesOfItsIterations) {
  const ScratchFolder folder;
  ToyRun(folder / "run").run->train();
  std::vector<std::string> names;
  const fs::path pictures = fs::path(folder / "run") / "pictures";
  for (const auto& entry : fs::directory_iterator(pictures)) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("look_000001.png", "look_000005.png",
                                                     "look_000009.png"));
  const data::Image back = data::read_rgb(pictures / "look_000005.png");
  EXPECT_EQ(back.height, 2);
  EXPECT_EQ(back.width, 5);
  EXPECT_EQ(back.pixels, std::vector<std::uint8_t>(30, 7));
  for (const auto& entry : fs::directory_iterator(folder / "run")) {
    if (!entry.path().filename().string().starts_with("events.out")) continue;
    const std::string events = io::read_text_file(entry.path());
    const std::string png("\x89PNG\r\n", 6);
    std::size_t images = 0;
    for (std::size_t at = events.find(png); at != std::string::npos;
         at = events.find(png, at + 1)) {
      ++images;
    }
    EXPECT_EQ(images, 3u);
    EXPECT_NE(events.find("look"), std::string::npos);
  }
}

TEST(ToyRecipe, EndsAfterItsIterationsAndLeavesWeightsByIteration) {
  const ScratchFolder folder;
  ToyRun toy(folder / "run");
  EXPECT_EQ(toy.run->total_steps(), 11);
  ASSERT_TRUE(toy.run->train());
  EXPECT_EQ(toy.run->position().step, 11);
  for (const char* name : {"toy_iter_5.pth", "toy_iter_10.pth", "toy_iter_11.pth"}) {
    EXPECT_TRUE(fs::exists(fs::path(folder / "run") / name)) << name;
  }
  double rows = 0;
  for (const double value : toy.bank().to_vector<double>()) rows += value != 0 ? 1 : 0;
  EXPECT_EQ(rows, kToySamples * kToyChannels);  // after an epoch each sample has its row
}

TEST(ToyRecipe, KilledAndResumedItHasTheBitsOfAnUnbrokenRun) {
  const ScratchFolder folder;
  ToyRun whole(folder / "whole");
  ASSERT_TRUE(whole.run->train());
  for (const std::int64_t kill_after : {3, 7, 10}) {
    ToyRun part(folder / "broken", kill_after);
    part.run->resume();
    EXPECT_THROW(part.run->train(), Killed);
  }
  ToyRun rest(folder / "broken");
  ASSERT_TRUE(rest.run->resume());
  EXPECT_GT(rest.run->position().step, 5);
  ASSERT_TRUE(rest.run->train());
  EXPECT_TRUE(same_bits(whole.bank(), rest.bank()));
  const io::NamedArrays expected = state_dict(whole.network), actual = state_dict(rest.network);
  for (const auto& [name, array] : expected) EXPECT_TRUE(actual.at(name) == array) << name;
  EXPECT_EQ(io::read_text_file(folder / "whole/metrics.jsonl"),
            io::read_text_file(folder / "broken/metrics.jsonl"));
}

// Adam from zero moments moves each weight by its rate, whatever its gradient's size; with SGD's
// one could not tell. So the moments themselves are looked at.
TEST(ToyRecipe, ClampsEveryElementOfItsGradients) {
  const ScratchFolder folder;
  ToyRun toy(folder / "run", 1);
  EXPECT_THROW(toy.run->train(), Killed);
  double largest = 0;
  for (const io::NamedArray& named : toy.step->update().optimizer().save()) {
    if (!named.name.starts_with("first_moment.")) continue;
    for (const float value : named.array.as<float>()) {
      largest = std::max(largest, static_cast<double>(std::abs(value)));
    }
  }
  EXPECT_NEAR(largest, 0.1 * 0.01, 1e-9);
}

TEST(ToyRecipe, ABadStepMovesNeitherWeightsNorBank) {
  const ScratchFolder folder;
  ToyRun toy(folder / "run");
  Iteration iteration(toy.exec, *toy.step);
  const auto batch = [&](float first) {
    StepInput input{.fields = {}};
    for (const data::Field& field : ToyReader().fields()) {
      std::vector<std::int64_t> shape{2};
      shape.insert(shape.end(), field.shape.begin(), field.shape.end());
      input.fields.emplace_back(field.name, random_tensor(toy.exec, Shape(shape), 5, 0, 1));
    }
    std::vector<float> values = input["image"].to_vector<float>();
    values[3] = first;
    input.fields[0].second = Tensor::from_host(toy.exec, values, input["image"].shape());
    return input;
  };
  iteration(batch(0.5f), {1, 0, 0});
  const Tensor before = toy.bank().to(DType::kFloat64);
  EXPECT_THROW(iteration(batch(std::numeric_limits<float>::quiet_NaN()), {1, 1, 1}), NotFinite);
  EXPECT_TRUE(same_bits(before, toy.bank().to(DType::kFloat64)));
}

}  // namespace
}  // namespace salix::testing
