// Finding a network's weights in other people's files: an encoder among what its trainer put around
// it, a whole network behind its wrappers. docs/weights.md has the table of dialects.
#pragma once

#include <optional>
#include <string>

#include "engine/io/array.h"
#include "models/network.h"
#include "models/resnet/resnet.h"

namespace salix {

struct EncoderImport {
  std::string prefix;  // the one the encoder's names had in the file, "" for none
  LoadSummary report;  // names as in the file; `fc.*` is never loaded
};

// Where a file has a ResNet: the P of P + "conv1.weight" beside P + "layer1.0.conv1.weight". Of
// several the one that leads: MoCo's query encoder, not its key encoder (prefixes_of()).
std::optional<std::string> encoder_prefix(const io::NamedArrays& arrays);

// Fills a ResNet-50 from the arrays behind encoder_prefix(), whatever that is; what follows it
// (`fc`, heads, queues, key encoders) is ignored. All 318 encoder tensors must be there with
// fitting shapes, unless `allow_partial`: then at least one, and the rest keep their initial
// values, named in report.missing. Errors    InvalidInput, and nothing is changed: no encoder
// (shows names of the file), another
//           ResNet or a variant, missing tensors, other shapes, NaN or infinity.
EncoderImport import_encoder(ResNet50& encoder, const io::NamedArrays& arrays, bool allow_partial);

// Fills a whole network from a file of its own kind: the reference's names, behind any prefix that
// all of them have. Everything but never-executed parameters must be there. The report's names are
// those of the file. Errors as import_encoder().
LoadSummary import_network(Network& network, const io::NamedArrays& arrays);

// Whether a file holds all of such a network, or an encoder at most.
bool holds_whole_network(const io::NamedArrays& arrays, const NetworkFacts& facts);

// The networks whose own names (NetworkFacts::signature) a file has; "" for none.
std::string network_in(const io::NamedArrays& arrays);

// Network::import_weights() of a network around ResNet-50s: a file of the whole network, else an
// encoder file, which fills each of `encoders`; the report is then of the last of them.
LoadSummary import_resnet_network(Network& network, const std::vector<ResNet50*>& encoders,
                                  const io::NamedArrays& arrays, bool allow_partial);

}  // namespace salix
