// What is known of an iteration once it is done, and an iteration on its way there.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "train/loop/logged_picture.h"
#include "train/run_folder/loggers/metrics_log.h"

namespace salix {

struct StepSummary {
  double total = 0;                                   // the loss
  std::vector<std::pair<std::string, double>> terms;  // its weighted terms: "csd", "btm", ...
  std::vector<std::pair<std::string, double>> rates;  // learning rates: "encoder", "decoder"
  Metrics more;                                       // other facts worth a place in the log
  double gradient_norm = 0;                           // before clipping; only with clipping
  PictureMaker pictures = {};                         // Loss::pictures
};

class QueuedStep {
 public:
  explicit QueuedStep(std::function<StepSummary()> finish) : finish_(std::move(finish)) {}
  // Once: waits until the device has done it, not for what was queued after it.
  // Errors    NotFinite when the loss is not a finite number; weights, optimizer and running
  //           statistics are then as before the iteration, and so they stay when others were
  //           queued behind it.
  StepSummary finish() { return finish_(); }

 private:
  std::function<StepSummary()> finish_;
};

}  // namespace salix
