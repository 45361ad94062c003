// Ranks within one process: a thread each, which meet at barriers.
#pragma once

#include <barrier>
#include <functional>
#include <memory>
#include <vector>

#include "engine/comm/communicator.h"

namespace salix::testing {

class ThreadRanks {
 public:
  explicit ThreadRanks(int ranks) : meeting_(ranks), sent_(static_cast<std::size_t>(ranks)) {}

  // body(exec, communicator) on a thread per rank, each with its own one-threaded Exec. When
  // it throws, the program ends with the error: the other ranks would wait for ever. Sums show in a
  // buffer at wait(), not before.
  void run(const std::function<void(Exec&, Communicator&)>& body);
  // The same with Execs of the caller's making.
  void run(const std::function<std::unique_ptr<Exec>()>& make_exec,
           const std::function<void(Exec&, Communicator&)>& body);

  int ranks() const { return static_cast<int>(sent_.size()); }

 private:
  class Rank;
  std::barrier<> meeting_;
  std::vector<std::span<const std::byte>> sent_;
};

}  // namespace salix::testing
