// Plans of vendor libraries by problem: making one costs up to milliseconds, and a
// network asks for the same few hundred again and again.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <utility>

namespace salix::kernels {

// Keeps the `capacity` values used last. Values stay where they are until evicted.
template <typename Key, typename Value>
class LruCache {
 public:
  explicit LruCache(std::size_t capacity) : capacity_(capacity) {}

  // The value of `key`, made by make() if it is not there.
  template <typename Make>
  Value& get(const Key& key, const Make& make) {
    const auto found = index_.find(key);
    if (found != index_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return entries_.front().second;
    }
    Value value = make();  // before any change here: it may throw
    if (entries_.size() >= capacity_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    index_.emplace(key, entries_.begin());
    return entries_.front().second;
  }

  std::size_t size() const { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<Key, Value>>;

  std::size_t capacity_;
  Entries entries_;  // most recently used first
  std::map<Key, typename Entries::iterator> index_;
};

}  // namespace salix::kernels
