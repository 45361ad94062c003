// The ceilings are measured and printed first, so that every table carries its own scale.
#include <cstdio>

#include "bench/support/roofline.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  salix::Exec& exec = salix::bench::bench_exec();
  const salix::bench::Ceilings& roof = salix::bench::ceilings(exec);
  std::fprintf(stderr, "device %s, %d threads: copy %.1f GB/s, matrix product %.0f GFLOP/s\n",
               exec.device().to_string().c_str(), exec.threads(), roof.bytes_per_s * 1e-9,
               roof.flops_per_s * 1e-9);
  char text[64];
  std::snprintf(text, sizeof text, "%.1f", roof.bytes_per_s * 1e-9);
  benchmark::AddCustomContext("copy_gb_per_s", text);
  std::snprintf(text, sizeof text, "%.0f", roof.flops_per_s * 1e-9);
  benchmark::AddCustomContext("matmul_gflop_per_s", text);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
