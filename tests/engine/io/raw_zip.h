// Zip archives record by record, to write what no honest writer does.
#pragma once

#include <cstdint>
#include <string>

#include "engine/io/crc32.h"

namespace salix::io::testing {

struct RawEntry {
  std::string name;
  std::uint64_t header_offset = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;
  std::uint16_t method = 0;
  std::uint16_t flags = 0;
  bool in_64_bits = false;  // sizes and offset in a zip64 extra field
};

class RawZip {
 public:
  // A local header and its data; the entry describes them truly until it is changed.
  RawEntry local(const std::string& name, const std::string& data) {
    RawEntry entry{.name = name,
                   .header_offset = bytes_.size(),
                   .packed_bytes = data.size(),
                   .bytes = data.size()};
    entry.crc = crc32(0, bytes_of(data));
    put32(0x04034b50), put16(20), put16(0), put16(0), put32(0), put32(0), put32(0), put32(0);
    put16(name.size()), put16(0);
    bytes_ += name + data;
    return entry;
  }

  void entry(const RawEntry& e) {
    RawZip extra;
    if (e.in_64_bits)
      extra.put16(1), extra.put16(24), extra.put64(e.bytes), extra.put64(e.packed_bytes),
          extra.put64(e.header_offset);
    const auto small = [&](std::uint64_t value) { return e.in_64_bits ? 0xffffffffu : value; };
    RawZip record;
    record.put32(0x02014b50), record.put16(20), record.put16(20), record.put16(e.flags),
        record.put16(e.method);
    record.put32(0), record.put32(e.crc), record.put32(small(e.packed_bytes)),
        record.put32(small(e.bytes));
    record.put16(e.name.size()), record.put16(extra.bytes_.size()), record.put16(0),
        record.put64(0);
    record.put32(small(e.header_offset));
    directory_ += record.bytes_ + e.name + extra.bytes_;
    ++entries_;
  }

  std::string finish(bool in_64_bits = false) {
    const std::size_t start = bytes_.size();
    bytes_ += directory_;
    const std::size_t end = bytes_.size();
    if (in_64_bits) {
      put32(0x06064b50), put64(44), put16(45), put16(45), put32(0), put32(0);
      put64(entries_), put64(entries_), put64(directory_.size()), put64(start);
      put32(0x07064b50), put32(0), put64(end), put32(1);
    }
    put32(0x06054b50), put16(0), put16(0), put16(entries_), put16(entries_),
        put32(directory_.size());
    put32(in_64_bits ? 0xffffffffu : start), put16(0);
    return bytes_;
  }

 private:
  void put(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes_ += static_cast<char>(value >> (8 * i));
  }
  void put16(std::uint64_t value) { put(value, 2); }
  void put32(std::uint64_t value) { put(value, 4); }
  void put64(std::uint64_t value) { put(value, 8); }

  std::string bytes_;
  std::string directory_;
  std::uint64_t entries_ = 0;
};

}  // namespace salix::io::testing
