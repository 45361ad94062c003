#include "tools/cli/folder_list.h"

#include <map>

#include "engine/error.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

using NamedFiles = std::map<std::string, fs::path>;  // by name without extension

NamedFiles by_name(const char* what, const std::vector<std::string>& given,
                   const data::Warn& warn) {
  NamedFiles files;
  if (given.empty()) return files;
  for (const fs::path& file : data::list_images(given, /*recursive=*/false, warn)) {
    const auto [entry, is_new] = files.emplace(file.stem().string(), file);
    SALIX_CHECK(is_new, what, ": ", entry->second.string(), " and ", file.string(),
                " have one name; give the folder of one set at a time");
  }
  return files;
}

// Sets `part` of every sample, if `files` has any.
void attach(const NamedFiles& files, const char* option, fs::path data::SampleFiles::*part,
            std::vector<data::SampleFiles>& samples) {
  if (files.empty()) return;
  if (samples.size() == 1 && files.size() == 1) {
    samples.front().*part = files.begin()->second;
    return;
  }
  std::size_t missing = 0;
  std::string first;
  for (data::SampleFiles& sample : samples) {
    const auto found = files.find(sample.name);
    if (found != files.end()) {
      sample.*part = found->second;
    } else if (missing++ == 0) {
      first = sample.image.string();
    }
  }
  SALIX_CHECK(missing == 0, missing, " of ", samples.size(), " images have no file in ", option,
              ": for '", first, "' it must be called '", fs::path(first).stem().string(),
              "', with any extension");
}

std::string name_of(const std::vector<std::string>& images) {
  for (const std::string& given : images) {
    const fs::path folder = fs::absolute(fs::path(given) / "").lexically_normal().parent_path();
    if (fs::is_directory(given) && folder.has_filename()) return folder.filename().string();
  }
  return "images";
}

}  // namespace

data::SampleList list_of_folders(const FolderFiles& files, const data::Warn& warn) {
  const std::string set = name_of(files.images);
  data::SampleList list{.name = "d_" + set, .task = data::Task::kDepth, .samples = {}};
  for (const auto& [name, image] : by_name("images", files.images, warn)) {
    data::SampleFiles& sample = list.samples.emplace_back();
    sample.task = list.task;
    sample.set = set;
    sample.name = name;
    sample.image = image;
  }
  attach(by_name("--masks", files.masks, warn), "--masks", &data::SampleFiles::mask, list.samples);
  attach(by_name("--modality", files.modality, warn), "--modality", &data::SampleFiles::modality,
         list.samples);
  return list;
}

}  // namespace salix::cli
