#include "train/run_folder/checkpoint.h"

#include <gmock/gmock.h>

#include <fstream>

#include "engine/io/safetensors.h"
#include "tests/support/scratch.h"
#include "tests/train/loop/small_network.h"
#include "train/optimizers/sgd.h"
#include "train/run_folder/checkpoint_folder.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const RunIdentity kIdentity{"config", "data"};

// A run in small: a network, its optimizer, and steps that depend on both and on the draws.
struct Training {
  explicit Training(std::uint64_t seed = 7, std::uint64_t weights = 1)
      : exec({}, {.seed = seed}),
        network(exec, weights),
        optimizer({{network.parameters(), 0.1, 5e-4}}) {}
  void step() {
    network.draw_gradients(exec.next_random(1).step);
    optimizer.step();
  }
  std::vector<StatePart*> parts() { return {&state, &optimizer}; }
  Exec exec;
  SmallNetwork network;
  NetworkState state{network};
  Sgd optimizer;
};

void expect_same(const Training& a, const Training& b) {
  EXPECT_TRUE(same_bits(a.network.conv, b.network.conv));
  EXPECT_TRUE(same_bits(a.network.gamma, b.network.gamma));
  EXPECT_TRUE(same_bits(a.network.running_mean, b.network.running_mean));
}

// Flips one bit in the last byte, which belongs to a tensor.
void damage(const fs::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(-1, std::ios::end);
  const char last = static_cast<char>(file.get());
  file.seekp(-1, std::ios::end);
  file.put(static_cast<char>(last ^ 1));
}

TEST(Checkpoint, AResumedRunHasTheBitsOfAnUnbrokenOne) {
  const ScratchFolder folder;
  Training unbroken, first, second(7, /*weights=*/99);
  for (int i = 0; i < 5; ++i) unbroken.step();
  for (int i = 0; i < 3; ++i) first.step();
  save_checkpoint(folder / "c.safetensors", first.exec, first.parts(), {2, 1, 3}, kIdentity);
  const TrainingPosition position =
      load_checkpoint(folder / "c.safetensors", second.exec, second.parts(), kIdentity);
  EXPECT_EQ(position, (TrainingPosition{2, 1, 3}));
  expect_same(first, second);
  for (int i = 0; i < 2; ++i) second.step();
  expect_same(unbroken, second);
}

TEST(Checkpoint, KeepsReferenceNamesAndFileLayout) {
  const ScratchFolder folder;
  Training run;
  run.step();
  save_checkpoint(folder / "c.safetensors", run.exec, run.parts(), {}, kIdentity);
  const io::NamedArrays tensors = io::read_safetensors(folder / "c.safetensors").tensors;
  EXPECT_EQ(tensors.at("conv.weight").shape, (Shape{4, 2, 3, 3}));
  EXPECT_EQ(tensors.at("optimizer.velocity.conv.weight").shape, (Shape{4, 2, 3, 3}));
  EXPECT_TRUE(tensors.contains("norm.running_mean"));
  EXPECT_EQ(tensors.size(), 5u);
}

TEST(Checkpoint, RefusesAnotherRunAndChangesNothing) {
  const ScratchFolder folder;
  Training run;
  run.step();
  const std::string file = folder / "c.safetensors";
  save_checkpoint(file, run.exec, run.parts(), {}, kIdentity);
  Training other(7, 99), untouched(7, 99), other_seed(8);
  const auto refusal = [&](Training& into, const RunIdentity& identity) {
    return error_of([&] { load_checkpoint(file, into.exec, into.parts(), identity); });
  };
  EXPECT_THAT(refusal(other, {"config2", "data"}), HasSubstr("under another configuration"));
  EXPECT_THAT(refusal(other, {"config", "data2"}), HasSubstr("another list of files"));
  EXPECT_THAT(refusal(other_seed, kIdentity), HasSubstr("--seed 7; got 8"));
  expect_same(other, untouched);
  EXPECT_TRUE(other.optimizer.save().empty());
}

// A memory bank beside network and optimizer.
TEST(Checkpoint, HoldsNamedPartsAndRefusesByNameWhatDoesNotFit) {
  const ScratchFolder folder;
  const std::string file = folder / "c.safetensors";
  Training run, again(7, 99);
  Tensor bank = random_tensor(run.exec, {6, 3}, 5), other = Tensor::zeros(again.exec, {6, 3});
  Tensor wrong = Tensor::zeros(again.exec, {5, 3});
  const auto part = [](Tensor& tensor) { return TensorState("bank", {{"rows", &tensor, false}}); };
  TensorState saved = part(bank), loaded = part(other), of_other_shape = part(wrong);
  save_checkpoint(file, run.exec, {&run.state, &run.optimizer, &saved}, {}, kIdentity);
  EXPECT_TRUE(io::read_safetensors(file).tensors.contains("bank.rows"));
  load_checkpoint(file, again.exec, {&again.state, &again.optimizer, &loaded}, kIdentity);
  EXPECT_TRUE(same_bits(bank, other));

  Training untouched(7, 99), third(7, 99);
  EXPECT_THAT(error_of([&] { load_checkpoint(file, third.exec, third.parts(), kIdentity); }),
              HasSubstr("holds 'bank.rows', which this run does not have"));
  EXPECT_THAT(error_of([&] {
                load_checkpoint(file, third.exec, {&third.state, &third.optimizer, &of_other_shape},
                                kIdentity);
              }),
              HasSubstr("'bank.rows' must be float32 [5, 3]; the checkpoint has float32 [6, 3]"));
  save_checkpoint(file, run.exec, run.parts(), {}, kIdentity);
  EXPECT_THAT(
      error_of([&] {
        load_checkpoint(file, third.exec, {&third.state, &third.optimizer, &loaded}, kIdentity);
      }),
      HasSubstr("has no 'bank.rows'"));
  expect_same(third, untouched);
}

