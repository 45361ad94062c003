#include "train/run_folder/checkpoint_folder.h"

#include <charconv>
#include <cstdio>
#include <map>

#include "engine/io/atomic_file.h"
#include "engine/io/file.h"

namespace salix {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPrefix = "step_", kSuffix = ".safetensors";

std::string file_name(std::int64_t step) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%06lld", static_cast<long long>(step));
  return str(kPrefix, digits, kSuffix);
}

std::optional<std::int64_t> step_of(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return {};
  name = name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
  if (error != std::errc() || end != name.data() + name.size()) return {};
  return step;
}

// By number: after a million steps the names no longer sort as text.
std::map<std::int64_t, fs::path, std::greater<>> newest_first(const fs::path& folder) {
  std::map<std::int64_t, fs::path, std::greater<>> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const auto step = step_of(entry.path().filename().string());
    if (step) files[*step] = entry.path();
  }
  return files;
}

}  // namespace

CheckpointFolder::CheckpointFolder(fs::path folder, int keep)
    : folder_(std::move(folder)), keep_(keep) {
  SALIX_CHECK(keep >= 1, "--keep: at least 1 checkpoint must stay; got ", keep);
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) {
    throw IoError(str(folder_.string(), ": the folder cannot be made: ", error.message()));
  }
}

fs::path CheckpointFolder::save(const Exec& exec, const std::vector<StatePart*>& parts,
                                const TrainingPosition& position, const RunIdentity& identity) {
  const std::string name = file_name(position.step);
  save_checkpoint(folder_ / name, exec, parts, position, identity);
  io::write_file_atomically(folder_ / "latest", io::bytes_of(name + "\n"));
  prune(position.step);
  return folder_ / name;
}

std::vector<fs::path> CheckpointFolder::candidates() const {
  const auto files = newest_first(folder_);
  auto first = files.begin();
  if (fs::is_regular_file(folder_ / "latest")) {
    // A newer file than `latest` names was not complete, or is of a future that was given up.
    std::string name = io::read_text_file(folder_ / "latest");
    if (name.ends_with('\n')) name.pop_back();
    if (const auto step = step_of(name)) first = files.lower_bound(*step);
  }
  std::vector<fs::path> paths;
  for (; first != files.end(); ++first) paths.push_back(first->second);
  return paths;
}

std::optional<TrainingPosition> CheckpointFolder::resume(
    Exec& exec, const std::vector<StatePart*>& parts, const RunIdentity& identity,
    const std::function<void(const std::string&)>& warn) {
  const std::vector<fs::path> paths = candidates();
  for (const fs::path& path : paths) {
    try {
      return load_checkpoint(path, exec, parts, identity);
    } catch (const IoError& error) {
      warn(str("warning: ", error.what(), "; trying the checkpoint before it"));
    }
  }
  if (!paths.empty()) {
    throw IoError(str(folder_.string(), ": none of its ", paths.size(),
                      " checkpoints can be read; start a new run"));
  }
  return {};
}

void CheckpointFolder::prune(std::int64_t newest_step) const {
  int kept = 0;
  for (const auto& [step, path] : newest_first(folder_)) {
    if (step <= newest_step && kept++ < keep_) continue;
    std::error_code ignored;  // one file too many is no reason to stop a run
    fs::remove(path, ignored);
  }
}

}  // namespace salix
