// `salix export`: a network as an ONNX file for other run times.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "models/network.h"

namespace salix {

// Whether this build can write ONNX (cmake found libonnx-dev).
bool has_onnx();

struct OnnxSummary {
  std::size_t nodes = 0;
  std::size_t initializers = 0;
  std::vector<std::string> inputs, outputs;
  std::uint64_t bytes = 0;
};

// Writes `network` in eval mode for images of size x size, as opset 17, float32.
//
// Inputs    image [N,3,size,size], normalised; modality [N,3,size,size], 0..1, where there is
//           one. N is open.
// Outputs   per map of the network <name>_logits and <name>, its sigmoid, both [N,1,h,w]; features
//           as <name> [N,C,h,w]; scores of classes, before the softmax, as <name> [N,classes].
// Contents  initializers have the names and shapes of the weight files; the metadata says
//           version, network, size and normalisation.
// Errors    InvalidInput for another size than the network takes.
//           NotSupported without ONNX in the build, or for an op without a form in ONNX.
OnnxSummary export_onnx(Network& network, int size, const std::filesystem::path& path);

}  // namespace salix
