#include "tools/cli/recipe_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "train/recipes/catalogue.h"

namespace salix::cli {
namespace {

// The spellings that the command does not use for something else: of `audit step`, --epoch is the
// epoch of the one iteration.
std::string free_spellings(CLI::App& command, const std::string& flags) {
  std::string free;
  std::istringstream spellings(flags);
  for (std::string flag; std::getline(spellings, flag, ',');) {
    if (command.get_option_no_throw(flag) != nullptr) continue;
    free += (free.empty() ? "" : ",") + flag;
  }
  return free;
}

struct AddFlag {
  CLI::App& command;
  const Option& option;
  std::string flags;

  CLI::Option* operator()(bool* target) const {
    return command.add_flag(flags, *target, option.help);
  }
  CLI::Option* operator()(std::vector<double>* target) const {
    CLI::Option* flag = command.add_option(flags, *target, option.help)->delimiter(',');
    if (option.count > 0) flag->expected(static_cast<int>(option.count));
    return flag->capture_default_str();
  }
  CLI::Option* operator()(std::optional<int>* target) const {
    return command.add_option(flags, *target, option.help);
  }
  template <typename Value>
  CLI::Option* operator()(Value* target) const {
    return command.add_option(flags, *target, option.help)->capture_default_str();
  }
};

}  // namespace

void add_recipe_flags(CLI::App& command, const std::string& recipe, const Options& options) {
  for (const Option& option : options.all()) {
    CLI::Option* flag =
        std::visit(AddFlag{command, option, free_spellings(command, option.flags)}, option.target);
    flag->group("Options of the recipe " + recipe);
    if (!option.choices.empty()) flag->check(CLI::IsMember(option.choices));
    if (!option.range) continue;
    const auto [smallest, largest] = *option.range;
    const bool whole = !std::holds_alternative<double*>(option.target);
    if (whole) {
      flag->check(
          CLI::Range(static_cast<std::int64_t>(smallest), static_cast<std::int64_t>(largest)));
    } else {
      flag->check(CLI::Range(smallest, largest));
    }
  }
}

void add_recipe_choice(CLI::App& command, const std::string& chosen, const std::string& purpose) {
  std::string known;
  std::vector<std::string> names;
  for (const RecipeEntry& entry : recipes()) {
    names.push_back(entry.name);
    known += str(known.empty() ? "" : "; ", entry.name, ": ", entry.summary);
  }
  // Read before the command line is parsed: see recipe_of().
  CLI::Option* flag = command.add_option_function<std::string>(
      "--recipe", [](const std::string&) {}, str(purpose, " (", known, ")"));
  if (!chosen.empty()) flag->default_str(chosen);
  flag->check(CLI::IsMember(names));
}

std::string word_after(const std::vector<std::string>& command_line, const std::string& flag) {
  std::string found;
  for (std::size_t i = 0; i < command_line.size(); ++i) {
    const std::string& word = command_line[i];
    if (word.starts_with(flag + "=")) found = word.substr(flag.size() + 1);
    if (word == flag && i + 1 < command_line.size()) found = command_line[i + 1];
  }
  return found;
}

std::string recipe_of(const std::vector<std::string>& command_line, const std::string& otherwise) {
  const std::string named = word_after(command_line, "--recipe");
  const bool known = std::any_of(recipes().begin(), recipes().end(),
                                 [&](const RecipeEntry& entry) { return entry.name == named; });
  return known ? named : otherwise;
}

}  // namespace salix::cli
