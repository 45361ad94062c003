#include "train/recipes/options.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/error.h"

namespace salix {
namespace {

bool spells(const Option& option, const std::string& flag) {
  const std::string all = "," + option.flags + ",";
  return all.find("," + flag + ",") != std::string::npos;
}

// The values that a number, a text or a bool may be stored in; others are refused.
template <typename Value, typename Target>
void store(const std::string& flag, Target& target, const Value& value) {
  using Held = std::remove_pointer_t<Target>;
  constexpr bool number = std::is_same_v<Value, double>;
  constexpr bool into_number = std::is_same_v<Held, int> || std::is_same_v<Held, std::int64_t> ||
                               std::is_same_v<Held, double>;
  if constexpr (number && into_number) {
    *target = static_cast<Held>(value);
  } else if constexpr (number && std::is_same_v<Held, std::optional<int>>) {
    *target = static_cast<int>(value);
  } else if constexpr (std::is_same_v<Held, Value>) {
    *target = value;
  } else {
    throw InvalidInput(str("options: ", flag, " takes a value of another type"));
  }
}

template <typename Value>
void set_value(const Option& option, const std::string& flag, const Value& value) {
  std::visit([&](auto* target) { store(flag, target, value); }, option.target);
}

}  // namespace

std::string Option::key() const {
  std::string key = flags.substr(2, flags.find(',') - 2);
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

void Options::add(Option option) {
  for (const Option& other : options_) SALIX_ASSERT(other.key() != option.key());
  options_.push_back(std::move(option));
}

bool Options::has(const std::string& flag) const {
  return std::any_of(options_.begin(), options_.end(),
                     [&](const Option& option) { return spells(option, flag); });
}

const Option& Options::find(const std::string& flag) const {
  for (const Option& option : options_) {
    if (spells(option, flag)) return option;
  }
  throw InvalidInput(str("options: this recipe has no ", flag));
}

void Options::set(const std::string& flag, double value) { set_value(find(flag), flag, value); }
void Options::set(const std::string& flag, const std::string& value) {
  set_value(find(flag), flag, value);
}
void Options::set(const std::string& flag, bool value) { set_value(find(flag), flag, value); }

void Options::add_to(nlohmann::ordered_json& config) const {
  for (const Option& option : options_) {
    if (!option.changes_numbers) continue;
    std::visit(
        [&](const auto* value) {
          if constexpr (std::is_same_v<decltype(value), const std::optional<int>*>) {
            if (*value) config[option.key()] = **value;
          } else {
            config[option.key()] = *value;
          }
        },
        option.target);
  }
}

}  // namespace salix
