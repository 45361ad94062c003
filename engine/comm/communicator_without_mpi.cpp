#include "engine/comm/communicator.h"

namespace salix {

std::unique_ptr<Communicator> make_mpi_communicator() {
  throw NotSupported(str("ranks: the launcher started ", launched_ranks(),
                         " processes, and this build has no MPI to join them; install "
                         "libopenmpi-dev and configure again, or start one process"));
}

}  // namespace salix
