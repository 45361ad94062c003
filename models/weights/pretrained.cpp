#include "models/weights/pretrained.h"

#include <algorithm>

#include "models/weights/finite_check.h"
#include "models/weights/localvit_weights.h"
#include "models/weights/prefix_search.h"
#include "models/weights/resnet_kind.h"

namespace salix {
namespace {

const std::string kStem = "conv1.weight";
const std::string kFirstBlock = "layer1.0.conv1.weight";

// fc exists in every encoder and is never executed, so no file has to bring it.
bool is_never_executed(const std::string& name) {
  return name.find("fc.weight") != std::string::npos || name.find("fc.bias") != std::string::npos ||
         name.find(".se.gn.") != std::string::npos;
}

bool is_optional(const std::string& name) {
  return is_never_executed(name) || is_swin_constant(name) || name.ends_with("num_batches_tracked");
}

// The names of a state that are needed and not there.
std::vector<std::string> absent_from(const io::NamedArrays& arrays,
                                     const std::vector<StateEntry>& state) {
  std::vector<std::string> absent;
  for (const StateEntry& entry : state) {
    if (!is_optional(entry.name) && !arrays.contains(entry.name)) absent.push_back(entry.name);
  }
  return absent;
}

std::vector<std::string> names_of(const std::vector<StateEntry>& state) {
  std::vector<std::string> names;
  for (const StateEntry& entry : state) names.push_back(entry.name);
  return names;
}

// The file's names behind the prefix, without it, that are not in the state.
std::vector<std::string> unknown_behind(const io::NamedArrays& arrays, const std::string& prefix,
                                        const std::vector<StateEntry>& state) {
  std::vector<std::string> known = names_of(state), unknown;
  std::sort(known.begin(), known.end());
  for (const io::NamedArray& named : arrays) {
    if (!named.name.starts_with(prefix)) continue;
    std::string name = named.name.substr(prefix.size());
    if (!std::binary_search(known.begin(), known.end(), name)) unknown.push_back(std::move(name));
  }
  return unknown;
}

[[noreturn]] void fail_without_encoder(const io::NamedArrays& arrays) {
  const std::vector<std::string> blocks = prefixes_of(arrays, kFirstBlock);
  if (!blocks.empty()) {
    throw InvalidInput(str("import: found no ResNet-50 encoder: beside '", blocks.front(),
                           kFirstBlock, "' there is no '", blocks.front(), kStem,
                           "' (a variant with a deeper stem?)"));
  }
  throw InvalidInput(
      str("import: found no ResNet-50 encoder: no array is named 'conv1.weight' with "
          "'layer1.0.conv1.weight' beside it, nor that behind a prefix. The file's names are ",
          arrays.empty() ? "none" : quote_some(arrays),
          ". If only the start of the names is in the way, drop it: salix weights convert FROM TO "
          "--strip-prefix START"));
}

// Of the prefixes before the network's head the one behind which most of its names are.
std::string network_prefix(const Module& network, const io::NamedArrays& arrays,
                           const std::string& head) {
  const std::vector<StateEntry> state = network.state();
  std::string best;
  std::int64_t most = -1;
  for (const std::string& prefix : prefixes_before(arrays, head)) {
    const std::int64_t count = std::count_if(
        state.begin(), state.end(),
        [&](const StateEntry& entry) { return arrays.contains(prefix + entry.name); });
    if (count > most) most = count, best = prefix;
  }
  return best;
}

}  // namespace

std::optional<std::string> encoder_prefix(const io::NamedArrays& arrays) {
  for (const std::string& prefix : prefixes_of(arrays, kStem)) {
    if (arrays.contains(prefix + kFirstBlock)) return prefix;
  }
  return std::nullopt;
}

EncoderImport import_encoder(ResNet50& encoder, const io::NamedArrays& arrays, bool allow_partial) {
  std::optional<std::string> found = encoder_prefix(arrays);
  if (!found && allow_partial && arrays.contains(kStem)) found = "";
  if (!found) fail_without_encoder(arrays);
  EncoderImport result{.prefix = *found, .report = {}};

  io::NamedArrays own;
  std::vector<std::string> foreign;
  for (const io::NamedArray& named : arrays) {
    const bool ours = named.name.starts_with(result.prefix);
    const std::string name = ours ? named.name.substr(result.prefix.size()) : "";
    // MoCo's projection head is called fc too, with other shapes.
    if (ours && !name.starts_with("fc.")) {
      own.add(name, named.array);
    } else {
      foreign.push_back(named.name);
    }
  }
  const std::vector<StateEntry> state = encoder.state();
  check_resnet50(arrays, result.prefix, unknown_behind(arrays, result.prefix, state));
  const std::vector<std::string> absent = absent_from(own, state);
  SALIX_CHECK(absent.empty() || allow_partial, "import: the file lacks ", absent.size(),
              " of the encoder's tensors (", quote_some(absent),
              "); pass --allow-partial to keep initial values for them");
  check_finite(own, names_of(state));

  result.report = load_state_dict(encoder, own);
  std::erase_if(result.report.missing, is_never_executed);
  result.report.ignored.insert(result.report.ignored.end(), foreign.begin(), foreign.end());
  return result;
}

bool holds_whole_network(const io::NamedArrays& arrays, const NetworkFacts& facts) {
  return !prefixes_before(arrays, facts.head).empty();
}

std::string network_in(const io::NamedArrays& arrays) {
  for (const std::string& name : network_names()) {
    const std::string& signature = network_facts(name).signature;
    if (!signature.empty() && !prefixes_before(arrays, signature).empty()) return name;
  }
  return "";
}

LoadSummary import_resnet_network(Network& network, const std::vector<ResNet50*>& encoders,
                                  const io::NamedArrays& arrays, bool allow_partial) {
  if (holds_whole_network(arrays, network.facts())) return import_network(network, arrays);
  LoadSummary report;
  for (ResNet50* encoder : encoders) {
    report = import_encoder(*encoder, arrays, allow_partial).report;
  }
  return report;
}

LoadSummary import_network(Network& network, const io::NamedArrays& arrays) {
  const std::string prefix = network_prefix(network, arrays, network.facts().head);
  const std::vector<StateEntry> state = network.state(prefix);
  const std::vector<std::string> absent = absent_from(arrays, state);
  if (!absent.empty()) {
    const std::string other = network_in(arrays);
    const bool foreign = !other.empty() && other != network.name();
    throw InvalidInput(str(
        "import: the file lacks ", absent.size(), " of the network's tensors (", quote_some(absent),
        "); ", foreign ? str("it is a file of ", other, ".") : "is this a file of another network?",
        " Its names are ", quote_some(arrays)));
  }
  std::vector<std::string> deeper = unknown_behind(arrays, prefix, network.state());
  std::erase_if(deeper, [](const std::string& name) { return !names_a_block(name); });
  SALIX_CHECK(deeper.empty(), "import: the file has ", deeper.size(),
              " tensors in its encoder's blocks that the network has not (", quote_some(deeper),
              "): its encoder is deeper than ResNet-50, or another one");
  check_finite(arrays, names_of(state));
  check_swin_constants(network, arrays, prefix);
  LoadSummary report = load_state_dict(network, arrays, prefix);
  std::erase_if(report.missing, is_swin_constant);
  return report;
}

}  // namespace salix
