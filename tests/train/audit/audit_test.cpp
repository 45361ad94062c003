// The audit trace, and the place where two runs part.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"
#include "tests/support/scratch.h"
#include "tests/train/loop/small_network.h"
#include "train/audit/audit_diff.h"
#include "train/audit/audit_trace.h"
#include "train/optimizers/sgd.h"
#include "train/run_folder/hash.h"
#include "train/run_folder/loggers/metrics_log.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

// What a fault would change, at one step.
struct Fault {
  std::int64_t step = 0;
  double forward = 1;
  bool overwrite = false;
};

// A small run that is traced: loss = sum(sigmoid(f * gamma * gamma)).
void traced_run(const fs::path& folder, std::int64_t steps, Fault fault = {}) {
  fs::create_directories(folder);
  Exec exec;
  SmallNetwork network(exec);
  Sgd sgd({{network.parameters(), 0.1, 0}});
  AuditTrace trace(exec, folder / "audit.jsonl", 0);
  MetricsLog metrics(folder / "metrics.jsonl", 0);
  for (std::int64_t step = 1; step <= steps; ++step) {
    const bool now = step == fault.step;
    trace.begin_step(step);
    const Tensor product = mul(network.gamma, network.gamma);
    const Tensor loss = sum(sigmoid(product * (now ? fault.forward : 1.0)));
    backward(loss);
    trace.gradients(network);
    sgd.step();
    sgd.clear_grad();
    if (now && fault.overwrite) {
      network.gamma.copy_from(from(exec, {1, 2, 3, 4}, {4}));
    }
    trace.end_step(network);
    metrics.write(step, {{"loss", loss.item()}, {"time/step_s", static_cast<double>(step)}});
    sigmoid(loss);  // as an evaluation would, between steps
  }
}

std::vector<Json> lines_of(const fs::path& path) {
  std::vector<Json> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(Json::parse(line));
  return lines;
}

TEST(AuditTrace, HoldsEveryTensorOfAStepInTheOrderOfExecution) {
  const ScratchFolder folder;
  traced_run(folder.path(), 2);
  std::vector<std::string> seen;
  for (const Json& line : lines_of(folder / "audit.jsonl")) {
    if (line["step"] != 2) continue;
    EXPECT_EQ(line["index"], seen.size());
    seen.push_back(str(line["phase"].get<std::string>(), " ", line["name"].get<std::string>(), " ",
                       line["output"].get<int>()));
  }
  EXPECT_THAT(
      seen, ElementsAre("forward mul 0", "forward affine 0", "forward sigmoid 0", "forward sum 0",
                        "backward sum 0", "backward sigmoid 0", "backward affine 0",
                        "backward mul 0", "backward mul 1", "gradient norm.weight 0",
                        "state conv.weight 0", "state norm.weight 0", "state norm.running_mean 0"));
}

TEST(AuditTrace, HashesTheBytesOfATensor) {
  const ScratchFolder folder;
  traced_run(folder.path(), 1);
  Exec exec;
  const SmallNetwork network(exec);  // its buffer does not change
  const std::vector<float> mean = network.running_mean.to_vector<float>();
  const Json line = lines_of(folder / "audit.jsonl").back();
  EXPECT_EQ(line["hash"], hash_text(std::as_bytes(std::span(mean))));
  EXPECT_EQ(line["dtype"], "float32");
  EXPECT_EQ(line["shape"], Json({4}));
}

TEST(AuditDiff, TwoEqualRunsAreIdentical) {
  const ScratchFolder folder;
  traced_run(folder / "a", 3);
  traced_run(folder / "b", 3);
  const AuditDifference diff = audit_diff(folder / "a", folder / "b");
  EXPECT_TRUE(diff.identical);
  EXPECT_EQ(diff.source, "audit.jsonl");
  EXPECT_EQ(diff.steps, 3);
}

TEST(AuditDiff, FindsAFaultAtItsStepAndOp) {
  const ScratchFolder folder;
  traced_run(folder / "a", 3);
  traced_run(folder / "forward", 3, {.step = 2, .forward = 1 + 1e-6});
  traced_run(folder / "update", 3, {.step = 2, .overwrite = true});
  const AuditDifference forward = audit_diff(folder / "a", folder / "forward");
  EXPECT_FALSE(forward.identical);
  EXPECT_EQ(forward.step, 2);
  EXPECT_EQ(forward.steps, 1);
  EXPECT_EQ(forward.what, "forward of affine, output 0");
  EXPECT_EQ(forward.before, "forward of mul, output 0");
  EXPECT_THAT(forward.a, HasSubstr(R"("name":"affine")"));
  EXPECT_EQ(audit_diff(folder / "a", folder / "update").what, "state of norm.weight");
}

TEST(AuditDiff, SaysThatOneRunEndsEarlier) {
  const ScratchFolder folder;
  traced_run(folder / "a", 3);
  traced_run(folder / "b", 2);
  const AuditDifference diff = audit_diff(folder / "a", folder / "b");
  EXPECT_FALSE(diff.identical);
  EXPECT_EQ(diff.steps, 2);
  EXPECT_EQ(diff.what, "the end: the second run has no more lines");
}

TEST(AuditDiff, FallsBackToTheMetricsWithoutTimes) {
  const ScratchFolder folder;
  for (const char* run : {"a", "b", "c"}) {
    fs::create_directories(folder / run);
    MetricsLog log(fs::path(folder / run) / "metrics.jsonl", 0);
    for (std::int64_t step = 1; step <= 3; ++step) {
      const double nudge = *run == 'c' && step == 2 ? 1e-16 : 0;
      log.write(step, {{"loss", 0.1 + nudge}, {"time/step_s", double(*run)}});
    }
  }
  EXPECT_TRUE(audit_diff(folder / "a", folder / "b").identical);
  const AuditDifference diff = audit_diff(folder / "a", folder / "c");
  EXPECT_EQ(diff.source, "metrics.jsonl");
  EXPECT_EQ(diff.step, 2);
  EXPECT_THAT(diff.what,
              HasSubstr("loss is 0.1 in the first run, 0.1000000000000001 in the second"));
}

TEST(AuditDiff, ListsConfigurationsAndRefusesFoldersThatAreNoRuns) {
  const ScratchFolder folder;
  traced_run(folder / "a", 1);
  traced_run(folder / "b", 1);
  std::ofstream(folder / "a/config.json") << R"({"lr": 0.1})";
  std::ofstream(folder / "b/config.json") << R"({"lr": 0.2})";
  const AuditDifference diff = audit_diff(folder / "a", folder / "b");
  EXPECT_TRUE(diff.identical);
  ASSERT_EQ(diff.config.size(), 1u);
  EXPECT_EQ(diff.config[0].name, "lr");
  EXPECT_THAT(error_of([&] { audit_diff(folder / "a", folder / "none"); }),
              HasSubstr("neither audit.jsonl nor metrics.jsonl"));
}

}  // namespace
}  // namespace salix::testing
