// A constant weight in the orders that a vendor library works in.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <typeindex>

namespace salix::kernels {

// Training reorders the weight at every call, because it changes between calls. In
// inference it does not: the caller keeps one PackedWeight beside each weight and
// promises that the weight's memory and values stay as they are from the first call
// until clear(). Filled on first use, one copy per order that the library asks for.
class PackedWeight {
 public:
  // Makes a weight in our own order, in memory of the Exec's device that lives as long as
  // the result.
  using Source = std::function<std::shared_ptr<const void>()>;

  PackedWeight() = default;  // of the weight that is passed with each call
  // Of the weight that `source` makes whenever an order is wanted that is not here yet, so
  // that it need not be kept beside its copies. The one passed gives shape and type only.
  explicit PackedWeight(Source source) : source_(std::move(source)) {}

  void clear() {
    contents_.clear();
    plain_ = nullptr;
  }
  bool empty() const { return contents_.empty() && !plain_; }

  // For the implementations: the one T kept here, default-made on first use. Each
  // implementation has its own T, as the sizes of x may ask now for this, now for that one.
  template <typename T>
  T& content() {
    std::shared_ptr<void>& slot = contents_[std::type_index(typeid(T))];
    if (!slot) slot = std::make_shared<T>();
    return *static_cast<T*>(slot.get());
  }

  // For the implementations: the weight in our order, to be copied from while the result
  // lives. `passed` is the one passed.
  std::shared_ptr<const void> plain(const void* passed) const {
    if (plain_) return plain_;
    if (source_) return source_();
    return {std::shared_ptr<const void>(), passed};  // owns nothing
  }
  // The same, kept from now on: for an implementation that reads it at every call.
  const void* keep_plain(const void* passed) {
    if (source_ && !plain_) plain_ = source_();
    return source_ ? plain_.get() : passed;
  }

 private:
  Source source_;
  std::shared_ptr<const void> plain_;
  std::map<std::type_index, std::shared_ptr<void>> contents_;
};

}  // namespace salix::kernels
