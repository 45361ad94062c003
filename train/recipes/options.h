// An option of a recipe, described once: the flags of `salix train` and `audit step`, the fields
// of config.json and the pipeline's settings all come from here.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace salix {

struct Option {
  // Where the value lies; what it holds when the option is described is the default. A bool is a
  // flag. The variable must outlive the Options.
  using Target = std::variant<bool*, int*, std::int64_t*, double*, std::string*,
                              std::vector<double>*, std::optional<int>*>;

  std::string flags;  // "--clip-gradient,--clip_gradient": all spellings
  std::string help;
  Target target;
  std::optional<std::pair<double, double>> range = {};  // smallest and largest
  std::vector<std::string> choices = {};
  std::size_t count = 0;  // of a list: how many numbers, with commas; 0: any
  // An option that changes the numbers of a run is in config.json, under the name of its first
  // flag; a run cannot be resumed with another value.
  bool changes_numbers = true;

  // "clip_gradient".
  std::string key() const;
};

class Options {
 public:
  // Errors    InternalError for a flag that is described twice.
  void add(Option option);
  const std::vector<Option>& all() const { return options_; }
  bool has(const std::string& flag) const;

  // As if the flag had been given: for programs that start a training.
  // Errors    InvalidInput for an unknown flag or a value of another type.
  void set(const std::string& flag, double value);
  void set(const std::string& flag, const std::string& value);
  void set(const std::string& flag, bool value);

  // Adds what changes the numbers, in the order of description; an optional without value is
  // left out.
  void add_to(nlohmann::ordered_json& config) const;

 private:
  const Option& find(const std::string& flag) const;
  std::vector<Option> options_;
};

}  // namespace salix
