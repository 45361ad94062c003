// Helpers of the image tests: the golden folder, hashes, and noise made by a formula.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "data/image/image_io.h"
#include "engine/error.h"
#include "tests/support/paths.h"

namespace salix::data::testing {

inline std::filesystem::path golden(const std::string& name) {
  return salix::testing::golden_folder() / "image" / name;
}

inline std::vector<std::uint8_t> file_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The payload of a version-1 .npy file of T in C order; shapes are known to the tests.
template <typename T>
std::vector<T> npy_values(const std::string& name) {
  const std::vector<std::uint8_t> bytes = file_bytes(golden(name));
  const std::size_t start = 10 + bytes.at(8) + 256u * bytes.at(9);
  std::vector<T> values((bytes.size() - start) / sizeof(T));
  std::memcpy(values.data(), bytes.data() + start, values.size() * sizeof(T));
  return values;
}

inline std::uint64_t fnv(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0xCBF29CE484222325u;
  for (const std::uint8_t byte : bytes) value = (value ^ byte) * 0x100000001B3u;
  return value;
}

// What decode_rgb says about a file called "x" that it must refuse.
inline std::string refusal(std::span<const std::uint8_t> bytes) {
  try {
    decode_rgb(bytes, "x");
  } catch (const IoError& error) {
    return error.what();
  }
  return "was not refused";
}

// The same bytes as noise() in tests/golden/make_image.py.
inline Image noise(int height, int width, int channels, std::uint32_t seed) {
  Image image(height, width, channels);
  std::uint32_t index = seed * 0x9E3779B9u;
  for (std::uint8_t& pixel : image.pixels) {
    std::uint32_t x = index++;
    x ^= x >> 16;
    x *= 0x85EBCA6Bu;
    x ^= x >> 13;
    x *= 0xC2B2AE35u;
    x ^= x >> 16;
    pixel = static_cast<std::uint8_t>(x);
  }
  return image;
}

// The pattern of the specification's check vectors: v = (37 j + 59 i + 3 i j) mod 256.
inline Image check_pattern(int height, int width) {
  Image image(height, width, 1);
  for (int i = 0; i < height; ++i)
    for (int j = 0; j < width; ++j)
      *image.at(i, j) = static_cast<std::uint8_t>((37 * j + 59 * i + 3 * i * j) % 256);
  return image;
}

}  // namespace salix::data::testing
