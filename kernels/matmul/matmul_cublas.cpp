// Matrix product through cuBLASLt. The library counts columns first, so a row-major matrix
// is its transpose to it: y^T = op(b)^T op(a)^T is asked for, with the factors exchanged.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "kernels/common/lru_cache.h"
#include "kernels/cublas/cublas.h"
#include "kernels/matmul/matmul.h"

namespace salix::kernels::cuda {
namespace {

struct DestroyLayout {
  void operator()(cublasLtMatrixLayoutOpaque_t* layout) const {
    cublasLtMatrixLayoutDestroy(layout);
  }
};
struct DestroyProduct {
  void operator()(cublasLtMatmulDescOpaque_t* product) const { cublasLtMatmulDescDestroy(product); }
};
struct DestroyPreference {
  void operator()(cublasLtMatmulPreferenceOpaque_t* preference) const {
    cublasLtMatmulPreferenceDestroy(preference);
  }
};
using Layout = std::unique_ptr<cublasLtMatrixLayoutOpaque_t, DestroyLayout>;
using Product = std::unique_ptr<cublasLtMatmulDescOpaque_t, DestroyProduct>;
using Preference = std::unique_ptr<cublasLtMatmulPreferenceOpaque_t, DestroyPreference>;

struct Plan {
  Product product;
  Layout a, b, y;
  cublasLtMatmulAlgo_t algorithm;
};

// A stored row-major [rows,columns] matrix, or a batch of them.
Layout layout_of(std::int64_t rows, std::int64_t columns, std::int64_t batch, DType dtype) {
  cublasLtMatrixLayout_t raw = nullptr;
  SALIX_CUBLAS(cublasLtMatrixLayoutCreate(&raw, cublas::type_of(dtype),
                                          static_cast<std::uint64_t>(columns),
                                          static_cast<std::uint64_t>(rows), columns));
  Layout owned(raw);
  const auto count = static_cast<std::int32_t>(batch);
  const std::int64_t step = rows * columns;
  SALIX_CUBLAS(cublasLtMatrixLayoutSetAttribute(raw, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count,
                                                sizeof count));
  SALIX_CUBLAS(cublasLtMatrixLayoutSetAttribute(raw, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET,
                                                &step, sizeof step));
  return owned;
}

template <typename Value>
void set(const Product& product, cublasLtMatmulDescAttributes_t attribute, const Value& value) {
  SALIX_CUBLAS(cublasLtMatmulDescSetAttribute(product.get(), attribute, &value, sizeof value));
}

template <typename Value>
void set(const Preference& preference, cublasLtMatmulPreferenceAttributes_t attribute,
         const Value& value) {
  SALIX_CUBLAS(
      cublasLtMatmulPreferenceSetAttribute(preference.get(), attribute, &value, sizeof value));
}

// The largest power of two up to 256 that divides the address.
std::uint32_t alignment_of(const void* pointer) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  return static_cast<std::uint32_t>(std::min<std::uintptr_t>(address & (~address + 1), 256));
}

cublasLtMatmulAlgo_t choose_algorithm(Exec& exec, const Plan& plan, std::uint32_t alignment) {
  cublasLtMatmulPreference_t raw = nullptr;
  SALIX_CUBLAS(cublasLtMatmulPreferenceCreate(&raw));
  const Preference preference(raw);
  set(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, cublas::kWorkspaceBytes);
  // Split sums only through a workspace in the compute type: rounded once, in a fixed order.
  set(preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
      static_cast<std::uint32_t>(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE));
  for (const auto attribute :
       {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES}) {
    set(preference, attribute, alignment);
  }
  cublasLtMatmulHeuristicResult_t found{};
  int count = 0;
  SALIX_CUBLAS(cublasLtMatmulAlgoGetHeuristic(
      exec.extension<cublas::State>().handle(), plan.product.get(), plan.b.get(), plan.a.get(),
      plan.y.get(), plan.y.get(), preference.get(), 1, &found, &count));
  if (count == 0) throw NotSupported("matmul: cuBLASLt has no algorithm for this problem");
  return found.algo;
}

Plan make_plan(Exec& exec, const MatmulSizes& z, DType dtype, bool bias, MatmulParams params,
               std::uint32_t alignment) {
  const bool tf32 = dtype == DType::kFloat32 && exec.options().allow_tf32;
  cublasLtMatmulDesc_t raw = nullptr;
  SALIX_CUBLAS(cublasLtMatmulDescCreate(
      &raw, tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F, CUDA_R_32F));
  Plan plan;
  plan.product.reset(raw);
  const auto operation = [](bool transposed) { return transposed ? CUBLAS_OP_T : CUBLAS_OP_N; };
  set(plan.product, CUBLASLT_MATMUL_DESC_TRANSA, operation(params.transpose_b));
  set(plan.product, CUBLASLT_MATMUL_DESC_TRANSB, operation(params.transpose_a));
  // The library adds it to every column of what it sees as y^T: to every row of y.
  if (bias) set(plan.product, CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);
  plan.a = params.transpose_a ? layout_of(z.k, z.m, z.batch, dtype)
                              : layout_of(z.m, z.k, z.batch, dtype);
  plan.b = params.transpose_b ? layout_of(z.n, z.k, z.batch, dtype)
                              : layout_of(z.k, z.n, z.batch, dtype);
  plan.y = layout_of(z.m, z.n, z.batch, dtype);
  plan.algorithm = choose_algorithm(exec, plan, alignment);
  return plan;
}

// The plans of one Exec.
struct MatmulPlans {
  explicit MatmulPlans(Exec&) {}
  LruCache<std::array<std::int64_t, 9>, Plan> plans{256};
};

}  // namespace

void matmul(Exec& exec, ConstView a, ConstView b, ConstView bias, View y, MatmulParams params) {
  const MatmulSizes z = matmul_sizes(a.shape, b.shape, params);
  const std::uint32_t alignment =
      std::min({alignment_of(a.data), alignment_of(b.data), alignment_of(y.data)});
  Plan& plan = exec.extension<MatmulPlans>().plans.get(
      {static_cast<int>(a.dtype), z.batch, z.m, z.n, z.k, params.transpose_a, params.transpose_b,
       !bias.empty(), alignment},
      [&] { return make_plan(exec, z, a.dtype, !bias.empty(), params, alignment); });
  if (!bias.empty()) set(plan.product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias.data);

  const Scratch workspace(exec, cublas::kWorkspaceBytes);
  const float one = 1.0f, zero = 0.0f;
  exec.backend().count_launch();
  SALIX_CUBLAS(cublasLtMatmul(exec.extension<cublas::State>().handle(), plan.product.get(), &one,
                              b.data, plan.b.get(), a.data, plan.a.get(), &zero, y.data,
                              plan.y.get(), y.data, plan.y.get(), &plan.algorithm, workspace.data(),
                              cublas::kWorkspaceBytes,
                              static_cast<cudaStream_t>(exec.backend().stream())));
}

}  // namespace salix::kernels::cuda
