// `salix audit step NET`: one exact forward (and backward, and optimizer step) on .npy
// inputs, with everything written out: the interface for comparing implementations.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/autograd/tape.h"
#include "engine/io/npy.h"
#include "layers/functional/concat.h"
#include "layers/functional/resize_bilinear.h"
#include "models/weights/load_network.h"
#include "tools/audit/audit_files.h"
#include "tools/cli/common_options.h"
#include "tools/commands.h"
#include "train/optimizers/make_optimizer.h"
#include "train/optimizers/parameter_groups.h"
#include "train/recipes/a2s/stage1_loss.h"
#include "train/recipes/pseudo_labels/stage2_loss.h"
#include "train/recipes/pseudo_labels/stage2_step.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Request {
  CommonOptions common;
  std::string network, weight, inputs, out, mode = "eval", loss = "none", dtype = "float32",
                                            letters;
  std::string optimizer = "SGD";
  double learning_rate = 0.1, weight_decay = 5e-4, alpha = 200;
  std::vector<double> loss_weights{1, 0.05, 1};
  int epoch = 1, epochs = 20, second_scale = 0;
  bool full = false, allow_partial = false, only_rgb = false;
};

// float64 exists on the CPU only.
CommonOptions with_device_of_dtype(CommonOptions options, const std::string& dtype) {
  if (dtype == "float64" && options.device.empty()) options.device = "cpu";
  return options;
}

class AuditStep {
 public:
  AuditStep(const Request& request, const Output& output)
      : request_(request),
        output_(output),
        exec_(salix::cli::make_exec(with_device_of_dtype(request.common, request.dtype))),
        loaded_(load_network(*exec_, request.network, request.weight, request.allow_partial)),
        network_(*loaded_.network),
        dtype_(dtype_from_name(request.dtype)) {}

  void run() {
    network_.to(dtype_);
    network_.train(request_.mode == "train");
    fs::create_directories(request_.out);
    const Tensor image = input("image");
    const std::vector<NamedOutput> outputs = network_.outputs(image, modality(image));
    for (const NamedOutput& output : outputs) {
      write_output(request_.out, output.name, output.tensor);
    }
    bool went_back = true;
    Json loss = {{"loss", request_.loss}, {"terms", Json::object()}, {"total", nullptr}};
    if (request_.loss == "stage1") {
      backward(stage1(image, outputs.front().tensor, loss));
    } else if (request_.loss == "stage2") {
      backward(stage2(outputs, loss));
    } else {
      went_back = backward_from_cotangents(outputs, loss);
    }
    write_json(fs::path(request_.out) / "loss.json", loss);
    if (went_back) {
      write_gradients(request_.out, network_, request_.full);
      update();
    }
    write_buffers(request_.out, network_);
    output_.err << "audit: " << (loaded_.summary.whole_network ? "network" : "encoder") << " from "
                << request_.weight << ", " << request_.mode << " mode, " << dtype_ << " on "
                << exec_->device() << (went_back ? ", with backward" : ", forward only") << '\n';
    output_.out << request_.out << '\n';
  }

 private:
  Tensor input(const std::string& name) {
    const io::Array array = io::read_npy(fs::path(request_.inputs) / (name + ".npy"));
    SALIX_CHECK(array.shape.rank() == 4 && array.shape[1] == 3 && array.numel() > 0,
                "audit step: ", name, ".npy must be [N,3,H,W]; got ", array.shape);
    return from_nchw(*exec_, array).to(dtype_);
  }

  // The one prior there is, for a network of two modalities.
  Tensor modality(const Tensor& image) {
    if (!network_.needs_modality()) return {};
    std::vector<std::string> given;
    for (const char* name : {"prior_d", "prior_o", "prior_t"}) {
      if (fs::exists(fs::path(request_.inputs) / (str(name, ".npy")))) given.emplace_back(name);
    }
    SALIX_CHECK(given.size() == 1, "audit step: ", request_.network,
                " needs exactly one of prior_d.npy, prior_o.npy and prior_t.npy in ",
                request_.inputs, "; found ", given.size());
    return prior(given.front(), image);
  }

  Tensor prior(const std::string& name, const Tensor& image) {
    Tensor values = input(name);
    SALIX_CHECK(values.shape() == image.shape(), "audit step: ", name,
                ".npy must have the image's shape ", image.shape(), "; got ", values.shape(),
                " (both as [N,H,W,C])");
    return values;
  }

