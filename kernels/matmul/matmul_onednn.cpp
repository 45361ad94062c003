// Matrix product through oneDNN. All buffers stay row-major; a transposed one is described
// to the library by its strides, so nothing is copied.
#include <array>

#include "engine/parallel.h"
#include "kernels/common/lru_cache.h"
#include "kernels/matmul/matmul.h"
#include "kernels/onednn/onednn.h"

namespace salix::kernels::onednn {
namespace {

struct Plan {
  dnnl::primitive primitive;
  dnnl::memory::desc a, b, bias, y, scratch;
};

// [batch,rows,columns], stored row by row, or column by column if `transposed`.
dnnl::memory::desc matrices(std::int64_t batch, std::int64_t rows, std::int64_t columns,
                            bool transposed, DType dtype) {
  const std::int64_t row_step = transposed ? 1 : columns, column_step = transposed ? rows : 1;
  if (batch == 1) return {{rows, columns}, type_of(dtype), {row_step, column_step}};
  return {{batch, rows, columns}, type_of(dtype), {rows * columns, row_step, column_step}};
}

Plan make_plan(const dnnl::engine& engine, const MatmulSizes& z, DType dtype, bool bias,
               MatmulParams params) {
  Plan plan;
  plan.a = matrices(z.batch, z.m, z.k, params.transpose_a, dtype);
  plan.b = matrices(z.batch, z.k, z.n, params.transpose_b, dtype);
  plan.y = matrices(z.batch, z.m, z.n, false, dtype);
  if (bias) plan.bias = z.batch == 1 ? dense({1, z.n}, dtype) : dense({1, 1, z.n}, dtype);
  const auto desc = matmul_desc(engine, plan.a, plan.b, plan.bias, plan.y, attributes());
  plan.scratch = desc.scratchpad_desc();
  plan.primitive = dnnl::matmul(desc);
  return plan;
}

// The plans of one Exec.
struct MatmulPlans {
  explicit MatmulPlans(Exec&) {}
  // dtype, sizes, the two flags, bias, and the thread count that a primitive is cut for.
  LruCache<std::array<std::int64_t, 9>, Plan> plans{256};
};

}  // namespace

bool has_matmul(DType dtype) { return has_type(dtype); }

void matmul(Exec& exec, ConstView a, ConstView b, ConstView bias, View y, MatmulParams params) {
  translate_errors("matmul", [&] {
    const MatmulSizes z = matmul_sizes(a.shape, b.shape, params);
    const Plan& plan = exec.extension<MatmulPlans>().plans.get(
        {static_cast<int>(a.dtype), z.batch, z.m, z.n, z.k, params.transpose_a, params.transpose_b,
         !bias.empty(), thread_count()},
        [&] {
          return make_plan(exec.extension<State>().engine, z, a.dtype, !bias.empty(), params);
        });
    Arguments arguments{{DNNL_ARG_SRC, bind(exec, plan.a, a.data)},
                        {DNNL_ARG_WEIGHTS, bind(exec, plan.b, b.data)},
                        {DNNL_ARG_DST, bind(exec, plan.y, y.data)}};
    if (!bias.empty()) arguments.emplace(DNNL_ARG_BIAS, bind(exec, plan.bias, bias.data));
    run(exec, plan.primitive, plan.scratch, std::move(arguments));
  });
}

}  // namespace salix::kernels::onednn
