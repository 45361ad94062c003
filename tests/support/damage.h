// Seeded damage to a file's bytes: flipped bits and cut ends, and what a reader makes of it.
#pragma once

#include <concepts>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "engine/error.h"

namespace salix::testing {

struct DamageCount {
  int refused = 0;
  int same = 0;       // read, and nothing of the content is changed
  int different = 0;  // read, and the content is another

  int all() const { return refused + same + different; }
  double share_different() const { return static_cast<double>(different) / all(); }
};

// `read` gives the content of a file's bytes, or throws an Error; anything else that it throws
// passes through.
template <typename Read>
void count_damage(std::span<const std::uint8_t> damaged,
                  const std::invoke_result_t<Read, std::span<const std::uint8_t>>& content,
                  const Read& read, DamageCount& count) {
  // A copy of its own, so that the address sanitizer sees a read past the end.
  const std::vector<std::uint8_t> bytes(damaged.begin(), damaged.end());
  try {
    ++(read(std::span<const std::uint8_t>(bytes)) == content ? count.same : count.different);
  } catch (const Error&) {
    ++count.refused;
  }
}

// Of the file with one bit flipped, which is then flipped back.
template <typename Content, typename Read>
void count_flip(std::vector<std::uint8_t>& file, std::size_t bit, const Content& content,
                const Read& read, DamageCount& count) {
  const auto mask = static_cast<std::uint8_t>(1u << bit % 8);
  file[bit / 8] ^= mask;
  count_damage(file, content, read, count);
  file[bit / 8] ^= mask;
}

// One bit of the file is flipped, `times` times, each time another and starting afresh.
template <typename Read>
DamageCount flip_bits(std::vector<std::uint8_t> file, int times, const Read& read) {
  const auto content = read(std::span<const std::uint8_t>(file));
  std::mt19937 random(1);
  DamageCount count;
  for (int k = 0; k < times; ++k) {
    count_flip(file, random() % (8 * file.size()), content, read, count);
  }
  return count;
}

// Each bit of the file in turn, from a byte on.
template <typename Read>
DamageCount flip_every_bit(std::vector<std::uint8_t> file, std::size_t first_byte,
                           const Read& read) {
  const auto content = read(std::span<const std::uint8_t>(file));
  DamageCount count;
  for (std::size_t bit = 8 * first_byte; bit < 8 * file.size(); ++bit) {
    count_flip(file, bit, content, read, count);
  }
  return count;
}

// The file ends anywhere before its last byte.
template <typename Read>
DamageCount cut_off(const std::vector<std::uint8_t>& file, int times, const Read& read) {
  const auto content = read(std::span<const std::uint8_t>(file));
  std::mt19937 random(2);
  DamageCount count;
  for (int k = 0; k < times; ++k)
    count_damage(std::span(file).first(random() % file.size()), content, read, count);
  return count;
}

}  // namespace salix::testing
