// Files that are called .jpg and are something else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/image/image_io.h"
#include "engine/error.h"
#include "tests/data/image/image_support.h"

namespace salix::data {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

std::string refusal(const std::string& content) {
  return testing::refusal({reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
}

TEST(ImageFormat, ForeignFormatsAreCalledByTheirName) {
  EXPECT_EQ(refusal("RIFF\x10\0\0\0WEBPVP8 "s),
            "read_image: 'x' is a WebP picture by its content, whatever its name says; convert it "
            "to an ordinary JPEG, PNG or BMP, or leave it out");
  EXPECT_THAT(refusal("\0\0\0\x18"
                      "ftypheic\0\0\0\0"s),
              HasSubstr("is a HEIC picture"));
  EXPECT_THAT(refusal("\0\0\0\x18"
                      "ftypavif\0\0\0\0"s),
              HasSubstr("is an AVIF picture"));
  EXPECT_THAT(refusal("\0\0\0\x18"
                      "ftypmp42\0\0\0\0"s),
              HasSubstr("is a video"));
  EXPECT_THAT(refusal("GIF89a\1\0\1\0"s), HasSubstr("is a GIF picture"));
  EXPECT_THAT(refusal("II*\0\x08\0\0\0"s), HasSubstr("is a TIFF picture"));
  EXPECT_THAT(refusal("MM\0*\0\0\0\x08"s), HasSubstr("is a TIFF picture"));
  EXPECT_THAT(refusal("<html><body>404</body>"s), HasSubstr("is a web page (a failed download?)"));
  EXPECT_THAT(refusal("version https://git-lfs.github.com/spec/v1\n"s),
              HasSubstr("is a Git LFS pointer (run `git lfs pull`)"));
}

TEST(ImageFormat, OthersAreShownByTheirFirstBytes) {
  EXPECT_EQ(refusal("\x01hello"s),
            "read_image: 'x' is not a readable JPEG, PNG or BMP file: it starts with '\\x01hello'; "
            "replace it or leave it out");
  EXPECT_THAT(refusal("\x89PNG\r\n\x1A\x0B"s), HasSubstr("it starts with '\\x89PNG"));
  for (std::size_t size = 1; size < 8; ++size)
    EXPECT_THAT(refusal("\x89PNG\r\n\x1A\n"s.substr(0, size)), HasSubstr("not a readable JPEG"));
}

}  // namespace
}  // namespace salix::data
