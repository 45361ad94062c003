// The step of the scribble recipe on a network small enough to look at, and a run of it that is
// killed. The whole network's numbers are in scribble_step_slow_test.cpp.
#include "train/recipes/scribble/scribble_step.h"

#include <gmock/gmock.h>

#include "engine/autograd/tape.h"
#include "engine/io/file.h"
#include "engine/io/weights.h"
#include "engine/philox.h"
#include "layers/functional/autocast.h"
#include "layers/functional/avg_pool2d.h"
#include "layers/functional/binary.h"
#include "layers/functional/slice.h"
#include "layers/modules/conv2d.h"
#include "layers/modules/state_dict.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"
#include "train/loop/training_run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kSide = 24, kMaps = 3, kChannels = 6, kSamples = 6;

class TinyNetwork : public Network {
 public:
  explicit TinyNetwork(Exec& exec)
      : Network({.name = "tiny", .inputs = {"image", "modality"}}),
        look(exec, 3, kChannels, {.kernel = 3, .padding = 1}),
        heads(exec, kChannels, kMaps + 1, {}) {
    add_module("look", look);
    add_module("heads", heads);
  }
  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor& depth) override {
    const Tensor features = look(image + depth), maps = heads(features);
    std::vector<NamedOutput> given;
    for (std::int64_t k = 0; k < kMaps; ++k) {
      given.push_back({str("map", k), autocast_up(slice(maps, 3, k, 1))});
    }
    given.push_back({"contour", autocast_up(slice(maps, 3, kMaps, 1)), OutputKind::kContour});
    given.push_back({"embedding", autocast_up(avg_pool2d(features, {.kernel = 2, .stride = 2})),
                     OutputKind::kFeatures});
    return given;
  }
  std::vector<ParameterGroup> parameter_groups() override { return {{"all", parameters()}}; }
  LoadSummary import_weights(const io::NamedArrays&, bool) override { return {}; }
  Conv2d look, heads;
};

// Random pictures; strokes: the first rows background, a block foreground.
class TinyReader : public data::SampleReader {
 public:
  std::vector<data::Field> fields() const override {
    return {{"image", {kSide, kSide, 3}},
            {"prior_d", {kSide, kSide, 3}},
            {"semantic", {kSide, kSide, 1}},
            {"instance", {kSide, kSide, 1}},
            {"contour", {kSide, kSide, 1}}};
  }
  void read(const data::SampleFiles&, const data::SampleRequest& request,
            const std::vector<std::span<float>>& out) const override {
    const PhiloxKey key{request.seed, static_cast<std::uint32_t>(request.sample),
                        static_cast<std::uint32_t>(request.epoch)};
    for (std::size_t i = 0; i < out[0].size(); ++i) {
      out[0][i] = philox_uniform(key, i);
      out[1][i] = philox_uniform(key, 10000 + i);
    }
    for (std::int64_t y = 0; y < kSide; ++y) {
      for (std::int64_t x = 0; x < kSide; ++x) {
        const auto at = static_cast<std::size_t>(y * kSide + x);
        const bool object = y >= 8 && y < 16 && x >= 6 + request.sample && x < 16 + request.sample;
        out[2][at] = object ? 1.0f : (y < 4 ? 0.0f : 2.0f);
        out[3][at] = static_cast<float>(1 + 2 * (y / 12) + x / 12);
        out[4][at] = y % 8 == 0 ? 0.75f : 0.0f;
      }
    }
  }
};

ScribbleStepParams tiny_params() {
  ScribbleStepParams params;
  params.weights.levels = {1, 0.8, 0.4};
  params.contrast.clusters = 3;
  params.learning_rate = 1e-2;
  params.picture_every = 2;
  return params;
}

StepInput batch_of(Exec& exec, bool with_contour = true) {
  StepInput input{.samples = {0, 1}, .fields = {}};
  const TinyReader reader;
  const std::vector<data::Field> fields = reader.fields();
  std::vector<std::vector<float>> both(fields.size());
  for (std::int64_t sample = 0; sample < 2; ++sample) {
    std::vector<std::vector<float>> one;
    std::vector<std::span<float>> out;
    for (const data::Field& field : fields) {
      one.emplace_back(static_cast<std::size_t>(kSide * kSide * field.shape[2]));
    }
    for (auto& values : one) out.emplace_back(values);
    reader.read({}, {.sample = sample, .seed = 3}, out);
    for (std::size_t f = 0; f < fields.size(); ++f) {
      both[f].insert(both[f].end(), one[f].begin(), one[f].end());
    }
  }
  for (std::size_t f = 0; f < fields.size(); ++f) {
    if (fields[f].name == "contour" && !with_contour) continue;
    input.fields.emplace_back(
        fields[f].name, Tensor::from_host(exec, both[f], {2, kSide, kSide, fields[f].shape[2]}));
  }
  return input;
}

