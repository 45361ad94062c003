#include "train/audit/audit_trace.h"

#include <nlohmann/json.hpp>

#include "engine/io/json_text.h"
#include "train/run_folder/hash.h"
#include "train/run_folder/loggers/metrics_log.h"

namespace salix {

AuditTrace::AuditTrace(Exec& exec, const std::filesystem::path& path, std::int64_t last_step)
    : exec_(exec), file_(path) {
  file_.truncate(end_of_steps(path, last_step));
  set_tape_observer(exec_, this);
}

AuditTrace::~AuditTrace() { set_tape_observer(exec_, nullptr); }

void AuditTrace::begin_step(std::int64_t step) {
  SALIX_CHECK(step > 0, "audit trace: steps count from 1; got ", step);
  step_ = step;
  index_ = 0;
  lines_.clear();
}

void AuditTrace::gradients(const Module& network) {
  for (const StateEntry& entry : network.parameters()) {
    const Tensor gradient = entry.tensor->grad();
    if (gradient.defined()) add("gradient", entry.name, 0, gradient);
  }
}

void AuditTrace::end_step(const Module& network) {
  for (const StateEntry& entry : network.state()) add("state", entry.name, 0, *entry.tensor);
  file_.append(lines_);
  step_ = 0;
}

void AuditTrace::on_forward(const char* op, int index, const Tensor& output) {
  add("forward", op, index, output);
}

void AuditTrace::on_backward(const char* op, int index, const Tensor& gradient) {
  add("backward", op, index, gradient);
}

void AuditTrace::add(const char* phase, const std::string& name, int index, const Tensor& tensor) {
  if (step_ == 0) return;
  host_.resize(tensor.size_bytes());
  if (!host_.empty()) {
    exec_.backend().copy_to_host(tensor.view().data, host_.data(), host_.size());
  }
  nlohmann::ordered_json line{{"step", step_},
                              {"index", index_++},
                              {"phase", phase},
                              {"name", name},
                              {"output", index},
                              {"shape", nullptr},
                              {"dtype", str(tensor.dtype())},
                              {"hash", hash_text(host_)}};
  line["shape"] = std::vector<std::int64_t>(tensor.shape().begin(), tensor.shape().end());
  lines_ += io::json_text(line, -1) + "\n";
}

}  // namespace salix
