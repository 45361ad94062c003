// The files that a run will write, planned before the first is computed: none replaces a file that
// the run reads, no two share a path, and all of them can be written.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>

namespace salix::io {

// Paths are compared as the files they name: through links, "..", and folders yet to be made.
// Use: input() for all that is read, add() for every result, prepare().
class ResultPaths {
 public:
  // `command`: who asks, for the sentences: "predict".
  explicit ResultPaths(std::string command) : command_(std::move(command)) {}

  void input(const std::filesystem::path& file);

  // Whether another result lies there.
  bool has_result(const std::filesystem::path& file) const;
  // Whether a result may lie there: neither an input nor the place of another result.
  bool is_free(const std::filesystem::path& file) const;

  // A result, made of `source` (an input, or a word for several).
  // Errors    InvalidInput that names both, when the path is an input or another's result.
  void add(const std::filesystem::path& file, const std::string& source);

  // A folder whose whole content is replaced by pictures made of `source`.
  // Errors    InvalidInput when another result has the place, when the folder holds an input, or
  //           anything but .png files: what it holds was not made by an earlier run then.
  void add_replaced_folder(const std::filesystem::path& folder, const std::string& source);

  // Makes the folders of all results, and tries to write in each.
  // Errors    IoError that names the folder, or the result whose place a folder has.
  void prepare() const;

 private:
  struct Result {
    std::filesystem::path path;
    std::string source;
  };
  std::filesystem::path identity(const std::filesystem::path& file) const;
  std::filesystem::path real_folder(const std::filesystem::path& folder) const;

  std::string command_;
  std::map<std::filesystem::path, std::filesystem::path> inputs_;  // by identity
  std::map<std::filesystem::path, Result> results_;                // likewise
  std::map<std::filesystem::path, std::string> folders_;           // replaced ones, their sources
  // Thousands of files share a folder, and resolving one asks the system for each of its parts.
  mutable std::map<std::filesystem::path, std::filesystem::path> real_folders_;
};

// Checks the one file that a command writes: it replaces none of `inputs`, its folder is there and
// can be written to. Errors as above.
void check_result(const std::string& command, const std::filesystem::path& result,
                  std::span<const std::filesystem::path> inputs);
inline void check_result(const std::string& command, const std::filesystem::path& result,
                         const std::filesystem::path& input) {
  check_result(command, result, std::span(&input, 1));
}

}  // namespace salix::io
