#include "data/meaning/inspect.h"

#include <algorithm>
#include <map>

#include "data/meaning/read_meant.h"
#include "engine/error.h"

namespace salix::data {
namespace {

void look_at(const SampleFiles& sample, bool fixed_threshold, Questions& questions) {
  const Reading& reading = sample.reading;
  Image mask;
  if (sample.has_truth && !sample.mask.empty()) {
    mask = read_mask(sample.mask, reading, &questions);
    if (fixed_threshold) {
      question_fixed_threshold(mask, Role::kMask, sample.mask, questions);
    }
  }
  const DrawnOnIt drawn{Role::kMask, sample.mask, mask.height, mask.width};
  question_photograph(sample.image, reading, questions, mask.empty() ? nullptr : &drawn);
  if (!sample.modality.empty()) read_modality(sample.modality, reading, &questions);
}

}  // namespace

std::vector<std::string> InspectedSet::sentences() const {
  std::vector<std::string> all;
  const std::string part =
      looked_at == samples ? "" : str(" (", looked_at, " of ", samples, " looked at)");
  for (const Question& question : questions)
    all.push_back(str(name, part, ": ", question.sentence()));
  return all;
}

std::vector<InspectedSet> inspect(std::span<const SampleFiles> samples, bool fixed_threshold,
                                  std::size_t limit) {
  std::map<std::string, std::vector<const SampleFiles*>> sets;
  std::vector<std::string> names;  // in the order of the samples
  for (const SampleFiles& sample : samples) {
    const std::string name = str(letter_of(sample.task), '_', sample.set);
    if (sets[name].empty()) names.push_back(name);
    sets[name].push_back(&sample);
  }
  std::vector<InspectedSet> inspected;
  for (const std::string& name : names) {
    const std::vector<const SampleFiles*>& all = sets[name];
    const std::size_t count = std::min(limit, all.size());
    Questions questions;
    for (std::size_t k = 0; k < count; ++k) {
      try {
        look_at(*all[k * all.size() / count], fixed_threshold, questions);
      } catch (const Error&) {
        continue;
      }
    }
    inspected.push_back({name, count, all.size(), questions.all()});
  }
  return inspected;
}

}  // namespace salix::data
