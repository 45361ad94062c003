#include "engine/io/zip_reader.h"

#include <zip.h>

#include "engine/io/crc32.h"

namespace salix::io {

// libzip, for the deflated members only. Its entry i is our members()[i].
class ZipReader::Inflater {
 public:
  Inflater(ByteSpan archive, const std::string& source) : source_(source) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* bytes = zip_source_buffer_create(archive.data(), archive.size(), 0, &error);
    if (bytes != nullptr) zip_ = zip_open_from_source(bytes, ZIP_RDONLY, &error);
    const std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    if (zip_ == nullptr) {
      zip_source_free(bytes);
      throw IoError(str(source, ": the zip archive cannot be opened: ", text));
    }
  }
  ~Inflater() { zip_discard(zip_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Exactly out.size() bytes must come, with the right checksum.
  void inflate(std::size_t index, const std::string& name, std::span<std::byte> out) {
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(zip_, index, 0),
                                                                 zip_fclose);
    std::size_t done = 0;
    // One byte more than declared is asked for at the end: that read verifies the
    // checksum, and a member that goes on is caught.
    std::byte extra{};
    while (file != nullptr) {
      const bool full = done == out.size();
      const zip_int64_t count = full ? zip_fread(file.get(), &extra, 1)
                                     : zip_fread(file.get(), out.data() + done, out.size() - done);
      if (count == 0 && full) return;
      if (count <= 0 || full) break;
      done += static_cast<std::size_t>(count);
    }
    throw IoError(str(source_, ": zip member '", printable(name), "' must inflate to ", out.size(),
                      " bytes with the stored checksum; it does not (damaged file?)"));
  }

 private:
  const std::string& source_;
  zip_t* zip_ = nullptr;
};

ZipReader::ZipReader(ByteSpan archive, const std::string& source, UnpackBudget& budget)
    : archive_(archive),
      source_(source),
      budget_(budget),
      members_(read_zip_directory(archive, source)) {
  for (std::size_t i = 0; i < members_.size(); ++i) index_.emplace(members_[i].name, i);
}

ZipReader::~ZipReader() = default;

const ZipMember* ZipReader::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &members_[found->second];
}

ByteSpan ZipReader::read(const ZipMember& member, std::vector<std::byte>& unpacked) {
  if (member.deflated) {
    budget_.charge(member.bytes, str(source_, ": zip member '", printable(member.name), "'"));
    if (inflater_ == nullptr) inflater_ = std::make_unique<Inflater>(archive_, source_);
    unpacked.resize(static_cast<std::size_t>(member.bytes));
    inflater_->inflate(static_cast<std::size_t>(&member - members_.data()), member.name, unpacked);
    return unpacked;
  }
  const ByteSpan stored = archive_.subspan(static_cast<std::size_t>(member.data_offset),
                                           static_cast<std::size_t>(member.bytes));
  if (crc32(0, stored) != member.crc) {
    throw IoError(str(source_, ": zip member '", printable(member.name),
                      "' does not match its checksum (damaged file?)"));
  }
  return stored;
}

}  // namespace salix::io
