// What `salix scribble` does with its samples.
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "data/meaning/questions.h"
#include "tools/cli/progress.h"
#include "tools/commands.h"
#include "tools/scribble/scribble_sets.h"

namespace salix::cli {

// Draws the strokes, regions and contours of all sets, some pictures at a time, and writes the
// lists. A sample that cannot be read, or whose files differ in size, is named and left out of the
// list.
class ScribbleRun {
 public:
  ScribbleRun(const ScribbleRequest& request, const Output& output);
  // Errors    WorkFailed when samples failed; the others are done.
  void run();

 private:
  struct Done {
    bool ok = false, has_foreground = false, has_background = false;
    std::int64_t foreground = 0, background = 0, pixels = 0;
  };
  struct Place {
    std::size_t set, job;
  };

  Done draw(const ScribbleJob& job);
  void work(Place place, Progress& progress);
  void write_lists();
  void warn_of_missing(const char* what, bool Done::*part) const;
  void report() const;

  const ScribbleRequest& request_;
  Output output_;
  std::vector<ScribbleSet> sets_;
  std::vector<std::vector<Done>> done_;  // like the jobs of sets_
  data::Questions questions_;
  std::mutex mutex_;  // of `failed_` and the progress, while threads run
  std::set<std::string> failed_;
};

}  // namespace salix::cli
