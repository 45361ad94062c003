// `salix audit step a2s`: one exact forward (and backward, and optimizer step) on .npy
// inputs, with everything written out: the interface for comparing implementations.
#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/autograd/tape.h"
#include "engine/io/atomic_file.h"
#include "engine/io/npy.h"
#include "engine/io/safetensors.h"
#include "layers/functional/unary.h"
#include "tools/cli/common_options.h"
#include "tools/commands.h"
#include "train/optimizers/sgd.h"
#include "train/predictor.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Request {
  CommonOptions common;
  std::string weight, inputs, out, mode = "eval", loss = "none", dtype = "float32";
  double learning_rate = 0.1, weight_decay = 5e-4;
  bool full = false, allow_partial = false;
};

void write_json(const fs::path& path, const Json& value) {
  io::AtomicFile file(path);
  file.write(std::string_view(value.dump(2) + "\n"));
  file.commit();
}

// L2 norm, sum, largest magnitude and first element, in double, over the file's order.
Json facts_of(const io::Array& array) {
  const io::Array wide = array.to_float64();
  double squares = 0, sum = 0, largest = 0;
  for (const double value : wide.as<double>()) {
    squares += value * value;
    sum += value;
    largest = std::max(largest, std::abs(value));
  }
  return {{"norm", std::sqrt(squares)},
          {"sum", sum},
          {"max_abs", largest},
          {"first", wide.numel() > 0 ? wide.as<double>()[0] : 0.0}};
}

class AuditStep {
 public:
  AuditStep(const Request& request, Output output)
      : request_(request),
        output_(output),
        exec_(salix::cli::make_exec(request.common)),
        loaded_(load_a2s(*exec_, request.weight, request.allow_partial)),
        network_(*loaded_.network) {}

  void run() {
    const DType dtype = dtype_from_name(request_.dtype);
    network_.to(dtype);
    network_.train(request_.mode == "train");
    fs::create_directories(request_.out);
    const io::Array image = io::read_npy(fs::path(request_.inputs) / "image.npy");
    SALIX_CHECK(image.shape.rank() == 4 && image.shape[1] == 3,
                "audit step: image.npy must be [N,3,H,W]; got ", image.shape);

    const Tensor logits = network_(from_nchw(*exec_, image).to(dtype)).logits;
    write_output("final", logits);
    const fs::path cotangent = fs::path(request_.inputs) / "dfinal.npy";
    const bool has_cotangent = fs::exists(cotangent);
    Json loss = {{"loss", request_.loss}, {"terms", Json::object()}, {"total", nullptr}};
    if (has_cotangent) {
      backward_from(logits, io::read_npy(cotangent), dtype);
      loss["cotangent"] = "dfinal.npy";
    }
    write_json(fs::path(request_.out) / "loss.json", loss);
    write_buffers();
    output_.err << "audit: " << (loaded_.summary.whole_network ? "network" : "encoder") << " from "
                << request_.weight << ", " << request_.mode << " mode, " << dtype << " on "
                << exec_->device() << (has_cotangent ? ", with backward" : ", forward only")
                << '\n';
    output_.out << request_.out << '\n';
  }

 private:
  void write_output(const std::string& name, const Tensor& logits) {
    const NoGrad no_grad(*exec_);
    const fs::path out = request_.out;
    io::write_npy(out / (name + "_logits.npy"), float_array(to_nchw(logits)));
    io::write_npy(out / (name + ".npy"), float_array(to_nchw(sigmoid(logits))));
  }

  // .npy has no bfloat16.
  static io::Array float_array(const io::Array& array) {
    return array.dtype == DType::kFloat64 ? array : array.to_float32();
  }

  void backward_from(const Tensor& logits, const io::Array& cotangent, DType dtype) {
    const Tensor dy = from_nchw(*exec_, cotangent).to(dtype);
    SALIX_CHECK(dy.shape() == logits.shape(), "audit step: dfinal.npy must be like the output, [",
                logits.dim(0), ", 1, ", logits.dim(1), ", ", logits.dim(2), "]; got ",
                cotangent.shape);
    backward(logits, dy);
    Json gradients = Json::object();
    io::NamedArrays full;
    for (const StateEntry& entry : network_.parameters()) {
      const Tensor grad = entry.tensor->grad();
      if (!grad.defined()) {
        gradients[entry.name] = nullptr;  // never executed
        continue;
      }
      const io::Array array = to_array(grad, entry.layout);
      gradients[entry.name] = facts_of(array);
      if (request_.full) full.add(entry.name, array);
    }
    const fs::path out = request_.out;
    write_json(out / "gradients.json", gradients);
    if (request_.full) io::write_safetensors(out / "gradients.safetensors", full);
    update();
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
    const io::NamedArrays after = state_dict(network_);
    Json changes = Json::object();
    io::NamedArrays updated;
    for (const StateEntry& entry : network_.parameters()) {
      const io::Array old_values = before.at(entry.name).to_float64();
      const io::Array new_values = after.at(entry.name).to_float64();
      double squares = 0;
      for (std::size_t i = 0; i < old_values.as<double>().size(); ++i) {
        const double change = new_values.as<double>()[i] - old_values.as<double>()[i];
        squares += change * change;
      }
      changes[entry.name] = {{"norm", std::sqrt(squares)}};
      updated.add(entry.name, after.at(entry.name));
    }
    write_json(fs::path(request_.out) / "update.json", changes);
    if (request_.full)
      io::write_safetensors(fs::path(request_.out) / "updated.safetensors", updated);
  }

  void write_buffers() {
    Json buffers = Json::object();
    for (const StateEntry& entry : network_.state()) {
      if (!entry.is_parameter) buffers[entry.name] = facts_of(to_array(*entry.tensor));
    }
    write_json(fs::path(request_.out) / "buffers.json", buffers);
  }

  const Request& request_;
  Output output_;
  std::unique_ptr<Exec> exec_;
  LoadedA2s loaded_;
  A2s& network_;
};

}  // namespace

void add_audit_step(CLI::App& audit, Output output) {
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
  command->add_option("--loss", request->loss, "none: backward needs a cotangent")
      ->capture_default_str()
      ->check(CLI::IsMember({"none"}));
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
      "Example:\n  salix audit step a2s --weight a2s.pth --inputs in --out out --mode train --full "
      "--dtype float64");
  command->callback([request, output] { AuditStep(*request, output).run(); });
}

}  // namespace salix::cli
