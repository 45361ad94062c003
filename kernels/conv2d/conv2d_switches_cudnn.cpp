#include "kernels/conv2d/conv2d_switches_cudnn.h"

#include <cstdlib>
#include <fstream>
#include <string_view>

namespace salix::kernels::cuda {
namespace {

const char* name_of(Conv2dPass pass) {
  if (pass == Conv2dPass::kForward) return "forward";
  return pass == Conv2dPass::kBackwardData ? "backward_data" : "backward_weight";
}

const char* name_of(cudnnMathType_t math) {
  if (math == CUDNN_DEFAULT_MATH) return "default";
  if (math == CUDNN_FMA_MATH) return "fma";
  return math == CUDNN_TENSOR_OP_MATH ? "tensor_op" : "tensor_op_allow_conversion";
}

std::string pair_of(const Size2& size) { return str('[', size.h, ',', size.w, ']'); }

std::string refusals_of(const Conv2dPlan& plan) {
  std::string list;
  for (const std::string& refusal : plan.refusals) {
    list += str(list.empty() ? "\"" : ",\"", refusal, '"');
  }
  return "[" + list + "]";
}

std::string line_of(const Conv2dPlan& plan, const Conv2dPlan* done_by, bool fused) {
  const Conv2dProblem& problem = plan.problem;
  const Conv2dParams& p = problem.params;
  std::string line =
      str(R"({"pass":")", name_of(problem.pass), R"(","dtype":")", problem.dtype, R"(","x":)",
          problem.x, R"(,"weight":)", problem.weight, R"(,"y":)", problem.y, R"(,"stride":)",
          pair_of(p.stride), R"(,"padding":)", pair_of(p.padding), R"(,"dilation":)",
          pair_of(p.dilation), R"(,"groups":)", p.groups, R"(,"refused":)", refusals_of(plan));
  if (done_by == nullptr) return line + R"(,"fallback":"direct"})";
  const Conv2dCandidate& used = done_by->candidate();
  const char* const by_default = used.by_default ? "default_algorithm" : "none";
  line += str(R"(,"algorithm":)", used.algorithm, R"(,"math":")", name_of(used.math),
              R"(","workspace":)", used.workspace_bytes);
  return line + str(R"(,"fused":)", fused ? "true" : "false", R"(,"fallback":")",
                    done_by == &plan ? by_default : "float32", "\"}");
}

}  // namespace

CudnnUse cudnn_use() {
  const char* text = std::getenv("SALIX_CUDNN_SAFE");
  if (text == nullptr) return CudnnUse::kAll;
  if (std::string_view(text) == "1") return CudnnUse::kPlainest;
  return std::string_view(text) == "2" ? CudnnUse::kNone : CudnnUse::kAll;
}

void log_conv2d_plan(Conv2dPlan& plan, const Conv2dPlan* done_by, bool fused) {
  if (plan.logged) return;
  plan.logged = true;
  const char* const file = std::getenv("SALIX_CUDNN_LOG");
  if (file == nullptr || *file == '\0') return;
  std::ofstream(file, std::ios::app) << line_of(plan, done_by, fused) + "\n";
}

}  // namespace salix::kernels::cuda
