#include "kernels/conv2d/conv2d_graph_cudnn.h"

#include <cuda_runtime.h>

#include <algorithm>
#include <array>
#include <utility>

#include "kernels/common/lru_cache.h"
#include "kernels/conv2d/conv2d_operations_cudnn.h"
#include "kernels/conv2d/conv2d_switches_cudnn.h"

namespace salix::kernels::cuda {
namespace {

using cudnn::BackendDescriptor;

// A plan that wants more memory is passed over: a map of a network is tens of MiB.
constexpr std::size_t kMostWorkspaceBytes = std::size_t{1} << 30;

// What the widest loads need. A plan is for what all its buffers have of it.
constexpr std::uintptr_t kMostAlignment = 16;

// Why an engine may not be used, or nullptr.
const char* unwanted(const Exec& exec, DType dtype, const BackendDescriptor& engine,
                     Conv2dEngine& made) {
  std::vector<cudnnBackendNumericalNote_t> numerical;
  std::vector<cudnnBackendBehaviorNote_t> behavior;
  if (!engine.ok() || !engine.get_notes(numerical) || !engine.get_notes(behavior)) {
    return "no notes";
  }
  const auto noted = [&](cudnnBackendNumericalNote_t note) {
    return std::find(numerical.begin(), numerical.end(), note) != numerical.end();
  };
  made.tensor_cores = noted(CUDNN_NUMERICAL_NOTE_TENSOR_CORE);
  made.runtime_compiled = std::find(behavior.begin(), behavior.end(),
                                    CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION) != behavior.end();
  if (noted(CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS)) return "down-converts inputs";
  if (noted(CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION)) return "reduced-precision sums";
  if (dtype == DType::kFloat32 && made.tensor_cores && !exec.options().allow_tf32) return "TF32";
  if (!exec.options().fast) {
    if (noted(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC)) return "not deterministic";
    if (noted(CUDNN_NUMERICAL_NOTE_WINOGRAD) || noted(CUDNN_NUMERICAL_NOTE_FFT) ||
        noted(CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4) ||
        noted(CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6) ||
        noted(CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13)) {
      return "transforms";
    }
  }
  return made.runtime_compiled && !cudnn_runtime_compilation() ? "compiles at run time" : nullptr;
}

// What cuDNN proposes for a graph, best last. Asking costs milliseconds.
void find_engines(const Exec& exec, cudnnBackendHeurMode_t mode, Conv2dGraph& graph) {
  BackendDescriptor heuristic(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristic.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph.operations.graph);
  heuristic.set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
  if (heuristic.finalize() != CUDNN_STATUS_SUCCESS) {
    graph.refusals.push_back(str("heuristic: ", cudnnGetErrorString(heuristic.status())));
  }
  for (BackendDescriptor& configuration : heuristic.results()) {
    ++graph.offered;
    const BackendDescriptor engine = configuration.engine();
    Conv2dEngine made;
    engine.get(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, made.index);
    made.by_fallback = mode == CUDNN_HEUR_MODE_FALLBACK;
    if (const char* why = unwanted(exec, graph.problem.dtype, engine, made)) {
      const std::string refusal = str("engine ", made.index, ": ", why);  // of several knobs
      std::vector<std::string>& all = graph.refusals;
      if (std::find(all.begin(), all.end(), refusal) == all.end()) all.push_back(refusal);
      continue;
    }
    made.configuration = std::move(configuration);
    graph.engines.push_back(std::move(made));
  }
  std::reverse(graph.engines.begin(), graph.engines.end());
  cudaGetLastError();  // the next launch would be blamed for it
}

Conv2dGraph make_graph(Exec& exec, const Conv2dProblem& problem, const Conv2dPointers& pointers,
                       std::int64_t alignment) {
  Conv2dGraph graph;
  graph.problem = problem;
  graph.bias = pointers.bias != nullptr;
  graph.residual = pointers.residual != nullptr;
  if (!cudnn_graph_use()) return graph;
  graph.operations = conv2d_operations(exec.extension<cudnn::State>().handle(), problem, graph.bias,
                                       graph.residual, alignment);
  if (!graph.operations.graph.ok()) {
    graph.refusals.push_back(str("graph: ", cudnnGetErrorString(graph.operations.graph.status())));
  }
  return graph;
}

// The graphs of one Exec.
struct Conv2dGraphs {
  explicit Conv2dGraphs(Exec&) {}
  // A network's layers, all passes, at the sizes of training at several scales.
  LruCache<std::array<std::int64_t, 20>, Conv2dGraph> graphs{2048};
};

Conv2dGraph& conv2d_graph(Exec& exec, const Conv2dProblem& problem,
                          const Conv2dPointers& pointers) {
  const auto& [pass, dtype, x, weight, y, p] = problem;
  std::uintptr_t bits = kMostAlignment;
  for (const void* pointer :
       {pointers.x, pointers.weight, pointers.y, pointers.bias, pointers.residual}) {
    bits |= reinterpret_cast<std::uintptr_t>(pointer);
  }
  const auto alignment = static_cast<std::int64_t>(bits & (~bits + 1));  // the lowest bit
  return exec.extension<Conv2dGraphs>().graphs.get(
      {static_cast<int>(pass),
       static_cast<int>(dtype),
       x[0],
       x[1],
       x[2],
       x[3],
       weight[0],
       weight[1],
       weight[2],
       p.stride.h,
       p.stride.w,
       p.padding.h,
       p.padding.w,
       p.dilation.h,
       p.dilation.w,
       p.groups,
       p.relu,
       pointers.bias != nullptr,
       pointers.residual != nullptr,
       alignment},
      [&] { return make_graph(exec, problem, pointers, alignment); });
}

// Makes the plan of the best engine that is left; false when it has none that can be used.
bool finalize_plan(cudnnHandle_t handle, Conv2dGraph& graph) {
  graph.engine = std::move(graph.engines.back());
  graph.engines.pop_back();
  graph.plan = BackendDescriptor(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  graph.plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle);
  graph.plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, graph.engine.configuration);
  const auto refuse = [&](const char* why) {
    graph.refusals.push_back(str("engine ", graph.engine.index, ": ", why));
    return false;
  };
  if (graph.plan.finalize() != CUDNN_STATUS_SUCCESS) {
    return refuse(cudnnGetErrorString(graph.plan.status()));
  }
  std::int64_t bytes = 0;
  if (!graph.plan.get(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, bytes) || bytes < 0) {
    return refuse("workspace unknown");
  }
  graph.workspace_bytes = static_cast<std::size_t>(bytes);
  return graph.workspace_bytes <= kMostWorkspaceBytes || refuse("workspace too large");
}

cudnnStatus_t execute(Exec& exec, cudnnHandle_t handle, const Conv2dGraph& graph,
                      const Conv2dPointers& pointers) {
  const Scratch workspace(exec, graph.workspace_bytes);
  std::array<void*, 5> data{pointers.x, pointers.weight, pointers.y};
  std::array<std::int64_t, 5> ids{kUidX, kUidWeight, kUidY};
  std::size_t count = 3;
  const auto also = [&](std::int64_t id, void* pointer) {
    if (pointer == nullptr) return;
    data[count] = pointer;
    ids[count++] = id;
  };
  also(kUidBias, pointers.bias);
  also(kUidResidual, pointers.residual);
  // A finalized pack takes no other pointers, so each call makes its own: a small allocation.
  BackendDescriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  void* const memory = workspace.data();
  pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, 1, &memory);
  pack.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, static_cast<std::int64_t>(count), data.data());
  pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, static_cast<std::int64_t>(count), ids.data());
  if (pack.finalize() != CUDNN_STATUS_SUCCESS) return pack.status();
  exec.backend().count_launch();
  return cudnnBackendExecute(handle, graph.plan.get(), pack.get());
}

