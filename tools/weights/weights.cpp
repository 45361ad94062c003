// `salix weights info|convert|diff`: looking into weight files of any supported format.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>

#include "engine/io/json_text.h"
#include "engine/io/result_paths.h"
#include "engine/io/weights.h"
#include "models/weights/dialect.h"
#include "tools/commands.h"

namespace salix::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ArrayFacts {
  double norm = 0, sum = 0, min = 0, max = 0;
  bool finite = true;
};

ArrayFacts facts_of(const io::Array& array) {
  ArrayFacts facts;
  const io::Array wide = array.to_float64();
  bool first = true;
  for (const double value : wide.as<double>()) {
    facts.norm += value * value;
    facts.sum += value;
    facts.min = first ? value : std::min(facts.min, value);
    facts.max = first ? value : std::max(facts.max, value);
    facts.finite = facts.finite && std::isfinite(value);
    first = false;
  }
  facts.norm = std::sqrt(facts.norm);
  return facts;
}

void print_info(const std::string& path, bool as_json, const Output& output) {
  const io::Weights weights = io::read_weights(path);
  std::int64_t elements = 0;
  Json tensors = Json::array();
  for (const io::NamedArray& named : weights.arrays) {
    const ArrayFacts facts = facts_of(named.array);
    elements += named.array.numel();
    tensors.push_back(
        {{"name", named.name},
         {"dtype", name_of(named.array.dtype)},
         {"shape", std::vector<std::int64_t>(named.array.shape.begin(), named.array.shape.end())},
         {"norm", facts.norm},
         {"sum", facts.sum},
         {"min", facts.min},
         {"max", facts.max},
         {"finite", facts.finite}});
  }
  if (as_json) {
    Json metadata = Json::object();
    for (const auto& [key, value] : weights.metadata) metadata[key] = value;
    const WeightsDialect dialect = recognise(weights);
    const Json info{{"file", path},
                    {"format", weights.format},
                    {"publisher", dialect.publisher},
                    {"content", dialect.content},
                    {"container", dialect.container},
                    {"not_taken", weights.other_containers},
                    {"prefix", dialect.prefix},
                    {"elements", elements},
                    {"metadata", metadata},
                    {"tensors", tensors}};
    output.out << io::json_text(info) << '\n';
    return;
  }
  output.out << path << ": " << weights.format << ", " << weights.arrays.size() << " tensors, "
             << elements << " elements\n  " << in_words(weights) << '\n';
  for (const auto& [key, value] : weights.metadata)
    output.out << "  " << key << " = " << value << '\n';
  for (const std::string& name : weights.ignored)
    output.out << "  (not a tensor: " << name << ")\n";
  std::size_t width = 4;
  for (const io::NamedArray& named : weights.arrays) width = std::max(width, named.name.size());
  for (std::size_t i = 0; i < weights.arrays.size(); ++i) {
    const io::NamedArray& named = weights.arrays[i];
    output.out << "  " << std::left << std::setw(static_cast<int>(width) + 2) << named.name
               << std::setw(10) << name_of(named.array.dtype) << std::setw(20)
               << named.array.shape.to_string() << "norm " << tensors[i]["norm"].get<double>()
               << (tensors[i]["finite"].get<bool>() ? "" : "   NOT FINITE") << '\n';
  }
}

void convert(const std::string& from, const std::string& to, const std::string& strip,
             const Output& output) {
  io::check_result("weights convert", to, from);
  const io::Weights weights = io::read_weights(from);
  io::NamedArrays arrays;
  std::size_t stripped = 0;
  for (const io::NamedArray& named : weights.arrays) {
    const bool matches = !strip.empty() && named.name.starts_with(strip);
    stripped += matches ? 1 : 0;
    arrays.add(matches ? named.name.substr(strip.size()) : named.name, named.array);
  }
  SALIX_CHECK(strip.empty() || stripped > 0, "weights convert: no name in ", from, " starts with '",
              strip, "'");
  io::Metadata metadata = weights.metadata;
  const bool has_layout = std::any_of(metadata.begin(), metadata.end(),
                                      [](const auto& entry) { return entry.first == "layout"; });
  if (!has_layout) metadata.emplace_back("layout", "NCHW, OIHW");
  io::write_weights(to, arrays, metadata);
  output.out << to << ": " << arrays.size() << " tensors from " << weights.format << '\n';
}

