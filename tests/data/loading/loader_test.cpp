// The loader: the order and bits of its batches whatever the threads do, bad files, bounds.
#include "data/loading/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/loading/draws.h"
#include "data/loading/training_sample.h"
#include "engine/error.h"
#include "tests/data/loading/loader_fixture.h"

namespace salix::data {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Property;
using testing::put_image;
using ::testing::Throws;

TEST_F(LoaderTest, DeliversTheEpochsOrderAndDropsTheLastPartialBatch) {
  const auto batches = epoch(options_, 3);
  ASSERT_EQ(batches.size(), 5u);
  const auto order = epoch_order(7, 3, kSamples);
  for (std::size_t b = 0; b < batches.size(); ++b) {
    const Batch& batch = batches[b];
    EXPECT_EQ(batch.epoch, 3);
    EXPECT_EQ(batch.index, static_cast<std::int64_t>(b));
    for (std::size_t k = 0; k < 4; ++k) {
      const std::int64_t index = order[4 * b + k];
      const bool flip = draw_flip(7, 3, index);
      EXPECT_EQ(batch.samples[k], index);
      const auto expected =
          load_training_sample(samples_[static_cast<std::size_t>(index)], "cd", 8, flip);
      EXPECT_TRUE(std::ranges::equal(batch["image"].span().subspan(192 * k, 192), expected.image));
      EXPECT_TRUE(std::ranges::equal(batch["mask"].span().subspan(64 * k, 64), expected.mask));
      EXPECT_TRUE(
          std::ranges::equal(batch["prior_d"].span().subspan(192 * k, 192), expected.prior[0]));
    }
    EXPECT_EQ(batch.fields.size(), 3u);
    EXPECT_FALSE(batch.has("prior_o"));
  }
}

TEST_F(LoaderTest, AsksWhereTheMaskOfASampleLiesInAnEpoch) {
  put_image(scratch_ / "later.png", 1, 999);
  const auto before = epoch(options_, 2), first = epoch(options_, 1);
  fields_.mask_file = [this](std::int64_t sample, std::int64_t epoch) {
    return sample == 5 && epoch > 1 ? std::filesystem::path(scratch_ / "later.png")
                                    : samples_[static_cast<std::size_t>(sample)].mask;
  };
  expect_equal(epoch(options_, 1)[0], first[0]);
  const auto batches = epoch(options_, 2);
  for (std::size_t b = 0; b < batches.size(); ++b) {
    const auto& samples = batches[b].samples;
    const bool holds = std::find(samples.begin(), samples.end(), 5) != samples.end();
    EXPECT_EQ(std::ranges::equal(batches[b]["mask"], before[b]["mask"]), !holds);
  }
}

TEST_F(LoaderTest, GivesTheSameBitsForAnyNumberOfWorkersAndAfterARestart) {
  const auto reference = epoch(options_, 1);
  for (const int workers : {0, 1, 3, 7}) {
    for (const int prefetch : {1, 5}) {
      LoaderOptions options = options_;
      options.workers = workers;
      options.prefetch = prefetch;
      const auto again = epoch(options, 1);
      ASSERT_EQ(again.size(), reference.size());
      for (std::size_t b = 0; b < again.size(); ++b) expect_equal(again[b], reference[b]);
    }
  }
  const auto resumed = epoch(options_, 1, 3);
  ASSERT_EQ(resumed.size(), 2u);
  expect_equal(resumed[0], reference[3]);
  expect_equal(resumed[1], reference[4]);
  EXPECT_TRUE(epoch(options_, 1, 5).empty());
}

// Rank by rank, in order, bad files included: what one process has in one batch.
TEST_F(LoaderTest, TheRanksBatchesTogetherAreOneLargeBatch) {
  spoil(epoch_order(7, 2, kSamples)[9]);
  options_.on_bad_image = OnBadImage::kSkip;
  const auto whole = epoch(options_, 2);
  std::vector<std::vector<Batch>> parts;
  for (const int rank : {0, 1}) {
    LoaderOptions options = options_;
    options.batch = 2;
    options.rank = rank;
    options.ranks = 2;
    parts.push_back(epoch(options, 2));
    ASSERT_EQ(parts.back().size(), whole.size());
  }
  for (std::size_t b = 0; b < whole.size(); ++b) {
    for (std::size_t k = 0; k < 4; ++k) {
      const Batch& part = parts[k / 2][b];
      EXPECT_EQ(part.samples[k % 2], whole[b].samples[k]);
      EXPECT_TRUE(std::ranges::equal(part["image"].span().subspan(192 * (k % 2), 192),
                                     whole[b]["image"].span().subspan(192 * k, 192)));
    }
  }
}

TEST_F(LoaderTest, MayBeginAnotherEpochAtAnyMoment) {
  const auto reference = epoch(options_, 2);
  Loader loader(samples_, reader(), options_);
  for (int taken = 0; taken < 5; ++taken) {
    loader.start_epoch(taken);
    for (int k = 0; k < taken; ++k) loader.next();
  }
  loader.start_epoch(2);
  const auto batches = rest(loader);
  ASSERT_EQ(batches.size(), reference.size());
  for (std::size_t b = 0; b < batches.size(); ++b) expect_equal(batches[b], reference[b]);
  EXPECT_FALSE(loader.next().has_value());
}

TEST_F(LoaderTest, ThrowsAtTheBatchThatHasTheBadFile) {
  const auto order = epoch_order(7, 0, kSamples);
  spoil(order[9]);
  for (const int workers : {0, 3}) {
    options_.workers = workers;
    Loader loader(samples_, reader(), options_);
    loader.start_epoch(0);
    EXPECT_EQ(loader.next()->index, 0);
    EXPECT_EQ(loader.next()->index, 1);
    const auto names_the_file = Throws<IoError>(Property(
        &IoError::what, HasSubstr(samples_[static_cast<std::size_t>(order[9])].name + ".png")));
    EXPECT_THAT([&] { loader.next(); }, names_the_file);
    EXPECT_THAT([&] { loader.next(); }, names_the_file);
    loader.start_epoch(0, 3);
    EXPECT_EQ(loader.next()->index, 3);
  }
}

TEST_F(LoaderTest, SkipsBadFilesTheSameWayForAnyNumberOfWorkers) {
  options_.on_bad_image = OnBadImage::kSkip;
  // An epoch in which a bad sample and its stand-in are mirrored differently.
  std::int64_t number = 0;
  auto order = epoch_order(7, number, kSamples);
  while (draw_flip(7, number, order[5]) == draw_flip(7, number, order[7]))
    order = epoch_order(7, ++number, kSamples);
  spoil(order[5]);
  spoil(order[6]);
  spoil(order[22]);  // in the dropped part: never read
  for (const int workers : {0, 1, 4}) {
    warnings_.clear();
    options_.workers = workers;
    Loader loader(samples_, reader(), options_);
    loader.start_epoch(number);
    const auto batches = rest(loader);
    ASSERT_EQ(batches.size(), 5u);
    EXPECT_THAT(batches[1].samples, ElementsAre(order[4], order[7], order[7], order[7]));
    const auto standing_in = load_training_sample(samples_[static_cast<std::size_t>(order[7])], "c",
                                                  8, draw_flip(7, number, order[7]));
    EXPECT_TRUE(
        std::ranges::equal(batches[1]["image"].span().subspan(192, 192), standing_in.image));
    EXPECT_THAT(batches[2].samples, ElementsAre(order[8], order[9], order[10], order[11]));
    EXPECT_EQ(loader.skipped_files(), 2);
    ASSERT_EQ(warnings_.size(), 2u);
    EXPECT_THAT(warnings_[0],
                HasSubstr(samples_[static_cast<std::size_t>(order[5])].name + ".png"));
    loader.start_epoch(number);
    rest(loader);
    EXPECT_EQ(warnings_.size(), 2u);  // each file is named once
  }
}

TEST_F(LoaderTest, GivesUpWhenNothingCanBeRead) {
  options_.on_bad_image = OnBadImage::kSkip;
  for (int k = 0; k < kSamples; ++k) spoil(k);
  Loader loader(samples_, reader(), options_);
  loader.start_epoch(0);
  EXPECT_THAT([&] { loader.next(); },
              Throws<IoError>(Property(&IoError::what, HasSubstr("none of the 23 samples"))));
}

}  // namespace
}  // namespace salix::data
