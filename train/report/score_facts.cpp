#include "train/report/score_facts.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/error.h"
#include "train/report/image_scores_csv.h"
#include "train/report/run_facts.h"

namespace salix::report {
namespace fs = std::filesystem;

namespace {

std::vector<double> numbers(const Json& array) {
  std::vector<double> values;
  for (const Json& value : array) values.push_back(number_of(value).value_or(std::nan("")));
  return values;
}

SetScores set_scores(const Json& set) {
  SetScores one;
  one.name = text_of(set, "name");
  one.images = integer_of(set, "images");
  const auto scores = set.find("scores");
  one.values = score_values(scores != set.end() ? *scores : Json::object());
  for (const Json& question : array_of(set, "questions"))
    if (question.is_object()) one.questions.push_back(text_of(question, "text"));
  const auto curve = set.find("curve");
  if (curve == set.end()) return one;
  one.precision = numbers(array_of(*curve, "precision"));
  one.recall = numbers(array_of(*curve, "recall"));
  one.f = numbers(array_of(*curve, "f"));
  const std::size_t points = one.f.size();
  if (one.precision.size() != points || one.recall.size() != points)
    one.precision = one.recall = one.f = {};
  return one;
}

// Absolute, or relative to the file that names it; "" when there is no such file.
fs::path picture(const Json& sample, const char* what, const fs::path& base) {
  const std::string name = text_of(sample, what);
  const fs::path path = name.empty() ? fs::path() : base / name;
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) ? path : fs::path();
}

Sample sample_of(const Json& entry, const fs::path& maps, const fs::path& base) {
  Sample sample{.name = text_of(entry, "name"),
                .values = {},
                .image = picture(entry, "image", base),
                .modality = picture(entry, "modality", base),
                .pseudo_label = picture(entry, "pseudo_label", base),
                .map = picture(entry, "map", base),
                .mask = picture(entry, "mask", base)};
  std::error_code ignored;
  if (const fs::path saved = maps / (sample.name + ".png");
      sample.map.empty() && !maps.empty() && fs::is_regular_file(saved, ignored))
    sample.map = saved;
  return sample;
}

SetSamples set_samples(const Json& set, const fs::path& base, const ImageScoresOfSets& scores,
                       Notes& notes) {
  SetSamples all{.name = text_of(set, "name"), .samples = {}};
  const auto scored = scores.find(all.name);
  const std::string maps = text_of(set, "maps");
  std::size_t left_out = 0;
  for (const Json& entry : array_of(set, "samples")) {
    Sample sample = sample_of(entry, maps.empty() ? fs::path() : base / maps, base);
    const bool known = scored != scores.end() && scored->second.contains(sample.name);
    if (!known || (sample.image.empty() && sample.map.empty())) {
      ++left_out;
      continue;
    }
    sample.values = scored->second.at(sample.name);
    all.samples.push_back(std::move(sample));
  }
  if (left_out > 0) {
    notes.push_back(str("samples.json: ", left_out, " of ", left_out + all.samples.size(),
                        " images of ", all.name,
                        " have no scores in images.csv or no picture, and are not shown."));
  }
  return all;
}

}  // namespace

Evaluation read_evaluation(const fs::path& folder, Notes& notes) {
  Evaluation evaluation;
  if (const auto file = read_object(folder / "scores.json", notes))
    for (const Json& set : array_of(*file, "sets"))
      if (set.is_object()) evaluation.sets.push_back(set_scores(set));
  const auto file = read_object(folder / "samples.json", notes);
  if (!file) return evaluation;
  const ImageScoresOfSets scores = read_image_scores(folder / "images.csv", notes);
  for (const Json& set : array_of(*file, "sets")) {
    SetSamples samples = set_samples(set, folder, scores, notes);
    if (!samples.samples.empty()) evaluation.samples.push_back(std::move(samples));
  }
  return evaluation;
}

std::vector<Evaluation> read_evaluations(const fs::path& folder, Notes& notes) {
  std::vector<fs::path> folders;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / "scores", ignored))
    if (entry.is_directory()) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  folders.insert(folders.begin(), folder / "scores");
  std::vector<Evaluation> evaluations;
  for (const fs::path& one : folders) {
    Notes of_one;
    Evaluation evaluation = read_evaluation(one, of_one);
    for (const std::string& note : of_one)
      notes.push_back((one.lexically_relative(folder) / note).string());
    if (evaluation.empty()) continue;
    if (one != folders.front()) evaluation.name = one.filename().string();
    evaluation.title = evaluation.name;
    evaluations.push_back(std::move(evaluation));
  }
  return evaluations;
}

}  // namespace salix::report
