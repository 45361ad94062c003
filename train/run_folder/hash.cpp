#include "train/run_folder/hash.h"

#include <xxhash.h>

#include <cstdio>
#include <new>

#include "engine/io/file.h"

namespace salix {

void Hasher::Free::operator()(XXH64_state_s* state) const { XXH64_freeState(state); }

Hasher::Hasher() : state_(XXH64_createState()) {
  if (!state_) throw std::bad_alloc();
  XXH64_reset(state_.get(), 0);
}
void Hasher::add(io::ByteSpan bytes) { XXH64_update(state_.get(), bytes.data(), bytes.size()); }
std::uint64_t Hasher::digest() const { return XXH64_digest(state_.get()); }

std::uint64_t hash_of(io::ByteSpan bytes) { return XXH64(bytes.data(), bytes.size(), 0); }

std::string hex_of(std::uint64_t hash) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

std::string hash_text(io::ByteSpan bytes) { return hex_of(hash_of(bytes)); }
std::string hash_text(std::string_view text) { return hash_text(io::bytes_of(text)); }

std::string lines_hash(std::span<const std::string> lines) {
  Hasher hasher;
  for (const std::string& line : lines) {
    hasher.add(line);
    hasher.add("\n");
  }
  return hex_of(hasher.digest());
}

std::string file_hash(const std::filesystem::path& path) {
  if (std::filesystem::is_regular_file(path) && std::filesystem::file_size(path) == 0) {
    return hash_text(std::string_view());  // nothing can be mapped
  }
  return hash_text(io::MappedFile(path).bytes());
}

}  // namespace salix