struct Difference {
  std::string name, what;
};

std::vector<Difference> differences(const io::NamedArrays& a, const io::NamedArrays& b) {
  std::vector<Difference> found;
  for (const io::NamedArray& named : a) {
    const io::Array* other = b.find(named.name);
    if (other == nullptr) {
      found.push_back({named.name, "only in the first"});
    } else if (!(other->shape == named.array.shape)) {
      found.push_back({named.name, str("shape ", named.array.shape, " and ", other->shape)});
    } else if (!(*other == named.array)) {
      const io::Array x = named.array.to_float64(), y = other->to_float64();
      double largest = 0;
      std::size_t count = 0, first = x.as<double>().size();
      for (std::size_t i = 0; i < x.as<double>().size(); ++i) {
        const double difference = std::abs(x.as<double>()[i] - y.as<double>()[i]);
        if (difference == 0) continue;
        first = std::min(first, i);
        ++count;
        largest = std::isnan(difference) ? difference : std::max(largest, difference);
      }
      found.push_back(
          {named.name, count == 0
                           ? str("same values, other bits or dtype (", name_of(named.array.dtype),
                                 ", ", name_of(other->dtype), ")")
                           : str(count, " of ", x.numel(), " elements, largest difference ",
                                 largest, ", first at flat index ", first)});
    }
  }
  for (const io::NamedArray& named : b) {
    if (!a.contains(named.name)) found.push_back({named.name, "only in the second"});
  }
  return found;
}

void diff(const std::string& first, const std::string& second, bool as_json, const Output& output) {
  const std::vector<Difference> found =
      differences(io::read_weights(first).arrays, io::read_weights(second).arrays);
  if (as_json) {
    Json rows = Json::array();
    for (const Difference& row : found)
      rows.push_back({{"name", row.name}, {"difference", row.what}});
    const Json result{{"identical", found.empty()}, {"differences", rows}};
    output.out << io::json_text(result) << '\n';
  } else if (found.empty()) {
    output.out << "identical\n";
  } else {
    for (const Difference& row : found) output.out << "  " << row.name << ": " << row.what << '\n';
  }
  if (!found.empty()) throw WorkFailed(str(found.size(), " tensors differ"));
}

}  // namespace

void add_weights(CLI::App& app, const Output& output) {
  CLI::App* weights = app.add_subcommand("weights", "looks into weight files, converts, compares");
  weights->require_subcommand(1);
  struct Request {
    std::string first, second, strip;
    bool json = false;
  };
  const auto request = std::make_shared<Request>();

  CLI::App* info = weights->add_subcommand("info", "lists a file's tensors");
  info->add_option("FILE", request->first, ".safetensors, .pth, .pth.tar, .npz or .npy")
      ->required();
  info->add_flag("--json", request->json, "print as JSON");
  info->footer("Example:\n  salix weights info moco_v2_200ep_pretrain.pth.tar");
  info->callback([request, output] { print_info(request->first, request->json, output); });

  CLI::App* to = weights->add_subcommand("convert", "writes a file's tensors in another format");
  to->add_option("FROM", request->first, "any supported file")->required();
  to->add_option("TO", request->second, "the extension names the format")->required();
  to->add_option("--strip-prefix", request->strip, "drop this from the start of names");
  to->footer(
      "Example:\n  salix weights convert a2s_base_20.pth a2s.safetensors --strip-prefix module.");
  to->callback(
      [request, output] { convert(request->first, request->second, request->strip, output); });

  add_weights_init(*weights, output);

  CLI::App* compare =
      weights->add_subcommand("diff", "compares two files; exit code 1 when they differ");
  compare->add_option("FIRST", request->first, "any supported file")->required();
  compare->add_option("SECOND", request->second, "any supported file")->required();
  compare->add_flag("--json", request->json, "print as JSON");
  compare->footer("Example:\n  salix weights diff before.pth after.safetensors");
  compare->callback(
      [request, output] { diff(request->first, request->second, request->json, output); });
}

}  // namespace salix::cli
