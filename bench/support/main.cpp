// The ceilings are measured and printed first, so that every table carries its own scale.
#include <cstdio>
#include <string>

#include "bench/support/roofline.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  salix::Exec& exec = salix::bench::bench_exec();
  const salix::bench::Ceilings& roof = salix::bench::ceilings(exec);
  std::fprintf(stderr,
               "device %s, %d threads: copy %.1f GB/s, matrix product %.0f GFLOP/s, "
               "multiply-adds in registers %.0f GFLOP/s\n",
               exec.device().to_string().c_str(), exec.threads(), roof.bytes_per_s * 1e-9,
               roof.matmul_flops_per_s * 1e-9, roof.fma_flops_per_s * 1e-9);
  const auto add = [](const char* name, double per_s) {
    char text[64];
    std::snprintf(text, sizeof text, "%.1f", per_s * 1e-9);
    benchmark::AddCustomContext(name, text);
  };
  add("copy_gb_per_s", roof.bytes_per_s);
  add("matmul_gflop_per_s", roof.matmul_flops_per_s);
  add("fma_gflop_per_s", roof.fma_flops_per_s);
  benchmark::AddCustomContext("threads", std::to_string(exec.threads()));
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
