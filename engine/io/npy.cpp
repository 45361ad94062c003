#include "engine/io/npy.h"

#include <algorithm>

#include "engine/io/file.h"
#include "engine/io/npy_header.h"
#include "engine/io/strided_copy.h"
#include "engine/io/zip_reader.h"
#include "engine/io/zip_writer.h"

namespace salix::io {
namespace {

constexpr std::string_view kExtension = ".npy";

void swap_bytes(Array& array) {
  const std::size_t size = size_of(array.dtype);
  for (std::size_t i = 0; i < array.data.size(); i += size) {
    std::reverse(array.data.begin() + static_cast<std::ptrdiff_t>(i),
                 array.data.begin() + static_cast<std::ptrdiff_t>(i + size));
  }
}

// In Fortran order the first axis is the one whose neighbours are adjacent.
std::vector<std::int64_t> fortran_strides(const Shape& shape) {
  std::vector<std::int64_t> strides;
  std::int64_t stride = 1;
  for (const std::int64_t size : shape) {
    strides.push_back(stride);
    stride *= size;
  }
  return strides;
}

std::string header_of(const Array& array) {
  return make_npy_header(array.dtype, {array.shape.begin(), array.shape.end()});
}

}  // namespace

Array parse_npy(ByteSpan bytes, const std::string& source) {
  ByteReader in(bytes, source);
  const NpyHeader header = read_npy_header(in);
  const Shape shape = shape_from_file(source, header.shape);
  const std::uint64_t wanted = static_cast<std::uint64_t>(shape.numel()) * size_of(header.dtype);
  if (in.remaining() != wanted) {
    throw IoError(str(source, ": shape ", shape, " of ", name_of(header.dtype), " needs ", wanted,
                      " bytes of data; the file has ", in.remaining()));
  }
  const ByteSpan data = in.take(wanted, "the data");
  Array array = Array::zeros(header.dtype, shape);
  if (header.fortran_order) {
    copy_strided(data, size_of(header.dtype), shape, fortran_strides(shape), array.data);
  } else {
    std::copy(data.begin(), data.end(), array.data.begin());
  }
  if (header.big_endian) swap_bytes(array);
  return array;
}

Array read_npy(const std::filesystem::path& path) {
  const MappedFile file(path);
  return parse_npy(file.bytes(), file.name());
}

void write_npy(const std::filesystem::path& path, const Array& array) {
  const std::string header = header_of(array);
  AtomicFile file(path);
  file.write(header);
  file.write(array.data);
  file.commit();
}

NamedArrays parse_npz(ByteSpan bytes, const std::string& source, const UnpackLimits& limits) {
  UnpackBudget budget(bytes.size(), limits);
  ZipReader zip(bytes, source, budget);
  NamedArrays arrays;
  for (const ZipMember& member : zip.members()) {
    const std::string_view name = member.name;
    if (!name.ends_with(kExtension)) {
      throw IoError(str(source, ": members of an .npz file must be called '<name>.npy'; found '",
                        printable(name), "'"));
    }
    std::vector<std::byte> unpacked;
    const ByteSpan data = zip.read(member, unpacked);
    arrays.add(std::string(name.substr(0, name.size() - kExtension.size())),
               parse_npy(data, str(source, ": ", printable(name))));
  }
  return arrays;
}

NamedArrays read_npz(const std::filesystem::path& path) {
  const MappedFile file(path);
  return parse_npz(file.bytes(), file.name());
}

void write_npz(const std::filesystem::path& path, const NamedArrays& arrays) {
  AtomicFile file(path);
  ZipWriter zip(file);
  for (const auto& [name, array] : arrays) {
    const std::string header = header_of(array);
    zip.add(name + std::string(kExtension), {bytes_of(header), array.data});
  }
  zip.finish();
  file.commit();
}

}  // namespace salix::io