  // The image, then depth, flow and thermal as --trset names them.
  Tensor priors(const Tensor& image) {
    std::vector<Tensor> parts{image};
    for (const char letter : std::string("dot")) {
      if (request_.letters.find(letter) == std::string::npos) continue;
      parts.push_back(prior(str("prior_", letter), image));
    }
    return parts.size() == 1 ? image : concat(parts, -1);
  }

  // The loss of both scales; its terms go into `report`.
  Tensor stage1(const Tensor& image, const Tensor& logits, Json& report) {
    SALIX_CHECK(request_.second_scale >= 32,
                "audit step: --loss stage1 needs --second-scale, the size of the second pass, at "
                "least 32; got ",
                request_.second_scale);
    const ResizeBilinearParams aligned{.align_corners = true};
    const std::int64_t size2 = request_.second_scale;
    const Tensor priors1 = priors(image);
    const Tensor image2 = resize_bilinear(image, size2, size2, aligned);
    const Tensor logits2 = network_.outputs(image2, {}).front().tensor;
    const Tensor priors2 = resize_bilinear(priors1, size2, size2, aligned);
    write_output(request_.out, "second", logits2);
    const std::array<double, 3> weights{request_.loss_weights[0], request_.loss_weights[1],
                                        request_.loss_weights[2]};
    const Stage1Loss loss = stage1_loss(logits, priors1, logits2, priors2,
                                        {.epoch = request_.epoch,
                                         .epochs = request_.epochs,
                                         .weights = weights,
                                         .alpha = request_.alpha,
                                         .only_rgb = request_.only_rgb});
    const auto term = [&](const char* name, const Tensor& value, double weight) {
      const double unweighted = value.defined() ? value.item() : 0.0;
      report["terms"][name] = {
          {"unweighted", unweighted}, {"weight", weight}, {"weighted", weight * unweighted}};
    };
    term("csd", loss.csd, weights[0]);
    term("btm", loss.btm, weights[1]);
    term("consistency", loss.consistency, weights[2]);
    report["total"] = loss.total.item();
    return loss.total;
  }

  // The IoU losses against gt.npy.
  Tensor stage2(const std::vector<NamedOutput>& outputs, Json& report) {
    const io::Array array = io::read_npy(fs::path(request_.inputs) / "gt.npy");
    SALIX_CHECK(array.shape.rank() == 4 && array.shape[1] == 1 && array.numel() > 0,
                "audit step: gt.npy must be [N,1,H,W]; got ", array.shape);
    const Stage2Loss loss = stage2_loss(outputs, from_nchw(*exec_, array).to(dtype_));
    for (const auto& [name, value] : loss.terms) {
      report["terms"][name] = {{"weighted", value.item()}};
    }
    report["total"] = loss.total.item();
    return loss.total;
  }

  // From d<output>.npy of each output that has one. False when none has.
  bool backward_from_cotangents(const std::vector<NamedOutput>& outputs, Json& loss) {
    std::vector<Tensor> logits, cotangents;
    for (const NamedOutput& output : outputs) {
      const std::string name = "d" + output.name + ".npy";
      const fs::path file = fs::path(request_.inputs) / name;
      if (!fs::exists(file)) continue;
      logits.push_back(output.tensor);
      cotangents.push_back(output_gradient(file, output.tensor));
      loss["cotangents"].push_back(name);
    }
    if (!logits.empty()) backward(logits, cotangents);
    return !logits.empty();
  }

  Tensor output_gradient(const fs::path& file, const Tensor& logits) {
    const io::Array cotangent = io::read_npy(file);
    Tensor dy = from_nchw(*exec_, cotangent).to(dtype_);
    SALIX_CHECK(dy.shape() == logits.shape(), "audit step: ", file.filename().string(),
                " must be like the output, [", logits.dim(0), ", 1, ", logits.dim(1), ", ",
                logits.dim(2), "]; got ", cotangent.shape);
    return dy;
  }

  void update() {
    if (network_.parameters().front().tensor->dtype() == DType::kBFloat16) {
      output_.err << "note: no update.json: the optimizer needs float32 or float64 weights\n";
      return;
    }
    const io::NamedArrays before = state_dict(network_);
    const auto optimizer = make_optimizer(request_.optimizer, groups());
    optimizer->step();
    write_update(request_.out, network_, before, request_.full);
  }

