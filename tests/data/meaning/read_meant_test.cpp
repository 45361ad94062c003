// Files that mean something else than their 8-bit colours say: read as told, and asked about.
#include "data/meaning/read_meant.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "data/image/image_io.h"
#include "data/meaning/inspect.h"
#include "engine/error.h"
#include "tests/support/png_file.h"
#include "tests/support/scratch.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;
using salix::testing::PngFile;
using salix::testing::PngKind;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kHeight = 40, kWidth = 60;

// `inside` in a box that is a sixteenth of the image, at column `left`; elsewhere as before.
void box(Image& image, int left, std::uint8_t inside) {
  for (int y = kHeight / 4; y < kHeight / 2; ++y)
    for (int x = left; x < left + kWidth / 4; ++x) *image.at(y, x) = inside;
}

class ReadMeant : public ::testing::Test {
 protected:
  fs::path put(const std::string& name, const Image& image) {
    const fs::path path = folder / name;
    write_image(path, image);
    return path;
  }
  std::vector<std::string> asked() const {
    std::vector<std::string> sentences;
    for (const Question& question : questions.all()) sentences.push_back(question.sentence());
    return sentences;
  }
  salix::testing::ScratchFolder folder;
  Questions questions;
};

TEST_F(ReadMeant, DepthInMillimetresIsWhiteUntilItIsScaled) {
  const fs::path path = folder / "depth.png";
  salix::testing::write_deep_png(path, 2, 3, {800, 1300, 1800, 2300, 2800, 800});
  EXPECT_THAT(read_modality(path, {}, &questions).pixels, Each(255));
  EXPECT_THAT(asked(), ElementsAre(AllOf(HasSubstr("1 of 1 modality images have 16-bit values"),
                                         HasSubstr("depth.png', 800..2800"),
                                         HasSubstr("--depth-range auto"))));
  const Reading of_each{.modality_range = ValueRange{.of_each_file = true}};
  const Image grey = read_modality(path, of_each, &questions);
  EXPECT_EQ(grey.channels, 3);
  EXPECT_THAT(to_grey(grey).pixels, ElementsAre(0, 64, 128, 191, 255, 0));
  // Near is bright: the range turned round, and what lies beyond it cut off.
  const Reading near_bright{.modality_range = ValueRange{.black = 2300, .white = 1300}};
  EXPECT_THAT(to_grey(read_modality(path, near_bright, nullptr)).pixels,
              ElementsAre(255, 255, 128, 0, 0, 255));
  EXPECT_EQ(asked().size(), 1u);
}

TEST_F(ReadMeant, DepthAtOneEndOfItsRangeIsAskedAbout) {
  Image dark(kHeight, kWidth, 1), ordinary(kHeight, kWidth, 1);
  box(dark, 5, 12);
  box(ordinary, 5, 90);
  read_modality(put("ordinary.png", ordinary), {}, &questions);
  read_modality(put("constant.png", Image(kHeight, kWidth, 1, 7)), {}, &questions);
  read_modality(put("white_flow.png", Image(kHeight, kWidth, 3, 250)), {}, &questions);
  EXPECT_THAT(asked(), IsEmpty());
  read_modality(put("dark.png", dark), {}, &questions);
  EXPECT_THAT(asked(), ElementsAre(AllOf(HasSubstr("1 of 4 modality images keep to one end"),
                                         HasSubstr("0..12"))));
}

TEST_F(ReadMeant, MasksOfIndicesAreAskedAboutAndAllObjectsCanCount) {
  Image indices(kHeight, kWidth, 1);
  box(indices, 5, 3);
  box(indices, 35, 15);
  const fs::path path = put("indices.png", indices);
  EXPECT_EQ(read_mask(path, {}, &questions).pixels, indices.pixels);
  EXPECT_THAT(asked(),
              ElementsAre(AllOf(HasSubstr("1 of 1 masks have several levels"),
                                HasSubstr("levels 0 3 15"), HasSubstr("--mask-levels nonzero"))));
  Image all(kHeight, kWidth, 1), brightest = all;
  box(all, 5, 255);
  box(all, 35, 255);
  box(brightest, 35, 255);
  EXPECT_EQ(read_mask(path, {.foreground_above = 0}, &questions).pixels, all.pixels);
  EXPECT_EQ(read_mask(path, {.foreground_above = 3}, &questions).pixels, brightest.pixels);
  EXPECT_EQ(asked().size(), 1u);
}

