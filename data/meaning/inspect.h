// A look at the files of a training before it begins: days later is too late.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/meaning/questions.h"
#include "data/sets/dataset.h"

namespace salix::data {

struct InspectedSet {
  std::string name;  // "c_DUTS-TR"
  std::size_t looked_at = 0, samples = 0;
  std::vector<Question> questions;

  // "c_DUTS-TR (64 of 10553 looked at): 64 of 64 masks ...".
  std::vector<std::string> sentences() const;
};

// Looks at `limit` samples of each set, evenly spaced, or at all of a smaller one: photographs
// (their headers), modalities, and masks that people drew. `fixed_threshold`: who reads the masks
// takes what is above 128. A file that cannot be read is passed over: who reads it says so.
std::vector<InspectedSet> inspect(std::span<const SampleFiles> samples, bool fixed_threshold,
                                  std::size_t limit = 64);

}  // namespace salix::data