std::vector<std::string> names_of(const Loss& loss) {
  std::vector<std::string> names;
  for (const LossTerm& term : loss.terms) names.push_back(term.name);
  return names;
}

TEST(ScribbleStep, TheTotalIsTheSumOfItsTerms) {
  Exec exec;
  TinyNetwork network(exec);
  ScribbleStepParams params = tiny_params();
  params.weights.coherence = 0.3;
  ScribbleStep step(exec, network, params);
  const Loss loss = step.loss(batch_of(exec), {});
  EXPECT_THAT(names_of(loss), ElementsAre("sem_ann", "img_sim", "parted_ce", "ssc", "smo",
                                          "contour", "lsc", "accuracy"));
  double sum = 0;
  for (const LossTerm& term : loss.terms) {
    if (term.name != "accuracy") sum += term.value.item();
    EXPECT_GT(term.value.item(), 0) << term.name;
  }
  EXPECT_NEAR(loss.total.item(), sum, 1e-5 * sum);
}

TEST(ScribbleStep, AListWithoutContoursLeavesTheirTermOut) {
  Exec exec;
  TinyNetwork network(exec);
  ScribbleStep step(exec, network, tiny_params());
  const Loss loss = step.loss(batch_of(exec, /*with_contour=*/false), {});
  EXPECT_THAT(names_of(loss),
              ElementsAre("sem_ann", "img_sim", "parted_ce", "ssc", "smo", "accuracy"));
}

TEST(ScribbleStep, WeightsScaleTheirTermsAlone) {
  Exec exec;
  TinyNetwork network(exec);
  ScribbleStepParams params = tiny_params();
  const Loss plain = ScribbleStep(exec, network, params).loss(batch_of(exec), {});
  params.weights = {.partial_ce = 2,
                    .consistency = 3,
                    .smoothness = 0.6,
                    .contour = 5,
                    .levels = params.weights.levels};
  params.contrast.annotation_weight = 7;
  params.contrast.image_weight = 1.1;
  const Loss scaled = ScribbleStep(exec, network, params).loss(batch_of(exec), {});
  const std::vector<double> factors{7, 11, 2, 3, 2, 5, 1};
  for (std::size_t k = 0; k < factors.size(); ++k) {
    const double expected = factors[k] * plain.terms[k].value.item();
    EXPECT_NEAR(scaled.terms[k].value.item(), expected, 1e-5 * expected) << plain.terms[k].name;
  }
}

// Products are rounded to bfloat16, losses are not: every term stays near its float32 value.
TEST(ScribbleStep, ComputesItsLossesInFloat32UnderAutocast) {
  Exec exec;
  TinyNetwork network(exec);
  ScribbleStep step(exec, network, tiny_params());
  const Loss plain = step.loss(batch_of(exec), {});
  const Autocast autocast(exec);
  const Loss rounded = step.loss(batch_of(exec), {});
  for (std::size_t k = 0; k < plain.terms.size(); ++k) {
    const double expected = plain.terms[k].value.item();
    EXPECT_NEAR(rounded.terms[k].value.item(), expected, 0.05 * expected) << plain.terms[k].name;
  }
  backward(rounded.total);
  for (const StateEntry& entry : network.parameters()) {
    for (const float value : entry.tensor->grad().to_vector<float>()) {
      ASSERT_TRUE(std::isfinite(value)) << entry.name;
    }
  }
}

TEST(ScribbleStep, RefusesAnotherNumberOfLevels) {
  Exec exec;
  TinyNetwork network(exec);
  ScribbleStepParams params = tiny_params();
  params.weights.levels = {1, 1};
  EXPECT_THAT(error_of([&] { ScribbleStep(exec, network, params).loss(batch_of(exec), {}); }),
              HasSubstr("recipe scribble: tiny gives 3 saliency maps, and there are 2 level "
                        "weights"));
}

// Image, depth, contour label, strokes, regions, saliency, contour, embedding; a row per sample.
TEST(ScribbleStep, PanelsShowEverySample) {
  Exec exec;
  TinyNetwork network(exec);
  ScribbleStep step(exec, network, tiny_params());
  const Loss loss = step.loss(batch_of(exec), {});
  ASSERT_TRUE(loss.pictures);
  const std::vector<LoggedPicture> pictures = loss.pictures();
  ASSERT_EQ(pictures.size(), 1u);
  const data::Image& grid = pictures[0].image;
  EXPECT_EQ(grid.height, 2 * kSide);
  EXPECT_EQ(grid.width, 8 * kSide);
  const auto at = [&](int row, int tile, int y, int x) {
    const std::uint8_t* pixel = grid.at(row * kSide + y, tile * kSide + x);
    return std::vector<int>(pixel, pixel + 3);
  };
  EXPECT_THAT(at(0, 2, 8, 3), ElementsAre(191, 191, 191));  // 0.75
  EXPECT_THAT(at(0, 3, 0, 0), ElementsAre(0, 0, 0));        // background
  EXPECT_THAT(at(1, 3, 10, 12), ElementsAre(128, 0, 0));    // foreground
  EXPECT_THAT(at(1, 3, 20, 12), ElementsAre(0, 128, 0));    // unknown
  EXPECT_THAT(at(0, 4, 20, 20), ElementsAre(0, 0, 128));    // region 4
  EXPECT_FALSE(step.loss(batch_of(exec), {.step = 1}).pictures);
}

