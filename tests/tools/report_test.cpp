// `salix report`: where the page goes, what is said, what is refused.
#include <gmock/gmock.h>

#include "engine/io/file.h"
#include "tests/tools/salix_run.h"
#include "tests/train/report/run_files.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class ReportCommand : public ::testing::Test {
 protected:
  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "report");
    const Result result = salix_run(arguments);
    out_ = result.out;
    err_ = result.err;
    return result.code;
  }
  ScratchFolder scratch_;
  std::string out_, err_;
};

TEST_F(ReportCommand, WritesThePageIntoTheRun) {
  write_run(scratch_.path(), 4);
  ASSERT_EQ(run({scratch_.path().string()}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr(scratch_ / "report.html"));
  EXPECT_THAT(io::read_text_file(scratch_ / "report.html"), HasSubstr("<h2>Training</h2>"));
  EXPECT_EQ(err_, "");
}

TEST_F(ReportCommand, WritesWhereItIsAskedToAndLeavesOutPictures) {
  write_run(scratch_.path(), 4);
  write_evaluation(scratch_.path() / "scores", "c_ECSSD", 3, 0.5);
  ASSERT_EQ(run({scratch_.path().string(), "-o", scratch_ / "page.html", "--images", "0"}), 0);
  EXPECT_FALSE(fs::exists(scratch_ / "report.html"));
  EXPECT_THAT(io::read_text_file(scratch_ / "page.html"), Not(HasSubstr("<img")));
}

TEST_F(ReportCommand, SaysWhatWasLeftOut) {
  write_run(scratch_.path(), 4);
  write_text(scratch_.path() / "timing.jsonl", "torn");
  ASSERT_EQ(run({scratch_.path().string()}), 0);
  EXPECT_THAT(err_, HasSubstr("note: timing.jsonl: 1 of 1 lines"));
}

TEST_F(ReportCommand, RefusesWhatIsNoRun) {
  EXPECT_EQ(run({scratch_.path().string()}), 1);
  EXPECT_THAT(err_, HasSubstr("must hold a config.json or manifest.json"));
  EXPECT_EQ(run({scratch_ / "nothing"}), 1);
  EXPECT_THAT(err_, HasSubstr("must be the folder of a run"));
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(run({scratch_.path().string(), "--images", "-1"}), 2);
}

}  // namespace
}  // namespace salix::testing
