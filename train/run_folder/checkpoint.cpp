#include "train/run_folder/checkpoint.h"

#include <charconv>

#include "engine/io/safetensors.h"
#include "engine/version.h"
#include "train/run_folder/hash.h"

namespace salix {
namespace {

constexpr const char* kFormat = "salix checkpoint 1";

// Over names and bytes, so that a flipped bit or a swapped tensor shows.
std::string content_hash(const io::NamedArrays& arrays) {
  Hasher hasher;
  for (const io::NamedArray& named : arrays) {
    hasher.add(named.name);
    hasher.add(io::ByteSpan(named.array.data));
  }
  return hex_of(hasher.digest());
}

// The metadata of one file, by name.
class Facts {
 public:
  Facts(const io::Metadata& metadata, std::string file)
      : metadata_(metadata), file_(std::move(file)) {}

  const std::string& text(const std::string& name) const {
    for (const auto& [key, value] : metadata_) {
      if (key == name) return value;
    }
    throw IoError(str(file_, ": a checkpoint must have the metadata '", name,
                      "'; it is missing (is this a weight file?)"));
  }

  template <typename T>
  T number(const std::string& name) const {
    const std::string& value = text(name);
    T result{};
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
    if (error != std::errc() || end != value.data() + value.size()) {
      throw IoError(str(file_, ": the metadata '", name, "' must be a number; got '", value, "'"));
    }
    return result;
  }

 private:
  const io::Metadata& metadata_;
  std::string file_;
};

void check_same_run(const std::string& file, const Facts& facts, const Exec& exec,
                    const RunIdentity& identity) {
  SALIX_CHECK(facts.text("config_hash") == identity.config_hash, "resume: ", file,
              " was written under another configuration (hash ", facts.text("config_hash"),
              "; now ", identity.config_hash,
              "); use the options in the run's config.json, or start a new run");
  SALIX_CHECK(facts.text("dataset_hash") == identity.dataset_hash, "resume: ", file,
              " was trained on another list of files (hash ", facts.text("dataset_hash"), "; now ",
              identity.dataset_hash, "); restore the data folder, or start a new run");
  SALIX_CHECK(facts.number<std::uint64_t>("seed") == exec.options().seed, "resume: ", file,
              " was trained with --seed ", facts.text("seed"), "; got ", exec.options().seed);
}

// The arrays of each part, without its prefix; the part with the longest prefix that fits counts.
std::vector<io::NamedArrays> split(const io::NamedArrays& arrays,
                                   const std::vector<StatePart*>& parts) {
  std::vector<io::NamedArrays> split(parts.size());
  for (const io::NamedArray& named : arrays) {
    std::size_t owner = parts.size(), length = 0;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      const std::string prefix = parts[p]->prefix();
      if (!named.name.starts_with(prefix)) continue;
      if (owner != parts.size() && prefix.size() < length) continue;
      owner = p, length = prefix.size();
    }
    SALIX_CHECK(owner != parts.size(), "the checkpoint holds '", named.name,
                "', which belongs to no part of this run");
    split[owner].add(named.name.substr(length), named.array);
  }
  return split;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const Exec& exec,
                     const std::vector<StatePart*>& parts, const TrainingPosition& position,
                     const RunIdentity& identity) {
  io::NamedArrays arrays;
  for (const StatePart* part : parts) {
    for (const io::NamedArray& named : part->save()) {
      arrays.add(part->prefix() + named.name, named.array);
    }
  }
  io::write_safetensors(path, arrays,
                        {{"format", kFormat},
                         {"version", kVersion},
                         {"epoch", std::to_string(position.epoch)},
                         {"iteration", std::to_string(position.iteration)},
                         {"step", std::to_string(position.step)},
                         {"random_step", std::to_string(exec.random_step())},
                         {"seed", std::to_string(exec.options().seed)},
                         {"config_hash", identity.config_hash},
                         {"dataset_hash", identity.dataset_hash},
                         {"content_hash", content_hash(arrays)}});
}

TrainingPosition load_checkpoint(const std::filesystem::path& path, Exec& exec,
                                 const std::vector<StatePart*>& parts,
                                 const RunIdentity& identity) {
  const io::Safetensors file = io::read_safetensors(path);
  const Facts facts(file.metadata, path.string());
  if (facts.text("format") != kFormat) {
    throw IoError(
        str(path.string(), ": must be a '", kFormat, "'; got '", facts.text("format"), "'"));
  }
  if (facts.text("content_hash") != content_hash(file.tensors)) {
    throw IoError(path.string() + ": the tensors do not match the file's checksum; it is damaged");
  }
  check_same_run(path.string(), facts, exec, identity);
  const TrainingPosition position{facts.number<std::int64_t>("epoch"),
                                  facts.number<std::int64_t>("iteration"),
                                  facts.number<std::int64_t>("step")};
  const auto random_step = facts.number<std::uint32_t>("random_step");
  try {
    const std::vector<io::NamedArrays> arrays = split(file.tensors, parts);
    for (std::size_t p = 0; p < parts.size(); ++p) parts[p]->check(arrays[p]);
    for (std::size_t p = 0; p < parts.size(); ++p) parts[p]->load(arrays[p]);
  } catch (const InvalidInput& error) {
    throw InvalidInput(str("resume: ", path.string(), ": ", error.what()));
  }
  exec.set_random_step(random_step);
  return position;
}

}  // namespace salix
