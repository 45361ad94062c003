// `salix predict NET`: saliency maps of any images, folders or .npy batches.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "data/drawing/compose.h"
#include "data/image/image_io.h"
#include "data/image/normalize.h"
#include "data/sets/file_list.h"
#include "engine/io/npy.h"
#include "layers/functional/slice.h"
#include "layers/modules/state_dict.h"
#include "models/weights/load_network.h"
#include "tools/cli/common_options.h"
#include "tools/cli/progress.h"
#include "tools/commands.h"
#include "tools/predict/modality_files.h"
#include "train/inference/predictor.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

struct Request {
  CommonOptions common;
  std::string network, weight, out = "salix-maps", contact_sheet;
  std::vector<std::string> inputs, modality;
  bool allow_partial = false, overlay = false, cutout = false, logits = false;
  int size = 320, batch = 1, sheet_images = 24;
};

struct Job {
  fs::path input;
  std::string name;  // of the results, unique, without extension
};

// a/x.jpg and b/x.jpg must not write one file: a second "x" becomes "x_2".
std::vector<Job> make_jobs(const std::vector<std::string>& inputs) {
  std::vector<fs::path> files;
  std::vector<std::string> images;
  for (const std::string& input : inputs) {
    if (fs::path(input).extension() == ".npy") {
      files.emplace_back(input);
    } else {
      images.push_back(input);
    }
  }
  if (!images.empty()) {
    for (const auto& path : data::list_images(images)) files.emplace_back(path);
  }
  std::vector<Job> jobs;
  std::map<std::string, int> used;
  for (const fs::path& file : files) {
    const std::string stem = file.stem().string();
    const int count = ++used[stem];
    jobs.push_back({file, count == 1 ? stem : str(stem, "_", count)});
  }
  return jobs;
}

class PredictRun {
 public:
  PredictRun(const Request& request, const Output& output)
      : request_(request),
        output_(output),
        exec_(make_exec(request.common)),
        profile_(*exec_, request.common) {}

  void run() {
    const std::vector<Job> jobs = make_jobs(request_.inputs);
    load();
    check_modality();
    fs::create_directories(request_.out);
    Predictor predictor(*network_, request_.size);
    {
      Progress progress(output_.err, "predict", static_cast<std::int64_t>(jobs.size()),
                        stderr_is_terminal());
      for (std::size_t first = 0; first < jobs.size();) {
        first += predict_some(predictor, jobs, first, progress);
      }
    }
    write_sheet();
    profile_.finish(output_.err);
    report(jobs.size());
  }

 private:
  void load() {
    LoadedNetwork loaded =
        load_network(*exec_, request_.network, request_.weight, request_.allow_partial);
    const WeightsSummary& summary = loaded.summary;
    network_ = std::move(loaded.network);
    if (!summary.whole_network) {
      output_.err << "note: " << request_.weight << " (" << summary.format
                  << ") is an encoder only; the decoder has initial values from seed "
                  << request_.common.seed << ", so maps show untrained fusion\n";
      if (!summary.report.missing.empty()) {
        output_.err << "note: " << summary.report.missing.size()
                    << " encoder tensors are missing in the file and have initial values, from '"
                    << summary.report.missing.front() << "' on\n";
      }
    }
    network_->eval();
    network_->prepare_inference();
  }

  void check_modality() {
    SALIX_CHECK(network_->needs_modality() || request_.modality.empty(),
                "predict: ", request_.network, " looks at the image alone; leave out --modality");
    SALIX_CHECK(!network_->needs_modality() || !request_.modality.empty(),
                "predict: ", request_.network,
                " looks at two modalities; give depth, flow or thermal images "
                "with --modality FILE or DIR");
    if (network_->needs_modality()) modality_ = ModalityFiles(request_.modality);
  }

  // Predicts the batch that starts at `first`; returns how many jobs it took.
  std::size_t predict_some(Predictor& predictor, const std::vector<Job>& jobs, std::size_t first,
                           Progress& progress) {
    if (jobs[first].input.extension() == ".npy") {
      attempt(jobs[first], progress, [&] { predict_array(predictor, jobs[first]); });
      progress.advance();
      return 1;
    }
    std::vector<data::Image> images, modalities;
    std::vector<const Job*> taken;
    std::size_t next = first;
    for (; next < jobs.size() && static_cast<int>(taken.size()) < request_.batch; ++next) {
      if (jobs[next].input.extension() == ".npy") break;
      attempt(jobs[next], progress, [&] {
        data::Image image = data::read_rgb(jobs[next].input);
        if (network_->needs_modality()) {
          modalities.push_back(data::read_rgb(modality_.of(jobs[next].input, jobs.size())));
        }
        images.push_back(std::move(image));
        taken.push_back(&jobs[next]);
      });
    }
    if (!images.empty()) {
      const Predictor::Prediction predicted = predictor(images, modalities);
      for (std::size_t i = 0; i < images.size(); ++i) {
        attempt(*taken[i], progress, [&] {
          if (request_.logits) write_logits(*taken[i], predicted.logits, i);
          write(*taken[i], images[i], predicted.maps[i]);
        });
      }
    }
    progress.advance(static_cast<std::int64_t>(next - first));
    return next - first;
  }

