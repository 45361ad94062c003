// One iteration of a training, as the run around it sees it: a batch in, losses out, and the
// state that a checkpoint holds. Stage 1 and stage 2 are two of them.
// An iteration is queued, and reported later: the device need not stand still while the host
// reads a loss, and the host prepares the next iteration meanwhile.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "data/loading/loader.h"
#include "train/audit/audit_trace.h"
#include "train/run_folder/checkpoint.h"
#include "train/run_folder/loggers/metrics_log.h"

namespace salix {

struct StepReport {
  double total = 0;                                   // the loss
  std::vector<std::pair<std::string, double>> terms;  // its weighted terms: "csd", "btm", ...
  std::vector<std::pair<std::string, double>> rates;  // learning rates: "encoder", "decoder"
  Metrics more;                                       // other facts worth a place in the log
  double gradient_norm = 0;                           // before clipping; only with clipping
};

// An iteration on its way.
template <typename Report>
class Queued {
 public:
  explicit Queued(std::function<Report()> report) : report_(std::move(report)) {}
  // Once: waits until the device has done it, not for what was queued after it.
  // Errors    NotFinite when the loss is not a finite number; weights, optimizer and running
  //           statistics are then as before the iteration, and so they stay when others were
  //           queued behind it.
  Report report() { return report_(); }

 private:
  std::function<Report()> report_;
};

class TrainingStep {
 public:
  virtual ~TrainingStep() = default;

  // Leaves weights, optimizer and running statistics as after the iteration at `position` (the
  // one about to be done: its step counts from 0). `batch` must stay until its report.
  virtual Queued<StepReport> queue(const data::Batch& batch, const TrainingPosition& position) = 0;
  StepReport operator()(const data::Batch& batch, const TrainingPosition& position) {
    return queue(batch, position).report();
  }

  // Gradients that were not yet used are dropped at the start of an epoch.
  virtual void start_epoch() = 0;
  // Whether no gradients wait for the optimizer after `steps` iterations, so that a checkpoint
  // holds everything.
  virtual bool at_rest(std::int64_t steps) const = 0;
  // Writes the gradients of every iteration; nullptr: none. The caller keeps ownership.
  virtual void set_trace(AuditTrace* trace) = 0;

  virtual Module& network() = 0;
  virtual Optimizer& optimizer() = 0;
};

}  // namespace salix
