// Bounds the memory that stb_image may take while it decodes a file nobody vouches for.
#pragma once

#include <cstddef>

namespace salix::data::detail {

// While it lives, no single block that stb asks for on this thread may exceed
// `block_bytes`; stb then reports "outofmem". Needed because a PNG may inflate to a
// thousand times its size, whatever its header declares.
class StbBlockLimit {
 public:
  explicit StbBlockLimit(std::size_t block_bytes);
  ~StbBlockLimit();
  StbBlockLimit(const StbBlockLimit&) = delete;
  StbBlockLimit& operator=(const StbBlockLimit&) = delete;

 private:
  std::size_t previous_;
};

void* stb_allocate(std::size_t bytes);
void* stb_reallocate(void* block, std::size_t bytes);
void stb_free(void* block);

}  // namespace salix::data::detail