TEST(ScribbleStep, RatesFollowTheirSchedule) {
  EXPECT_DOUBLE_EQ(scribble_rate_factor({}, 0, 1), 1);
  EXPECT_DOUBLE_EQ(scribble_rate_factor({}, 32213, 59), 1);
  EXPECT_DOUBLE_EQ(scribble_rate_factor({}, 32214, 60), 0.1);
  EXPECT_DOUBLE_EQ(scribble_rate_factor({}, 97734, 180), 0.1 * 0.1 * 0.1);
  EXPECT_DOUBLE_EQ(scribble_rate_factor({.warmup = 4}, 0, 1), 0.25);
  EXPECT_DOUBLE_EQ(scribble_rate_factor({.warmup = 4}, 4, 1), 1);
  const ScribbleSchedule poly{.poly = true, .total_steps = 10};
  EXPECT_DOUBLE_EQ(scribble_rate_factor(poly, 0, 1), 1);
  EXPECT_DOUBLE_EQ(scribble_rate_factor(poly, 5, 100), std::pow(0.5, 0.9));
}

struct Killed {};

struct TinyRun {
  explicit TinyRun(const fs::path& folder, std::int64_t kill_after = 1000)
      : network(exec), step(exec, network, tiny_params()) {
    fs::create_directories(folder);
    TrainingRunParams params;
    params.folder = folder;
    params.identity = {"config", "data"};
    params.loader.batch = 2;
    params.loader.seed = 7;
    params.length = {.iterations = 8, .weights_every = 4};
    params.checkpoint_every = 1;
    params.weights.snapshots = SnapshotForm{.stem = "model-", .container = "embedding_model"};
    TrainingWatcher watcher;
    watcher.on_step = [kill_after](const StepSummary&, const TrainingPosition& at) {
      if (at.step == kill_after) throw Killed();
    };
    run = std::make_unique<TrainingRun>(exec, step, std::vector<data::SampleFiles>(kSamples),
                                        std::make_shared<TinyReader>(), params, watcher);
  }
  Exec exec{{}, {.threads = 1, .seed = 7}};
  TinyNetwork network;
  ScribbleStep step;
  std::unique_ptr<TrainingRun> run;
};

// The memory bank included: without it the contrast of the next iterations would differ.
TEST(ScribbleStep, KilledAndResumedItHasTheBitsOfAnUnbrokenRun) {
  const ScratchFolder folder;
  TinyRun whole(folder / "whole");
  ASSERT_TRUE(whole.run->train());
  for (const std::int64_t kill_after : {2, 3, 6}) {
    TinyRun part(folder / "broken", kill_after);
    part.run->resume();
    EXPECT_THROW(part.run->train(), Killed);
  }
  TinyRun rest(folder / "broken");
  ASSERT_TRUE(rest.run->resume());
  ASSERT_TRUE(rest.run->train());
  const io::NamedArrays expected = state_dict(whole.network), actual = state_dict(rest.network);
  for (const auto& [name, array] : expected) EXPECT_TRUE(actual.at(name) == array) << name;
  EXPECT_EQ(io::read_text_file(folder / "whole/metrics.jsonl"),
            io::read_text_file(folder / "broken/metrics.jsonl"));
  const io::NamedArrays bank = whole.step.more_state().front()->save();
  const io::NamedArrays again = rest.step.more_state().front()->save();
  EXPECT_GT(bank.size(), 0u);
  for (const auto& [name, array] : bank) EXPECT_TRUE(again.at(name) == array) << name;
}

TEST(ScribbleStep, SnapshotsHaveThePublishedNamesAndForm) {
  const ScratchFolder folder;
  TinyRun tiny(folder / "run");
  ASSERT_TRUE(tiny.run->train());
  for (const char* name : {"model-3.pth", "model-7.pth"}) {
    const fs::path file = fs::path(folder / "run") / name;
    ASSERT_TRUE(fs::exists(file)) << name;
    EXPECT_EQ(io::read_weights(file).container, "embedding_model");
  }
}

}  // namespace
}  // namespace salix::testing
