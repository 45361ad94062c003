#include "engine/io/torch_storage.h"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/io/strided_copy.h"

namespace salix::io {
namespace {

constexpr std::string_view kRebuild = "torch._utils._rebuild_tensor";
constexpr std::string_view kRebuildV2 = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view kRebuildV3 = "torch._utils._rebuild_tensor_v3";
constexpr std::string_view kParameter = "torch._utils._rebuild_parameter";
constexpr std::string_view kParameterWithState = "torch._utils._rebuild_parameter_with_state";
constexpr std::string_view kWithAttributes = "torch._tensor._rebuild_from_type_v2";

constexpr std::array<StorageType, 17> kTypes{{{"torch.FloatStorage", 4, DType::kFloat32},
                                              {"torch.DoubleStorage", 8, DType::kFloat64},
                                              {"torch.HalfStorage", 2, DType::kFloat16},
                                              {"torch.BFloat16Storage", 2, DType::kBFloat16},
                                              {"torch.LongStorage", 8, DType::kInt64},
                                              {"torch.IntStorage", 4, DType::kInt32},
                                              {"torch.ByteStorage", 1, DType::kUInt8},
                                              {"torch.BoolStorage", 1, DType::kUInt8},
                                              {"torch.ShortStorage", 2, std::nullopt},
                                              {"torch.CharStorage", 1, std::nullopt},
                                              {"torch.ComplexFloatStorage", 8, std::nullopt},
                                              {"torch.ComplexDoubleStorage", 16, std::nullopt},
                                              {"torch.QInt8Storage", 1, std::nullopt},
                                              {"torch.QUInt8Storage", 1, std::nullopt},
                                              {"torch.QInt32Storage", 4, std::nullopt},
                                              {"torch.UntypedStorage", 1, std::nullopt},
                                              {"torch.storage.UntypedStorage", 1, std::nullopt}}};

// What is called to make a tensor.
constexpr std::array<std::string_view, 6> kTensorMakers{
    kRebuild, kRebuildV2, kRebuildV3, kParameter, kParameterWithState, kWithAttributes};

// The arguments of a tensor's own maker, without what is wrapped around it: an nn.Parameter is
// (tensor, requires_grad, hooks[, state]), a tensor with attributes (maker, type, arguments,
// state).
PickleValue unwrapped(PickleValue call) {
  constexpr int kMostWrappers = 4;
  for (int i = 0; i < kMostWrappers; ++i) {
    const std::string_view maker = call.text();
    if (maker == kParameter || maker == kParameterWithState) {
      call = call.item(0);
      if (!is_torch_tensor(call)) throw IoError("a parameter must hold a tensor");
    } else if (maker == kWithAttributes) {
      const std::string_view inner = call.item(0).text();
      if (inner != kRebuild && inner != kRebuildV2)
        throw NotSupported(str("a tensor made by ", printable(inner), " is not supported"));
      return call.item(2);
    } else {
      return call;
    }
  }
  throw IoError("a parameter must hold a tensor");
}

constexpr const char* kConvertFirst =
    " is not supported; convert the tensor to float32 or int64 in Python first";

std::vector<std::int64_t> integers(PickleValue list) {
  std::vector<std::int64_t> values;
  if (list.size() > 64) throw IoError(str("expected at most 64 axes; found ", list.size()));
  for (std::size_t i = 0; i < list.size(); ++i) values.push_back(list.item(i).integer());
  return values;
}

Array gather(PickleValue call, const Storages& storages, UnpackBudget& budget,
             const std::string& where) {
  if (!call.item(0).is(PickleKind::kPersistent)) throw IoError("a tensor must refer to a storage");
  if (call.is(PickleKind::kCall) && call.text() == kRebuildV3)
    throw NotSupported(
        str(where, ": element type ", printable(call.item(6).text()), kConvertFirst));
  const StorageId id = parse_storage_id(call.item(0));
  const std::int64_t offset = call.item(1).integer();
  const std::vector<std::int64_t> strides = integers(call.item(3));
  const Shape shape = shape_from_file(where, integers(call.item(2)));
  if (strides.size() != static_cast<std::size_t>(shape.rank())) {
    throw IoError(str("shape ", shape, " must have as many strides; found ", strides.size()));
  }
  if (!id.type->dtype) {
    throw NotSupported(str(where, ": element type ", id.type->name, kConvertFirst));
  }
  const std::int64_t extent = strided_extent(shape, strides);
  if (extent < 0 || offset < 0 || offset > id.view_numel || extent > id.view_numel - offset) {
    throw IoError(str("shape ", shape, " with its strides, from element ", offset,
                      " on, must lie inside the storage of ", id.view_numel, " elements"));
  }
  const std::size_t element_bytes = id.type->element_bytes;
  budget.charge(static_cast<std::uint64_t>(shape.numel()) * element_bytes, where);
  Array array{*id.type->dtype, shape, {}};
  if (shape.numel() == 0) return array;
  const ByteSpan from = storages.at(id.key).bytes.subspan(
      static_cast<std::size_t>(id.view_first + offset) * element_bytes,
      static_cast<std::size_t>(extent) * element_bytes);
  if (is_dense(shape, strides)) {  // the usual case, without clearing the memory first
    array.data.assign(from.begin(), from.end());
  } else {
    array.data.resize(static_cast<std::size_t>(shape.numel()) * element_bytes);
    copy_strided(from, element_bytes, shape, strides, array.data);
  }
  return array;
}

}  // namespace

const StorageType& storage_type(std::string_view name) {
  for (const StorageType& type : kTypes) {
    if (type.name == name) return type;
  }
  throw IoError(str("expected a PyTorch storage type; found '", printable(name), "'"));
}

std::string_view storage_name(DType dtype) {
  for (const StorageType& type : kTypes) {
    if (type.dtype == dtype) return type.name;
  }
  throw InternalError("storage_name: unknown dtype");
}

std::span<const std::string_view> checkpoint_globals() {
  static const std::vector<std::string_view> all = [] {
    std::vector<std::string_view> names(kTensorMakers.begin(), kTensorMakers.end());
    names.insert(names.end(), {"collections.OrderedDict", "torch.Size", "torch.device"});
    for (const StorageType& type : kTypes) names.push_back(type.name);
    return names;
  }();
  return all;
}

StorageId parse_storage_id(PickleValue persistent) {
  const PickleValue tuple = persistent.item(0);
  if (!tuple.is(PickleKind::kTuple) || tuple.size() < 5 || tuple.size() > 6 ||
      tuple.item(0).text() != "storage") {
    throw IoError("a storage reference must be ('storage', type, key, location, size)");
  }
  StorageId id;
  id.type = &storage_type(tuple.item(1).text());
  id.key = tuple.item(2).text();
  id.numel = tuple.item(4).integer();
  const auto most = std::numeric_limits<std::int64_t>::max() / 16;
  if (id.numel < 0 || id.numel > most)
    throw IoError(str("a storage cannot have ", id.numel, " elements"));
  id.view_numel = id.numel;
  if (tuple.size() == 6 && !tuple.item(5).is(PickleKind::kNone)) {
    const PickleValue view = tuple.item(5);
    id.view_first = view.item(1).integer();
    id.view_numel = view.item(2).integer();
    if (id.view_first < 0 || id.view_numel < 0 || id.view_first > id.numel ||
        id.view_numel > id.numel - id.view_first) {
      throw IoError(str("the view of ", id.view_numel, " elements from ", id.view_first,
                        " on must lie inside the storage of ", id.numel));
    }
  }
  return id;
}

Storages collect_storages(const PickleGraph& graph, const std::string& source) {
  Storages storages;
  for (PickleId node = 0; node < graph.nodes.size(); ++node) {
    const PickleValue value(graph, node);
    if (!value.is(PickleKind::kPersistent)) continue;
    try {
      const StorageId id = parse_storage_id(value);
      const auto [found, added] = storages.try_emplace(id.key);
      Storage& storage = found->second;
      if (added) {
        storage.type = id.type;
        storage.numel = id.numel;
      } else if (storage.type != id.type || storage.numel != id.numel) {
        throw IoError(str("storage '", printable(id.key), "' must have one type and size; found ",
                          storage.numel, " x ", storage.type->name, " and ", id.numel, " x ",
                          id.type->name));
      }
    } catch (const IoError& error) {
      throw IoError(str(source, ": ", error.what()));
    }
  }
  return storages;
}

bool is_torch_tensor(PickleValue value) {
  if (!value.is(PickleKind::kCall)) return false;
  return std::find(kTensorMakers.begin(), kTensorMakers.end(), value.text()) != kTensorMakers.end();
}

bool is_other_tensor(PickleValue value) {
  return value.is(PickleKind::kObject) && (value.text().starts_with("torch._utils._rebuild_") ||
                                           value.text().starts_with("torch._tensor._rebuild_"));
}

Array rebuild_tensor(PickleValue call, const Storages& storages, UnpackBudget& budget,
                     const std::string& where) {
  try {
    return gather(unwrapped(call), storages, budget, where);
  } catch (const IoError& error) {
    const std::string what = error.what();
    throw IoError(what.rfind(where, 0) == 0 ? what : str(where, ": ", what));
  }
}

}  // namespace salix::io
