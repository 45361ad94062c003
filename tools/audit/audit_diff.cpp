// `salix audit diff`: the first step, tensor and op at which two runs part.
#include "train/audit/audit_diff.h"
#include "engine/io/json_text.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/error.h"
#include "tools/commands.h"

namespace salix::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Request {
  std::string run_a, run_b;
  bool json = false;
};

Json rows(const std::vector<JsonDifference>& differences) {
  Json list = Json::array();
  for (const JsonDifference& row : differences) {
    list.push_back({{"name", row.name}, {"a", row.a}, {"b", row.b}});
  }
  return list;
}

Json line_or_null(const std::string& text) { return text.empty() ? Json() : Json::parse(text); }

void print_json(std::ostream& out, const AuditDifference& diff) {
  Json result = {{"identical", diff.identical}, {"compared", diff.source}, {"steps", diff.steps}};
  if (!diff.identical) {
    result.update({{"step", diff.step},
                   {"what", diff.what},
                   {"a", line_or_null(diff.a)},
                   {"b", line_or_null(diff.b)},
                   {"last_equal", diff.before}});
  }
  result["config"] = rows(diff.config);
  result["manifest"] = rows(diff.manifest);
  out << io::json_text(result) << '\n';
}

void print_text(std::ostream& out, const AuditDifference& diff) {
  if (diff.identical) {
    out << "identical (" << diff.steps << " steps of " << diff.source << ")\n";
  } else {
    out << "step " << diff.step << ": " << diff.what << '\n';
    if (!diff.a.empty()) out << "  a: " << diff.a << '\n';
    if (!diff.b.empty()) out << "  b: " << diff.b << '\n';
    if (!diff.before.empty()) out << "  equal until " << diff.before << '\n';
  }
  for (const auto& [file, differences] :
       {std::pair{"config", &diff.config}, std::pair{"manifest", &diff.manifest}}) {
    for (const JsonDifference& row : *differences) {
      out << file << ": " << row.name << ": " << row.a << " | " << row.b << '\n';
    }
  }
}

}  // namespace

void add_audit_diff(CLI::App& audit, const Output& output) {
  CLI::App* command = audit.add_subcommand("diff", "where two runs part, or \"identical\"");
  const auto request = std::make_shared<Request>();
  command->add_option("run_a", request->run_a, "a run's folder")->required()->type_name("RUN");
  command->add_option("run_b", request->run_b, "another one's")->required()->type_name("RUN");
  command->add_flag("--json", request->json, "print as JSON");
  command->footer(
      "Compares audit.jsonl (of runs made with --audit-trace), else metrics.jsonl.\n"
      "Exit code 0: identical, 1: they differ.\n"
      "Example:\n  salix audit diff runs/one runs/two");
  command->callback([request, output] {
    const AuditDifference diff = audit_diff(request->run_a, request->run_b);
    request->json ? print_json(output.out, diff) : print_text(output.out, diff);
    if (!diff.identical) throw WorkFailed(str("the runs part at step ", diff.step));
    if (diff.source == "metrics.jsonl" && !request->json) {
      output.err << "note: only metrics were compared; train with --audit-trace to compare every "
                    "tensor\n";
    }
  });
}

}  // namespace salix::cli
