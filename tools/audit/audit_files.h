// What `salix audit step` writes: facts about tensors under the reference's names, in the
// world's element order, so that any other implementation can be compared.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "engine/io/array.h"
#include "layers/modules/module.h"
#include "models/network.h"

namespace salix::cli {

// Atomic; two spaces of indent.
void write_json(const std::filesystem::path& path, const nlohmann::ordered_json& value);

// L2 norm, sum, largest magnitude and first element, in double, over the file's order.
nlohmann::ordered_json facts_of(const io::Array& array);

// A map as <name>_logits.npy and <name>.npy (after the sigmoid), [N,1,h,w]; features as <name>.npy,
// [N,C,h,w]; scores of classes as <name>.npy, [N,classes].
void write_output(const std::filesystem::path& out, const NamedOutput& output);
// The cotangent of an output, of its dtype, from a file of the shape above.
// Errors    InvalidInput for another shape.
Tensor read_cotangent(const std::filesystem::path& file, const NamedOutput& output);
// gradients.json (null for a parameter that never got one), with `full` gradients.safetensors.
void write_gradients(const std::filesystem::path& out, const Module& network, bool full);
// buffers.json: the running statistics.
void write_buffers(const std::filesystem::path& out, const Module& network);
// update.json: the L2 norm of every parameter's change from `before` to now, with `full` also
// updated.safetensors.
void write_update(const std::filesystem::path& out, const Module& network,
                  const io::NamedArrays& before, bool full);

}  // namespace salix::cli
