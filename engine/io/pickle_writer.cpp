#include "engine/io/pickle_writer.h"

#include <limits>

#include "engine/error.h"

namespace salix::io {
namespace {

template <typename T>
void append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

PickleWriter& PickleWriter::integer(std::int64_t value) {
  if (value >= 0 && value <= std::numeric_limits<std::uint8_t>::max()) {
    append(op('K').bytes_, static_cast<std::uint8_t>(value));
  } else if (value >= 0 && value <= std::numeric_limits<std::uint16_t>::max()) {
    append(op('M').bytes_, static_cast<std::uint16_t>(value));
  } else if (value == static_cast<std::int32_t>(value)) {
    append(op('J').bytes_, static_cast<std::int32_t>(value));
  } else {
    append(op('\x8a').op('\x08').bytes_, value);
  }
  return *this;
}

PickleWriter& PickleWriter::text(std::string_view value) {
  SALIX_CHECK(value.size() <= std::numeric_limits<std::uint32_t>::max(), "pickle: a string of ",
              value.size(), " bytes is too long");
  append(op('X').bytes_, static_cast<std::uint32_t>(value.size()));
  bytes_ += value;
  return *this;
}

PickleWriter& PickleWriter::big_integer(std::string_view little_endian_bytes) {
  op('\x8a').op(static_cast<char>(little_endian_bytes.size()));
  bytes_ += little_endian_bytes;
  return *this;
}

PickleWriter& PickleWriter::global(std::string_view dotted) {
  const std::size_t dot = dotted.rfind('.');
  op('c');
  bytes_ += dotted.substr(0, dot);
  bytes_ += '\n';
  bytes_ += dotted.substr(dot + 1);
  bytes_ += '\n';
  return *this;
}

PickleWriter& PickleWriter::empty_ordered_dict() {
  return global("collections.OrderedDict").op(')').call();
}

}  // namespace salix::io
