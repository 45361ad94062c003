// xxHash64: recognises equal bytes. Not for security.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/io/bytes.h"

struct XXH64_state_s;

namespace salix {

// The hash of everything added, in order.
class Hasher {
 public:
  Hasher();
  void add(io::ByteSpan bytes);
  void add(std::string_view text) { add(io::bytes_of(text)); }
  std::uint64_t digest() const;

 private:
  struct Free {
    void operator()(XXH64_state_s* state) const;
  };
  std::unique_ptr<XXH64_state_s, Free> state_;
};

std::uint64_t hash_of(io::ByteSpan bytes);
// 16 hexadecimal digits, as `xxhsum -H64` prints them.
std::string hex_of(std::uint64_t hash);
std::string hash_text(io::ByteSpan bytes);
std::string hash_text(std::string_view text);
// Of a list, as of a file with one entry per line.
std::string lines_hash(std::span<const std::string> lines);
// Of a file's content. IoError when it cannot be read.
std::string file_hash(const std::filesystem::path& path);

}  // namespace salix
