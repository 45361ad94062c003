// A hash table from lattice keys to numbers 0, 1, 2 .. in the order of insertion (CPU).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/permutohedral/simplex.h"

namespace salix::kernels::permutohedral {

// Open addressing with linear probing, at most half full: a search touches one cache line,
// nearly always.
class VertexTable {
 public:
  // Room for `count` keys without growing.
  explicit VertexTable(std::int64_t count = 0) {
    while ((std::int64_t{1} << bits_) < 2 * count) ++bits_;
    slots_.resize(std::size_t{1} << bits_);
  }

  std::int32_t size() const { return size_; }

  // The number of `key`, and whether it is new.
  std::pair<std::int32_t, bool> insert(Key key) {
    Slot& slot = slots_[search(key)];
    if (slot.number >= 0) return {slot.number, false};
    slot = {key, size_++};
    if (2 * static_cast<std::size_t>(size_) > slots_.size()) grow();
    return {size_ - 1, true};
  }

  // The number of `key`, or -1.
  std::int32_t find(Key key) const { return slots_[search(key)].number; }

 private:
  struct Slot {
    Key key = 0;
    std::int32_t number = -1;  // -1: empty
  };

  std::size_t search(Key key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = slot_of(key, bits_);
    while (slots_[at].number >= 0 && slots_[at].key != key) at = (at + 1) & mask;
    return at;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    ++bits_;
    for (const Slot& slot : old) {
      if (slot.number >= 0) slots_[search(slot.key)] = slot;
    }
  }

  int bits_ = 12;
  std::int32_t size_ = 0;
  std::vector<Slot> slots_;
};

}  // namespace salix::kernels::permutohedral
