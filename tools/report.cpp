// `salix report`: a run as one HTML file that needs nothing else.
#include <CLI/CLI.hpp>
#include <filesystem>

#include "engine/io/atomic_file.h"
#include "engine/io/result_paths.h"
#include "tools/commands.h"
#include "train/report/numbers.h"
#include "train/report/report_page.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

struct Request {
  std::string run, out;
  int images = 3;
};

// Any file of the run may be read for the page, but not an older page.
void check_place(const fs::path& page, const fs::path& run) {
  io::ResultPaths paths("report");
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(run)) {
    if (entry.is_regular_file() && entry.path().extension() != ".html") paths.input(entry.path());
  }
  paths.add(page, str("'", run.string(), "'"));
  const io::AtomicFile trial(page);  // says what is wrong, and leaves nothing behind
}

void write(const Request& request, const Output& output) {
  const fs::path file =
      request.out.empty() ? fs::path(request.run) / "report.html" : fs::path(request.out);
  const report::ReportFacts facts = report::read_report_facts(request.run);
  check_place(file, request.run);
  const report::Page page = report::make_page(facts, {.images = request.images});
  io::write_file_atomically(file, io::bytes_of(page.html));
  for (const std::string& note : page.notes) output.err << "note: " << note << '\n';
  output.out << file.string() << " (" << report::bytes(static_cast<double>(page.html.size()))
             << ")\n";
}

}  // namespace

void add_report(CLI::App& app, const Output& output) {
  CLI::App* command =
      app.add_subcommand("report", "a run as one HTML page: curves, scores, pictures, origin");
  const auto request = std::make_shared<Request>();
  command->add_option("run", request->run, "folder of a training run, or of a pipeline")
      ->required()
      ->type_name("RUN");
  command->add_option("-o,--out", request->out, "the page (default: RUN/report.html)")
      ->type_name("FILE");
  command
      ->add_option("--images", request->images,
                   "how many of the best, the median and the worst images of each set; 0: none")
      ->capture_default_str()
      ->check(CLI::Range(0, 20));
  command->footer(
      "The page is self-contained: no script, no font, no address; any browser shows it offline.\n"
      "Examples:\n"
      "  salix report weight/a2s/resnet/c/base\n"
      "  salix report pipeline -o pipeline.html --images 5");
  command->callback([request, output] { write(*request, output); });
}

}  // namespace salix::cli
