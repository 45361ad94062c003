#include "train/inference/list_results.h"

#include <algorithm>
#include <set>

#include "engine/error.h"

namespace salix {
namespace {

namespace fs = std::filesystem;

void add_files(io::ResultPaths& paths, const data::SampleFiles& sample) {
  paths.input(sample.image);
  if (!sample.mask.empty()) paths.input(sample.mask);
  if (!sample.modality.empty()) paths.input(sample.modality);
}

// images/bear/00001.jpg of the sample bear/00001 -> images/.
fs::path image_folder(const data::SampleFiles& sample) {
  const std::string path = sample.image.string();
  const std::size_t ending = sample.name.size() + sample.image.extension().string().size();
  return path.substr(0, path.size() - std::min(path.size(), ending));
}

}  // namespace

void add_inputs(io::ResultPaths& paths, const data::SampleList& list) {
  for (const data::SampleFiles& sample : list.samples) add_files(paths, sample);
}

void add_results(io::ResultPaths& paths, const data::SampleList& list, const fs::path& maps,
                 const fs::path& labels) {
  if (!labels.empty()) paths.add_replaced_folder(labels, list.name);
  if (maps.empty()) return;
  for (const data::SampleFiles& sample : list.samples) {
    paths.add(maps / (sample.name + ".png"), str("'", sample.image.string(), "'"));
  }
}

void check_label_folders(const std::vector<data::SampleFiles>& samples,
                         const data::DatasetOptions& options) {
  io::ResultPaths paths("train");
  for (const data::SampleFiles& sample : samples) add_files(paths, sample);
  std::set<fs::path> seen;
  for (const data::SampleFiles& sample : samples) {
    const fs::path images = image_folder(sample);
    if (!seen.insert(images).second) continue;
    paths.add_replaced_folder(data::pseudo_label_folder(sample.task, sample.set, options),
                              str("'", images.string(), "'"));
  }
  paths.prepare();
}

}  // namespace salix
