// Turns a benchmark's declared bytes and FLOPs into GB/s, GFLOP/s and the share of the
// roofline: the time that the slower of memory and arithmetic needs at this machine's
// measured ceilings, over the time taken.
#pragma once

#include <benchmark/benchmark.h>

#include "engine/exec.h"

namespace salix::bench {

struct Ceilings {
  double bytes_per_s;         // a large copy, counting bytes read plus bytes written
  double matmul_flops_per_s;  // a large float32 matrix product through the vendor library
  double fma_flops_per_s;     // a loop of multiply-adds in registers; 0 on a GPU

  // The higher of the two: a library's product need not reach the units' peak.
  double flops_per_s() const {
    return matmul_flops_per_s > fma_flops_per_s ? matmul_flops_per_s : fma_flops_per_s;
  }
};

// Measured once per process and device, in about a second.
const Ceilings& ceilings(Exec& exec);

// What one iteration must at least do: each input read once, each output written once.
struct Work {
  double bytes = 0;
  double flops = 0;
};

// The device of this run: $SALIX_BENCH_DEVICE (cpu when unset), with $SALIX_BENCH_THREADS.
Exec& bench_exec();

// Runs `body` until the benchmark has enough, waiting for the device each time, and adds the
// counters GB/s, GFLOP/s and roofline_% (of the work's own bound).
template <typename Body>
void run(benchmark::State& state, const Work& work, const Body& body);

void add_counters(benchmark::State& state, const Work& work);

template <typename Body>
void run(benchmark::State& state, const Work& work, const Body& body) {
  Exec& exec = bench_exec();
  body();  // plans, caches and first page faults stay out of the figure
  exec.synchronize();
  for (auto _ : state) {
    body();
    exec.synchronize();
  }
  add_counters(state, work);
}

}  // namespace salix::bench
