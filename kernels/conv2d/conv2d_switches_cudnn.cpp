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

std::string refusals_of(const std::vector<std::string>& refusals) {
  std::string list;
  for (const std::string& refusal : refusals) {
    list += str(list.empty() ? "\"" : ",\"", refusal, '"');
  }
  return "[" + list + "]";
}

const char* name_of(bool value) { return value ? "true" : "false"; }

// The start of a line.
std::string start_of(const char* api, const Conv2dProblem& problem,
                     const std::vector<std::string>& refusals) {
  const Conv2dParams& p = problem.params;
  return str(R"({"api":")", api, R"(","pass":")", name_of(problem.pass), R"(","dtype":")",
             problem.dtype, R"(","x":)", problem.x, R"(,"weight":)", problem.weight, R"(,"y":)",
             problem.y, R"(,"stride":)", pair_of(p.stride), R"(,"padding":)", pair_of(p.padding),
             R"(,"dilation":)", pair_of(p.dilation), R"(,"groups":)", p.groups, R"(,"refused":)",
             refusals_of(refusals));
}

std::string line_of(const Conv2dPlan& plan, const Conv2dPlan* done_by, bool fused) {
  std::string line = start_of("legacy", plan.problem, plan.refusals);
  if (done_by == nullptr) return line + R"(,"fallback":"direct"})";
  const Conv2dCandidate& used = done_by->candidate();
  const char* const by_default = used.by_default ? "default_algorithm" : "none";
  line += str(R"(,"algorithm":)", used.algorithm, R"(,"math":")", name_of(used.math),
              R"(","workspace":)", used.workspace_bytes);
  return line + str(R"(,"fused":)", name_of(fused), R"(,"fallback":")",
                    done_by == &plan ? by_default : "float32", "\"}");
}

std::string line_of(const Conv2dGraph& graph) {
  std::string line = start_of("graph", graph.problem, graph.refusals);
  line +=
      str(R"(,"offered":)", graph.offered, R"(,"bias":)", name_of(graph.bias), R"(,"residual":)",
          name_of(graph.residual), R"(,"relu":)", name_of(graph.problem.params.relu));
  if (!graph.works) return line + R"(,"fallback":"legacy"})";
  const Conv2dEngine& used = graph.engine;
  const bool fused = graph.bias || graph.residual || graph.problem.params.relu;
  line += str(R"(,"engine":)", used.index, R"(,"math":")", used.tensor_cores ? "tensor_op" : "fma",
              R"(","runtime_compiled":)", name_of(used.runtime_compiled), R"(,"workspace":)",
              graph.workspace_bytes);
  return line + str(R"(,"fused":)", name_of(fused), R"(,"fallback":")",
                    used.by_fallback ? "fallback_engine" : "none", "\"}");
}

bool is_set(const char* name) {
  const char* text = std::getenv(name);
  return text != nullptr && std::string_view(text) == "1";
}

void append(const std::string& line) {
  const char* const file = std::getenv("SALIX_CUDNN_LOG");
  if (file == nullptr || *file == '\0') return;
  std::ofstream(file, std::ios::app) << line + "\n";
}

}  // namespace

CudnnUse cudnn_use() {
  const char* text = std::getenv("SALIX_CUDNN_SAFE");
  if (text == nullptr) return CudnnUse::kAll;
  if (std::string_view(text) == "1") return CudnnUse::kPlainest;
  return std::string_view(text) == "2" ? CudnnUse::kNone : CudnnUse::kAll;
}

bool cudnn_graph_use() { return cudnn_use() == CudnnUse::kAll && !is_set("SALIX_CUDNN_LEGACY"); }

bool cudnn_runtime_compilation() { return is_set("SALIX_CUDNN_RUNTIME_COMPILATION"); }

void log_conv2d_plan(Conv2dPlan& plan, const Conv2dPlan* done_by, bool fused) {
  if (plan.logged) return;
  plan.logged = true;
  append(line_of(plan, done_by, fused));
}

void log_conv2d_graph(const Conv2dGraph& graph) { append(line_of(graph)); }

}  // namespace salix::kernels::cuda
