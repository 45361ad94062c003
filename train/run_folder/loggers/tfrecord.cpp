#include "train/run_folder/loggers/tfrecord.h"

#include "engine/io/crc32.h"

namespace salix {
namespace {

// TFRecord's mask: a checksum of data that holds checksums would be weak.
std::uint32_t masked_crc(io::ByteSpan bytes) {
  const std::uint32_t crc = io::crc32c(0, bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

template <typename T>
void append_number(std::string& text, T value) {
  text.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

std::string tfrecord(std::string_view payload) {
  std::string record;
  record.reserve(payload.size() + kTfrecordFrame);
  append_number(record, static_cast<std::uint64_t>(payload.size()));
  append_number(record, masked_crc(io::bytes_of(record)));
  record += payload;
  append_number(record, masked_crc(io::bytes_of(payload)));
  return record;
}

std::optional<io::ByteSpan> next_tfrecord(io::ByteSpan bytes) {
  if (bytes.size() < kTfrecordFrame) return {};
  const auto size = io::little_endian<std::uint64_t>(bytes.data());
  const auto size_crc = io::little_endian<std::uint32_t>(bytes.data() + 8);
  if (size_crc != masked_crc(bytes.first(8)) || size > bytes.size() - kTfrecordFrame) return {};
  const io::ByteSpan payload = bytes.subspan(12, static_cast<std::size_t>(size));
  const auto crc = io::little_endian<std::uint32_t>(payload.data() + payload.size());
  if (crc != masked_crc(payload)) return {};
  return payload;
}

}  // namespace salix
