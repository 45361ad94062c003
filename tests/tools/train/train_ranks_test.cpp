// `mpirun -n 2 salix train a2s`: beside one process, twice, killed and resumed, and failing.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "data/scenes/generated_set.h"
#include "tests/support/mpirun.h"
#include "tests/support/scratch.h"
#include "tools/cli/run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// The process of rank 1 that has `word` in its command line; 0 when there is none.
pid_t rank_1_of(const std::string& word) {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const bool is_rank =
        text_of(entry.path() / "environ").find("OMPI_COMM_WORLD_RANK=1") != std::string::npos;
    if (is_rank && text_of(entry.path() / "cmdline").find(word) != std::string::npos) {
      return static_cast<pid_t>(std::stoi(name));
    }
  }
  return 0;
}

class TrainOverRanks : public ::testing::Test {
 protected:
  void SetUp() override {
    SALIX_SKIP_WITHOUT_MPIRUN();
    data::write_generated_set(folder.path(),
                              {.name = "tiny", .count = 4, .height = 60, .width = 80});
  }
  std::vector<std::string> command(const std::string& run, const std::string& batch,
                                   const std::vector<std::string>& more) const {
    const char* moved = std::getenv("SALIX_PROGRAM");
    std::vector<std::string> words{moved != nullptr ? moved : SALIX_PROGRAM,
                                   "train",
                                   "a2s",
                                   "--trset",
                                   "c",
                                   "--train-set",
                                   "c=tiny",
                                   "--size",
                                   "224",
                                   "--batch",
                                   batch,
                                   "--threads",
                                   "1",
                                   "--device",
                                   "cpu",
                                   "--tune",
                                   "0",
                                   "--no-labels",
                                   "--data-path",
                                   folder.path().string(),
                                   "--run-dir",
                                   folder / run};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  Mpirun two_ranks(const std::string& run, const std::vector<std::string>& more) const {
    std::vector<std::string> all{"--sync-bn"};
    all.insert(all.end(), more.begin(), more.end());
    return Mpirun(2, command(run, "1", all));
  }
  std::vector<nlohmann::json> metrics(const std::string& run) const {
    std::vector<nlohmann::json> lines;
    std::istringstream text(text_of(folder / run + "/metrics.jsonl"));
    for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }
  void expect_same_run(const std::string& a, const std::string& b) const {
    EXPECT_EQ(text_of(folder / a + "/metrics.jsonl"), text_of(folder / b + "/metrics.jsonl"));
    EXPECT_TRUE(text_of(folder / a + "/a2s_base_2.pth") == text_of(folder / b + "/a2s_base_2.pth"));
  }
  ScratchFolder folder;
};

TEST_F(TrainOverRanks, IsOneProcessWithTwiceTheBatchSlow) {
  std::vector<std::string> alone = command("alone", "2", {"--epochs", "1"});
  alone.erase(alone.begin());
  std::ostringstream out, err;
  ASSERT_EQ(cli::run(alone, out, err), 0) << err.str();
  const Mpirun both = two_ranks("both", {"--epochs", "1"});
  ASSERT_EQ(both.code(), 0) << both.output();
  EXPECT_THAT(both.output(),
              HasSubstr("2 steps of 1 images at 224x224 on cpu, on each of 2 ranks"));
  const auto one = metrics("alone"), two = metrics("both");
  ASSERT_EQ(one.size(), 2u);
  ASSERT_EQ(two.size(), 2u);
  for (const char* loss : {"total", "csd", "btm", "consistency"}) {
    const double expected = one[0][loss];
    EXPECT_NEAR(two[0][loss], expected, 1e-5 * std::abs(expected)) << loss;
  }
  // From weights that one step has moved apart: tests/train/loop/training_over_ranks_test.cpp.
  const double second = one[1]["total"];
  EXPECT_NEAR(two[1]["total"], second, 2e-2 * second);
  EXPECT_EQ(two[1]["lr_encoder"], one[1]["lr_encoder"]);
  EXPECT_EQ(nlohmann::json::parse(text_of(folder / "both/config.json"))["ranks"], 2);
}

TEST_F(TrainOverRanks, HasTheSameBitsAgainAndAfterAKillSlow) {
  const std::vector<std::string> two_epochs{"--epochs", "2", "--checkpoint-every", "1"};
  const Mpirun whole = two_ranks("whole", two_epochs);
  ASSERT_EQ(whole.code(), 0) << whole.output();
  ASSERT_EQ(two_ranks("again", two_epochs).code(), 0);
  expect_same_run("whole", "again");

  // Rank 1 dies after the first step or later; the launcher ends rank 0.
  bool killed = false;
  std::thread killer([&] {
    const fs::path log = folder / "part/metrics.jsonl";
    for (int k = 0; k < 1200 && !killed; ++k) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      const pid_t rank = text_of(log).empty() ? 0 : rank_1_of(folder / "part");
      killed = rank > 0 && ::kill(rank, SIGKILL) == 0;
    }
  });
  const Mpirun part = two_ranks("part", two_epochs);
  killer.join();
  ASSERT_TRUE(killed);
  EXPECT_NE(part.code(), 0);
  std::vector<std::string> resume = two_epochs;
  resume.push_back("--resume");
  const Mpirun rest = two_ranks("part", resume);
  ASSERT_EQ(rest.code(), 0) << rest.output();
  EXPECT_THAT(rest.output(), HasSubstr("resumed after step"));
  expect_same_run("whole", "part");
}

TEST_F(TrainOverRanks, ARankThatFailsSaysWhyAndEndsAll) {
  fs::path image;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    if (entry.path().extension() == ".jpg") image = entry.path();
  }
  std::ofstream(image) << "no picture";
  const Mpirun run = two_ranks("bad", {"--epochs", "1"});
  EXPECT_EQ(run.code(), 1) << run.output();
  EXPECT_THAT(run.output(), HasSubstr(image.filename().string()));
  EXPECT_THAT(run.output(), HasSubstr("salix: rank "));
}

}  // namespace
}  // namespace salix::testing
