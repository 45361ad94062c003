// Names of any bytes become JSON that can be read, and stay recognisable.
#include "engine/io/json_text.h"

#include <gtest/gtest.h>

namespace salix::io {
namespace {

TEST(JsonText, KeepsUtf8AndEscapesOtherBytes) {
  EXPECT_EQ(utf8_of("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8C\xB3"),
            "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8C\xB3");
  EXPECT_EQ(utf8_of("caf\xE9.jpg"), "caf\\xe9.jpg");      // Latin-1
  EXPECT_EQ(utf8_of("\xC0\xAF"), "\\xc0\\xaf");           // a longer form than needed
  EXPECT_EQ(utf8_of("\xED\xA0\x80"), "\\xed\\xa0\\x80");  // half of a surrogate pair
  EXPECT_EQ(utf8_of("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(utf8_of("cut \xE2\x82"), "cut \\xe2\\x82");
}

}  // namespace
}  // namespace salix::io
