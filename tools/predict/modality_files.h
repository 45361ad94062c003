// The second modality's file of each image, by its name.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace salix::cli {

class ModalityFiles {
 public:
  ModalityFiles() = default;
  // Files, and folders whose images are all taken. IoError when one is not there; InvalidInput
  // for two of one name.
  explicit ModalityFiles(const std::vector<std::string>& given);

  // The one called like `input`, whatever the extensions; or the only one there is, when there is
  // one input too. InvalidInput that names what is missing.
  std::filesystem::path of(const std::filesystem::path& input, std::size_t inputs) const;

 private:
  std::map<std::string, std::filesystem::path> by_name_;  // without extension
};

}  // namespace salix::cli
