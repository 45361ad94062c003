// The folder of one training run: config.json, manifest.json, data.xxh64, metrics.jsonl,
// events.out.tfevents.*, audit.jsonl (when traced), checkpoints/.
#pragma once

#include <filesystem>
#include <string>

#include "train/run_folder/manifest.h"

namespace salix {

class RunDirectory {
 public:
  // A new run. `config_json`: an object with every option that changes the numbers, and no
  // other. InvalidInput when the folder holds a run already; IoError when it cannot be written.
  static RunDirectory create(const std::filesystem::path& folder, const std::string& config_json,
                             const std::string& manifest_json);
  // Throws what create() would of the folder, and writes nothing.
  static void check_new(const std::filesystem::path& folder);
  // A run to be continued. InvalidInput when there is none, or when its configuration is not
  // `config_json`: the options that differ are named.
  static RunDirectory resume(const std::filesystem::path& folder, const std::string& config_json);

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path config() const { return folder_ / "config.json"; }
  std::filesystem::path manifest() const { return folder_ / "manifest.json"; }
  std::filesystem::path metrics() const { return folder_ / "metrics.jsonl"; }
  std::filesystem::path audit() const { return folder_ / "audit.jsonl"; }
  std::filesystem::path contents() const { return folder_ / "data.xxh64"; }
  std::filesystem::path checkpoints() const { return folder_ / "checkpoints"; }

  // Adds to manifest.json that the run goes on from `step`.
  void note_resume(const ManifestRequest& request, std::int64_t step) const;

  // Of the configuration, whatever the order of its names: RunIdentity::config_hash.
  const std::string& config_hash() const { return config_hash_; }

 private:
  RunDirectory(std::filesystem::path folder, const std::string& config_json);

  std::filesystem::path folder_;
  std::string config_hash_;
};

}  // namespace salix
