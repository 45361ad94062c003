// Initial weights of large networks, drawn once per test program.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "tests/tools/salix_run.h"

namespace salix::testing {

// The path of a file that is removed at the end of the program.
inline std::string initial_weights(const std::string& network) {
  struct File {
    explicit File(const std::string& name)
        : path(std::filesystem::temp_directory_path() /
               ("salix_" + name + "_" + std::to_string(::getpid()) + ".safetensors")) {
      salix_run({"weights", "init", name, path.string()});
    }
    ~File() {
      std::error_code ignored;
      std::filesystem::remove(path, ignored);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    std::filesystem::path path;
  };
  static std::map<std::string, std::unique_ptr<File>> files;
  std::unique_ptr<File>& file = files[network];
  if (!file) file = std::make_unique<File>(network);
  return file->path.string();
}

}  // namespace salix::testing
