// What a long command shows of its progress.
#include "tools/cli/progress.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

namespace salix::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Progress, SaysTimesAsPeopleDo) {
  EXPECT_EQ(duration_text(9.9), "0:09");
  EXPECT_EQ(duration_text(750), "12:30");
  EXPECT_EQ(duration_text(5 * 3600 + 7 * 60 + 59), "5 h 07 min");
  EXPECT_EQ(duration_text(1799 * 60 + 13), "1 d 5 h");
  EXPECT_EQ(duration_text(1e300), "9999 d 0 h");
}

TEST(Progress, ClosesWithOneLine) {
  std::ostringstream err;
  {
    Progress progress(err, "work", 2, /*interactive=*/false);
    progress.advance(1);
    EXPECT_EQ(err.str(), "");  // not worth a line yet
    progress.advance(1, "loss 0.5");
    progress.say("after");
  }
  EXPECT_THAT(err.str(), StartsWith("work: 2/2 "));
  EXPECT_THAT(err.str(), HasSubstr("took 0:00, loss 0.5\nafter\n"));
  EXPECT_EQ(err.str().find("work:"), err.str().rfind("work:"));
}

TEST(Progress, ATerminalsBarEndsItsLineOnce) {
  std::ostringstream err;
  {
    Progress progress(err, "work", 1, /*interactive=*/true);
    progress.advance(1);
  }
  const std::string shown = err.str();
  EXPECT_THAT(shown, HasSubstr("1/1"));
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 1);
}

}  // namespace
}  // namespace salix::cli
