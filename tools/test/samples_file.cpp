#include "tools/test/samples_file.h"

#include <nlohmann/json.hpp>

#include "engine/io/atomic_file.h"
#include "engine/io/json_text.h"

namespace salix::cli {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

std::string full_path(const fs::path& path) {
  return path.empty() ? "" : fs::absolute(path).lexically_normal().string();
}

std::string in_folder(const fs::path& folder, const std::string& name) {
  return folder.empty() ? "" : full_path(folder / (name + ".png"));
}

}  // namespace

void write_samples(const fs::path& path, const std::vector<SavedSet>& sets) {
  Json file{{"sets", Json::array()}};
  for (const SavedSet& set : sets) {
    Json samples = Json::array();
    for (const data::SampleFiles& sample : set.list->samples) {
      samples.push_back({{"name", sample.name},
                         {"image", full_path(sample.image)},
                         {"mask", full_path(sample.mask)},
                         {"modality", full_path(sample.modality)},
                         {"pseudo_label", in_folder(set.labels, sample.name)},
                         {"map", in_folder(set.maps, sample.name)}});
    }
    file["sets"].push_back({{"name", set.list->name}, {"samples", samples}});
  }
  fs::create_directories(path.parent_path());
  const std::string text = io::json_text(file, 1) + "\n";
  io::write_file_atomically(path, io::bytes_of(text));
}

}  // namespace salix::cli
