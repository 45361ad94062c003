// Lists of samples: the published layouts, their variants, and what is said when files are missing.
#include "data/sets/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "engine/error.h"
#include "tests/data/sets/tree_support.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Property;
using testing::put_image;
using testing::put_sample;
using ::testing::Throws;

class Dataset : public ::testing::Test {
 protected:
  Dataset() {
    options_.root = scratch_.path() / "data";
    options_.pseudo_root = scratch_.path() / "pseudo";
    options_.warn = [this](const std::string& text) { warnings_.push_back(text); };
  }
  static std::vector<std::string> names(const std::vector<SampleFiles>& samples) {
    std::vector<std::string> names;
    for (const SampleFiles& sample : samples) names.push_back(sample.set + ":" + sample.name);
    return names;
  }
  std::string below_root(const fs::path& path) const {
    return path.lexically_relative(scratch_.path()).generic_string();
  }
  template <typename Exception = IoError, typename Matcher>
  static auto says(const Matcher& matcher) {
    return Throws<Exception>(Property(&Exception::what, matcher));
  }

  salix::testing::ScratchFolder scratch_;
  DatasetOptions options_;
  std::vector<std::string> warnings_;
};

TEST_F(Dataset, JoinsTheFourLayoutsInOneOrder) {
  put_sample(options_.root, 't', "VT5000-TR", "7");
  put_sample(options_.root, 'o', "VSOD-TR", "cat/00001");
  put_sample(options_.root, 'd', "RGBD-TR", "b");
  put_sample(options_.root, 'd', "RGBD-TR", "a");
  put_sample(options_.root, 'c', "DUTS-TR", "0001");
  const auto samples = training_samples("tocd", {.thin_videos = true}, options_);
  EXPECT_THAT(names(samples), ElementsAre("DUTS-TR:0001", "RGBD-TR:a", "RGBD-TR:b",
                                          "VSOD-TR:cat/00001", "VT5000-TR:7"));
  EXPECT_EQ(below_root(samples[0].image), "data/DUTS-TR/images/0001.jpg");
  EXPECT_EQ(below_root(samples[0].mask), "data/DUTS-TR/segmentations/0001.png");
  EXPECT_TRUE(samples[0].modality.empty());
  EXPECT_EQ(below_root(samples[1].modality), "data/RGBD/RGBD-TR/depth/a.png");
  EXPECT_EQ(below_root(samples[3].modality), "data/vsod/VSOD-TR/optical/cat/00001.jpg");
  EXPECT_EQ(below_root(samples[3].mask), "data/vsod/VSOD-TR/Annotations/cat/00001.png");
  EXPECT_EQ(below_root(samples[4].modality), "data/RGBT/VT5000-TR/T/7.jpg");
  EXPECT_EQ(samples[4].task, Task::kThermal);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(Dataset, TakesEveryFifthFrameOfSelectVideosInStageOneOnly) {
  for (const char* frame : {"0", "1", "2", "3", "4", "5", "6"}) {
    put_sample(options_.root, 'o', "VSOD-TR", std::string("select_0001/") + frame);
    put_sample(options_.root, 'o', "VSOD-TR", std::string("bear/") + frame);
    put_image(options_.pseudo_root / "o-joint/VSOD-TR/bear" / (std::string(frame) + ".png"), 1);
    put_image(options_.pseudo_root / "o-joint/VSOD-TR/select_0001" / (std::string(frame) + ".png"),
              1);
  }
  const auto first = names(training_samples("o", {.thin_videos = true}, options_));
  ASSERT_EQ(first.size(), 9u);
  EXPECT_EQ(first[7], "VSOD-TR:select_0001/0");
  EXPECT_EQ(first[8], "VSOD-TR:select_0001/5");
  EXPECT_EQ(training_samples("o", {.labels = Labels::kPseudo}, options_).size(), 14u);
  EXPECT_EQ(evaluation_lists("or", options_).at(0).samples.size(), 14u);
}

TEST_F(Dataset, NeedsNoMasksInStageOne) {
  put_sample(options_.root, 'c', "DUTS-TR", "1");
  put_image(options_.root / "DUTS-TR/images/2.png");
  const auto samples = training_samples("c", {.thin_videos = true}, options_);
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_FALSE(samples[0].mask.empty());
  EXPECT_TRUE(samples[1].mask.empty());
  EXPECT_THAT([&] { evaluation_lists("cr", options_); }, says(HasSubstr("segmentations/2.png'")));
  options_.masks_required = false;
  EXPECT_EQ(evaluation_lists("cr", options_).at(0).samples.size(), 2u);
}

TEST_F(Dataset, NeedsNoModalityForNetworksWithoutOne) {
  put_image(options_.root / "vsod/VSOD-TR/JPEGImages/cat/1.jpg");
  EXPECT_THROW(training_samples("o", {.thin_videos = true}, options_), IoError);
  options_.modality_required = false;
  EXPECT_TRUE(training_samples("o", {.thin_videos = true}, options_).at(0).modality.empty());
  put_image(options_.root / "vsod/VSOD-TR/optical/dog/1.jpg");
  EXPECT_TRUE(training_samples("o", {.thin_videos = true}, options_).at(0).modality.empty());
}

TEST_F(Dataset, TakesPseudoLabelsWhereTheyAreWrittenThenUnderTheOriginalNames) {
  for (const char task : {'c', 'd', 'o', 't'}) {
    const std::string set = task == 'c'   ? "DUTS-TR"
                            : task == 'd' ? "RGBD-TR"
                            : task == 'o' ? "VSOD-TR"
                                          : "VT5000-TR";
    put_sample(options_.root, task, set, task == 'o' ? "cat/1" : "1");
  }
  const auto mask = [&](const std::string& letter) {
    return below_root(training_samples(letter, {.labels = Labels::kPseudo}, options_).at(0).mask);
  };
  EXPECT_THAT([&] { training_samples("cd", {.labels = Labels::kPseudo}, options_); },
              says(AllOf(HasSubstr("2 things are missing"), HasSubstr("pseudo/c/DUTS-TR'"),
                         HasSubstr("pseudo/d/RGBD-TR'"), HasSubstr("pseudo/d-split/RGBD-TR'"))));
  put_image(options_.pseudo_root / "c/DUTS-TR/1.png", 1);
  put_image(options_.pseudo_root / "d-split/RGBD-TR/1.png", 1);
  put_image(options_.pseudo_root / "o-joint/VSOD-TR/cat/1.png", 1);
  put_image(options_.pseudo_root / "t-split/VT5000-TR/1.png", 1);
  EXPECT_EQ(mask("c"), "pseudo/c/DUTS-TR/1.png");
  EXPECT_EQ(mask("d"), "pseudo/d-split/RGBD-TR/1.png");
  EXPECT_EQ(mask("o"), "pseudo/o-joint/VSOD-TR/cat/1.png");
  EXPECT_EQ(mask("t"), "pseudo/t-split/VT5000-TR/1.png");
  put_image(options_.pseudo_root / "d/RGBD-TR/1.png", 1);
  EXPECT_EQ(mask("d"), "pseudo/d/RGBD-TR/1.png");
  EXPECT_EQ(pseudo_label_folder(Task::kDepth, "RGBD-TR", options_),
            options_.pseudo_root / "d/RGBD-TR");

  options_.pseudo_folders[Task::kDepth] = scratch_.path() / "mine";
  put_image(scratch_.path() / "mine/1.png", 1);
  EXPECT_EQ(mask("d"), "mine/1.png");
  put_image(scratch_.path() / "mine/RGBD-TR/1.png", 1);
  EXPECT_EQ(mask("d"), "mine/RGBD-TR/1.png");
}

TEST_F(Dataset, ReportsAllMissingFilesTogether) {
  for (int k = 0; k < 8; ++k)
    put_image(options_.root / "RGBD/RGBD-TR/image" / (std::to_string(k) + ".jpg"));
  put_image(options_.root / "RGBD/RGBD-TR/depth/0.png", 1);
  put_image(options_.root / "RGBD/RGBD-TR/mask/1.png", 1);
  put_image(options_.root / "vsod/VSOD-TR/JPEGImages/cat/1.jpg");
  EXPECT_THAT([&] { evaluation_lists("dr,or,tr", options_); },
              says(AllOf(HasSubstr("evaluation_lists: 17 things are missing"),
                         HasSubstr("RGBD-TR/mask/0.png'"), HasSubstr("RGBD-TR/depth/1.png'"),
                         HasSubstr("and 7 more"), Not(HasSubstr("VT5000-TR")))));
  EXPECT_THAT(
      [&] { evaluation_lists("or,tr", options_); },
      says(AllOf(HasSubstr("3 things"), HasSubstr("folder '"), HasSubstr("optical'"),
                 HasSubstr("Annotations'"), HasSubstr("data set 'VT5000-TR': there is neither"))));
}

TEST_F(Dataset, KeepsDotsInNamesAndSaysSo) {
  put_sample(options_.root, 'c', "DUTS-TR", "img.v1");
  put_sample(options_.root, 'c', "DUTS-TR", "img.v2");
  EXPECT_THAT(names(training_samples("c", {.thin_videos = true}, options_)),
              ElementsAre("DUTS-TR:img.v1", "DUTS-TR:img.v2"));
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr("2 names"), HasSubstr("'img.v1'"),
                                           HasSubstr("first dot"))));
}

