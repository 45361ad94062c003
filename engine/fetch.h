// Values on their way from the device to the host: asked for now, read later, so that nobody
// stands still in between. What a training step reports of itself travels this way.
#pragma once

#include <memory>
#include <vector>

#include "engine/tensor.h"

namespace salix {

class Fetch {
 public:
  Fetch();  // of nothing
  // Queues the copy of a floating tensor as it is at this point of its Exec's work. The tensor
  // may be changed or freed at once; the Exec must outlive this.
  explicit Fetch(const Tensor& tensor);
  ~Fetch();
  Fetch(Fetch&&) noexcept;
  Fetch& operator=(Fetch&&) noexcept;

  // Whether values() would not wait.
  bool arrived() const;
  // The elements, after waiting for that point and not for what was queued later. {} of nothing.
  std::vector<double> values() const;

 private:
  struct Transfer;
  std::unique_ptr<Transfer> transfer_;
};

}  // namespace salix
