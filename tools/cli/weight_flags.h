// --weight and --allow-partial of the commands that run a network as its file has it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace salix::cli {

inline void add_weight_flags(CLI::App& command, std::string& weight, bool& allow_partial) {
  command.add_option("--weight", weight, "weights of the network")->required()->type_name("FILE");
  command.add_flag("--allow-partial", allow_partial, "accept an encoder file that lacks tensors");
}

}  // namespace salix::cli
