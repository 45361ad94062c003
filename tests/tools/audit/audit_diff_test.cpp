// `salix audit diff` as a user meets it; where runs part is tested in tests/train.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/scratch.h"
#include "tools/cli/run.h"

namespace salix::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

class AuditDiffCommand : public ::testing::Test {
 protected:
  void write(const std::string& run, const std::string& file, const std::string& text) {
    std::filesystem::create_directories(folder / run);
    std::ofstream(folder / (run + "/" + file)) << text;
  }
  static std::string trace(const char* hash) {
    return std::string(R"({"step":1,"index":0,"phase":"forward","name":"conv2d","output":0,)") +
           R"("shape":[1],"dtype":"float32","hash":")" + hash + "\"}\n";
  }
  int diff(std::vector<std::string> extra = {}) {
    std::vector<std::string> arguments{"audit", "diff", folder / "a", folder / "b"};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    std::ostringstream out_stream, err_stream;
    const int code = cli::run(arguments, out_stream, err_stream);
    out = out_stream.str();
    err = err_stream.str();
    return code;
  }
  ScratchFolder folder;
  std::string out, err;
};

TEST_F(AuditDiffCommand, EndsWith0ForIdenticalRuns) {
  for (const char* run : {"a", "b"}) write(run, "audit.jsonl", trace("1111"));
  EXPECT_EQ(diff(), 0);
  EXPECT_EQ(out, "identical (1 steps of audit.jsonl)\n");
}

TEST_F(AuditDiffCommand, EndsWith1AndNamesStepAndOp) {
  write("a", "audit.jsonl", trace("1111"));
  write("b", "audit.jsonl", trace("2222"));
  write("a", "config.json", R"({"lr": 0.1})");
  write("b", "config.json", R"({"lr": 0.2})");
  EXPECT_EQ(diff(), 1);
  EXPECT_THAT(out, AllOf(StartsWith("step 1: forward of conv2d, output 0\n"), HasSubstr("2222"),
                         HasSubstr("config: lr: 0.1 | 0.2")));
  EXPECT_THAT(err, HasSubstr("part at step 1"));
  EXPECT_EQ(diff({"--json"}), 1);
  const Json result = Json::parse(out);
  EXPECT_EQ(result["identical"], false);
  EXPECT_EQ(result["b"]["hash"], "2222");
  EXPECT_EQ(result["config"][0]["name"], "lr");
}

TEST_F(AuditDiffCommand, SaysWhenOnlyMetricsWereCompared) {
  write("a", "metrics.jsonl", "{\"step\":1,\"loss\":0.5}\n");
  write("b", "metrics.jsonl", "{\"step\":1,\"loss\":0.5}\n");
  EXPECT_EQ(diff(), 0);
  EXPECT_THAT(err, HasSubstr("--audit-trace"));
}

TEST_F(AuditDiffCommand, NamesAFolderThatIsNoRun) {
  write("a", "audit.jsonl", trace("1111"));
  EXPECT_EQ(diff(), 1);
  EXPECT_THAT(err, HasSubstr("is no run"));
}

}  // namespace
}  // namespace salix::testing
