#include "engine/io/pth.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <optional>

#include "engine/io/file.h"
#include "engine/io/pth_containers.h"

namespace salix::io {
namespace {

constexpr std::array<std::string_view, 4> kStateDictKeys{"state_dict", "model_state_dict", "model",
                                                         "net"};
constexpr int kDeepestStateDict = 4;

bool holds_tensors(PickleValue dict) {
  for (std::size_t i = 0; i < dict.size(); ++i) {
    if (is_torch_tensor(dict.value(i))) return true;
  }
  return false;
}

std::string key_text(PickleValue key, const std::string& source) {
  if (key.is(PickleKind::kString)) return std::string(key.text());
  if (key.is(PickleKind::kInt)) return std::to_string(key.integer());
  throw IoError(
      str(source, ": names in a checkpoint must be strings; found ", name_of(key.kind())));
}

// A number or string as metadata text; nothing for other kinds.
std::optional<std::string> plain_text(PickleValue value) {
  switch (value.kind()) {
    case PickleKind::kString:
      return std::string(value.text());
    case PickleKind::kInt:
      return std::to_string(value.integer());
    case PickleKind::kBool:
      return value.integer() != 0 ? "true" : "false";
    case PickleKind::kFloat: {
      std::array<char, 32> digits{};
      const auto end =
          std::to_chars(digits.data(), digits.data() + digits.size(), value.real()).ptr;
      return std::string(digits.data(), end);
    }
    default:
      return std::nullopt;
  }
}

std::string names_in(PickleValue dict) {
  std::string names;
  for (std::size_t i = 0; i < std::min<std::size_t>(dict.size(), 8); ++i) {
    if (dict.key(i).is(PickleKind::kString))
      names += str(names.empty() ? "" : ", ", "'", printable(dict.key(i).text()), "'");
  }
  return names.empty() ? "none" : names;
}

class CheckpointBuilder {
 public:
  CheckpointBuilder(const OpenCheckpoint& open, UnpackBudget& budget, const std::string& source)
      : open_(open), budget_(budget), source_(source) {}

  void build(Checkpoint& checkpoint) {
    PickleValue value(open_.graph);
    if (is_torch_tensor(value)) return add_tensor("tensor", value, checkpoint);
    for (int depth = 0; depth < kDeepestStateDict; ++depth) {
      if (!value.is(PickleKind::kDict)) break;
      const bool found = value.size() == 0 || holds_tensors(value);
      const auto inner = found ? std::nullopt : inner_dict(value);
      add_entries(value, inner, checkpoint);
      if (found) return;
      if (!inner)
        throw IoError(str(source_, ": there must be a state dict in the file; its entries are ",
                          names_in(value)));
      value = *inner;
    }
    throw IoError(
        str(source_, ": there must be a state dict in the file; found ", name_of(value.kind())));
  }

 private:
  static std::optional<PickleValue> inner_dict(PickleValue dict) {
    for (const std::string_view key : kStateDictKeys) {
      const auto value = dict.find(key);
      if (value && value->is(PickleKind::kDict)) return value;
    }
    return std::nullopt;
  }

  void add_entries(PickleValue dict, const std::optional<PickleValue>& inner,
                   Checkpoint& checkpoint) {
    for (std::size_t i = 0; i < dict.size(); ++i) {
      const PickleValue value = dict.value(i);
      if (inner && value.id() == inner->id()) continue;
      const std::string name = key_text(dict.key(i), source_);
      if (is_torch_tensor(value)) {
        add_tensor(name, value, checkpoint);
      } else if (const auto text = plain_text(value)) {
        checkpoint.metadata.emplace_back(name, *text);
      } else {
        checkpoint.ignored.push_back(name);
      }
    }
  }

  void add_tensor(const std::string& name, PickleValue value, Checkpoint& checkpoint) {
    const std::string where = str(source_, ": tensor '", printable(name), "'");
    if (checkpoint.tensors.contains(name)) throw IoError(where + " comes twice");
    checkpoint.tensors.add(name, rebuild_tensor(value, open_.storages, budget_, where));
  }

  const OpenCheckpoint& open_;
  UnpackBudget& budget_;
  const std::string& source_;
};

}  // namespace

Checkpoint parse_checkpoint(ByteSpan bytes, const std::string& source,
                            const UnpackLimits& limits) try {
  UnpackBudget budget(bytes.size(), limits);
  Checkpoint checkpoint;
  if (looks_like_zip(bytes)) {
    checkpoint.format = "pth (zip)";
    ZipReader zip(bytes, source, budget);
    const OpenCheckpoint open = open_zip_checkpoint(zip, source);
    CheckpointBuilder(open, budget, source).build(checkpoint);
  } else {
    checkpoint.format = "pth (legacy)";
    const OpenCheckpoint open = open_legacy_checkpoint(bytes, source);
    CheckpointBuilder(open, budget, source).build(checkpoint);
  }
  return checkpoint;
} catch (const IoError& error) {
  // Values of a pickle do not know which file they came from.
  const std::string what = error.what();
  throw IoError(what.starts_with(source) ? what : str(source, ": ", what));
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  const MappedFile file(path);
  return parse_checkpoint(file.bytes(), file.name());
}

}  // namespace salix::io
