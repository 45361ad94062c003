#include "engine/io/weights.h"

#include <algorithm>

#include "engine/io/file.h"
#include "engine/io/npy.h"
#include "engine/io/pth.h"
#include "engine/io/pth_containers.h"
#include "engine/io/safetensors.h"

namespace salix::io {
namespace {

bool looks_like_safetensors(ByteSpan bytes) {
  return bytes.size() >= 9 && text_of(bytes)[8] == '{' &&
         little_endian<std::uint64_t>(bytes.data()) <= bytes.size();
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> starts) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\xef\xbb\xbf"), text.size()));
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return text.starts_with(start); });
}

// What else people hand over, and what to do about it.
std::string describe_unknown(ByteSpan bytes) {
  const std::string_view text = text_of(bytes);
  if (text.empty()) return "it is empty; download it again";
  if (text.starts_with("version https://git-lfs"))
    return "it is a Git LFS pointer; run `git lfs pull`";
  if (starts_with_any(text, {"<!DOCTYPE", "<!doctype", "<html", "<HTML", "<head", "<?xml"})) {
    return "it looks like a web page: the download failed or asks for a confirmation in the "
           "browser";
  }
  if (starts_with_any(text, {"{"})) {
    return text.substr(0, 1 << 20).find("\"weight_map\"") != std::string_view::npos
               ? "it is the index of a model in several .safetensors files; name the file that "
                 "holds the tensors"
               : "it is a JSON text";
  }
  if (text.starts_with("\x89HDF")) return "it is an HDF5 file (Keras?), which is not read";
  if (text.substr(0, 512).find("ustar") == 257) return "it is a tar archive; unpack it first";
  if (text.starts_with("\x1f\x8b")) return "it is gzip-compressed; run gunzip first";
  if (text.starts_with('\x80')) {
    return "it is a Python pickle, but not one that torch.save wrote (Detectron2's .pkl is such); "
           "convert it in Python: torch.save({name: torch.from_numpy(array), ...}, path)";
  }
  return str("it starts with '", printable(text.substr(0, 16)), "'");
}

Weights from_checkpoint(Checkpoint checkpoint) {
  return {std::move(checkpoint.format),    std::move(checkpoint.tensors),
          std::move(checkpoint.metadata),  std::move(checkpoint.ignored),
          std::move(checkpoint.container), std::move(checkpoint.other_containers)};
}

bool is_npz(ByteSpan bytes, const std::string& source) {
  const std::vector<ZipMember> members = read_zip_directory(bytes, source);
  return !members.empty() &&
         std::all_of(members.begin(), members.end(),
                     [](const ZipMember& member) { return member.name.ends_with(".npy"); });
}

}  // namespace

Weights parse_weights(ByteSpan bytes, const std::string& source, const UnpackLimits& limits) {
  if (looks_like_zip(bytes)) {
    if (is_npz(bytes, source)) return {"npz", parse_npz(bytes, source, limits), {}, {}};
    return from_checkpoint(parse_checkpoint(bytes, source, limits));
  }
  if (looks_like_legacy_pth(bytes)) return from_checkpoint(parse_checkpoint(bytes, source, limits));
  if (text_of(bytes).starts_with("\x93NUMPY")) {
    Weights weights{"npy", {}, {}, {}};
    weights.arrays.add("array", parse_npy(bytes, source));
    return weights;
  }
  if (looks_like_safetensors(bytes)) {
    Safetensors file = parse_safetensors(bytes, source);
    return {"safetensors", std::move(file.tensors), std::move(file.metadata), {}};
  }
  throw IoError(str(source, ": the file must be .safetensors, .pth (zip or legacy), .npz or .npy; ",
                    describe_unknown(bytes)));
}

Weights read_weights(const std::filesystem::path& path) {
  const MappedFile file(path);
  return parse_weights(file.bytes(), file.name());
}

void write_weights(const std::filesystem::path& path, const NamedArrays& arrays,
                   const Metadata& metadata) {
  const std::string name = path.filename().string();
  if (name.ends_with(".safetensors")) return write_safetensors(path, arrays, metadata);
  if (name.ends_with(".pth") || name.ends_with(".pt") || name.ends_with(".pth.tar"))
    return write_pth(path, arrays);
  if (name.ends_with(".npz")) return write_npz(path, arrays);
  SALIX_CHECK(
      name.ends_with(".npy"),
      "weights: the name must end in .safetensors, .pth, .pt, .pth.tar, .npz or .npy; got '",
      path.string(), "'");
  SALIX_CHECK(arrays.size() == 1, "weights: a .npy file holds one array; got ", arrays.size(),
              " (write .npz instead)");
  write_npy(path, arrays[0].array);
}

}  // namespace salix::io