TEST_F(Dataset, TakesOtherImageExtensionsAndPrefersTheLayouts) {
  put_image(options_.root / "RGBD/RGBD-TR/image/1.png");
  put_image(options_.root / "RGBD/RGBD-TR/depth/1.jpg", 1);
  put_image(options_.root / "RGBD/RGBD-TR/mask/1.jpg", 1);
  EXPECT_EQ(training_samples("d", {.thin_videos = true}, options_).at(0).modality.extension(),
            ".jpg");
  put_image(options_.root / "RGBD/RGBD-TR/depth/1.png", 1);
  put_image(options_.root / "RGBD/RGBD-TR/mask/1.png", 1);
  const auto sample = training_samples("d", {.thin_videos = true}, options_).at(0);
  EXPECT_EQ(sample.modality.extension(), ".png");
  EXPECT_EQ(sample.mask.extension(), ".png");
}

TEST_F(Dataset, RefusesTwoImagesOfOneName) {
  put_image(options_.root / "DUTS-TR/images/1.png");
  put_image(options_.root / "DUTS-TR/images/1.jpg");
  EXPECT_THAT([&] { training_samples("c", {.thin_videos = true}, options_); },
              says<InvalidInput>(HasSubstr("are called '1'")));
}

// The original programs look for the set's name in the path, so that this root broke them.
TEST_F(Dataset, AllowsARootThatContainsTheSetsName) {
  options_.root = scratch_.path() / "images" / "DUTS-TR";
  put_sample(options_.root, 'c', "DUTS-TR", "5");
  EXPECT_THAT(names(training_samples("c", {.thin_videos = true}, options_)),
              ElementsAre("DUTS-TR:5"));
}