// As DAVIS colours its objects: 1 red, 2 green, 3 yellow.
TEST_F(ReadMeant, PalettesWithSeveralObjectsAreAskedAbout) {
  const std::vector<std::uint8_t> colours{0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0};
  const auto put_palette = [&](const std::string& name, const Image& index) {
    salix::testing::write_png(folder / name, {.height = kHeight,
                                              .width = kWidth,
                                              .kind = PngKind::kPalette,
                                              .samples = index.pixels,
                                              .palette = colours});
    return fs::path(folder / name);
  };
  Image one(kHeight, kWidth, 1), two = one;
  box(one, 5, 1);
  box(two, 5, 1);
  box(two, 35, 3);
  read_mask(put_palette("one.png", one), {}, &questions);
  EXPECT_THAT(asked(), IsEmpty());
  const Image every = read_mask(put_palette("two.png", two), {.foreground_above = 0}, nullptr);
  EXPECT_EQ(std::count(every.pixels.begin(), every.pixels.end(), 255), 2 * 10 * 15);
  read_mask(folder / "two.png", {}, &questions);
  EXPECT_THAT(asked(), ElementsAre(HasSubstr("1 of 2 masks")));
}

TEST_F(ReadMeant, OrdinaryMasksRaiseNoQuestion) {
  Image mask(kHeight, kWidth, 1);
  box(mask, 20, 255);
  Image soft = mask, few = mask, noisy = mask, ones = mask;
  // A soft border: of many levels, and of three.
  for (int y = 0; y < kHeight; ++y) *soft.at(y, 19) = static_cast<std::uint8_t>(5 * y);
  for (int y = 10; y < 20; ++y) *few.at(y, 19) = static_cast<std::uint8_t>(64 * (1 + y % 3));
  // What JPEG makes of black and white.
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 10; ++x) *noisy.at(y, x) = static_cast<std::uint8_t>(y / 8);
  for (std::uint8_t& level : ones.pixels) level = level != 0 ? 1 : 0;
  int k = 0;
  for (const Image& image : {mask, soft, few, noisy, ones, Image(kHeight, kWidth, 1, 255)})
    read_mask(put("mask" + std::to_string(k++) + ".png", image), {}, &questions);
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(ReadMeant, SixteenBitsAreNoQuestionWhereClippingChangesNothing) {
  salix::testing::write_deep_png(folder / "two.png", 1, 4, {0, 65535, 0, 65535});
  salix::testing::write_deep_png(folder / "small.png", 1, 4, {0, 3, 255, 17});
  EXPECT_THAT(read_mask(folder / "two.png", {}, &questions).pixels, ElementsAre(0, 255, 0, 255));
  EXPECT_THAT(read_map(folder / "small.png", {}, &questions).pixels, ElementsAre(0, 3, 255, 17));
  EXPECT_THAT(asked(), IsEmpty());
  salix::testing::write_deep_png(folder / "soft.png", 1, 4, {0, 65535, 25700, 0});
  read_mask(folder / "soft.png", {}, &questions);
  EXPECT_THAT(asked(), ElementsAre(HasSubstr("1 of 2 masks have 16-bit values above 255")));
}

TEST_F(ReadMeant, AlphaThatVariesIsAskedAboutOrTaken) {
  Image shape(kHeight, kWidth, 1), cutout(kHeight, kWidth, 4, 200);
  box(shape, 5, 241);
  for (std::size_t i = 0; i < shape.pixels.size(); ++i) cutout.pixels[4 * i + 3] = shape.pixels[i];
  const fs::path path = put("cutout.png", cutout);
  EXPECT_THAT(read_map(path, {}, &questions).pixels, Each(200));
  EXPECT_EQ(read_map(path, {.alpha = true}, nullptr).pixels, shape.pixels);
  EXPECT_EQ(read_mask(path, {.alpha = true}, &questions).pixels, shape.pixels);
  EXPECT_THAT(asked(), ElementsAre(AllOf(HasSubstr("1 of 1 maps have an alpha channel"),
                                         HasSubstr("alpha 0..241"), HasSubstr("--alpha"))));
}

TEST_F(ReadMeant, AlphaThatSaysNothingNewIsNot) {
  Image opaque(kHeight, kWidth, 4, 255), same(kHeight, kWidth, 4), shape(kHeight, kWidth, 1);
  box(shape, 5, 255);
  for (std::size_t i = 0; i < same.pixels.size(); ++i) same.pixels[i] = shape.pixels[i / 4];
  const fs::path path = put("same.png", same);
  read_mask(put("opaque.png", opaque), {}, &questions);
  EXPECT_EQ(read_mask(path, {}, &questions).pixels, shape.pixels);
  EXPECT_THAT(asked(), IsEmpty());
  std::vector<std::uint8_t> grey_and_alpha;
  for (const std::uint8_t value : shape.pixels) {
    grey_and_alpha.push_back(value);
    grey_and_alpha.push_back(255);
  }
  salix::testing::write_png(
      folder / "la.png",
      {.height = kHeight, .width = kWidth, .kind = PngKind::kGreyAlpha, .samples = grey_and_alpha});
  EXPECT_EQ(read_mask(folder / "la.png", {.alpha = true}, &questions).pixels, shape.pixels);
  EXPECT_THAT(asked(), IsEmpty());
}

class StoredTurned : public ReadMeant {
 protected:
  fs::path put_turned(const std::string& name, int orientation) {
    const fs::path path = folder / name;
    salix::testing::write_bytes(path, salix::testing::with_orientation(
                                          encode_jpeg(Image(kHeight, kWidth, 3, 90)), orientation));
    return path;
  }
};

