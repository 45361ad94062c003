// The ceilings are measured and printed first, so that every table carries its own scale.
#include <cstdio>
#include <exception>
#include <string>

#include "bench/support/roofline.h"
#include "engine/short_waits.h"

namespace {

void announce(const salix::Exec& exec, const salix::bench::Ceilings& roof) {
  std::fprintf(stderr, "device %s, %d threads: copy %.1f GB/s, matrix product %.0f GFLOP/s",
               exec.device().to_string().c_str(), exec.threads(), roof.bytes_per_s * 1e-9,
               roof.matmul_flops_per_s * 1e-9);
  const auto add = [](const char* name, const char* what, double per_s) {
    if (per_s == 0) return;
    char text[64];
    std::snprintf(text, sizeof text, "%.1f", per_s * 1e-9);
    benchmark::AddCustomContext(name, text);
    if (what != nullptr) std::fprintf(stderr, ", %s %.0f GFLOP/s", what, per_s * 1e-9);
  };
  add("copy_gb_per_s", nullptr, roof.bytes_per_s);
  add("matmul_gflop_per_s", nullptr, roof.matmul_flops_per_s);
  add("fma_gflop_per_s", "multiply-adds in registers", roof.fma_flops_per_s);
  add("tf32_gflop_per_s", "in TF32", roof.tf32_flops_per_s);
  add("bf16_gflop_per_s", "in bfloat16", roof.bf16_flops_per_s);
  std::fprintf(stderr, "\n");
  benchmark::AddCustomContext("device", exec.device().to_string());
  benchmark::AddCustomContext("threads", std::to_string(exec.threads()));
}

}  // namespace

int main(int argc, char** argv) {
  salix::keep_waits_short(argv);  // as the program does
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  try {
    announce(salix::bench::bench_exec(), salix::bench::ceilings());
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
  return 0;
}