TEST_F(Dataset, SkipsWhatIsNoImage) {
  put_sample(options_.root, 'c', "DUTS-TR", "1");
  std::ofstream(options_.root / "DUTS-TR/images/Thumbs.db") << "x";
  std::ofstream(options_.root / "DUTS-TR/images/._1.jpg") << "x";
  EXPECT_EQ(training_samples("c", {.thin_videos = true}, options_).size(), 1u);
}

TEST_F(Dataset, TakesFoldersAndOtherSetsInsteadOfThePublishedOnes) {
  put_image(scratch_.path() / "mine/images/x.png");
  put_image(scratch_.path() / "mine/masks/x.png", 1);
  put_image(scratch_.path() / "warm/images/y.png");
  put_image(scratch_.path() / "warm/thermal/y.png");
  put_sample(options_.root, 'c', "ECSSD", "1");
  add_sets("c=" + (scratch_.path() / "mine").string() + "/,ECSSD", options_.test_sets);
  add_sets("t=" + (scratch_.path() / "warm").string(), options_.training_sets);
  const auto lists = evaluation_lists("ce,ce", options_);
  ASSERT_EQ(lists.size(), 2u);
  EXPECT_EQ(lists[0].name, "c_mine");
  EXPECT_EQ(below_root(lists[0].samples.at(0).mask), "mine/masks/x.png");
  EXPECT_EQ(lists[1].name, "c_ECSSD");
  EXPECT_EQ(below_root(training_samples("t", {.thin_videos = true}, options_).at(0).modality),
            "warm/thermal/y.png");
}

