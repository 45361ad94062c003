// A network with the weights of a file, whatever kind of file it is.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "models/network.h"
#include "models/weights/pretrained.h"

namespace salix {

// What was found in a weight file, in words for the user.
struct WeightsSummary {
  std::string format = {};
  std::string epoch = {};      // after which it was written, where the file says so
  bool whole_network = false;  // else an encoder only; the rest keeps its initial values
  LoadSummary report = {};     // of the network, or of (each) encoder
};

struct LoadedNetwork {
  std::unique_ptr<Network> network;
  WeightsSummary summary;
};

// The network called `name` (see make_network) with the weights of `path`: a file of the whole
// network, or any encoder file that import_encoder() understands, which fills every encoder.
// `allow_partial`: an incomplete encoder will do. What the file does not bring has initial values
// drawn from the Exec's seed.
// Errors    IoError for an unreadable file, InvalidInput for another network's: both name it.
LoadedNetwork load_network(Exec& exec, const std::string& name, const std::filesystem::path& path,
                           bool allow_partial);

}  // namespace salix
