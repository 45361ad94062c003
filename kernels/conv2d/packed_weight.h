// A constant weight in the orders that a vendor library works in.
#pragma once

#include <memory>

namespace salix::kernels {

// Training reorders the weight at every call, because it changes between calls. In
// inference it does not: the caller keeps one PackedWeight beside each weight and
// promises that the weight's memory and values stay as they are from the first call
// until clear(). Filled on first use, one copy per order that the library asks for.
class PackedWeight {
 public:
  void clear() { content_.reset(); }
  bool empty() const { return content_ == nullptr; }

  // For the implementations: the T kept here, default-made on first use.
  template <typename T>
  T& content() {
    if (!content_) content_ = std::make_shared<T>();
    return *static_cast<T*>(content_.get());
  }

 private:
  std::shared_ptr<void> content_;
};

}  // namespace salix::kernels
