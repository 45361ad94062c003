// audit.jsonl: the hash of every tensor of every step, in the order of execution, so that the
// first one at which two runs part can be found (`salix audit diff`).
#pragma once

#include <cstdint>
#include <string>

#include "engine/autograd/observer.h"
#include "engine/io/append_file.h"
#include "layers/modules/module.h"

namespace salix {

// One line per tensor:
//   {"step":1,"index":0,"phase":"forward","name":"conv2d","output":0,"shape":[..],
//    "dtype":"float32","hash":"<xxHash64 of the bytes>"}
// Phases, in this order: "forward" (an op's result) and "backward" (the gradient that an op's
// rule gives for input number "output") as they come; "gradient" (of each parameter);
// "state" (each parameter and buffer after the update). Bytes are those in memory, channels-last.
// Ops outside begin_step()..end_step(), as in evaluation, are not traced.
class AuditTrace : public TapeObserver {
 public:
  // Observes `exec` until it dies. Lines after `last_step` and a torn end are cut off, as in
  // MetricsLog.
  AuditTrace(Exec& exec, const std::filesystem::path& path, std::int64_t last_step);
  ~AuditTrace() override;
  AuditTrace(const AuditTrace&) = delete;
  AuditTrace& operator=(const AuditTrace&) = delete;

  // Call order per step: begin_step, forward and backward, gradients, update, end_step.
  void begin_step(std::int64_t step);
  void gradients(const Module& network);
  // Adds the state and writes the step's lines at once.
  void end_step(const Module& network);

  void on_forward(const char* op, int index, const Tensor& output) override;
  void on_backward(const char* op, int index, const Tensor& gradient) override;

 private:
  void add(const char* phase, const std::string& name, int index, const Tensor& tensor);

  Exec& exec_;
  io::AppendFile file_;
  std::int64_t step_ = 0;  // 0: not in a step
  std::int64_t index_ = 0;
  std::string lines_;
  std::vector<std::byte> host_;  // a tensor's bytes on their way from a GPU
};

}  // namespace salix
