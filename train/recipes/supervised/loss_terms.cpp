#include "train/recipes/supervised/loss_terms.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "engine/text.h"
#include "layers/functional/binary.h"
#include "layers/functional/resize_bilinear.h"
#include "train/losses/pixel_losses.h"

namespace salix {
namespace {

constexpr std::string_view kForm = "name[_type][#weight]";

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

double weight_of(const std::string& term, const std::string& text) {
  double weight = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, weight);
  SALIX_CHECK(!text.empty() && error == std::errc{} && rest == end && std::isfinite(weight),
              "loss: the weight of a term must be a finite number; got '", text, "' in '", term,
              "'");
  return weight;
}

std::string all_names() {
  std::string names;
  for (const NamedLoss& loss : named_losses()) {
    add_to_list(names, loss.name);
  }
  return names;
}

// The longest name that `label` begins with: names have underscores of their own.
const NamedLoss& loss_in(const std::string& label) {
  const NamedLoss* found = nullptr;
  for (const NamedLoss& loss : named_losses()) {
    const std::string name(loss.name);
    if (label != name && !label.starts_with(name + "_")) continue;
    if (found == nullptr || found->name.size() < name.size()) found = &loss;
  }
  SALIX_CHECK(found != nullptr, "loss: the names are ", all_names(), "; got '", label, "'");
  return *found;
}

MapType type_of(const std::string& term, const std::string& type) {
  SALIX_CHECK(type.find('_') == std::string::npos, "loss: a term is ", kForm, "; got '", term,
              "' with too many parts");
  if (type == "sal") return MapType::kSal;
  SALIX_CHECK(type == "edge", "loss: the type of a term must be sal or edge; got '", type, "' in '",
              term, "'");
  return MapType::kEdge;
}

WeightedLoss parse_term(const std::string& text) {
  const std::vector<std::string> parts = split(text, '#');
  SALIX_CHECK(parts.size() <= 2 && !parts[0].empty(), "loss: a term is ", kForm, "; got '", text,
              "'");
  WeightedLoss term;
  term.loss = loss_in(parts[0]);
  const std::string name(term.loss.name);
  if (parts[0] != name) term.type = type_of(text, parts[0].substr(name.size() + 1));
  if (parts.size() == 2) term.weight = weight_of(text, parts[1]);
  term.label = term.type == MapType::kEdge ? name + "_edge" : name;
  return term;
}

Tensor at_target_size(const Tensor& map, const Tensor& target) {
  SALIX_CHECK(map.rank() == 4 && map.dim(0) == target.dim(0) && map.dim(3) == 1,
              "loss: a map must be [N,h,w,1] with the N of the target; got ", map.shape(), " and ",
              target.shape());
  if (map.shape() == target.shape()) return map;
  return resize_bilinear(map, target.dim(1), target.dim(2));
}

}  // namespace

std::vector<WeightedLoss> parse_loss_terms(const std::string& text) {
  std::vector<WeightedLoss> terms;
  for (const std::string& part : split(text, ',')) {
    terms.push_back(parse_term(part));
    const auto same = [&](const WeightedLoss& term) { return term.label == terms.back().label; };
    SALIX_CHECK(std::count_if(terms.begin(), terms.end(), same) == 1, "loss: '", terms.back().label,
                "' is named twice in '", text, "'");
  }
  SALIX_CHECK(std::any_of(terms.begin(), terms.end(),
                          [](const WeightedLoss& term) { return term.loss.has_gradient; }),
              "loss: at least one term must have a gradient; got '", text,
              "', which teaches nothing");
  return terms;
}

LossOfTerms loss_of_terms(const std::vector<WeightedLoss>& terms, const LossMaps& maps,
                          const Tensor& target, std::int64_t epoch) {
  SALIX_CHECK(!terms.empty() && target.rank() == 4 && target.dim(3) == 1,
              "loss: needs terms and a target [N,H,W,1]; got ", terms.size(), " terms and ",
              target.shape());
  const auto enlarged = [&](const std::vector<Tensor>& given) {
    std::vector<Tensor> made;
    for (const Tensor& map : given) made.push_back(at_target_size(map, target));
    return made;
  };
  const LossMaps at_size{enlarged(maps.sal), enlarged(maps.edge)};
  const Tensor edge_target = maps.edge.empty() ? Tensor() : edge_map(target);
  LossOfTerms loss;
  for (const WeightedLoss& term : terms) {
    const bool is_edge = term.type == MapType::kEdge;
    const std::vector<Tensor>& learning = is_edge ? at_size.edge : at_size.sal;
    SALIX_CHECK(!learning.empty(), "loss: '", term.label, "' needs a map of type ",
                is_edge ? "edge" : "sal", ", and this network has none");
    Tensor sum;
    for (const Tensor& map : learning) {
      const Tensor one = term.loss.of(map, is_edge ? edge_target : target, epoch) * term.weight;
      sum = sum.defined() ? sum + one : one;
    }
    loss.total = loss.total.defined() ? loss.total + sum : sum;
    loss.terms.emplace_back(term.label, sum.detach());
  }
  return loss;
}

}  // namespace salix
