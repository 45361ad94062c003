// `salix flow`: the optical flow of video frames as colour pictures, task o's second modality.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "data/image/image_io.h"
#include "data/sets/dataset_layout.h"
#include "data/video/flow_colour.h"
#include "data/video/optical_flow.h"
#include "data/video/video_frames.h"
#include "engine/io/json_text.h"
#include "engine/io/npy.h"
#include "engine/io/result_paths.h"
#include "engine/parallel.h"
#include "tools/cli/console.h"
#include "tools/commands.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

// Estimated motions are wild where a frame's border uncovers something new: scaled by the longest,
// a whole picture can be pale (docs/datasets.md).
constexpr double kUsualPart = 0.99;
constexpr int kQuality = 95;

struct Request {
  std::vector<std::string> folders, sets;
  std::string root = "../dataset", out;
  float radius = 0.0f;
  int threads = 0;
  bool raw = false, overwrite = false, json = false;
};

struct Folder {
  data::Video video;
  fs::path out;
};

// A later call would take flow pictures below the frames for another video; and flow of the
// frames' own names would replace them.
void check_apart(const fs::path& frames, const fs::path& out) {
  const fs::path below = fs::weakly_canonical(out).lexically_relative(fs::weakly_canonical(frames));
  SALIX_CHECK(below.empty() || *below.begin() == "..",
              "flow: results must lie outside of the folder of frames; got '", out.string(),
              "' for '", frames.string(), "'");
}

void add_videos(const fs::path& frames, const fs::path& out, const data::Warn& warn,
                std::vector<Folder>& folders) {
  check_apart(frames, out);
  for (data::Video& video : data::videos_below(frames, warn)) {
    const fs::path place = out / video.name;
    for (const Folder& other : folders)
      SALIX_CHECK(other.out != place, "flow: the flow of two videos would go to '", place.string(),
                  "'; give them an -o each");
    folders.push_back({std::move(video), place});
  }
}

std::vector<Folder> plan(const Request& request, const data::Warn& warn) {
  std::vector<Folder> folders;
  for (const std::string& folder : request.folders) {
    // Several folders keep their names, so that their frames do not meet.
    fs::path name = fs::path(folder).lexically_normal();
    name = name.has_filename() ? name.filename() : name.parent_path().filename();
    const fs::path out = request.out;
    add_videos(folder, request.folders.size() > 1 ? out / name : out, warn, folders);
  }
  for (const std::string& set : request.sets) {
    const data::SetFolders found = data::find_set(data::Task::kVideo, set, request.root);
    const fs::path made = found.base / data::layout_of(data::Task::kVideo).modality;
    add_videos(found.images, found.modality.empty() ? made : found.modality, warn, folders);
  }
  return folders;
}

class FlowRun {
 public:
  FlowRun(const Request& request, const Output& output)
      : request_(request), output_(output), folders_(plan(request, notes_on(output.err))) {
    for (const Folder& folder : folders_)
      for (std::size_t k = 0; k < folder.video.frames.size(); ++k) jobs_.push_back({&folder, k});
  }

  void run() {
    if (request_.threads > 0) set_thread_count(request_.threads);
    plan_results();
    {
      Progress progress(output_.err, "flow", static_cast<std::int64_t>(jobs_.size()),
                        stderr_is_terminal());
      parallel_for(static_cast<std::int64_t>(jobs_.size()), 1,
                   [&](std::int64_t begin, std::int64_t end) {
                     for (; begin < end; ++begin)
                       work(jobs_[static_cast<std::size_t>(begin)], progress);
                   });
    }
    report();
  }

 private:
  struct Job {
    const Folder* folder;
    std::size_t frame;
    const fs::path& path() const { return folder->video.frames[frame]; }
    fs::path result(const char* extension) const {
      return folder->out / path().stem().concat(extension);
    }
  };

  void plan_results() const {
    io::ResultPaths paths("flow");
    for (const Job& job : jobs_) paths.input(job.path());
    for (const Job& job : jobs_) {
      const std::string source = str("'", job.path().string(), "'");
      paths.add(job.result(".jpg"), source);
      if (request_.raw) paths.add(job.result(".npy"), source);
    }
    paths.prepare();
  }