TEST(Checkpoint, SeesOneFlippedBit) {
  const ScratchFolder folder;
  Training run;
  save_checkpoint(folder / "c.safetensors", run.exec, run.parts(), {}, kIdentity);
  damage(folder / "c.safetensors");
  EXPECT_THROW(load_checkpoint(folder / "c.safetensors", run.exec, run.parts(), kIdentity),
               IoError);
}

TEST(Checkpoint, AWeightFileIsNotACheckpoint) {
  const ScratchFolder folder;
  Training run;
  io::NamedArrays arrays;
  arrays.add("w", io::Array::from<float>({1}, {1}));
  io::write_safetensors(folder / "w.safetensors", arrays);
  EXPECT_THAT(error_of([&] {
                load_checkpoint(folder / "w.safetensors", run.exec, run.parts(), kIdentity);
              }),
              HasSubstr("is this a weight file?"));
}

class Folder : public ::testing::Test {
 protected:
  void save_steps(std::initializer_list<std::int64_t> steps) {
    for (const std::int64_t step : steps) {
      run.step();
      checkpoints.save(run.exec, run.parts(), {1, step, step}, kIdentity);
    }
  }
  std::optional<TrainingPosition> resume() {
    return checkpoints.resume(resumed.exec, resumed.parts(), kIdentity,
                              [this](const std::string& line) { warnings.push_back(line); });
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& path : checkpoints.candidates()) names.push_back(path.filename().string());
    return names;
  }

  ScratchFolder scratch;
  CheckpointFolder checkpoints{scratch.path() / "checkpoints"};
  Training run, resumed;
  std::vector<std::string> warnings;
};

TEST_F(Folder, KeepsTheLastTwo) {
  EXPECT_FALSE(resume());
  save_steps({10, 20, 30});
  EXPECT_THAT(files(), ElementsAre("step_000030.safetensors", "step_000020.safetensors"));
  EXPECT_EQ(resume()->step, 30);
  EXPECT_TRUE(warnings.empty());
}

TEST_F(Folder, FallsBackFromADamagedOrTruncatedFileWithAWarning) {
  save_steps({10, 20});
  const fs::path newest = checkpoints.candidates().front();
  fs::resize_file(newest, fs::file_size(newest) / 2);
  EXPECT_EQ(resume()->step, 10);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], AllOf(HasSubstr("step_000020"), HasSubstr("the checkpoint before")));
  damage(checkpoints.candidates().back());
  EXPECT_THAT(error_of([&] { resume(); }), HasSubstr("none of its 2 checkpoints can be read"));
}

// Resumed from step 10, the run comes to step 15: the damaged 20 must not be "newest" again.
TEST_F(Folder, AFutureThatWasGivenUpIsForgotten) {
  save_steps({10, 20});
  damage(checkpoints.candidates().front());
  save_steps({15});
  EXPECT_THAT(files(), ElementsAre("step_000015.safetensors", "step_000010.safetensors"));
  EXPECT_FALSE(fs::exists(scratch.path() / "checkpoints/step_000020.safetensors"));
}

TEST_F(Folder, AnUnfinishedFileNewerThanLatestIsNotTaken) {
  save_steps({10, 20});
  fs::copy(checkpoints.candidates().front(),
           scratch.path() / "checkpoints/step_000030.safetensors");
  EXPECT_EQ(resume()->step, 20);
  fs::remove(scratch.path() / "checkpoints/latest");
  EXPECT_EQ(files().front(), "step_000030.safetensors");
}

TEST_F(Folder, SaysWhatIsWrongWithAnUnwritableFolder) {
  std::ofstream(scratch / "file") << "x";
  EXPECT_THAT(error_of([&] { CheckpointFolder(scratch.path() / "file" / "checkpoints"); }),
              HasSubstr("the folder cannot be made"));
  EXPECT_THAT(error_of([&] { CheckpointFolder(scratch.path() / "c", 0); }), HasSubstr("--keep"));
}

}  // namespace
}  // namespace salix::testing
