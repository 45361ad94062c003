// PyTorch checkpoints (.pth, .pth.tar, .pt): what torch.save writes, in its zip format
// (since 1.6) and the legacy one. Told apart by content, not by name. No code from the
// file is ever run; docs/weights.md explains why that is so.
#pragma once

#include <filesystem>

#include "engine/io/array.h"
#include "engine/io/bytes.h"

namespace salix::io {

struct Checkpoint {
  std::string format;                // "pth (zip)" or "pth (legacy)"
  NamedArrays tensors;               // of the state dict, in its order
  Metadata metadata;                 // numbers and strings beside it ("epoch": "200")
  std::vector<std::string> ignored;  // other entries beside it ("optimizer")
  std::string container;             // where the state dict stood ("state_dict", "net.G"), or ""
  std::vector<std::string> other_containers;  // dicts of tensors that were not taken ("ema")
};

// The state dict is the file's value itself, or stands under "state_dict", "model", "net" or
// another usual name in it (find_state_dict). A file of one tensor gives the one name "tensor".
// Names are kept as they are ("module." and all).
//
// Types    float32/64/16, bfloat16, int64/32, uint8; bool becomes uint8 0/1.
//          Others (int16, complex, quantised) are NotSupported when in the state dict.
// Errors   IoError for anything malformed, truncated or refused, in time and memory
//          bounded by the file's size (UnpackLimits, read_pickle).
Checkpoint read_checkpoint(const std::filesystem::path& path);
Checkpoint parse_checkpoint(ByteSpan bytes, const std::string& source,
                            const UnpackLimits& limits = {});

// True when the bytes start as a legacy checkpoint does.
bool looks_like_legacy_pth(ByteSpan bytes);

enum class PthFormat { kZip, kLegacy };

// An OrderedDict of tensors, as torch.save(model.state_dict(), path) writes, or, with a
// `container`, torch.save({container: model.state_dict()}, path);
// torch.load(path, weights_only=True) reads it. Tensors are on the CPU, not shared. Atomic.
// InvalidInput for names that are not UTF-8; NotSupported for a zip above 4 GiB.
void write_pth(const std::filesystem::path& path, const NamedArrays& tensors,
               PthFormat format = PthFormat::kZip, const std::string& container = "");

}  // namespace salix::io
