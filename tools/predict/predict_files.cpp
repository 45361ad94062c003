#include "tools/predict/predict_files.h"

#include "engine/error.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

// Arrays as they are named, before the images.
std::vector<fs::path> arrays_and_images(const std::vector<std::string>& given,
                                        const data::Warn& warn) {
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
    for (const auto& path : data::list_images(images, /*recursive=*/false, warn))
      files.emplace_back(path);
  }
  return files;
}

}  // namespace

std::vector<PredictJob> predict_jobs(const std::vector<std::string>& inputs,
                                     const data::Warn& warn) {
  std::vector<PredictJob> jobs;
  for (const fs::path& file : arrays_and_images(inputs, warn)) {
    jobs.push_back({file, file.stem().string()});
  }
  return jobs;
}

ModalityFiles::ModalityFiles(const std::vector<std::string>& given, const data::Warn& warn) {
  for (const fs::path& file : arrays_and_images(given, warn)) {
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
