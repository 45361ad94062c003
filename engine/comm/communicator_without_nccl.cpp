#include "engine/comm/communicator.h"

namespace salix {

std::unique_ptr<Communicator> make_nccl_communicator(Exec& exec, std::unique_ptr<Communicator>) {
  throw NotSupported(str("ranks: several processes on ", exec.device().to_string(),
                         " need NCCL, which this build does not have; install it and configure "
                         "again, or use --device cpu"));
}

}  // namespace salix
