// Checkpoints in the form that torch.load reads (declared in pth.h).
#include "engine/io/atomic_file.h"
#include "engine/io/pickle_writer.h"
#include "engine/io/pth.h"
#include "engine/io/torch_storage.h"
#include "engine/io/zip_writer.h"

namespace salix::io {
namespace {

constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

// Row-major strides as PyTorch counts them: an axis of size 0 counts as 1.
std::vector<std::int64_t> dense_strides(const Shape& shape) {
  std::vector<std::int64_t> strides(static_cast<std::size_t>(shape.rank()), 1);
  for (int axis = shape.rank() - 2; axis >= 0; --axis) {
    const auto at = static_cast<std::size_t>(axis);
    strides[at] = strides[at + 1] * std::max<std::int64_t>(shape[axis + 1], 1);
  }
  return strides;
}

template <typename Values>
void put_tuple(PickleWriter& pickle, const Values& values) {
  pickle.mark();
  for (const std::int64_t value : values) pickle.integer(value);
  pickle.tuple();
}

// _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)
void put_tensor(PickleWriter& pickle, const Array& array, std::size_t key, PthFormat format) {
  pickle.global("torch._utils._rebuild_tensor_v2").mark();
  pickle.mark()
      .text("storage")
      .global(storage_name(array.dtype))
      .text(std::to_string(key))
      .text("cpu");
  pickle.integer(array.numel());
  if (format == PthFormat::kLegacy) pickle.none();  // no view of a larger storage
  pickle.tuple().persistent().integer(0);
  put_tuple(pickle, array.shape);
  put_tuple(pickle, dense_strides(array.shape));
  pickle.boolean(false).empty_ordered_dict().tuple().call();
}

std::string state_dict_pickle(const NamedArrays& tensors, PthFormat format,
                              const std::string& container) {
  PickleWriter pickle;
  if (!container.empty()) pickle.empty_dict().mark().text(container);
  pickle.empty_ordered_dict().mark();
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    SALIX_CHECK(is_utf8(tensors[i].name), "pth: names must be UTF-8; got '",
                printable(tensors[i].name), "'");
    pickle.text(tensors[i].name);
    put_tensor(pickle, tensors[i].array, i, format);
  }
  pickle.set_items();
  if (!container.empty()) pickle.set_items();
  return pickle.finish();
}

void write_zip(AtomicFile& file, const NamedArrays& tensors, const std::string& container) {
  ZipWriter zip(file);
  zip.add("archive/data.pkl", {bytes_of(state_dict_pickle(tensors, PthFormat::kZip, container))});
  zip.add("archive/byteorder", {bytes_of("little")});
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    zip.add(str("archive/data/", i), {tensors[i].array.data});
  }
  zip.add("archive/version", {bytes_of("3\n")});
  zip.finish();
}

void write_legacy(AtomicFile& file, const NamedArrays& tensors, const std::string& container) {
  file.write(PickleWriter().big_integer(kMagic).finish());
  file.write(PickleWriter().integer(1001).finish());
  PickleWriter system;
  system.empty_dict().mark().text("protocol_version").integer(1001);
  system.text("little_endian").boolean(true).text("type_sizes").empty_dict().mark();
  system.text("short").integer(2).text("int").integer(4).text("long").integer(4);
  file.write(system.set_items().set_items().finish());
  file.write(state_dict_pickle(tensors, PthFormat::kLegacy, container));
  PickleWriter keys;
  keys.empty_list().mark();
  for (std::size_t i = 0; i < tensors.size(); ++i) keys.text(std::to_string(i));
  file.write(keys.appends().finish());
  for (const auto& [name, array] : tensors) {
    const std::int64_t numel = array.numel();
    file.write(std::as_bytes(std::span(&numel, 1)));
    file.write(array.data);
  }
}

}  // namespace

void write_pth(const std::filesystem::path& path, const NamedArrays& tensors, PthFormat format,
               const std::string& container) {
  AtomicFile file(path);
  if (format == PthFormat::kZip) {
    write_zip(file, tensors, container);
  } else {
    write_legacy(file, tensors, container);
  }
  file.commit();
}

}  // namespace salix::io
