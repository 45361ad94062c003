// `salix crf`: refines saliency maps along the edges of their images, as A2S-v2 makes its
// pseudo labels.
#include <CLI/CLI.hpp>
#include <atomic>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "data/image/image_io.h"
#include "data/sets/file_list.h"
#include "engine/io/json_text.h"
#include "engine/io/npy.h"
#include "tools/cli/common_options.h"
#include "tools/cli/console.h"
#include "tools/commands.h"
#include "train/crf/refine_map.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

struct Request {
  CommonOptions common;
  std::vector<std::string> images, maps;
  std::string out = "salix-crf";
  bool probability = false;
  RefineOptions options;
};

struct Job {
  fs::path image, map;  // map is empty when there is none of that name
};

std::vector<Job> make_jobs(const Request& request, const Output& output) {
  const auto warn = notes_on(output.err);
  std::map<std::string, fs::path> maps;
  for (const fs::path& map : data::list_images(request.maps, false, warn))
    maps[map.stem().string()] = map;
  std::vector<Job> jobs;
  std::map<std::string, fs::path> names;
  for (const fs::path& image : data::list_images(request.images, false, warn)) {
    const std::string name = image.stem().string();
    const auto [used, is_new] = names.emplace(name, image);
    SALIX_CHECK(is_new, "crf: images must have different names; got '", used->second.string(),
                "' and '", image.string(), "'");
    const auto map = maps.find(name);
    jobs.push_back({image, map == maps.end() ? fs::path() : map->second});
  }
  return jobs;
}

class CrfRun {
 public:
  CrfRun(const Request& request, const Output& output)
      : request_(request), output_(output), jobs_(make_jobs(request, output)) {}

  void run() {
    fs::create_directories(request_.out);
    const std::unique_ptr<Exec> exec = make_exec(request_.common);
    {
      Progress progress(output_.err, "crf", static_cast<std::int64_t>(jobs_.size()),
                        stderr_is_terminal());
      // Images side by side, one thread each, are faster than all threads on one image; a
      // profile or another device needs one place where all is done.
      const bool profiled = request_.common.profile || !request_.common.trace.empty();
      if (exec->device().kind == DeviceKind::kCpu && jobs_.size() > 1 && !profiled) {
        work_side_by_side(exec->threads(), progress);
      } else {
        ProfileSession profile(*exec, request_.common);
        work(*exec, progress);
        profile.finish(output_.err);
      }
    }
    report();
  }

 private:
  void work_side_by_side(int threads, Progress& progress) {
    std::exception_ptr failure;
    std::vector<std::thread> workers;
    const auto count = std::min(static_cast<std::size_t>(threads), jobs_.size());
    for (std::size_t i = 0; i < count; ++i) {
      workers.emplace_back([&] {
        try {
          Exec own({}, {.threads = 1});  // made here: OpenMP counts threads per caller
          work(own, progress);
        } catch (...) {
          const std::lock_guard lock(mutex_);
          failure = std::current_exception();
        }
      });
    }
    for (std::thread& worker : workers) worker.join();
    if (failure) std::rethrow_exception(failure);
  }

  // A bad file is named and skipped; the others go on.
  void work(Exec& exec, Progress& progress) {
    for (std::size_t i = next_++; i < jobs_.size(); i = next_++) {
      std::string problem;
      try {
        refine(exec, jobs_[i]);
      } catch (const IoError& error) {
        problem = error.what();
      } catch (const InvalidInput& error) {
        problem = str(jobs_[i].image.string(), ": ", error.what());
      }
      const std::lock_guard lock(mutex_);
      if (!problem.empty()) {
        failed_.insert(jobs_[i].image.string());
        progress.say("skipped: " + problem);
      }
      progress.advance();
    }
  }

