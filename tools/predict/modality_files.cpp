#include "tools/predict/modality_files.h"

#include "data/sets/file_list.h"
#include "engine/error.h"

namespace salix::cli {

namespace fs = std::filesystem;

ModalityFiles::ModalityFiles(const std::vector<std::string>& given) {
  std::vector<fs::path> files;
  std::vector<std::string> images;
  for (const std::string& path : given) {
    if (fs::path(path).extension() == ".npy") {
      files.emplace_back(path);
    } else {
      images.push_back(path);
    }
  }
  if (!images.empty()) {
    for (const auto& path : data::list_images(images)) files.emplace_back(path);
  }
  for (const fs::path& file : files) {
    const auto [entry, added] = by_name_.emplace(file.stem().string(), file);
    SALIX_CHECK(added, "--modality: ", entry->second.string(), " and ", file.string(),
                " have one name; give the folder of one set at a time");
  }
}

fs::path ModalityFiles::of(const fs::path& input, std::size_t inputs) const {
  if (inputs == 1 && by_name_.size() == 1) return by_name_.begin()->second;
  const auto found = by_name_.find(input.stem().string());
  SALIX_CHECK(found != by_name_.end(), input.string(), ": no --modality image is called '",
              input.stem().string(), "', with any extension");
  return found->second;
}

}  // namespace salix::cli
