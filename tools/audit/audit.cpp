// `salix audit`: exact comparisons, one file per subcommand.
#include <CLI/CLI.hpp>

#include "tools/commands.h"

namespace salix::cli {

void add_audit(CLI::App& app, const Output& output) {
  CLI::App* audit = app.add_subcommand("audit", "exact steps and traces, for comparing runs");
  audit->require_subcommand(1);
  add_audit_step(*audit, output);
  add_audit_diff(*audit, output);
}

}  // namespace salix::cli
