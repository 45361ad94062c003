// Finding a network's weights in other people's files: MoCo-v2 checkpoints, torchvision's
// ResNet-50, the reference's own files, with or without DataParallel's prefix.
#pragma once

#include <string>

#include "engine/io/array.h"
#include "models/network.h"
#include "models/resnet/resnet.h"

namespace salix {

struct EncoderImport {
  std::string prefix;  // the one the encoder's names had in the file, "" for none
  LoadSummary report;  // names as in the file; `fc.*` is never loaded
};

// Fills a ResNet-50 from arrays named with the first of these prefixes that occurs:
// `module.encoder_q.` (MoCo's query encoder; its key encoder and queue are ignored),
// `encoder_q.`, `module.encoder.`, `module.`, `backbone.`, `encoder.`, none. All 318 encoder
// tensors must be there with fitting shapes, unless `allow_partial`: then at least one, and
// the rest keep their initial values, named in report.missing.
EncoderImport import_encoder(ResNet50& encoder, const io::NamedArrays& arrays, bool allow_partial);

// Fills a whole network from a file of its own kind: the reference's names, perhaps behind
// `module.` or `model.`. Everything but never-executed parameters must be there. The
// report's names are those of the file.
LoadSummary import_network(Module& network, const io::NamedArrays& arrays);

// Whether a file holds all of such a network, or an encoder at most.
bool holds_whole_network(const io::NamedArrays& arrays, const NetworkFacts& facts);

// Network::import_weights() of a network around ResNet-50s: a file of the whole network, else an
// encoder file, which fills each of `encoders`; the report is then of the last of them.
LoadSummary import_resnet_network(Network& network, const std::vector<ResNet50*>& encoders,
                                  const io::NamedArrays& arrays, bool allow_partial);

// What DataParallel and the like put before every name: `module.`, `model.`, both, or "".
std::string wrapper_prefix(const io::NamedArrays& arrays);

}  // namespace salix
