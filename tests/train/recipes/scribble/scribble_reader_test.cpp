// The reader of training from scribbles, and batches of it.
#include "train/recipes/scribble/scribble_reader.h"

#include <gmock/gmock.h>

#include <memory>

#include "data/loading/loader.h"
#include "tests/support/tensors.h"
#include "tests/train/recipes/scribble/scribble_fixture.h"

namespace salix::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> names_of(const ScribbleReader& reader) {
  std::vector<std::string> names;
  for (const data::Field& field : reader.fields()) names.push_back(field.name);
  return names;
}

class ScribbleReading : public ScribbleFixture {};

TEST_F(ScribbleReading, HasFiveFieldsOrFour) {
  const ScribbleReader reader({.size = 32});
  EXPECT_THAT(names_of(reader), ElementsAre("image", "prior_d", "semantic", "instance", "contour"));
  EXPECT_EQ(reader.fields()[0].shape, (Shape{32, 32, 3}));
  EXPECT_EQ(reader.fields()[1].shape, (Shape{32, 32, 3}));
  for (std::size_t k = 2; k < 5; ++k) EXPECT_EQ(reader.fields()[k].shape, (Shape{32, 32, 1}));
  EXPECT_THAT(names_of(ScribbleReader({.contours = false})),
              ElementsAre("image", "prior_d", "semantic", "instance"));
  EXPECT_THAT(error_of([] { ScribbleReader none({.size = 0}); }),
              HasSubstr("scribble reader: the size must be positive; got 0"));
}

TEST_F(ScribbleReading, BatchesAreTheSameForAnyNumberOfWorkers) {
  const data::SampleFiles files = put_noise(40, 50);
  const std::vector<data::SampleFiles> samples(6, files);
  const auto batch_of = [&](int workers) {
    data::Loader loader(samples, std::make_shared<ScribbleReader>(ScribbleLook{.size = 16}),
                        {.batch = 6, .workers = workers, .seed = 4});
    loader.start_epoch(2);
    const data::Batch batch = loader.next().value();
    std::vector<std::vector<float>> values;
    for (const data::Batch::Values& field : batch.fields)
      values.emplace_back(field.values.begin(), field.values.end());
    return values;
  };
  const auto alone = batch_of(0);
  EXPECT_EQ(alone, batch_of(3));
  // Six samples of the same files, each with its own draws.
  const auto half = static_cast<std::ptrdiff_t>(alone[0].size() / 2);
  EXPECT_NE(std::vector(alone[0].begin(), alone[0].begin() + half),
            std::vector(alone[0].begin() + half, alone[0].end()));
}

TEST_F(ScribbleReading, ABadFileIsSkippedWhereThatIsAskedFor) {
  const data::SampleFiles good = put_noise(40, 50);
  data::SampleFiles bad = good;
  bad.name = "bad";
  bad.mask = put("mask.png", data::Image(40, 50, 1, 255));
  std::vector<std::string> warnings;
  data::Loader loader({good, bad}, std::make_shared<ScribbleReader>(ScribbleLook{.size = 16}),
                      {.batch = 2,
                       .workers = 0,
                       .on_bad_image = data::OnBadImage::kSkip,
                       .warn = [&](const std::string& text) { warnings.push_back(text); }});
  loader.start_epoch(1);
  EXPECT_TRUE(loader.next().has_value());
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("looks like a mask")));
}

TEST_F(ScribbleReading, RefusesSamplesThatLackAFile) {
  const ScribbleReader reader({.size = 16});
  const data::SampleFiles good = put_noise(8, 8);
  EXPECT_NO_THROW(reader.check(good));
  data::SampleFiles without = good;
  without.regions.clear();
  EXPECT_THAT(
      error_of([&] { reader.check(without); }),
      HasSubstr("'name' of set has no regions; samples for this training come from a list"));
  without = good;
  without.contours.clear();
  EXPECT_THAT(error_of([&] { reader.check(without); }), HasSubstr("has no contours"));
  EXPECT_NO_THROW(ScribbleReader({.contours = false}).check(without));
  EXPECT_TRUE(have_contours(std::vector{good, good}));
  EXPECT_FALSE(have_contours(std::vector{good, without}));
}

}  // namespace
}  // namespace salix::testing
