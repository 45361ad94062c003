#include "engine/io/zip_writer.h"

#include "engine/io/crc32.h"

namespace salix::io {
namespace {

constexpr std::uint64_t kLargest = 0xfffffffe;
constexpr std::size_t kMostMembers = 65534;
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kLocalHeaderBytes = 30;
constexpr std::uint16_t kVersion = 20;
constexpr std::uint16_t kUtf8Names = 0x0800;
constexpr std::uint16_t kDate = (1 << 5) | 1;  // 1980-01-01: the same input gives the same file
constexpr std::uint16_t kPaddingId = 0x4246;   // "FB", the extra field PyTorch pads with

template <typename T>
void put(std::string& record, T value) {
  record.append(reinterpret_cast<const char*>(&value), sizeof value);
}
template <typename... Values>
std::string record_of(Values... values) {
  std::string record;
  (put(record, values), ...);
  return record;
}

using U16 = std::uint16_t;
using U32 = std::uint32_t;

}  // namespace

void ZipWriter::add(std::string_view name, std::initializer_list<ByteSpan> parts) {
  U32 crc = 0;
  std::uint64_t bytes = 0;
  for (const ByteSpan part : parts) {
    crc = crc32(crc, part);
    bytes += part.size();
  }
  const std::uint64_t start = file_.written();
  if (start + bytes + name.size() + 4096 > kLargest || entries_.size() >= kMostMembers) {
    throw NotSupported(
        str("zip writer: archives above 4 GiB or 65534 members are not written (at '", name,
            "'); write .safetensors instead"));
  }
  const std::size_t unpadded =
      static_cast<std::size_t>(start) + kLocalHeaderBytes + name.size() + 4;
  const std::size_t padding = (kAlignment - unpadded % kAlignment) % kAlignment;

  std::string header = record_of(U32{0x04034b50}, kVersion, kUtf8Names, U16{0}, U16{0}, kDate, crc,
                                 static_cast<U32>(bytes), static_cast<U32>(bytes),
                                 static_cast<U16>(name.size()), static_cast<U16>(padding + 4));
  header += name;
  header += record_of(kPaddingId, static_cast<U16>(padding));
  header.append(padding, 'Z');
  file_.write(header);
  for (const ByteSpan part : parts) file_.write(part);
  entries_.push_back({std::string(name), crc, static_cast<U32>(bytes), static_cast<U32>(start)});
}

void ZipWriter::finish() {
  const std::uint64_t start = file_.written();
  std::string directory;
  for (const Entry& entry : entries_) {
    directory += record_of(U32{0x02014b50}, kVersion, kVersion, kUtf8Names, U16{0}, U16{0}, kDate,
                           entry.crc, entry.bytes, entry.bytes, static_cast<U16>(entry.name.size()),
                           U16{0}, U16{0}, U16{0}, U16{0}, U32{0}, entry.header_offset);
    directory += entry.name;
  }
  if (start + directory.size() > kLargest) {
    throw NotSupported(
        "zip writer: archives above 4 GiB are not written; write .safetensors instead");
  }
  const auto count = static_cast<U16>(entries_.size());
  const std::string end =
      record_of(U32{0x06054b50}, U16{0}, U16{0}, count, count, static_cast<U32>(directory.size()),
                static_cast<U32>(start), U16{0});
  file_.write(directory);
  file_.write(end);
}

}  // namespace salix::io
