#include "engine/io/safetensors.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/io/atomic_file.h"
#include "engine/io/file.h"
#include "engine/io/safetensors_header.h"

namespace salix::io {
namespace {

constexpr std::uint64_t kLargestHeader = 100'000'000;  // the reference implementation's limit
constexpr std::size_t kHeaderAlignment = 8;

constexpr std::array<std::pair<std::string_view, DType>, 8> kTypes{{{"F32", DType::kFloat32},
                                                                    {"F64", DType::kFloat64},
                                                                    {"F16", DType::kFloat16},
                                                                    {"BF16", DType::kBFloat16},
                                                                    {"I64", DType::kInt64},
                                                                    {"I32", DType::kInt32},
                                                                    {"U8", DType::kUInt8},
                                                                    {"BOOL", DType::kUInt8}}};

DType dtype_of_entry(const SafetensorsEntry& entry, const std::string& where) {
  for (const auto& [code, dtype] : kTypes) {
    if (entry.dtype == code) return dtype;
  }
  throw NotSupported(str(where,
                         ": types read are F64, F32, F16, BF16, I64, I32, U8 and BOOL; found '",
                         printable(entry.dtype), "'"));
}

std::string_view code_of(DType dtype) {
  for (const auto& [code, candidate] : kTypes) {
    if (candidate == dtype) return code;
  }
  throw InternalError("safetensors: unknown dtype");
}

// The tensors must lie one after the other and fill the data exactly.
void check_layout(const std::vector<SafetensorsEntry>& entries, std::uint64_t data_bytes,
                  const std::string& source) {
  std::vector<const SafetensorsEntry*> by_offset;
  for (const SafetensorsEntry& entry : entries) by_offset.push_back(&entry);
  std::sort(by_offset.begin(), by_offset.end(), [](const auto* a, const auto* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  std::uint64_t next = 0;
  for (const SafetensorsEntry* entry : by_offset) {
    if (entry->begin != next || entry->end < entry->begin) {
      throw IoError(str(source, ": tensor data must follow each other without gap or overlap; '",
                        printable(entry->name), "' is at ", entry->begin, " to ", entry->end,
                        ", expected at ", next));
    }
    next = entry->end;
  }
  if (next != data_bytes) {
    throw IoError(str(source, ": the header describes ", next, " bytes of data; the file has ",
                      data_bytes, next > data_bytes ? " (is the file cut off?)" : ""));
  }
}

Array read_tensor(const SafetensorsEntry& entry, ByteSpan data, const std::string& source) {
  const std::string where = str(source, ": tensor '", printable(entry.name), "'");
  const DType dtype = dtype_of_entry(entry, where);
  const Shape shape = shape_from_file(where, entry.shape);
  const std::uint64_t wanted = static_cast<std::uint64_t>(shape.numel()) * size_of(dtype);
  if (entry.end - entry.begin != wanted) {
    throw IoError(str(where, ": shape ", shape, " of ", name_of(dtype), " needs ", wanted,
                      " bytes; data_offsets give ", entry.end - entry.begin));
  }
  const ByteSpan bytes =
      data.subspan(static_cast<std::size_t>(entry.begin), static_cast<std::size_t>(wanted));
  Array array;
  array.dtype = dtype;
  array.shape = shape;
  array.data.assign(bytes.begin(), bytes.end());
  return array;
}

SafetensorsHeader header_for(const NamedArrays& tensors, const Metadata& metadata,
                             const std::vector<std::size_t>& order) {
  SafetensorsHeader header;
  header.metadata = metadata;
  header.entries.resize(tensors.size());
  std::uint64_t offset = 0;
  for (const std::size_t i : order) {
    const auto& [name, array] = tensors[i];
    SALIX_CHECK(is_utf8(name) && name != "__metadata__",
                "safetensors: names must be UTF-8 and not '__metadata__'; got '", printable(name),
                "'");
    SafetensorsEntry& entry = header.entries[i];
    entry.name = name;
    entry.dtype = code_of(array.dtype);
    entry.shape.assign(array.shape.begin(), array.shape.end());
    entry.begin = offset;
    offset += array.data.size();
    entry.end = offset;
  }
  for (const auto& [key, value] : metadata) {
    SALIX_CHECK(is_utf8(key) && is_utf8(value), "safetensors: metadata must be UTF-8; got '",
                printable(key), "': '", printable(value), "'");
  }
  return header;
}

}  // namespace

Safetensors parse_safetensors(ByteSpan bytes, const std::string& source) {
  ByteReader in(bytes, source);
  const auto header_bytes = in.number<std::uint64_t>("the header's length");
  if (header_bytes > kLargestHeader) {
    throw IoError(str(source, ": the header must be at most 100 MB; found a length of ",
                      header_bytes, " (is this a safetensors file?)"));
  }
  const SafetensorsHeader header =
      parse_safetensors_header(text_of(in.take(header_bytes, "the header")), source);
  const ByteSpan data = in.take(in.remaining(), "the data");
  check_layout(header.entries, data.size(), source);

  Safetensors file;
  file.metadata = header.metadata;
  for (const SafetensorsEntry& entry : header.entries) {
    file.tensors.add(entry.name, read_tensor(entry, data, source));
  }
  return file;
}

Safetensors read_safetensors(const std::filesystem::path& path) {
  const MappedFile file(path);
  return parse_safetensors(file.bytes(), file.name());
}

void write_safetensors(const std::filesystem::path& path, const NamedArrays& tensors,
                       const Metadata& metadata) {
  std::vector<std::size_t> order(tensors.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return size_of(tensors[a].array.dtype) > size_of(tensors[b].array.dtype);
  });

  std::string header = make_safetensors_header(header_for(tensors, metadata, order));
  header.append((kHeaderAlignment - header.size() % kHeaderAlignment) % kHeaderAlignment, ' ');
  const std::uint64_t length = header.size();

  AtomicFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(header);
  for (const std::size_t i : order) file.write(tensors[i].array.data);
  file.commit();
}

}  // namespace salix::io
