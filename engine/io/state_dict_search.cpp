#include "engine/io/state_dict_search.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "engine/io/torch_storage.h"

namespace salix::io {
namespace {

constexpr int kDeepest = 4;
constexpr std::size_t kManyTensors = std::size_t{1} << 32;

// In the order of preference. Of two networks in a file the one its authors evaluate comes first:
// DINO's teacher, BYOL's online network; weights come before their moving average.
// Each may end in `_state_dict`.
constexpr auto kContainers = std::to_array<std::string_view>({"state_dict",
                                                              "model_state",
                                                              "model",
                                                              "net",
                                                              "network",
                                                              "module",
                                                              "params",
                                                              "weights",
                                                              "model_weights",
                                                              "encoder",
                                                              "backbone",
                                                              "resnet",
                                                              "teacher",
                                                              "student",
                                                              "online_network",
                                                              "online_encoder",
                                                              "online",
                                                              "generator",
                                                              "G",
                                                              "state_dict_ema",
                                                              "model_ema",
                                                              "params_ema",
                                                              "ema_model",
                                                              "ema"});

// What an unknown entry is when its name says so: the optimizer's tensors are no weights.
constexpr auto kNoWeights = std::to_array<std::string_view>(
    {"optim", "sched", "scaler", "amp", "loss", "criterion", "rng", "hyper"});

class TensorCounter {
 public:
  // How many tensors a value holds at any depth. Values may be shared so often that they cannot be
  // walked as a tree: each is counted once. Graphs are at most 64 deep.
  std::size_t in(PickleValue value) {
    if (is_torch_tensor(value) || is_other_tensor(value)) return 1;
    if (!value.is(PickleKind::kDict)) return 0;
    const auto known = counts_.find(value.id());
    if (known != counts_.end()) return known->second;
    std::size_t sum = 0;
    for (std::size_t i = 0; i < value.size(); ++i)
      sum = std::min(sum + in(value.value(i)), kManyTensors);
    counts_.emplace(value.id(), sum);
    return sum;
  }

  // Those that are entries of the dict itself.
  static std::size_t directly_in(PickleValue dict) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < dict.size(); ++i)
      sum += is_torch_tensor(dict.value(i)) || is_other_tensor(dict.value(i)) ? 1 : 0;
    return sum;
  }

 private:
  std::unordered_map<PickleId, std::size_t> counts_;
};

struct Container {
  std::string name;
  PickleValue dict;
  std::size_t tensors;
  std::size_t rank;  // in kContainers; their count for other names
};

std::string_view usual_name(std::string_view name) {
  constexpr std::string_view kEnd = "_state_dict";
  return name.ends_with(kEnd) ? name.substr(0, name.size() - kEnd.size()) : name;
}

bool is_no_weights(std::string_view name) {
  return std::any_of(kNoWeights.begin(), kNoWeights.end(), [&](std::string_view part) {
    return name.find(part) != std::string_view::npos;
  });
}

std::vector<Container> containers_in(PickleValue dict, TensorCounter& counter) {
  std::vector<Container> found;
  for (std::size_t i = 0; i < dict.size(); ++i) {
    const PickleValue value = dict.value(i);
    if (!dict.key(i).is(PickleKind::kString) || !value.is(PickleKind::kDict)) continue;
    const std::string name(dict.key(i).text());
    const auto* const known = std::find(kContainers.begin(), kContainers.end(), usual_name(name));
    const std::size_t tensors = counter.in(value);
    if (tensors == 0 || (known == kContainers.end() && is_no_weights(name))) continue;
    found.push_back({name, value, tensors, static_cast<std::size_t>(known - kContainers.begin())});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Container& a, const Container& b) { return a.rank < b.rank; });
  return found;
}

}  // namespace

std::optional<StateDictPlace> find_state_dict(PickleValue root, const std::string& source) {
  if (!root.is(PickleKind::kDict)) return std::nullopt;
  TensorCounter counter;
  StateDictPlace place{{root}, {}, {}};
  for (int depth = 0; depth < kDeepest; ++depth) {
    const PickleValue dict = place.path.back();
    const std::size_t own = TensorCounter::directly_in(dict);
    const std::vector<Container> containers = containers_in(dict, counter);
    const bool goes_on = std::any_of(containers.begin(), containers.end(),
                                     [&](const Container& c) { return c.tensors > own; });
    if (!goes_on) {
      if (own == 0 && dict.size() > 0) return std::nullopt;
      return place;
    }
    const Container& chosen = containers.front();
    if (chosen.rank == kContainers.size() && containers.size() > 1) {
      throw IoError(str(source, ": several dictionaries in the file hold tensors ('",
                        printable(chosen.name), "', '", printable(containers[1].name),
                        containers.size() > 2 ? "', ...)" : "')",
                        "; save the network's alone from Python: torch.save(checkpoint['",
                        printable(chosen.name), "'], path)"));
    }
    place.container += (place.container.empty() ? "" : ".") + chosen.name;
    place.others.clear();
    for (std::size_t i = 1; i < containers.size(); ++i) place.others.push_back(containers[i].name);
    place.path.push_back(chosen.dict);
  }
  return std::nullopt;
}

std::string describe_entries(PickleValue dict) {
  std::string names;
  for (std::size_t i = 0; i < std::min<std::size_t>(dict.size(), 8); ++i) {
    if (!dict.key(i).is(PickleKind::kString)) continue;
    names += str(names.empty() ? "" : ", ", "'", printable(dict.key(i).text()), "'");
    PickleValue value = dict.value(i);
    const bool of_many = value.is(PickleKind::kDict) && value.size() > 0;
    if (of_many) value = value.value(0);
    if (value.is(PickleKind::kObject))
      names += str(of_many ? " (a dict of " : " (a ", printable(value.text()), ")");
  }
  return names.empty() ? "none" : names;
}

}  // namespace salix::io
