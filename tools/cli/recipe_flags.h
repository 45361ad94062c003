// A recipe's options as flags of a command.
#pragma once

#include <string>
#include <vector>

#include "train/recipes/options.h"

namespace CLI {
class App;
}

namespace salix::cli {

// One flag per option, without spellings that the command has already, in the group "Options of the
// recipe NAME".
void add_recipe_flags(CLI::App& command, const std::string& recipe, const Options& options);

// The flag --recipe, for --help, which says `purpose` and lists the recipes; which one it names
// must be known before the others can be described, so that recipe_of() has read it already.
void add_recipe_choice(CLI::App& command, const std::string& chosen,
                       const std::string& purpose = "how to train");

// What the flag says on a command line, as --flag=WORD or --flag WORD, the last time; "" when it is
// not there.
std::string word_after(const std::vector<std::string>& command_line, const std::string& flag);

// What --recipe says on a command line, or `otherwise`; an unknown name is refused when the line
// is parsed.
std::string recipe_of(const std::vector<std::string>& command_line, const std::string& otherwise);

}  // namespace salix::cli
