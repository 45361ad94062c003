// The seeded orders in which blocks, warps and lanes run. A kernel without races gives
// the same bits for every seed; seed 0 is the natural order.
#pragma once

#include <array>
#include <cstdint>
#include <numeric>

namespace salix::simt {

// Steele, Lea, Flood 2014: SplitMix64, one well-mixed number per call.
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // 0 .. count-1; the bias is of no consequence here.
  std::uint64_t below(std::uint64_t count) { return next() % count; }

 private:
  std::uint64_t state_;
};

// Visits 0 .. count-1 in another order without a table: i -> (factor * i + offset) mod count.
class BlockPermutation {
 public:
  BlockPermutation(std::uint64_t count, std::uint64_t seed) : count_(count) {
    if (seed == 0 || count < 2) return;
    SplitMix random(seed);
    offset_ = random.below(count);
    do {
      factor_ = 1 + random.below(count - 1);
    } while (std::gcd(factor_, count) != 1);
  }
  // Exact: a grid has fewer than 2^63 blocks only if the product is taken in 128 bits.
  std::uint64_t operator()(std::uint64_t i) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((Wide{factor_} * i + offset_) % count_);
  }

 private:
  std::uint64_t count_;
  std::uint64_t factor_ = 1;
  std::uint64_t offset_ = 0;
};

// The order of one block's warps, and of the lanes within each.
class BlockOrder {
 public:
  static constexpr int kWarps = 32, kLanes = 32;

  void reset(std::uint64_t seed, std::uint64_t block, int warp_count) {
    seeded_ = seed != 0;
    warp_count_ = warp_count;
    turn_ = 0;
    random_ = SplitMix(seed ^ (block * 0xd1342543de82ef95u));
    std::iota(warps_.begin(), warps_.begin() + warp_count, 0);
    std::iota(lanes_.begin(), lanes_.end(), 0);
    shuffle_warps();
    if (seeded_) shuffle(lanes_.data(), kLanes);
  }
  // A new order of warps, for the work after a barrier.
  void shuffle_warps() {
    if (seeded_) shuffle(warps_.data(), warp_count_);
    if (seeded_) turn_ = static_cast<int>(random_.below(kLanes));
  }
  int warp(int i) const { return warps_[static_cast<std::size_t>(i)]; }
  int lane(int i) const { return lanes_[static_cast<std::size_t>(i ^ turn_)]; }

 private:
  void shuffle(int* values, int count) {  // Fisher-Yates
    for (int i = count - 1; i > 0; --i) {
      const auto j = random_.below(static_cast<std::uint64_t>(i) + 1);
      const int other = values[j];
      values[j] = values[i];
      values[i] = other;
    }
  }

  bool seeded_ = false;
  int warp_count_ = 0;
  int turn_ = 0;
  SplitMix random_{0};
  std::array<int, kWarps> warps_{};
  std::array<int, kLanes> lanes_{};
};

}  // namespace salix::simt
