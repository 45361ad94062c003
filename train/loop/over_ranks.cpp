#include "train/loop/over_ranks.h"

namespace salix {

void OverRanks::broadcast(const Module& network) const {
  if (communicator_ == nullptr) return;
  for (const StateEntry& entry : network.state()) {
    communicator_->broadcast(entry.tensor->mutable_view());
  }
}

void OverRanks::average(StepSummary& summary) const {
  if (communicator_ == nullptr) return;
  std::vector<double> values{summary.total};
  for (const auto& [name, value] : summary.terms) values.push_back(value);
  communicator_->sum(values);
  for (double& value : values) value /= ranks();
  summary.total = values.front();
  for (std::size_t i = 0; i < summary.terms.size(); ++i) summary.terms[i].second = values[i + 1];
}

double OverRanks::of_first(double value) const {
  if (communicator_ == nullptr) return value;
  std::vector<double> first{rank() == 0 ? value : 0};
  communicator_->sum(first);
  return first.front();
}

bool OverRanks::any(bool here) const {
  if (communicator_ == nullptr) return here;
  std::vector<double> count{here ? 1.0 : 0.0};
  communicator_->sum(count);
  return count.front() > 0;
}

void OverRanks::check_same_position(const TrainingPosition& position) const {
  const auto step = static_cast<double>(position.step);
  const double first = of_first(step);
  SALIX_CHECK(!any(step != first),
              "resume: all ranks must see the same checkpoints; rank 0 found that of step ", first,
              ", rank ", rank(), " that of step ", step,
              "; the run's folder must be one that all machines share");
}

}  // namespace salix
