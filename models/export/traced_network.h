// One forward pass of a network as a list of ops: the form from which it is exported and drawn,
// so that no network is described a second time.
#pragma once

#include <string>
#include <vector>

#include "engine/autograd/op_trace.h"
#include "models/network.h"

namespace salix {

struct TracedOp : OpRecord {
  int batch_axis = -1;  // the axis of `output` that grows with the batch; -1: none does
};

struct NamedInput {
  std::string name;  // "image", "modality"
  Tensor tensor;     // [N,H,W,3]
};

struct TracedNetwork {
  std::string name;
  std::vector<NamedInput> inputs;
  std::vector<NamedOutput> outputs;
  std::vector<StateEntry> state;  // of the network, which must live as long as this
  std::vector<TracedOp> ops;      // in the order of execution
};

// What the ops of `network` do in eval mode (in which it stays) to images of size x size. It runs
// twice, on one and on two images: a size that differs is the batch's. The tensors are those of
// the second pass.
// Errors    InvalidInput for another size than the network takes.
//           NotSupported when the passes differ in more than one size of a result, or when an op
//           ran that does not report itself to the trace: its result would pass for a constant.
TracedNetwork trace_network(Network& network, int size);

}  // namespace salix
