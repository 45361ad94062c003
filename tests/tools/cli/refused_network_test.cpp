// A classifier in commands that need a map: one sentence, whatever follows.
#include <gmock/gmock.h>

#include "tests/tools/salix_run.h"

namespace salix::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(RefusedNetwork, PredictAndTrainSayWhatWorksInstead) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"predict", "localvit"},
        {"predict", "localvit", "--weight", "x.pth", "photo.jpg", "-o", "maps"},
        {"train", "localvit", "--trset", "c", "--recipe", "supervised"}}) {
    const Result result = salix_run(words);
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err,
                AllOf(HasSubstr("salix: " + words[0] + ": localvit is a classifier"),
                      HasSubstr("it works with test, audit step, export, graph and weights init")));
  }
}

TEST(RefusedNetwork, IsNotAmongTheNetworksOfTheHelp) {
  EXPECT_THAT(salix_run({"train", "--help"}).out,
              AllOf(HasSubstr("sfnet"), Not(HasSubstr("localvit"))));
  EXPECT_THAT(salix_run({"test", "--help"}).out, HasSubstr("localvit"));
}

}  // namespace
}  // namespace salix::testing
