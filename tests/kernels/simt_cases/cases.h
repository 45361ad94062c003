// Small kernels that show what the SIMT executor does, and what it catches.
#pragma once

#include <cstdint>

#include "engine/exec.h"

namespace salix::testing {

// --- kernels without faults ---

// out[i] = 1000 * block + thread, for blocks of `threads` along x.
void write_indices(Exec& exec, int* out, int blocks, int threads);
// out[i] = packed x,y,z of thread and block: 4 bits each, for a 2x3x2 grid of 3x2x4 blocks.
void write_coordinates(Exec& exec, std::uint32_t* out);
// out[block] = the sum of the block's `threads` inputs, by block_sum; maximum likewise.
void sum_blocks(Exec& exec, const float* in, float* out, int blocks, int threads);
void max_blocks(Exec& exec, const float* in, float* out, int blocks, int threads);
// Reverses each block's ints through static, through dynamic shared memory.
void reverse_static(Exec& exec, const int* in, int* out, int blocks);  // 64 per block
void reverse_dynamic(Exec& exec, const int* in, int* out, int blocks, int threads);
// out[lane][8]: what each of eight shuffles of 100 + lane gives; see the .cu.
void all_shuffles(Exec& exec, int* out);
void shuffle_types(Exec& exec, double* doubles, float* floats, long long* longs);
// out[0..5]: ballot of odd lanes, any, all, and __syncthreads_count/and/or of "thread < 40"
// in a block of 64.
void votes(Exec& exec, int* out);
// The two halves of a warp shuffle apart from each other, each with its own mask.
void half_warps(Exec& exec, int* out);
// count: how many threads; maximum, minimum over values; bits: or of all.
struct AtomicResults {
  int count;
  unsigned maximum;
  int minimum;
  unsigned bits;
  unsigned long long wide;
  int last;  // atomicCAS: how many threads won
};
void atomics(Exec& exec, AtomicResults* out, int blocks, int threads);
// The last block to finish adds up what the others wrote.
void last_block_sums(Exec& exec, const int* in, int* partial, unsigned* finished, int* out,
                     int blocks);
// Every element of a block's shared memory as the block finds it, then overwritten.
void read_fresh_shared(Exec& exec, int* from_static, int* from_dynamic, int blocks);
// y = 1 for each thread, with so many threads and so much dynamic shared memory.
void configured(Exec& exec, int* out, unsigned blocks, unsigned threads, std::size_t shared_bytes);

// --- planted faults ---

// Reads the neighbour's element of shared memory; the barrier between is optional.
void rotate(Exec& exec, const int* in, int* out, int threads, bool with_barrier);
// Writes one element too many.
void write_past_the_end(Exec& exec, int* out, int count);
void write_past_dynamic_shared(Exec& exec, int threads);
void barrier_without_thread_0(Exec& exec, int threads);  // thread 0 returns early
void two_barriers(Exec& exec, int threads);              // odd and even threads part
void shuffle_without_lane_5(Exec& exec);                 // lane 5 skips it
void shuffle_outside_mask(Exec& exec);                   // the caller is not in the mask
void throws_in_thread_7(Exec& exec);
// Barrier at depth: a thread that waits while another throws is unwound; counts destructors.
void throws_while_others_wait(Exec& exec, int* destroyed);
// Kernels with __launch_bounds__(64), by a constant and as a template.
void bounded(Exec& exec, int* out, int threads);
void bounded_template(Exec& exec, int* out, int threads);
void launches_a_kernel(Exec& exec, int* out);

}  // namespace salix::testing
