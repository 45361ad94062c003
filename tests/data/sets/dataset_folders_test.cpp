// Sets as their authors publish them, and as people arrange their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/sets/dataset.h"
#include "data/sets/dataset_layout.h"
#include "engine/error.h"
#include "tests/data/sets/tree_support.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Property;
using testing::put_image;
using ::testing::SizeIs;
using ::testing::Throws;

class DatasetFolders : public ::testing::Test {
 protected:
  DatasetFolders() {
    options_.root = scratch_.path();
    options_.warn = [this](const std::string& text) { warnings_.push_back(text); };
  }
  // Three pictures and their masks.
  void put(const std::string& set, const std::string& images, const std::string& masks) {
    for (const char* name : {"1", "2", "3"}) {
      put_image(scratch_.path() / set / images / (std::string(name) + ".jpg"));
      put_image(scratch_.path() / set / masks / (std::string(name) + ".png"), 1);
    }
  }
  std::vector<SampleFiles> samples(const std::string& set) {
    options_.training_sets = {{Task::kColour, {set}}};
    return training_samples("c", {.labels = Labels::kGroundTruth}, options_);
  }
  template <typename Matcher>
  void expect_refusal(const std::string& set, const Matcher& matcher) {
    EXPECT_THAT([&] { samples(set); }, Throws<IoError>(Property(&IoError::what, matcher)));
  }

  salix::testing::ScratchFolder scratch_;
  DatasetOptions options_;
  std::vector<std::string> warnings_;
};

TEST_F(DatasetFolders, AsTheirAuthorsPublishThem) {
  const std::vector<std::vector<std::string>> published = {
      {"DUTS-TR", "DUTS-TR-Image", "DUTS-TR-Mask"},
      {"DUTS-TE", "DUTS-TE-Image", "DUTS-TE-Mask"},
      {"ECSSD", "images", "ground_truth_mask"},
      {"HKU-IS", "imgs", "gt"},
      {"DUT-OMRON", "DUT-OMRON-image/DUT-OMRON-image", "pixelwiseGT-new-PNG"},
      {"SOD", "SOD/Imgs", "SOD/GT"}};
  for (const auto& names : published) {
    put(names[0], names[1], names[2]);
    const std::vector<SampleFiles> found = samples(names[0]);
    ASSERT_THAT(found, SizeIs(3)) << names[0];
    EXPECT_EQ(found[0].set, names[0]);
    EXPECT_EQ(found[0].name, "1");
    EXPECT_EQ(found[0].mask, scratch_.path() / names[0] / names[2] / "1.png");
  }
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(DatasetFolders, AsPeopleCallThem) {
  const std::vector<std::vector<std::string>> own = {
      {"a", "Images", "Masks"},          {"b", "IMG", "GroundTruth"},
      {"c", "train_images", "train_gt"}, {"d", "RGB", "Labels"},
      {"e", "JPEGImages", "annotation"}, {"f", "photos", "Ground-Truth"}};
  for (const auto& names : own) {
    put(names[0], names[1], names[2]);
    EXPECT_THAT(samples(names[0]), SizeIs(3)) << names[0];
  }
}

// Where train and test lie side by side, the set's name decides.
TEST_F(DatasetFolders, PrefersFoldersWithTheSetsName) {
  put("DUTS-TE", "DUTS-TR-Image", "DUTS-TR-Mask");
  put("DUTS-TE", "DUTS-TE-Image", "DUTS-TE-Mask");
  EXPECT_EQ(samples("DUTS-TE").at(0).mask, scratch_.path() / "DUTS-TE/DUTS-TE-Mask/1.png");
  put("DUTS", "DUTS-TR-Image", "DUTS-TR-Mask");
  put("DUTS", "DUTS-TE-Image", "DUTS-TE-Mask");
  expect_refusal("DUTS", AllOf(HasSubstr("DUTS-TE-Image, DUTS-TR-Image fit equally well")));
}

TEST_F(DatasetFolders, MasksBesideTheirPictures) {
  put("MSRA10K", "Imgs", "Imgs");
  ASSERT_THAT(samples("MSRA10K"), SizeIs(3));
  EXPECT_EQ(samples("MSRA10K")[1].image.filename(), "2.jpg");
  EXPECT_EQ(samples("MSRA10K")[1].mask.filename(), "2.png");
  EXPECT_THAT(samples("MSRA10K/Imgs"), SizeIs(3));  // the folder itself
  fs::remove(scratch_.path() / "MSRA10K/Imgs/2.png");
  expect_refusal("MSRA10K", HasSubstr("1 thing is missing:\n  '"));
}

TEST_F(DatasetFolders, AFolderOfPicturesIsEnoughWithoutMasks) {
  put_image(scratch_.path() / "photos/a.jpg");
  put_image(scratch_.path() / "photos/b.png");
  options_.training_sets = {{Task::kColour, {"photos"}}};
  EXPECT_THAT(training_samples("c", {}, options_), SizeIs(2));
}

TEST_F(DatasetFolders, ListsTheFoldersThatAreThere) {
  put("mine", "left", "right");
  expect_refusal("mine", AllOf(HasSubstr("needs a folder of pictures"),
                               HasSubstr("it holds the folders left, right")));
  put("half", "images", "right");
  expect_refusal("half", AllOf(HasSubstr("segmentations'"), HasSubstr("folders images, right")));
  expect_refusal("none",
                 AllOf(HasSubstr("neither '"), HasSubstr("it holds the folders half, mine")));
}

TEST_F(DatasetFolders, OtherModalitiesHaveNamesToo) {
  put_image(scratch_.path() / "mine/RGB/1.jpg");
  put_image(scratch_.path() / "mine/Depth/1.png", 1);
  put_image(scratch_.path() / "mine/Infrared/1.png", 1);
  put_image(scratch_.path() / "mine/gt/1.png", 1);
  const std::string set = (scratch_.path() / "mine").string();
  EXPECT_EQ(find_set(Task::kDepth, set, options_.root).modality.filename(), "Depth");
  EXPECT_EQ(find_set(Task::kThermal, set, options_.root).modality.filename(), "Infrared");
  EXPECT_EQ(find_set(Task::kVideo, set, options_.root).modality, fs::path());
}

// images/loop -> .. made 122 samples of three pictures.
TEST_F(DatasetFolders, ALinkLoopAddsNothing) {
  put("loop", "images", "masks");
  fs::create_directory_symlink("..", scratch_.path() / "loop/images/loop");
  EXPECT_THAT(samples("loop"), SizeIs(3));
  EXPECT_THAT(warnings_, SizeIs(1));
}

}  // namespace
}  // namespace salix::data
