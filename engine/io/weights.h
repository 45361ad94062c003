// Arrays from any file that salix can read, and to any that it can write.
#pragma once

#include <filesystem>

#include "engine/io/array.h"
#include "engine/io/bytes.h"

namespace salix::io {

struct Weights {
  std::string format;  // "safetensors", "pth (zip)", "pth (legacy)", "npz", "npy"
  NamedArrays arrays;  // a .npy file gives the one name "array"
  Metadata metadata;   // safetensors' __metadata__; a checkpoint's numbers and strings
  std::vector<std::string> ignored = {};  // a checkpoint's other entries, by name
  std::string container = {};             // where its state dict stood ("state_dict"), or ""
  std::vector<std::string> other_containers = {};  // dicts of tensors not taken ("ema")
};

// The reader is chosen by the file's content, never by its name. IoError names the file;
// for content that is none of the formats it says what the file looks like (a web page, a
// Git LFS pointer, ...).
Weights read_weights(const std::filesystem::path& path);
Weights parse_weights(ByteSpan bytes, const std::string& source, const UnpackLimits& limits = {});

// The writer is chosen by the extension: .safetensors, .npz, .npy (exactly one array), and
// .pth, .pt, .pth.tar (zip format). Only safetensors keeps the metadata. InvalidInput for
// other extensions. Atomic.
void write_weights(const std::filesystem::path& path, const NamedArrays& arrays,
                   const Metadata& metadata = {});

}  // namespace salix::io
