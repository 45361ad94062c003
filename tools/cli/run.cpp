#include "tools/cli/run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "engine/error.h"
#include "engine/version.h"
#include "tools/commands.h"
#include "train/session/interrupted.h"

namespace salix::cli {
namespace {

constexpr const char* kDescription =
    "salix trains and runs salient object detection without pixel labels.";

int run_checked(CLI::App& app, const std::vector<std::string>& arguments, const Output& output) {
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants
    app.parse(reversed);
    return 0;
  } catch (const CLI::CallForHelp&) {
    output.out << app.help();
    return 0;
  } catch (const CLI::CallForVersion&) {
    output.out << "salix " << kVersion << '\n';
    return 0;
  } catch (const CLI::ParseError& error) {
    output.err << "salix: " << error.what() << "; see --help\n";
    return 2;
  } catch (const WorkFailed& failed) {
    output.err << "salix: " << failed.what() << '\n';
    return 1;
  } catch (const Interrupted& interrupted) {
    output.err << "salix: " << interrupted.what() << '\n';
    return interrupted.exit_code;
  } catch (const InvalidInput& error) {
    output.err << "salix: " << error.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    output.err << "salix: " << error.what() << '\n';
    return 1;
  }
}

}  // namespace

int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  Output output{out, err, {"salix"}};
  output.command.insert(output.command.end(), arguments.begin(), arguments.end());
  CLI::App app(kDescription, "salix");
  app.set_version_flag("--version", str("salix ", kVersion));
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  salix predict a2s --weight a2s.pth photo.jpg -o maps --overlay\n"
      "  salix eval --pred maps --gt masks\n"
      "  salix weights info moco_v2_200ep_pretrain.pth.tar\n"
      "Each command has --help with examples of its own.");
  add_info(app, output);
  add_weights(app, output);
  add_pipeline(app, output);
  add_train(app, output);
  add_test(app, output);
  add_predict(app, output);
  add_eval(app, output);
  add_audit(app, output);
  add_features(app, output);
  add_synth(app, output);
  add_scribble(app, output);
  add_flow(app, output);
  add_crf(app, output);
  add_export(app, output);
  add_graph(app, output);
  add_report(app, output);
  return run_checked(app, arguments, output);
}

int run(const std::vector<std::string>& arguments) { return run(arguments, std::cout, std::cerr); }

}  // namespace salix::cli