  // The encoders rest in stage 1, and learn at a tenth of the rate in stage 2.
  std::vector<Optimizer::Group> groups() {
    const double encoder_rate = network_.name() == "a2s" ? 0.0 : 0.1 * request_.learning_rate;
    std::vector<Optimizer::Group> groups = parameter_groups(network_, request_.weight_decay);
    groups[0].learning_rate = encoder_rate;
    groups[1].learning_rate = request_.learning_rate;
    return groups;
  }

  const Request& request_;
  Output output_;
  std::unique_ptr<Exec> exec_;
  LoadedNetwork loaded_;
  Network& network_;
  DType dtype_;
};

void add_stage1_options(CLI::App& command, Request& request) {
  command.add_option("--second-scale", request.second_scale,
                     "stage1: size of the second pass, to which image and priors are resized");
  command.add_option("--trset", request.letters,
                     "stage1: training letters, as in cdot; prior_d, prior_o and prior_t.npy "
                     "[N,3,H,W] are read for d, o and t");
  command.add_option("--epoch", request.epoch, "stage1: from 1; sets the exponent of CSD")
      ->capture_default_str();
  command.add_option("--epochs", request.epochs, "stage1: of the whole run")->capture_default_str();
  command.add_option("--lrw", request.loss_weights, "stage1: weights of CSD, BTM and consistency")
      ->delimiter(',')
      ->expected(3)
      ->capture_default_str();
  command.add_option("--rgb", request.alpha, "stage1: alpha of BTM")->capture_default_str();
  command.add_flag("--only-rgb,--only_rgb", request.only_rgb, "stage1: BTM compares RGB only");
}

void add_options(CLI::App& command, Request& request) {
  add_common_options(command, request.common);
  command.add_option("--weight", request.weight, "weights of the network or its encoder")
      ->required();
  command
      .add_option("--inputs", request.inputs,
                  "folder: image.npy [N,3,H,W]; optional d<output>.npy, an output's cotangent")
      ->required()
      ->type_name("DIR");
  command.add_option("--out", request.out, "folder for the results")->required()->type_name("DIR");
  command.add_option("--mode", request.mode, "eval or train")
      ->capture_default_str()
      ->check(CLI::IsMember({"eval", "train"}));
  const bool stage1 = request.network == "a2s";
  command
      .add_option("--loss", request.loss,
                  stage1 ? "stage1: the label-free losses; none: backward needs a cotangent"
                         : "stage2: IoU against gt.npy [N,1,H,W]; none: backward needs a cotangent")
      ->capture_default_str()
      ->check(CLI::IsMember({"none", stage1 ? "stage1" : "stage2"}));
  if (stage1) add_stage1_options(command, request);
  command.add_option("--dtype", request.dtype, "float32, float64 (on the cpu) or bf16")
      ->capture_default_str()
      ->check(CLI::IsMember({"float32", "float64", "bf16"}));
  command.add_option("--optim", request.optimizer, "SGD or Adam")->capture_default_str();
  command.add_option("--lr", request.learning_rate, "learning rate of all but the encoders")
      ->capture_default_str();
  command.add_option("--weight-decay", request.weight_decay, "of all parameters")
      ->capture_default_str();
  command.add_flag("--full", request.full, "also gradients.safetensors and updated.safetensors");
  command.add_flag("--allow-partial", request.allow_partial,
                   "accept an encoder file that lacks tensors");
}

}  // namespace

void add_audit_step(CLI::App& audit, const Output& output) {
  CLI::App* step = audit.add_subcommand("step", "one forward and backward on .npy inputs");
  step->require_subcommand(1);
  for (const std::string& network : network_names()) {
    CLI::App* command = step->add_subcommand(network, "with " + network);
    const auto request = std::make_shared<Request>();
    request->network = network;
    if (network != "a2s") request->learning_rate = 0.005;
    request->weight_decay = network_facts(network).weight_decay;
    add_options(*command, *request);
    command->footer(str("Examples:\n  salix audit step ", network, " --weight ", network,
                        ".pth --inputs in --out out --mode train --full --dtype float64",
                        network == "a2s"
                            ? "\n  salix audit step a2s --weight a2s.pth --inputs in --out out "
                              "--mode train --loss stage1 --second-scale 384 --trset cd --epoch 3"
                            : ""));
    command->callback([request, output] { AuditStep(*request, output).run(); });
  }
}

}  // namespace salix::cli
