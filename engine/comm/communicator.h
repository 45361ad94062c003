// Several processes that train together, one network each (data parallelism): what they say
// to each other. MPI carries it between CPUs, NCCL between GPUs.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix {

// One of `ranks()` processes, from 0. All ranks must make the same calls, with the same sizes,
// in the same order: each call is a meeting of all, and returns when this rank has its result.
// Views lie on the Exec that the communicator was made for, spans on the host. One thread
// submits.
//
// Repeats   Sums are ((rank 0 + rank 1) + rank 2) + ... for every element over MPI, so they
//           have the same bits on all ranks and in every run with as many ranks. NCCL's order
//           is its own: the same for the same GPUs and NCCL version.
// Errors    LibraryError when MPI or NCCL fails. What a failing rank must do: see abort().
class Communicator {
 public:
  virtual ~Communicator() = default;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  virtual int rank() const = 0;
  virtual int ranks() const = 0;

  // Work under way beside the computation.
  class Pending {
   public:
    virtual ~Pending() = default;
    // Returns when what is computed next on the Exec will see the result.
    virtual void wait() = 0;
  };

  // values = the sum of all ranks' values; float32 or float64. They must stay where they are,
  // untouched, until wait().
  virtual std::unique_ptr<Pending> start_sum(View values) = 0;
  void sum(View values) { start_sum(values)->wait(); }
  // all = the values of rank 0, then of rank 1, ...; any type, `all` ranks() times as large.
  virtual void all_gather(ConstView values, View all) = 0;
  // values = those of rank 0; any type.
  virtual void broadcast(View values) = 0;

  // The same on the host.
  virtual void all_gather(std::span<const std::byte> bytes, std::span<std::byte> all) = 0;
  void sum(std::span<double> values);

  virtual void barrier() = 0;
  // Ends the processes of all ranks, this one too, with exit code 1. For a rank that fails while
  // the others wait for it; it should have said why.
  [[noreturn]] virtual void abort() = 0;

 protected:
  Communicator() = default;
};

// The ranks that mpirun or srun started this process among; nullptr when it was started alone.
// Once per process.
// Errors    NotSupported when it has other ranks, but this build has no MPI, or no NCCL for an
//           Exec on a GPU.
std::unique_ptr<Communicator> make_communicator(Exec& exec);

// How many ranks the launcher says there are, and which of those on this machine this one is.
// 1 and 0 when there is no launcher. From the environment; MPI is not started.
int launched_ranks();
int launched_local_rank();

// The ranks that work on an Exec is shared among: exec.extension<Ranks>().
struct Ranks {
  explicit Ranks(Exec&) {}
  Communicator* communicator = nullptr;  // nullptr: alone. The caller keeps ownership
  bool sync_batch_norm = false;          // batch norm in training: statistics of all ranks' maps
};

// --- What make_communicator() is made of. ---

std::unique_ptr<Communicator> make_mpi_communicator();
std::unique_ptr<Communicator> make_nccl_communicator(Exec& exec,
                                                     std::unique_ptr<Communicator> host);

}  // namespace salix