  void refine(Exec& exec, const Job& job) const {
    if (job.map.empty()) {
      throw IoError(str("crf: an image and its map must have one name; got no map '",
                        job.image.stem().string(), "' for '", job.image.string(), "'"));
    }
    const RefinedMap refined =
        refine_map(exec, data::read_rgb(job.image), data::read_grey(job.map), request_.options);
    const std::string name = (fs::path(request_.out) / job.image.stem()).string();
    data::write_image(name + ".png", refined.labels);
    if (!request_.probability) return;
    const data::FloatMap& map = refined.probability;
    io::write_npy(name + "_probability.npy",
                  io::Array::from<float>({map.height, map.width}, std::span(map.values)));
  }

  void report() {
    const std::size_t written = jobs_.size() - failed_.size();
    if (request_.common.json) {
      const nlohmann::ordered_json result{{"inputs", jobs_.size()},
                                          {"written", written},
                                          {"failed", failed_},
                                          {"out", request_.out}};
      output_.out << io::json_text(result) << '\n';
    } else {
      output_.out << written << " of " << jobs_.size() << " refined into " << request_.out << '\n';
    }
    if (!failed_.empty()) {
      throw WorkFailed(str(failed_.size(), " of ", jobs_.size(), " images failed (named above)"));
    }
  }

  const Request& request_;
  Output output_;
  std::vector<Job> jobs_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;              // of `failed_` and the progress, while workers run
  std::set<std::string> failed_;  // sorted: the workers' order is no one's business
};

}  // namespace

void add_crf(CLI::App& app, const Output& output) {
  CLI::App* command =
      app.add_subcommand("crf", "saliency maps refined along the edges of their images");
  const auto request = std::make_shared<Request>();
  add_common_options(*command, request->common);
  RefineOptions& options = request->options;
  DenseCrfParams& crf = options.crf;
  command->add_option("IMAGE", request->images, "photographs, or folders of them")->required();
  command->add_option("--maps,--map", request->maps, "their maps, or a folder; names must match")
      ->required()
      ->type_name("FILE");
  const auto add = [&](const char* name, auto& value, const char* help) {
    return command->add_option(name, value, help)->capture_default_str();
  };
  add("-o,--out", request->out, "folder for NAME.png, 0 or 255");
  add("--size", options.size, "work at SIZE x SIZE; 0: at the image's own size")
      ->check(CLI::Range(0, 8192));
  command->add_flag("--otsu,!--no-otsu", options.otsu,
                    "labels: above Otsu's threshold (default), or above 0.5");
  add("--median", options.median, "window of the final median, odd; 1: none")
      ->check(CLI::Validator(
          [](std::string& text) {
            return !text.empty() && (text.back() - '0') % 2 == 1 ? "" : "must be odd";
          },
          "ODD"))
      ->check(CLI::Range(1, 255));
  command->add_flag("--probability", request->probability, "also NAME_probability.npy, [H,W]");
  add("--iterations", crf.iterations, "mean-field steps")->check(CLI::Range(0, 10000));
  add("--certainty", crf.certainty, "probability that a label is right")
      ->check(CLI::Range(0.01, 0.99));
  add("--gaussian-xy", crf.gaussian_xy, "deviation of the smoothing kernel, pixels")
      ->check(CLI::PositiveNumber);
  add("--gaussian-weight", crf.gaussian_weight, "0: without that kernel")
      ->check(CLI::NonNegativeNumber);
  add("--bilateral-xy", crf.bilateral_xy, "deviation of the appearance kernel, pixels")
      ->check(CLI::PositiveNumber);
  add("--bilateral-rgb", crf.bilateral_rgb, "the same in colour, levels of 255")
      ->check(CLI::PositiveNumber);
  add("--bilateral-weight", crf.bilateral_weight, "0: without that kernel")
      ->check(CLI::NonNegativeNumber);
  command->footer(
      "Examples:\n"
      "  salix crf photos/ --maps maps/ -o labels\n"
      "  salix crf photo.jpg --map photo.png -o labels --size 0 --probability");
  command->callback([request, output] { CrfRun(*request, output).run(); });
}

}  // namespace salix::cli
