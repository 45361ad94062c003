// The sections of a report. Each is without content when the run has nothing of its kind.
#pragma once

#include <vector>

#include "train/report/blocks.h"
#include "train/report/report_facts.h"

namespace salix::report {

// What was run, in a few numbers; of a pipeline also its steps.
Html overview(const ReportFacts& facts);

// Losses, learning rates and scores over the epochs, then speed and memory.
Html training_curves(const RunFacts& run);
Html epoch_scores(const RunFacts& run);
Html speed(const RunFacts& run);

// The first and the last of every kind of picture in the run's pictures/ (Loss::pictures).
Html logged_pictures(const RunFacts& run, Notes& notes);

// The table of all evaluations, set by set, and their curves.
Html score_table(const std::vector<Evaluation>& evaluations);
// What the scored files may mean instead.
Html score_questions(const std::vector<Evaluation>& evaluations);
Html score_curves(const std::vector<Evaluation>& evaluations);

// The best, median and worst images of each set, `count` of each, ranked by the last evaluation
// that has the set; maps of earlier ones stand beside. Pictures that cannot be read are noted.
struct PictureLimits {
  int count;
  std::size_t most_bytes;  // of the section; thumbnails shrink until they fit, down to 84 pixels
};
Html sample_pictures(const std::vector<Evaluation>& evaluations, const PictureLimits& limits,
                     Notes& notes);

// Where the numbers come from: command, commit, machine; all options folded.
Html provenance(const RunFacts& run);

}  // namespace salix::report
