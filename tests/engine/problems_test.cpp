// One problem is told as it came, several together.
#include "engine/problems.h"

#include <gmock/gmock.h>

namespace salix {
namespace {

using ::testing::Property;
using ::testing::Throws;

TEST(Problems, AreToldTogether) {
  Problems problems;
  EXPECT_TRUE(problems.collect([] {}));
  EXPECT_NO_THROW(problems.raise());
  EXPECT_FALSE(problems.collect([] { throw IoError("no weights"); }));
  EXPECT_THAT([&] { problems.raise(); },
              Throws<IoError>(Property(&Error::what, std::string("no weights"))));
  EXPECT_FALSE(problems.collect([] { throw InvalidInput("no sets"); }));
  EXPECT_THAT([&] { problems.raise(); },
              Throws<InvalidInput>(Property(
                  &Error::what, std::string("2 things are wrong:\n* no weights\n* no sets"))));
  EXPECT_THROW(problems.collect([] { throw InternalError("bug"); }), InternalError);
}

}  // namespace
}  // namespace salix
