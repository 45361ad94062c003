// 23 small samples, every third with depth, and loaders of them.
#pragma once

#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <vector>

#include "data/loading/loader.h"
#include "data/loading/saliency_reader.h"
#include "tests/data/sets/tree_support.h"

namespace salix::data {

constexpr int kSamples = 23;

class LoaderTest : public ::testing::Test {
 protected:
  LoaderTest() {
    for (int k = 0; k < kSamples; ++k) {
      const std::string name = std::to_string(100 + k);
      testing::put_image(scratch_ / name + ".png", 3, static_cast<std::uint32_t>(k));
      testing::put_image(scratch_ / name + "_mask.png", 1, static_cast<std::uint32_t>(k));
      SampleFiles files{
          Task::kColour, "set", name, scratch_ / name + ".png", scratch_ / name + "_mask.png", {}};
      if (k % 3 == 0) {
        testing::put_image(scratch_ / name + "_depth.png", 1, static_cast<std::uint32_t>(k));
        files.task = Task::kDepth;
        files.modality = scratch_ / name + "_depth.png";
      }
      samples_.push_back(files);
    }
    options_ = {.batch = 4, .workers = 2, .prefetch = 2, .seed = 7};
    options_.warn = [this](const std::string& text) { warnings_.push_back(text); };
  }
  void spoil(std::int64_t sample) {
    std::ofstream(samples_[static_cast<std::size_t>(sample)].image) << "spoilt";
  }

  static std::vector<Batch> rest(Loader& loader) {
    std::vector<Batch> batches;
    while (auto batch = loader.next()) batches.push_back(std::move(*batch));
    return batches;
  }
  std::shared_ptr<const SampleReader> reader() const {
    return std::make_shared<SaliencyReader>(fields_);
  }
  std::vector<Batch> epoch(LoaderOptions options, std::int64_t number, std::int64_t first = 0) {
    Loader loader(samples_, reader(), std::move(options));
    loader.start_epoch(number, first);
    return rest(loader);
  }
  static void expect_equal(const Batch& a, const Batch& b) {
    EXPECT_EQ(a.index, b.index);
    EXPECT_EQ(a.samples, b.samples);
    ASSERT_EQ(a.fields.size(), b.fields.size());
    for (std::size_t k = 0; k < a.fields.size(); ++k) {
      EXPECT_EQ(a.fields[k].field.name, b.fields[k].field.name);
      EXPECT_TRUE(std::ranges::equal(a.fields[k].values, b.fields[k].values));
    }
  }

  salix::testing::ScratchFolder scratch_;
  std::vector<SampleFiles> samples_;
  SaliencyFields fields_{.letters = "cd", .size = 8, .with_masks = true};
  LoaderOptions options_;
  std::vector<std::string> warnings_;
};

}  // namespace salix::data
