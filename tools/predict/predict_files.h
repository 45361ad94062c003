// The files that `salix predict` is given, and the second modality's file of each.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "data/sets/file_list.h"

namespace salix::cli {

struct PredictJob {
  std::filesystem::path input;
  std::string name;  // of the results, without extension
  bool is_array() const { return input.extension() == ".npy"; }
};

// .npy batches first, then images, and those of folders, called by their files' names. What folders
// hold that is not read is told to `warn`. IoError for what is not there.
std::vector<PredictJob> predict_jobs(const std::vector<std::string>& inputs,
                                     const data::Warn& warn = {});

class ModalityFiles {
 public:
  ModalityFiles() = default;
  // Files, and folders whose images are all taken. IoError when one is not there; InvalidInput
  // for two of one name. `warn` as above.
  explicit ModalityFiles(const std::vector<std::string>& given, const data::Warn& warn = {});

  // The one called like `input`, whatever the extensions; or the only one there is, when there is
  // one input too. InvalidInput that names what is missing.
  std::filesystem::path of(const std::filesystem::path& input, std::size_t inputs) const;
  // By name without extension.
  const std::map<std::string, std::filesystem::path>& all() const { return by_name_; }

 private:
  std::map<std::string, std::filesystem::path> by_name_;  // without extension
};

}  // namespace salix::cli
