#include "models/network.h"

#include "models/a2s/a2s.h"
#include "models/cornet/cornet.h"
#include "models/midnet/midnet.h"

namespace salix {
namespace {

using Maker = std::unique_ptr<SaliencyNetwork> (*)(Exec&);

template <typename Network>
std::unique_ptr<SaliencyNetwork> make(Exec& exec) {
  return std::make_unique<Network>(exec);
}

struct Entry {
  const char* name;
  Maker maker;
};

constexpr Entry kNetworks[] = {
    {"a2s", make<A2s>}, {"cornet", make<Cornet>}, {"midnet", make<Midnet>}};

}  // namespace

const std::vector<std::string>& network_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Entry& entry : kNetworks) all.emplace_back(entry.name);
    return all;
  }();
  return names;
}

std::unique_ptr<SaliencyNetwork> make_network(Exec& exec, const std::string& name) {
  for (const Entry& entry : kNetworks) {
    if (name == entry.name) return entry.maker(exec);
  }
  std::string known;
  for (const std::string& other : network_names()) known += (known.empty() ? "" : ", ") + other;
  throw InvalidInput(str("no network is called '", name, "'; there are ", known));
}

}  // namespace salix
