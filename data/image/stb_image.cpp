// The one place that compiles stb_image and stb_image_write, with our allocator and
// without the file formats that we do not accept.
#include <cstdlib>
#include <limits>

#include "data/image/stb_memory.h"

namespace salix::data::detail {
namespace {

thread_local std::size_t block_limit = std::numeric_limits<std::size_t>::max();

}  // namespace

StbBlockLimit::StbBlockLimit(std::size_t block_bytes) : previous_(block_limit) {
  block_limit = block_bytes;
}

StbBlockLimit::~StbBlockLimit() { block_limit = previous_; }

// Zeroed: a JPEG whose scans leave out pixels would otherwise show old memory, another
// picture each time.
void* stb_allocate(std::size_t bytes) {
  return bytes <= block_limit ? std::calloc(bytes, 1) : nullptr;
}

void* stb_reallocate(void* block, std::size_t bytes) {
  return bytes <= block_limit ? std::realloc(block, bytes) : nullptr;
}

void stb_free(void* block) { std::free(block); }

}  // namespace salix::data::detail

// stb is plain C in a header: its warnings are not ours to mend.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wshadow"
#define STBI_MALLOC(bytes) salix::data::detail::stb_allocate(bytes)
#define STBI_REALLOC(block, bytes) salix::data::detail::stb_reallocate(block, bytes)
#define STBI_FREE(block) salix::data::detail::stb_free(block)
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_FAILURE_USERMSG
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>
#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop
