// The subcommands of `salix`, one file each.
#pragma once

#include <iosfwd>
#include <stdexcept>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace salix::cli {

struct Output {
  std::ostream& out;                      // results
  std::ostream& err;                      // progress, warnings, errors
  std::vector<std::string> command = {};  // the whole command line
};

// Thrown when a command did what it could and something is left undone: exit code 1.
class WorkFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

void add_info(CLI::App& app, const Output& output);
void add_weights(CLI::App& app, const Output& output);
void add_weights_init(CLI::App& weights, const Output& output);
void add_predict(CLI::App& app, const Output& output);
void add_eval(CLI::App& app, const Output& output);
void add_audit(CLI::App& app, const Output& output);
void add_audit_step(CLI::App& audit, const Output& output);
void add_audit_diff(CLI::App& audit, const Output& output);
void add_train(CLI::App& app, const Output& output);
void add_test(CLI::App& app, const Output& output);
void add_synth(CLI::App& app, const Output& output);
void add_scribble(CLI::App& app, const Output& output);
void add_features(CLI::App& app, const Output& output);
void add_flow(CLI::App& app, const Output& output);
void add_crf(CLI::App& app, const Output& output);
void add_pipeline(CLI::App& app, const Output& output);
void add_export(CLI::App& app, const Output& output);
void add_graph(CLI::App& app, const Output& output);
void add_report(CLI::App& app, const Output& output);

}  // namespace salix::cli
