#include "engine/io/pth.h"

#include <array>
#include <charconv>
#include <optional>

#include "engine/io/file.h"
#include "engine/io/pth_containers.h"
#include "engine/io/state_dict_search.h"

namespace salix::io {
namespace {

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

constexpr const char* kSaveStateDict =
    "save its state dict alone from Python: torch.save(model.state_dict(), path)";

class CheckpointBuilder {
 public:
  CheckpointBuilder(const OpenCheckpoint& open, UnpackBudget& budget, const std::string& source)
      : open_(open), budget_(budget), source_(source) {}

  void build(Checkpoint& checkpoint) {
    const PickleValue root(open_.graph);
    if (is_torch_tensor(root)) return add_tensor("tensor", root, checkpoint);
    const std::optional<StateDictPlace> place = find_state_dict(root, source_);
    if (!place) fail_without_state_dict(root);
    checkpoint.container = place->container;
    checkpoint.other_containers = place->others;
    for (std::size_t i = 0; i + 1 < place->path.size(); ++i)
      add_surroundings(place->path[i], place->path[i + 1], checkpoint);
    add_state_dict(place->path.back(), checkpoint);
  }

 private:
  [[noreturn]] void fail_without_state_dict(PickleValue root) const {
    if (root.is(PickleKind::kObject)) {
      throw IoError(str(source_, ": must hold a state dict; it is a whole Python object, a ",
                        printable(root.text()),
                        ", and no code is ever run to make one. Load it "
                        "where it was made and ",
                        kSaveStateDict));
    }
    if (!root.is(PickleKind::kDict)) {
      throw IoError(str(source_, ": there must be a state dict in the file; found ",
                        name_of(root.kind()), "; ", kSaveStateDict));
    }
    throw IoError(str(source_, ": there must be a state dict in the file; its entries are ",
                      describe_entries(root), "; ", kSaveStateDict));
  }

  // A number, a string, or only a name: what stands beside the state dict, or around it.
  void add_beside(const std::string& name, PickleValue value, Checkpoint& checkpoint) {
    if (const auto text = plain_text(value)) {
      checkpoint.metadata.emplace_back(name, *text);
    } else {
      checkpoint.ignored.push_back(name);
    }
  }

  void add_surroundings(PickleValue dict, PickleValue inner, Checkpoint& checkpoint) {
    for (std::size_t i = 0; i < dict.size(); ++i) {
      if (dict.value(i).id() == inner.id()) continue;
      add_beside(key_text(dict.key(i), source_), dict.value(i), checkpoint);
    }
  }

  void add_state_dict(PickleValue dict, Checkpoint& checkpoint) {
    for (std::size_t i = 0; i < dict.size(); ++i) {
      const PickleValue value = dict.value(i);
      const std::string name = key_text(dict.key(i), source_);
      if (is_torch_tensor(value)) {
        add_tensor(name, value, checkpoint);
      } else if (is_other_tensor(value)) {
        throw NotSupported(str(source_, ": tensor '", printable(name), "' is no plain array (",
                               printable(value.text()),
                               "); dequantise or densify it in Python "
                               "first"));
      } else {
        add_beside(name, value, checkpoint);
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
