// A constant weight in the orders that a vendor library works in.
#pragma once

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
  void clear() { contents_.clear(); }
  bool empty() const { return contents_.empty(); }

  // For the implementations: the one T kept here, default-made on first use. Each
  // implementation has its own T, as the sizes of x may ask now for this, now for that one.
  template <typename T>
  T& content() {
    std::shared_ptr<void>& slot = contents_[std::type_index(typeid(T))];
    if (!slot) slot = std::make_shared<T>();
    return *static_cast<T*>(slot.get());
  }

 private:
  std::map<std::type_index, std::shared_ptr<void>> contents_;
};

}  // namespace salix::kernels
