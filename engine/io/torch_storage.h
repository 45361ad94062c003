// The storages of a PyTorch checkpoint (flat runs of numbers) and the tensors that are
// strided views of them. Shared by the zip and the legacy reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/io/array.h"
#include "engine/io/pickle.h"

namespace salix::io {

// The storage classes of torch.save: "torch.FloatStorage" and so on.
struct StorageType {
  std::string_view name;
  std::size_t element_bytes;
  std::optional<DType> dtype;  // none: can be skipped over but not read
};
const StorageType& storage_type(std::string_view name);  // IoError when unknown
std::string_view storage_name(DType dtype);

// Every global that has a meaning in a checkpoint: what makes tensors, and their storages.
std::span<const std::string_view> checkpoint_globals();

// What a persistent id says: ("storage", type, key, location, numel [, view]).
struct StorageId {
  const StorageType* type = nullptr;
  std::string key;
  std::int64_t numel = 0;
  // Legacy files may name a part of the storage: (view key, first element, count).
  std::int64_t view_first = 0;
  std::int64_t view_numel = 0;  // numel when there is no view
};
StorageId parse_storage_id(PickleValue persistent);

struct Storage {
  const StorageType* type = nullptr;
  std::int64_t numel = 0;
  ByteSpan bytes;  // into the file, or into `unpacked`
  std::vector<std::byte> unpacked;
  bool filled = false;

  std::uint64_t size_bytes() const {
    return static_cast<std::uint64_t>(numel) * type->element_bytes;
  }
};
using Storages = std::unordered_map<std::string, Storage>;  // by key

// All storages that the graph refers to, without their bytes. IoError when two references
// disagree on type or size.
Storages collect_storages(const PickleGraph& graph, const std::string& source);

// True for a call of _rebuild_tensor, its versions, or what wraps one (_rebuild_parameter, ...).
bool is_torch_tensor(PickleValue value);
// True for tensors that are not plain arrays: quantised, sparse, on other devices.
bool is_other_tensor(PickleValue value);

// The tensor as a dense array: offset, strides and shared storages honoured. `where` names
// file and tensor in errors. NotSupported for element types without a dtype (int16, complex).
Array rebuild_tensor(PickleValue call, const Storages& storages, UnpackBudget& budget,
                     const std::string& where);

}  // namespace salix::io