TEST_F(StoredTurned, PhotographsAreTurnedWhenTold) {
  const fs::path phone = put_turned("phone.jpg", 6);
  EXPECT_EQ(read_photograph(phone, {}, &questions).height, kHeight);
  EXPECT_THAT(asked(), ElementsAre(AllOf(HasSubstr("1 of 1 photographs have an EXIF orientation"),
                                         HasSubstr("orientation 6"), HasSubstr("--upright"))));
  EXPECT_EQ(read_photograph(phone, {.upright = true}, &questions).height, kWidth);
  EXPECT_EQ(asked().size(), 1u);
}

TEST_F(StoredTurned, AMaskOfTheStoredSizeSaysThatItIsRight) {
  const fs::path phone = put_turned("phone.jpg", 6), mask = "mask.png";
  const DrawnOnIt stored{Role::kMask, mask, kHeight, kWidth};
  const DrawnOnIt seen{Role::kMask, mask, kWidth, kHeight};
  read_photograph(phone, {}, &questions, &stored);
  read_photograph(phone, {.upright = true}, &questions, &seen);
  EXPECT_THAT(asked(), IsEmpty());
  question_photograph(phone, {}, questions, &seen);
  EXPECT_THAT(asked(), ElementsAre(HasSubstr("photographs have an EXIF orientation")));
}

TEST_F(StoredTurned, AMaskWithItsSidesExchangedIsAskedAboutWithoutAMarkToo) {
  const fs::path plain = put("plain.png", Image(kHeight, kWidth, 3)), mask = "mask.png";
  questions.looked_at(Role::kMask);
  const DrawnOnIt exchanged{Role::kMask, mask, kWidth, kHeight};
  read_photograph(plain, {}, &questions, &exchanged);
  EXPECT_THAT(asked(), ElementsAre(HasSubstr("1 of 1 masks have height and width of their")));
}

TEST_F(ReadMeant, InspectingLooksAtSomeOfEachSet) {
  Image dark(kHeight, kWidth, 1);
  box(dark, 5, 1);
  std::vector<SampleFiles> samples;
  for (int k = 0; k < 5; ++k) {
    const std::string name = std::to_string(k);
    SampleFiles& sample = samples.emplace_back();
    sample.set = k < 4 ? "one" : "two";
    sample.image = put("image" + name + ".png", Image(kHeight, kWidth, 3));
    sample.mask = put("mask" + name + ".png", dark);
    sample.has_truth = k < 4;
  }
  samples[0].mask = folder / "missing.png";
  const auto sets = inspect(samples, /*fixed_threshold=*/true, /*limit=*/2);
  ASSERT_EQ(sets.size(), 2u);
  EXPECT_THAT(sets[0].sentences(),  // of the samples 0 and 2
              ElementsAre(AllOf(HasSubstr("c_one (2 of 4 looked at): 1 of 1 masks have no value"),
                                HasSubstr("mask2.png', 0..1"))));
  EXPECT_THAT(sets[1].sentences(), IsEmpty());
  EXPECT_THAT(inspect(samples, /*fixed_threshold=*/false)[0].questions, IsEmpty());
}

TEST(MeaningQuestions, TheFirstFileIsTheFirstByPathWhateverTheOrder) {
  Questions questions;
  for (const char* name : {"c", "a", "b"}) {
    questions.looked_at(Role::kMap);
    questions.ask(Role::kMap, Doubt::kAlpha, name, name);
  }
  ASSERT_EQ(questions.all().size(), 1u);
  EXPECT_EQ(questions.all()[0].first, "a");
  EXPECT_EQ(questions.all()[0].files, 3);
  EXPECT_EQ(questions.all()[0].of, 3);
}

TEST(MeaningReading, OptionsAreSpelledInOneWay) {
  EXPECT_TRUE(parse_value_range("--depth-range", "auto").of_each_file);
  EXPECT_EQ(parse_value_range("--depth-range", "5e3,-1"), (ValueRange{.black = 5000, .white = -1}));
  for (const char* wrong : {"", "5", "5,", "5,5", "a,b", "1,2,3", "1,inf"})
    EXPECT_THROW(parse_value_range("--depth-range", wrong), InvalidInput) << wrong;
  EXPECT_EQ(parse_mask_levels("--mask-levels", "reference"), std::nullopt);
  EXPECT_EQ(parse_mask_levels("--mask-levels", "nonzero"), 0);
  EXPECT_EQ(parse_mask_levels("--mask-levels", "128"), 128);
  for (const char* wrong : {"", "255", "-1", "1.5", "half"})
    EXPECT_THROW(parse_mask_levels("--mask-levels", wrong), InvalidInput) << wrong;
  EXPECT_THAT(words_of({}), IsEmpty());
  EXPECT_EQ(words_of({.modality_range = ValueRange{.black = 500, .white = 5000}}).at(0).second,
            "500,5000");
}

}  // namespace
}  // namespace salix::data
