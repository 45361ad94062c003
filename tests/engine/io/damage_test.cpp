// Flipped bits and cut ends for each format of weights: never other numbers in silence, where
// the format has checksums. docs/weights.md has the shares.
#include <iostream>

#include "engine/io/file.h"
#include "engine/io/weights.h"
#include "tests/engine/io/files.h"
#include "tests/support/damage.h"

namespace salix::io {
namespace {

using salix::testing::cut_off;
using salix::testing::DamageCount;
using salix::testing::flip_bits;
using salix::testing::flip_every_bit;
using testing::every_dtype;
using testing::golden;
using testing::ScratchFolder;

constexpr int kTimes = 1000;
constexpr UnpackLimits kLimits{.floor_bytes = 1 << 16, .per_file_byte = 64};

// All that a file says: names, types, shapes, bits, metadata.
struct Content {
  std::vector<std::pair<std::string, Array>> arrays;
  Metadata metadata;
  std::vector<std::string> ignored;

  friend bool operator==(const Content&, const Content&) = default;
};

Content content(std::span<const std::uint8_t> bytes) {
  const Weights weights = parse_weights(std::as_bytes(bytes), "damaged", kLimits);
  Content all{{}, weights.metadata, weights.ignored};
  for (const auto& [name, array] : weights.arrays) all.arrays.emplace_back(name, array);
  return all;
}

std::vector<std::uint8_t> bytes_at(const std::filesystem::path& path) {
  const std::string text = read_text_file(path);
  return {text.begin(), text.end()};
}

// A file that our own writer makes.
std::vector<std::uint8_t> written(const std::string& name) {
  const ScratchFolder folder;
  NamedArrays arrays;
  if (name.ends_with(".npy")) {
    arrays.add("array", Array::from<float>({2, 3}, {1, 2, 3, 4, 5, 6}));
  } else if (name.ends_with(".safetensors")) {
    arrays = every_dtype();
  } else {
    for (const auto& [title, array] : every_dtype())
      if (array.dtype != DType::kBFloat16) arrays.add(title, array);
  }
  write_weights(folder / name, arrays);
  return bytes_at(folder / name);
}

DamageCount counted(const std::string& name, const DamageCount& count) {
  std::cout << name << ": of " << count.all() << " flipped bits " << count.refused << " refused, "
            << count.same << " without effect, " << count.different << " other content\n";
  ::testing::Test::RecordProperty(name, count.different);
  return count;
}

// Where the directory of a zip archive without a comment begins.
std::size_t directory_offset(const std::vector<std::uint8_t>& archive) {
  return little_endian<std::uint32_t>(std::as_bytes(std::span(archive).last(6)).data());
}

// Bits of the directory are flipped one by one: a few bytes decide how many members there are.
TEST(WeightsDamage, NoFlippedBitOfAnArchiveGivesOtherContent) {
  for (const std::string name :
       {"training_zip.pth", "training_deflated.pth", "written.pth", "written.npz"}) {
    const auto file = name.starts_with("written") ? written(name) : bytes_at(golden(name));
    EXPECT_EQ(counted(name, flip_bits(file, kTimes, content)).different, 0) << name;
    EXPECT_EQ(counted(name + ", directory", flip_every_bit(file, directory_offset(file), content))
                  .different,
              0)
        << name;
  }
}

// These have no checksum. The bounds only say that their structure is checked at all.
TEST(WeightsDamage, FlippedBitsOfOtherFormatsAreSeenInPart) {
  const auto flips = [](const std::string& name, const std::vector<std::uint8_t>& file) {
    return counted(name, flip_bits(file, kTimes, content)).share_different();
  };
  EXPECT_LT(flips("training_legacy.pth", bytes_at(golden("training_legacy.pth"))), 0.5);
  EXPECT_LT(flips("written.npy", written("written.npy")), 0.5);
  EXPECT_LT(flips("written.safetensors", written("written.safetensors")), 0.5);
}

TEST(WeightsDamage, NoCutFileIsRead) {
  for (const char* name : {"training_zip.pth", "training_deflated.pth", "training_legacy.pth"})
    EXPECT_EQ(cut_off(bytes_at(golden(name)), kTimes, content).refused, kTimes) << name;
  for (const char* name : {"written.pth", "written.npz", "written.npy", "written.safetensors"})
    EXPECT_EQ(cut_off(written(name), kTimes, content).refused, kTimes) << name;
}

}  // namespace
}  // namespace salix::io
