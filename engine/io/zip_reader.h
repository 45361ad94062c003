// The members of a zip archive that is in memory.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>

#include "engine/io/zip_directory.h"

namespace salix::io {

class ZipReader {
 public:
  // Checks the whole directory (see read_zip_directory). The archive's bytes and
  // `source` must outlive the reader; so must `budget`, which inflated bytes are charged to.
  ZipReader(ByteSpan archive, const std::string& source, UnpackBudget& budget);
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  const std::vector<ZipMember>& members() const { return members_; }
  const ZipMember* find(std::string_view name) const;

  // A member's bytes, checksum verified. Stored members (all of PyTorch's and numpy's
  // defaults) are a view of the archive; a deflated one is unpacked into `unpacked`.
  ByteSpan read(const ZipMember& member, std::vector<std::byte>& unpacked);

 private:
  class Inflater;

  ByteSpan archive_;
  const std::string& source_;
  UnpackBudget& budget_;
  std::vector<ZipMember> members_;
  std::unordered_map<std::string_view, std::size_t> index_;  // into members_
  std::unique_ptr<Inflater> inflater_;  // made when the first deflated member is read
};

}  // namespace salix::io
