#include "models/weights/load_network.h"

#include <algorithm>
#include <optional>

#include "engine/io/weights.h"
#include "layers/modules/init.h"

namespace salix {
namespace {

bool is_whole_network(const io::NamedArrays& arrays) {
  const std::string decoder = wrapper_prefix(arrays) + "decoder.";
  return std::any_of(arrays.begin(), arrays.end(),
                     [&](const auto& named) { return named.name.starts_with(decoder); });
}

LoadReport fill(SaliencyNetwork& network, const io::NamedArrays& arrays, bool whole,
                bool allow_partial) {
  if (whole) return import_network(network, arrays);
  LoadReport report;
  for (const NamedEncoder& encoder : network.encoders()) {
    report = import_encoder(*encoder.network, arrays, allow_partial).report;
  }
  return report;
}

}  // namespace

LoadedNetwork load_network(Exec& exec, const std::string& name, const std::filesystem::path& path,
                           bool allow_partial) {
  const io::Weights weights = io::read_weights(path);
  const bool whole = is_whole_network(weights.arrays);
  // A whole network overwrites every executed value: nothing need be drawn.
  std::optional<init::SkipInit> skip;
  if (whole) skip.emplace(exec);
  LoadedNetwork loaded{make_network(exec, name),
                       {.format = weights.format, .whole_network = whole}};
  try {
    loaded.summary.report = fill(*loaded.network, weights.arrays, whole, allow_partial);
  } catch (const InvalidInput& error) {
    throw InvalidInput(str(path.string(), ": ", name, ": ", error.what()));
  }
  return loaded;
}

}  // namespace salix
