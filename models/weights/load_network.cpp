#include "models/weights/load_network.h"

#include <optional>

#include "engine/io/weights.h"
#include "layers/modules/init.h"

namespace salix {

LoadedNetwork load_network(Exec& exec, const std::string& name, const std::filesystem::path& path,
                           bool allow_partial) {
  const io::Weights weights = io::read_weights(path);
  const bool whole = holds_whole_network(weights.arrays, network_facts(name));
  // A whole network overwrites every executed value: nothing need be drawn.
  std::optional<init::SkipInit> skip;
  if (whole) skip.emplace(exec);
  LoadedNetwork loaded{make_network(exec, name),
                       {.format = weights.format, .whole_network = whole}};
  for (const auto& [key, value] : weights.metadata)
    if (key == "epoch") loaded.summary.epoch = value;
  try {
    loaded.summary.report = loaded.network->import_weights(weights.arrays, allow_partial);
  } catch (const InvalidInput& error) {
    throw InvalidInput(str(path.string(), ": ", name, ": ", error.what()));
  }
  return loaded;
}

}  // namespace salix