TEST_F(Dataset, ExpandsAllToEveryTestSet) {
  const std::pair<char, std::vector<std::string>> published[] = {
      {'c', {"PASCAL-S", "ECSSD", "MSB-TE", "DUTS-TE", "HKU-IS", "DUT-OMRON"}},
      {'d', {"NJUD", "NLPR", "RGBD135", "SIP"}},
      {'o', {"FBMS", "SegV2", "DAVIS-TE", "DAVSOD-TE"}},
      {'t', {"VT5000-TE", "VT1000", "VT821"}}};
  std::vector<std::string> expected, found;
  for (const auto& [task, sets] : published) {
    for (const std::string& set : sets) {
      put_sample(options_.root, task, set, "1");
      expected.push_back(std::string(1, task) + "_" + set);
    }
  }
  for (const SampleList& list : evaluation_lists("all", options_)) found.push_back(list.name);
  EXPECT_EQ(found, expected);
}

// Who has two of the six sets wants to know how to ask for them.
TEST_F(Dataset, OffersTheSetsThatAreThere) {
  put_sample(options_.root, 'c', "ECSSD", "1");
  put_sample(options_.root, 'c', "HKU-IS", "1");
  EXPECT_THAT(
      [&] { evaluation_lists("ce", options_); },
      says(AllOf(HasSubstr("4 things are missing"), HasSubstr("these are there: ECSSD, HKU-IS"),
                 HasSubstr("--test-set c=ECSSD,HKU-IS"), HasSubstr("--available"))));
  options_.available_only = true;
  EXPECT_EQ(evaluation_lists("ce", options_).size(), 2u);
  EXPECT_THAT(warnings_, ElementsAre("left out, not there: PASCAL-S, MSB-TE, DUTS-TE, DUT-OMRON"));
  EXPECT_THAT([&] { evaluation_lists("de", options_); }, says(HasSubstr("NJUD")));
}

TEST_F(Dataset, LeavesOutNamedSamples) {
  for (const char* name : {"1", "2", "3"}) put_sample(options_.root, 'c', "ECSSD", name);
  std::ofstream(scratch_ / "list.txt") << "# ours, theirs\nx 2\ny 3  # twice\n\nz 9\n";
  add_sets("c=ECSSD", options_.test_sets);
  add_exclusion("ECSSD=" + scratch_ / "list.txt" + ":2", options_.excluded);
  EXPECT_THAT(names(evaluation_lists("ce", options_).at(0).samples), ElementsAre("ECSSD:1"));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("1 of 3 names to leave out do not occur")));
  EXPECT_THROW(read_name_list(scratch_ / "list.txt", 3), IoError);
  EXPECT_THROW(read_name_list(scratch_ / "none.txt"), IoError);
  EXPECT_THROW(add_exclusion("ECSSD", options_.excluded), InvalidInput);
}

TEST_F(Dataset, SaysWhatARequestLooksLike) {
  EXPECT_THAT([&] { evaluation_lists("cx", options_); }, says<InvalidInput>(HasSubstr("got 'cx'")));
  EXPECT_THAT([&] { evaluation_lists("", options_); },
              says<InvalidInput>(HasSubstr("at least one list")));
  EXPECT_THAT([&] { training_samples("cc", {.thin_videos = true}, options_); },
              says<InvalidInput>(HasSubstr("comes once")));
  EXPECT_THAT([&] { training_samples("cx", {.thin_videos = true}, options_); },
              says<InvalidInput>(HasSubstr("got 'x'")));
  EXPECT_THAT([&] { add_sets("ECSSD", options_.test_sets); },
              says<InvalidInput>(HasSubstr("LETTER=SET")));
}

}  // namespace
}  // namespace salix::data
