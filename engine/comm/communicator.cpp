#include "engine/comm/communicator.h"

#include <charconv>
#include <cstdlib>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace salix {
namespace {

// The first of the variables that is there and a number.
int number_in_environment(std::initializer_list<const char*> names, int otherwise) {
  for (const char* name : names) {
    const char* text = std::getenv(name);
    if (text == nullptr) continue;
    const std::string_view value(text);
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc() && end == value.data() + value.size()) return number;
  }
  return otherwise;
}

}  // namespace

// Open MPI; MPICH and Intel MPI; srun (SLURM_NTASKS would count a job's batch script too).
int launched_ranks() {
  return number_in_environment({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"}, 1);
}

int launched_local_rank() {
  return number_in_environment({"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"},
                               0);
}

std::unique_ptr<Communicator> make_communicator(Exec& exec) {
  if (launched_ranks() <= 1) return nullptr;
  std::unique_ptr<Communicator> host = make_mpi_communicator();
  if (host->ranks() == 1 || exec.device().is_host()) return host;
  return make_nccl_communicator(exec, std::move(host));
}

// A few numbers: gathering them costs one meeting, and adds them in the order of the ranks.
void Communicator::sum(std::span<double> values) {
  std::vector<double> all(values.size() * static_cast<std::size_t>(ranks()));
  all_gather(std::as_bytes(values), std::as_writable_bytes(std::span(all)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = all[i];
    for (std::size_t k = i + values.size(); k < all.size(); k += values.size()) {
      values[i] += all[k];
    }
  }
}

}  // namespace salix