  // A bad file is named and skipped; the others go on.
  template <typename Work>
  void attempt(const Job& job, Progress& progress, const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      failed_.push_back(job.input.string());
      progress.say(str("skipped: ", error.what()));
    }
  }

  void write(const Job& job, const data::Image& image, const data::FloatMap& map) {
    const fs::path out = request_.out;
    const data::Image grey = data::to_uint8_truncated(map);
    data::write_image(out / (job.name + ".png"), grey);
    if (request_.overlay)
      data::write_image(out / (job.name + "_overlay.png"), data::overlay(image, map));
    if (request_.cutout)
      data::write_image(out / (job.name + "_cutout.png"), data::cutout(image, map));
    if (!request_.contact_sheet.empty() &&
        static_cast<int>(sheet_.size()) < request_.sheet_images) {
      sheet_.push_back({job.name, {image, grey, data::overlay(image, map)}});
    }
    ++written_;
  }

  void write_logits(const Job& job, const Tensor& batch, std::size_t image) {
    const Tensor logits = slice(batch, 0, static_cast<std::int64_t>(image), 1);
    io::write_npy(fs::path(request_.out) / (job.name + "_logits.npy"), to_nchw(logits));
  }

  void predict_array(Predictor& predictor, const Job& job) {
    io::Array modality;
    const bool two = network_->needs_modality();
    if (two) modality = io::read_npy(modality_.of(job.input, 1));
    const io::Array logits = predictor.logits(io::read_npy(job.input), two ? &modality : nullptr);
    io::write_npy(fs::path(request_.out) / (job.name + "_logits.npy"), logits);
    ++written_;
  }

  void write_sheet() {
    if (request_.contact_sheet.empty()) return;
    if (sheet_.empty()) {
      output_.err << "note: no image was predicted, so there is no contact sheet\n";
      return;
    }
    const std::vector<std::string> titles{"image", "saliency", "overlay"};
    data::write_image(request_.contact_sheet, data::contact_sheet(sheet_, titles));
  }

  void report(std::size_t total) {
    if (request_.common.json) {
      const nlohmann::ordered_json result{
          {"inputs", total}, {"written", written_}, {"failed", failed_}, {"out", request_.out}};
      output_.out << result.dump(2) << '\n';
    } else {
      output_.out << written_ << " of " << total << " predicted into " << request_.out << '\n';
    }
    if (!failed_.empty())
      throw WorkFailed(str(failed_.size(), " of ", total, " inputs failed (named above)"));
  }

  const Request& request_;
  Output output_;
  std::unique_ptr<Exec> exec_;
  std::unique_ptr<Network> network_;
  ModalityFiles modality_;
  ProfileSession profile_;
  std::vector<data::SheetEntry> sheet_;
  std::vector<std::string> failed_;
  std::size_t written_ = 0;
};

}  // namespace

namespace {

void add_options(CLI::App& command, Request& request) {
  add_common_options(command, request.common);
  command.add_option("INPUT", request.inputs, "images, folders, or .npy batches [N,3,H,W]")
      ->required();
  command
      .add_option("--weight", request.weight,
                  request.network + " file, or any ResNet-50 / MoCo-v2 file")
      ->required()
      ->type_name("FILE");
  if (request.network == "midnet") {
    command
        .add_option("--modality", request.modality,
                    "the depth, flow or thermal image, or folders with images of the same names")
        ->type_name("FILE|DIR");
  }
  command.add_option("-o,--out,--save-path,--save_path", request.out, "folder for the results")
      ->capture_default_str();
  command.add_option("--size", request.size, "input size of the network")->capture_default_str();
  command.add_option("--batch", request.batch, "images per pass")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  command.add_flag("--allow-partial", request.allow_partial,
                   "accept an encoder file that lacks tensors");
  command.add_flag("--overlay", request.overlay, "also NAME_overlay.png: the map over the image");
  command.add_flag("--cutout", request.cutout, "also NAME_cutout.png: the object with alpha");
  command.add_flag("--logits", request.logits, "also NAME_logits.npy, [1,1,h,w]");
  command.add_option("--contact-sheet", request.contact_sheet, "one picture of the first results")
      ->type_name("FILE");
  command.add_option("--sheet-images", request.sheet_images, "how many of them")
      ->capture_default_str();
}

std::string examples(const std::string& network) {
  if (network == "midnet") {
    return "Examples:\n"
           "  salix predict midnet --weight midnet_base_10.pth photo.jpg --modality depth.png -o "
           "maps\n"
           "  salix predict midnet --weight midnet_base_10.pth RGB/ --modality T/ -o maps "
           "--overlay";
  }
  return "Examples:\n  salix predict " + network + " --weight " + network +
         ".pth photo.jpg -o maps --overlay --cutout\n  salix predict " + network + " --weight " +
         network + ".safetensors photos/ -o maps --batch 8 --contact-sheet all.png\n" +
         "  salix predict " + network + " --weight " + network + ".safetensors batch.npy -o maps";
}

}  // namespace

void add_predict(CLI::App& app, const Output& output) {
  CLI::App* predict =
      app.add_subcommand("predict", "saliency maps of images, folders or .npy batches");
  predict->require_subcommand(1);
  for (const std::string& network : network_names()) {
    CLI::App* command = predict->add_subcommand(network, "with " + network);
    const auto request = std::make_shared<Request>();
    request->network = network;
    add_options(*command, *request);
    command->footer(examples(network));
    command->callback([request, output] { PredictRun(*request, output).run(); });
  }
}

}  // namespace salix::cli
