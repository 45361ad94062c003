#include "train/session/start_words.h"

#include "engine/error.h"

namespace salix {
namespace {

namespace fs = std::filesystem;

// The folder below which a file has the sample's name.
std::string folder_of(const fs::path& file, const std::string& name) {
  fs::path folder = file.parent_path();
  for (const char letter : name)
    if (letter == '/') folder = folder.parent_path();
  return folder.string();
}

std::string words_of(const std::vector<data::SampleFiles>& samples, std::size_t begin,
                     std::size_t end) {
  const data::SampleFiles& first = samples[begin];
  const std::size_t count = end - begin;
  std::string text =
      str(data::letter_of(first.task), "_", first.set, ": ", count,
          count == 1 ? " picture" : " pictures", " from ", folder_of(first.image, first.name));
  if (!first.mask.empty()) text += ", masks from " + folder_of(first.mask, first.name);
  if (!first.modality.empty()) text += ", with " + folder_of(first.modality, first.name);
  return text;
}

}  // namespace

std::string weights_words(const std::string& file, const WeightsSummary& summary) {
  const std::size_t tensors = summary.report.loaded.size();
  return str("weights: ", file, " (", summary.format,
             summary.epoch.empty() ? "" : ", epoch " + summary.epoch,
             "): ", summary.whole_network ? "the whole network, " : "an encoder, ", tensors,
             " tensors");
}

std::vector<std::string> set_words(const std::vector<data::SampleFiles>& samples) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < samples.size();) {
    std::size_t end = begin;
    while (end < samples.size() && samples[end].set == samples[begin].set &&
           samples[end].task == samples[begin].task) {
      ++end;
    }
    lines.push_back(words_of(samples, begin, end));
    begin = end;
  }
  return lines;
}

}  // namespace salix
