// manifest.json: what made a run, enough to make it again.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "engine/exec.h"

namespace salix {

struct ManifestRequest {
  std::vector<std::string> command;  // argv
  // Name and hash of each list of data files, as "trset o" -> lines_hash(...).
  std::vector<std::pair<std::string, std::string>> dataset_hashes;
  std::filesystem::path initial_weights;  // hashed; empty: none
};

// The JSON text: version, commit, build, command, seed, device, determinism, libraries,
// hardware, hashes, time of the start. IoError when the weights cannot be read.
std::string manifest_json(const Exec& exec, const ManifestRequest& request);

// The manifest with one more entry in "resumed": when, from which step, by what.
std::string manifest_with_resume(const std::string& manifest, const ManifestRequest& request,
                                 std::int64_t step);

// "2026-11-26T11:20:17Z".
std::string utc_now();

// argv as a line for a shell: quoted where it must be.
std::string shell_line(const std::vector<std::string>& command);

}  // namespace salix
