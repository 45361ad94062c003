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
#include "data/meaning/read_meant.h"
#include "data/sets/file_list.h"
#include "engine/io/json_text.h"
#include "engine/io/npy.h"
#include "engine/io/result_paths.h"
#include "tools/cli/common_options.h"
#include "tools/cli/console.h"
#include "tools/cli/progress.h"
#include "tools/cli/reading_flags.h"
#include "tools/commands.h"
#include "train/crf/refine_map.h"
#include "train/metrics/questions_json.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLabelEnding = ".png";
constexpr const char* kProbabilityEnding = "_probability.npy";

struct Request {
  CommonOptions common;
  std::vector<std::string> images, maps;
  std::string out = "salix-crf";
  std::string suffix;  // of the maps' names
  bool probability = false;
  ReadingFlags reading;
  RefineOptions options;
};

struct Job {
  fs::path image, map;  // map is empty when there is none of that name
};

// `a_map` becomes the name of a map, to show how they are called.
std::vector<Job> make_jobs(const Request& request, std::string& a_map, const Output& output) {
  const auto warn = notes_on(output.err);
  std::map<std::string, fs::path> maps;
  for (const fs::path& map : data::list_images(request.maps, false, warn)) {
    const std::string name = map.stem().string();
    if (a_map.empty()) a_map = name;
    if (!name.ends_with(request.suffix)) continue;
    const auto [used, is_new] =
        maps.emplace(name.substr(0, name.size() - request.suffix.size()), map);
    SALIX_CHECK(is_new, "crf: maps must have different names; got '", used->second.string(),
                "' and '", map.string(), "'");
  }
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

std::string result_of(const Request& request, const Job& job, const char* ending) {
  return (fs::path(request.out) / job.image.stem()).string() + ending;
}

void plan_results(const Request& request, const std::vector<Job>& jobs) {
  io::ResultPaths paths("crf");
  for (const Job& job : jobs) {
    paths.input(job.image);
    if (!job.map.empty()) paths.input(job.map);
  }
  for (const Job& job : jobs) {
    const std::string source = str("'", job.image.string(), "'");
    paths.add(result_of(request, job, kLabelEnding), source);
    if (request.probability) paths.add(result_of(request, job, kProbabilityEnding), source);
  }
  paths.prepare();
}

class CrfRun {
 public:
  CrfRun(const Request& request, const Output& output)
      : request_(request),
        output_(output),
        reading_(request.reading.reading()),
        jobs_(make_jobs(request, a_map_, output)) {}

  void run() {
    plan_results(request_, jobs_);
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

  void refine(Exec& exec, const Job& job) {
    if (job.map.empty()) {
      throw IoError(str("crf: an image and its map must have one name; got no map '",
                        job.image.stem().string(), request_.suffix, "' for '", job.image.string(),
                        "'; maps are called like '", a_map_, "': see --map-suffix"));
    }
    const data::Image start = data::read_map(job.map, reading_, &questions_);
    if (!request_.options.otsu && !reading_.map_range)
      data::question_fixed_threshold(start, data::Role::kMap, job.map, questions_);
    const data::DrawnOnIt drawn{data::Role::kMap, job.map, start.height, start.width};
    const data::Image image = data::read_photograph(job.image, reading_, &questions_, &drawn);
    const RefinedMap refined = refine_map(exec, image, start, request_.options);
    data::write_image(result_of(request_, job, kLabelEnding), refined.labels);
    if (!request_.probability) return;
    const data::FloatMap& map = refined.probability;
    io::write_npy(result_of(request_, job, kProbabilityEnding),
                  io::Array::from<float>({map.height, map.width}, std::span(map.values)));
  }

  void report() {
    const std::size_t written = jobs_.size() - failed_.size();
    const std::vector<data::Question> questions = questions_.all();
    for (const data::Question& question : questions)
      output_.err << "note: " << question.sentence() << '\n';
    if (request_.common.json) {
      const nlohmann::ordered_json result{{"inputs", jobs_.size()},
                                          {"written", written},
                                          {"failed", failed_},
                                          {"questions", questions_json(questions)},
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
  const data::Reading reading_;
  std::string a_map_;
  std::vector<Job> jobs_;
  data::Questions questions_;
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
  command->add_option("--map-suffix,--pred-suffix", request->suffix,
                      "end of the maps' names before the extension, as in NAME_sal.png");
  add_map_range(*command, request->reading);
  add_alpha(*command, request->reading);
  add_upright(*command, request->reading);
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
