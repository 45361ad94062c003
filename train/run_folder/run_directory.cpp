#include "train/run_folder/run_directory.h"

#include <nlohmann/json.hpp>

#include "engine/io/atomic_file.h"
#include "engine/io/file.h"
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
      config_hash_(hash_text(nlohmann::json::parse(config_json).dump())) {}

RunDirectory RunDirectory::create(const fs::path& folder, const std::string& config_json,
                                  const std::string& manifest_json) {
  RunDirectory run(folder, config_json);
  SALIX_CHECK(!fs::exists(run.config()) && !fs::exists(run.metrics()), "train: the folder '",
              folder.string(),
              "' holds a run already; continue it with --resume, or choose another folder");
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