// Any failure is a refusal, as other ways remain; if the device itself is broken, they say so.
void try_engines(Exec& exec, cudnnHandle_t handle, Conv2dGraph& graph,
                 const Conv2dPointers& pointers) {
  while (!graph.works && !graph.engines.empty()) {
    if (finalize_plan(handle, graph)) {
      const cudnnStatus_t status = execute(exec, handle, graph, pointers);
      graph.works = status == CUDNN_STATUS_SUCCESS;
      if (!graph.works) {
        graph.refusals.push_back(
            str("engine ", graph.engine.index, " executed: ", cudnnGetErrorString(status)));
      }
    }
    if (!graph.works) cudaGetLastError();  // the next launch would be blamed for it
  }
}

bool find_plan(Exec& exec, cudnnHandle_t handle, Conv2dGraph& graph,
               const Conv2dPointers& pointers) {
  for (const auto mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    if (graph.works || !graph.operations.graph.ok()) break;
    find_engines(exec, mode, graph);
    try_engines(exec, handle, graph, pointers);
  }
  log_conv2d_graph(graph);
  if (!graph.works) graph.plan = {};
  graph.engines.clear();
  graph.operations = {};
  graph.refusals.clear();
  return graph.works;
}

}  // namespace

bool run_conv2d_graph(Exec& exec, const Conv2dProblem& problem, const Conv2dPointers& pointers) {
  Conv2dGraph& graph = conv2d_graph(exec, problem, pointers);
  cudnnHandle_t handle = exec.extension<cudnn::State>().handle();
  if (!graph.works) {
    // Tried before, in vain, or switched off.
    if (graph.operations.graph.get() == nullptr) return false;
    return find_plan(exec, handle, graph, pointers);
  }
  const cudnnStatus_t status = execute(exec, handle, graph, pointers);
  if (status != CUDNN_STATUS_SUCCESS) {
    cudnn::throw_error(status, "cudnnBackendExecute", __FILE__, __LINE__);
  }
  return true;
}

}  // namespace salix::kernels::cuda