  // A bad frame is named and skipped; the others go on.
  void work(const Job& job, Progress& progress) {
    std::string problem;
    bool wrote = false;
    try {
      wrote = write_flow(job);
    } catch (const IoError& error) {
      problem = error.what();
    } catch (const InvalidInput& error) {
      problem = error.what();
    }
    const std::lock_guard lock(mutex_);
    if (!problem.empty()) {
      failed_.insert(job.path().string());
      progress.say("no flow for '" + job.path().string() + "': " + problem);
    } else {
      (wrote ? written_ : kept_) += 1;
    }
    progress.advance();
  }

  // Whether there was anything to do.
  bool write_flow(const Job& job) const {
    const fs::path picture = job.result(".jpg"), array = job.result(".npy");
    const bool wants_picture = request_.overwrite || !fs::exists(picture);
    const bool wants_array = request_.raw && (request_.overwrite || !fs::exists(array));
    if (!wants_picture && !wants_array) return false;
    const data::FlowField flow = data::frame_flow(job.folder->video, job.frame);
    if (wants_array) {
      std::vector<float> values = flow.right;
      values.insert(values.end(), flow.down.begin(), flow.down.end());
      io::write_npy(array, io::Array::from<float>({2, flow.height, flow.width},
                                                  std::span<const float>(values)));
    }
    if (wants_picture) {
      const float radius =
          request_.radius > 0.0f ? request_.radius : data::flow_radius(flow, kUsualPart);
      data::write_image(picture, data::colour_flow(flow, radius), kQuality);
    }
    return true;
  }

  void report() const {
    if (request_.json) {
      const nlohmann::ordered_json result{{"videos", folders_.size()},
                                          {"frames", jobs_.size()},
                                          {"written", written_},
                                          {"kept", kept_},
                                          {"failed", failed_}};
      output_.out << io::json_text(result) << '\n';
    } else {
      for (const Folder& folder : folders_)
        output_.out << folder.video.frames.size() << " frames: " << folder.out.string() << '\n';
      output_.out << written_ << " flow pictures written, " << kept_ << " were there\n";
    }
    if (!failed_.empty())
      throw WorkFailed(
          str("flow: ", failed_.size(), " of ", jobs_.size(), " frames failed (named above)"));
  }

  const Request& request_;
  Output output_;
  std::vector<Folder> folders_;
  std::vector<Job> jobs_;
  std::mutex mutex_;  // of what follows and the progress, while threads run
  std::set<std::string> failed_;
  std::size_t written_ = 0, kept_ = 0;
};

void add_options(CLI::App& command, Request& request) {
  CLI::Option* frames = command.add_option(
      "FRAMES", request.folders, "folders of a video's frames, or of such folders (JPEGImages)");
  CLI::Option* out = command.add_option("-o,--out", request.out, "folder for VIDEO/FRAME.jpg");
  CLI::Option* set = command.add_option("--set", request.sets,
                                        "instead: fills optical/ of a video set, by name or path");
  frames->needs(out)->excludes(set);
  command.add_option("--data-path,--data_path", request.root, "where sets are, in vsod/")
      ->capture_default_str()
      ->needs(set);
  command
      .add_option("--radius", request.radius,
                  "the motion of full colour, pixels; 0: what 99 % of a frame's do not exceed")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command.add_flag("--raw", request.raw, "also FRAME.npy, [2,H,W]: pixels to the right and down");
  command.add_flag("--overwrite", request.overwrite, "results that are there are made again");
  command.add_option("--threads", request.threads, "frames at a time (default: all cores)")
      ->check(CLI::Range(1, 4096));
  command.add_flag("--json", request.json, "print the result as JSON");
  command.footer(
      "Examples:\n"
      "  salix flow clips/JPEGImages -o clips/optical\n"
      "  salix flow --data-path dataset --set DAVIS-TE --set FBMS");
}

}  // namespace

void add_flow(CLI::App& app, const Output& output) {
  CLI::App* command = app.add_subcommand("flow", "optical flow of video frames, for task o");
  const auto request = std::make_shared<Request>();
  add_options(*command, *request);
  command->callback([request, output] {
    SALIX_CHECK(!request->folders.empty() || !request->sets.empty(),
                "flow: folders of frames, or --set, must be given");
    if (!data::has_optical_flow()) data::optical_flow({}, {});  // says what is missing
    FlowRun(*request, output).run();
  });
}

}  // namespace salix::cli
