// `salix audit step a2s`: one exact forward (and backward, and optimizer step) on .npy
// inputs, with everything written out: the interface for comparing implementations.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/autograd/tape.h"
#include "engine/io/npy.h"
#include "layers/functional/concat.h"
#include "layers/functional/resize_bilinear.h"
#include "tools/audit_files.h"
#include "tools/cli/common_options.h"
#include "tools/commands.h"
#include "train/losses/stage1_loss.h"
#include "train/optimizers/sgd.h"
#include "train/predictor.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Request {
  CommonOptions common;
  std::string weight, inputs, out, mode = "eval", loss = "none", dtype = "float32", letters;
  double learning_rate = 0.1, weight_decay = 5e-4, alpha = 200;
  std::vector<double> loss_weights{1, 0.05, 1};
  int epoch = 1, epochs = 20, second_scale = 0;
  bool full = false, allow_partial = false, only_rgb = false;
};

class AuditStep {
 public:
  AuditStep(const Request& request, const Output& output)
      : request_(request),
        output_(output),
        exec_(salix::cli::make_exec(request.common)),
        loaded_(load_a2s(*exec_, request.weight, request.allow_partial)),
        network_(*loaded_.network),
        dtype_(dtype_from_name(request.dtype)) {}

  void run() {
    network_.to(dtype_);
    network_.train(request_.mode == "train");
    fs::create_directories(request_.out);
    const Tensor image = input("image");
    const Tensor logits = network_(image).logits;
    write_output(request_.out, "final", logits);
    const fs::path cotangent = fs::path(request_.inputs) / "dfinal.npy";
    bool went_back = true;
    Json loss = {{"loss", request_.loss}, {"terms", Json::object()}, {"total", nullptr}};
    if (request_.loss == "stage1") {
      backward(stage1(image, logits, loss));
    } else if (fs::exists(cotangent)) {
      backward(logits, output_gradient(cotangent, logits));
      loss["cotangent"] = "dfinal.npy";
    } else {
      went_back = false;
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

  // The image, then depth, flow and thermal as --trset names them.
  Tensor priors(const Tensor& image) {
    std::vector<Tensor> parts{image};
    for (const char letter : std::string("dot")) {
      if (request_.letters.find(letter) == std::string::npos) continue;
      parts.push_back(input(str("prior_", letter)));
      SALIX_CHECK(parts.back().shape() == image.shape(), "audit step: prior_", letter,
                  ".npy must have the image's shape ", image.shape(), "; got ",
                  parts.back().shape(), " (both as [N,H,W,C])");
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
    const Tensor logits2 = network_(resize_bilinear(image, size2, size2, aligned)).logits;
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

  Tensor output_gradient(const fs::path& file, const Tensor& logits) {
    const io::Array cotangent = io::read_npy(file);
    Tensor dy = from_nchw(*exec_, cotangent).to(dtype_);
    SALIX_CHECK(dy.shape() == logits.shape(), "audit step: dfinal.npy must be like the output, [",
                logits.dim(0), ", 1, ", logits.dim(1), ", ", logits.dim(2), "]; got ",
                cotangent.shape);
    return dy;
  }

  void update() {
    if (network_.encoder.parameters().front().tensor->dtype() == DType::kBFloat16) {
      output_.err << "note: no update.json: the optimizer needs float32 or float64 weights\n";
      return;
    }
    const io::NamedArrays before = state_dict(network_);
    // Stage 1: the encoder's rate is 0 (spec section 4.2), the decoder's is --lr.
    Sgd optimizer(
        {{network_.encoder.parameters("encoder."), 0.0, request_.weight_decay},
         {network_.decoder.parameters("decoder."), request_.learning_rate, request_.weight_decay}});
    optimizer.step();
    write_update(request_.out, network_, before, request_.full);
  }

  const Request& request_;
  Output output_;
  std::unique_ptr<Exec> exec_;
  LoadedA2s loaded_;
  A2s& network_;
  DType dtype_;
};

void add_loss_options(CLI::App& command, Request& request) {
  command
      .add_option("--loss", request.loss,
                  "stage1: the label-free losses; none: backward needs a cotangent")
      ->capture_default_str()
      ->check(CLI::IsMember({"none", "stage1"}));
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

}  // namespace

void add_audit_step(CLI::App& audit, const Output& output) {
  CLI::App* step = audit.add_subcommand("step", "one forward and backward on .npy inputs");
  step->require_subcommand(1);
  CLI::App* command = step->add_subcommand("a2s", "with the stage-1 network");
  const auto request = std::make_shared<Request>();
  add_common_options(*command, request->common);
  command->add_option("--weight", request->weight, "weights of the network or its encoder")
      ->required();
  command
      ->add_option(
          "--inputs", request->inputs,
          "folder: image.npy [N,3,H,W]; optional dfinal.npy [N,1,H,W], the output's cotangent")
      ->required()
      ->type_name("DIR");
  command->add_option("--out", request->out, "folder for the results")
      ->required()
      ->type_name("DIR");
  command->add_option("--mode", request->mode, "eval or train")
      ->capture_default_str()
      ->check(CLI::IsMember({"eval", "train"}));
  add_loss_options(*command, *request);
  command->add_option("--dtype", request->dtype, "float32, float64 or bf16")
      ->capture_default_str()
      ->check(CLI::IsMember({"float32", "float64", "bf16"}));
  command->add_option("--lr", request->learning_rate, "the decoder's learning rate")
      ->capture_default_str();
  command->add_option("--weight-decay", request->weight_decay, "of both groups")
      ->capture_default_str();
  command->add_flag("--full", request->full, "also gradients.safetensors and updated.safetensors");
  command->add_flag("--allow-partial", request->allow_partial,
                    "accept an encoder file that lacks tensors");
  command->footer(
      "Examples:\n"
      "  salix audit step a2s --weight a2s.pth --inputs in --out out --mode train --full "
      "--dtype float64\n"
      "  salix audit step a2s --weight a2s.pth --inputs in --out out --mode train --loss stage1 "
      "--second-scale 384 --trset cd --epoch 3");
  command->callback([request, output] { AuditStep(*request, output).run(); });
}

}  // namespace salix::cli
