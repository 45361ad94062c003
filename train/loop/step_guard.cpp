#include "train/loop/step_guard.h"

#include <cstring>

#include "engine/comm/communicator.h"
#include "kernels/copy_many/copy_many.h"
#include "kernels/not_finite/not_finite.h"

namespace salix {
namespace {

Exec& exec_of(const Module& network) {
  const std::vector<StateEntry> state = network.state();
  SALIX_CHECK(!state.empty(), "step guard: the network has no parameters");
  return state.front().tensor->exec();
}

Tensor table_of(Exec& exec, const std::vector<kernels::CopyEntry>& entries) {
  std::vector<std::uint8_t> bytes(entries.size() * sizeof(kernels::CopyEntry));
  std::memcpy(bytes.data(), entries.data(), bytes.size());
  return Tensor::from_host(exec, bytes,
                           {static_cast<std::int64_t>(entries.size()),
                            static_cast<std::int64_t>(sizeof(kernels::CopyEntry))});
}

}  // namespace

StepGuard::StepGuard(const Module& network)
    : exec_(exec_of(network)), frozen_(Tensor::zeros(exec_, {})) {
  for (const StateEntry& entry : network.state()) {
    if (!entry.is_parameter) statistics_.push_back(entry.tensor);
  }
}

bool StepGuard::tables_fit() const {
  if (addresses_.size() != statistics_.size()) return false;
  for (std::size_t i = 0; i < statistics_.size(); ++i) {
    if (statistics_[i]->view().data != addresses_[i]) return false;
  }
  return true;
}

void StepGuard::make_tables() {
  kept_.clear();
  addresses_.clear();
  std::vector<kernels::CopyEntry> keep, put_back;
  for (Tensor* statistic : statistics_) {
    Tensor& kept = kept_.emplace_back(Tensor::empty(exec_, statistic->shape(), statistic->dtype()));
    void* const here = statistic->mutable_view().data;
    void* const there = kept.mutable_view().data;
    const auto size_bytes = static_cast<std::int64_t>(statistic->size_bytes());
    addresses_.push_back(here);
    keep.push_back({here, there, size_bytes});
    put_back.push_back({there, here, size_bytes});
  }
  keep_ = table_of(exec_, keep);
  put_back_ = table_of(exec_, put_back);
}

void StepGuard::begin() {
  if (statistics_.empty()) return;
  if (!tables_fit()) make_tables();
  kernels::copy_many(exec_, keep_.view(), {});
}

void StepGuard::check(const Tensor& loss) {
  kernels::mark_not_finite(exec_, loss.view(), frozen_.mutable_view());
  Communicator* const ranks = exec_.extension<Ranks>().communicator;
  if (ranks != nullptr) ranks->sum(frozen_.mutable_view());
}

void StepGuard::end() {
  if (!statistics_.empty()) kernels::copy_many(exec_, put_back_.view(), frozen_.view());
}

}  // namespace salix
