#include "models/network.h"

#include <algorithm>

#include "engine/text.h"
#include "models/a2s/a2s.h"
#include "models/cornet/cornet.h"
#include "models/localvit_swin/localvit_swin.h"
#include "models/midnet/midnet.h"
#include "models/sfnet/sfnet.h"

namespace salix {
namespace {

struct Entry {
  NetworkFacts facts;
  std::unique_ptr<Network> (*make)(Exec&);
};

template <typename Kind>
Entry entry() {
  return {Kind::describe(),
          [](Exec& exec) -> std::unique_ptr<Network> { return std::make_unique<Kind>(exec); }};
}

// The one table of networks: a network is its folder and its line here.
const std::vector<Entry>& table() {
  static const std::vector<Entry> networks{
      entry<A2s>(), entry<Cornet>(), entry<Midnet>(), entry<Sfnet>(), entry<LocalVitSwin>(),
  };
  return networks;
}

const Entry& entry_of(const std::string& name) {
  for (const Entry& entry : table()) {
    if (name == entry.facts.name) return entry;
  }
  std::string known;
  for (const std::string& other : network_names()) add_to_list(known, other);
  throw InvalidInput(str("no network is called '", name, "'; there are ", known));
}

}  // namespace

const std::vector<std::string>& network_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Entry& entry : table()) all.push_back(entry.facts.name);
    return all;
  }();
  return names;
}

const NetworkFacts& network_facts(const std::string& name) { return entry_of(name).facts; }

std::unique_ptr<Network> make_network(Exec& exec, const std::string& name) {
  return entry_of(name).make(exec);
}

std::vector<ParameterGroup> Network::encoder_and_decoder(const std::vector<std::string>& prefixes) {
  std::vector<ParameterGroup> groups{{"encoder", {}}, {"decoder", {}}};
  for (const StateEntry& entry : parameters()) {
    const bool in_encoder =
        std::any_of(prefixes.begin(), prefixes.end(),
                    [&](const std::string& prefix) { return entry.name.starts_with(prefix); });
    groups[in_encoder ? 0 : 1].parameters.push_back(entry);
  }
  return groups;
}

}  // namespace salix
