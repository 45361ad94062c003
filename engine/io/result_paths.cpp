#include "engine/io/result_paths.h"

#include <algorithm>
#include <system_error>

#include "engine/io/atomic_file.h"

namespace salix::io {
namespace fs = std::filesystem;

fs::path ResultPaths::real_folder(const fs::path& folder) const {
  const auto known = real_folders_.find(folder);
  if (known != real_folders_.end()) return known->second;
  std::error_code error;
  fs::path real = fs::weakly_canonical(fs::absolute(folder), error);
  if (error) real = fs::absolute(folder).lexically_normal();
  return real_folders_.emplace(folder, std::move(real)).first->second;
}

fs::path ResultPaths::identity(const fs::path& file) const {
  std::error_code error;
  const fs::path normal = fs::absolute(file).lexically_normal();
  if (fs::is_symlink(normal, error)) {
    fs::path target = fs::weakly_canonical(normal, error);
    if (!error) return target;
  }
  return real_folder(normal.parent_path()) / normal.filename();
}

void ResultPaths::input(const fs::path& file) { inputs_.emplace(identity(file), file); }

bool ResultPaths::has_result(const fs::path& file) const {
  return results_.contains(identity(file));
}

bool ResultPaths::is_free(const fs::path& file) const {
  return !has_result(file) && !inputs_.contains(identity(file));
}

void ResultPaths::add(const fs::path& file, const std::string& source) {
  const fs::path place = identity(file);
  const auto input = inputs_.find(place);
  SALIX_CHECK(input == inputs_.end(), command_, ": the result '", file.string(), "' of ", source,
              " would replace '", input->second.string(),
              "', which is read; choose another place for the results");
  const auto [other, is_new] = results_.emplace(place, Result{file, source});
  SALIX_CHECK(is_new, command_, ": the results of ", other->second.source, " and ", source,
              " would both be '", file.string(), "'; rename one, or work on them separately");
}

void ResultPaths::add_replaced_folder(const fs::path& folder, const std::string& source) {
  const fs::path place = real_folder(folder);
  const auto [other, is_new] = folders_.emplace(place, source);
  SALIX_CHECK(is_new, command_, ": the results of ", other->second, " and ", source,
              " would both be the folder '", folder.string(), "'; give the sets different names");
  for (const auto& [input, given] : inputs_) {
    const fs::path below = input.lexically_relative(place);
    SALIX_CHECK(below.empty() || *below.begin() == "..", command_, ": the folder '",
                folder.string(), "' is replaced by results, but '", given.string(),
                "' in it is read; choose another place for the results");
  }
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const bool ours = entry->is_directory() || entry->path().extension() == ".png";
    SALIX_CHECK(ours, command_, ": the folder '", folder.string(),
                "' is replaced by results, but '", entry->path().string(),
                "' in it is none; choose another place for the results, or move that file");
  }
}

void ResultPaths::prepare() const {
  std::map<fs::path, const Result*> folders;
  for (const auto& [place, result] : results_) {
    std::error_code error;
    if (fs::is_directory(place, error)) {
      throw IoError(str(command_, ": the result '", result.path.string(), "' of ", result.source,
                        " cannot be written: a folder has its place"));
    }
    folders.emplace(place.parent_path(), &result);
  }
  const auto make = [&](const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
      throw IoError(str(command_, ": the folder '", folder.string(),
                        "' for results cannot be made: ", error.message()));
    }
  };
  for (const auto& [folder, first] : folders) {
    make(folder);
    const AtomicFile trial(first->path);
  }
  for (const auto& [folder, source] : folders_) {
    make(folder.parent_path());
    const AtomicFile trial(folder.parent_path() / (folder.filename().string() + ".trial"));
  }
}

void check_result(const std::string& command, const fs::path& result,
                  std::span<const fs::path> inputs) {
  ResultPaths results(command);
  for (const fs::path& input : inputs) results.input(input);
  std::string sources;
  for (const fs::path& input : inputs) {
    sources += str(sources.empty() ? "'" : ", '", input.string(), "'");
  }
  results.add(result, inputs.empty() ? "this command" : sources);
  const AtomicFile trial(result);  // says what is wrong, and leaves nothing behind
}

}  // namespace salix::io
