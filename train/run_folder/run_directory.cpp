#include "train/run_folder/run_directory.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "engine/io/atomic_file.h"
#include "engine/io/file.h"
#include "engine/io/json_text.h"
#include "train/run_folder/hash.h"
#include "train/run_folder/json_difference.h"

namespace salix {
namespace fs = std::filesystem;

namespace {

void write_text(const fs::path& path, const std::string& text) {
  io::write_file_atomically(path, io::bytes_of(text));
}

}  // namespace

RunDirectory::RunDirectory(fs::path folder, const std::string& config_json)
    : folder_(std::move(folder)),
      // Parsed and printed: names in sorted order, no spaces.
      config_hash_(hash_text(io::json_text(nlohmann::json::parse(config_json), -1))) {}

void RunDirectory::check_new(const fs::path& folder) {
  const RunDirectory run(folder, "{}");
  SALIX_CHECK(!fs::exists(run.config()) && !fs::exists(run.metrics()), "train: the folder '",
              folder.string(),
              "' holds a run already; continue it with --resume, or choose another folder");
  // The nearest folder that is there must let others be made in it.
  fs::path nearest = fs::absolute(folder);
  while (!fs::exists(nearest) && nearest.has_relative_path()) nearest = nearest.parent_path();
  if (!fs::is_directory(nearest) || ::access(nearest.c_str(), W_OK) != 0) {
    throw IoError(str(folder.string(), ": the run's folder cannot be made: '", nearest.string(),
                      fs::is_directory(nearest) ? "' may not be written" : "' is no folder"));
  }
}

RunDirectory RunDirectory::create(const fs::path& folder, const std::string& config_json,
                                  const std::string& manifest_json) {
  RunDirectory run(folder, config_json);
  check_new(folder);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw IoError(str(folder.string(), ": the run's folder cannot be made: ", error.message()));
  }
  // The configuration last: a folder that has one is a whole run.
  write_text(run.manifest(), manifest_json);
  write_text(run.config(), config_json);
  return run;
}

RunDirectory RunDirectory::resume(const fs::path& folder, const std::string& config_json) {
  RunDirectory run(folder, config_json);
  SALIX_CHECK(fs::exists(run.config()), "train: --resume needs a run, a folder with config.json; '",
              folder.string(), "' has none");
  const auto differences = json_differences(io::read_text_file(run.config()), run.config().string(),
                                            config_json, "the new options");
  std::string list;
  for (const JsonDifference& row : differences) {
    list += str(list.empty() ? "" : ", ", row.name, " was ", row.a, " and is now ", row.b);
  }
  SALIX_CHECK(differences.empty(), "train: a resumed run must keep its options (",
              run.config().string(), "); ", list);
  return run;
}

void RunDirectory::note_resume(const ManifestRequest& request, std::int64_t step) const {
  const std::string before = io::read_text_file(manifest());
  write_text(manifest(), manifest_with_resume(before, request, step));
}

}  // namespace salix
