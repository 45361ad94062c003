// What a prediction leaves behind: files, the contact sheet, and a report of what failed.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "data/drawing/compose.h"
#include "data/meaning/questions.h"
#include "tools/cli/progress.h"
#include "tools/commands.h"
#include "tools/predict/predict_request.h"
#include "train/loop/stop_signal.h"

namespace salix::cli {

// One job's end is told here, in the order of the jobs; sheet_wanted() may be asked on any thread.
// SIGINT and SIGTERM are noticed as a job ends: PassStopped.
class PredictResults {
 public:
  PredictResults(const PredictRequest& request, const Output& output, std::size_t jobs);

  // Whether an entry still has a chance to come onto the sheet.
  bool sheet_wanted() const { return sheet_room_ > 0; }
  // `entry`: nullptr for none.
  void written(data::SheetEntry* entry);
  // A bad file is named and skipped; the others go on.
  void failed(const std::string& input, const std::string& sentence);

  // The contact sheet, questions about the files, the counts. Errors    Interrupted after a signal,
  // WorkFailed when inputs failed.
  void finish(ProfileSession& profile, const std::vector<data::Question>& questions);

 private:
  void write_sheet();
  void check_signal() const;

  const PredictRequest& request_;
  const Output& output_;
  const std::size_t jobs_;
  std::unique_ptr<Progress> progress_;
  std::atomic<int> sheet_room_;
  std::vector<data::SheetEntry> sheet_;
  std::vector<std::string> failed_;
  std::size_t written_ = 0;
  StopSignal signal_;
};

}  // namespace salix::cli
