// `salix audit step NET`: one exact forward (and backward, and optimizer step) on .npy
// inputs, with everything written out: the interface for comparing implementations.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/autograd/tape.h"
#include "engine/io/npy.h"
#include "layers/functional/dropout.h"
#include "models/weights/load_network.h"
#include "tools/audit/audit_files.h"
#include "tools/cli/common_options.h"
#include "tools/cli/recipe_flags.h"
#include "tools/commands.h"
#include "train/recipes/catalogue.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Request {
  Request(const NetworkFacts& facts, const std::string& chosen)
      : network(facts.name), recipe_name(chosen) {
    if (chosen.empty()) return;
    recipe = recipe_entry(chosen).make(facts);
    recipe->describe(options);
  }
  CommonOptions common;
  std::string network, recipe_name;
  std::unique_ptr<Recipe> recipe;  // none for a network that is not trained
  Options options;                 // the recipe's
  std::string weight, inputs, out, mode = "eval", loss = "none", dtype = "float32";
  int epoch = 1;
  bool letters_given = false, full = false, allow_partial = false, no_dropout = false;
};

// float64 exists on the CPU only.
CommonOptions with_device_of_dtype(CommonOptions options, const std::string& dtype) {
  if (dtype == "float64" && options.device.empty()) options.device = "cpu";
  return options;
}

class AuditStep {
 public:
  AuditStep(Request& request, const Output& output)
      : request_(request),
        output_(output),
        exec_(salix::cli::make_exec(with_device_of_dtype(request.common, request.dtype))),
        loaded_(load_network(*exec_, request.network, request.weight, request.allow_partial)),
        network_(*loaded_.network),
        dtype_(dtype_from_name(request.dtype)) {}

  void run() {
    network_.to(dtype_);
    network_.train(request_.mode == "train");
    std::optional<WithoutDropout> without;
    if (request_.no_dropout) without.emplace(*exec_);
    fs::create_directories(request_.out);
    std::error_code unreadable;  // the readers say so
    SALIX_CHECK(!fs::equivalent(request_.out, request_.inputs, unreadable),
                "audit step: results in '", request_.out,
                "' could replace the inputs there; choose another --out");
    const std::unique_ptr<TrainingStep> step = make_step();
    Json report = {{"loss", request_.loss}, {"terms", Json::object()}, {"total", nullptr}};
    const bool went_back = request_.loss == "none" ? cotangents(report) : recipe(*step, report);
    write_json(fs::path(request_.out) / "loss.json", report);
    if (went_back) {
      write_gradients(request_.out, network_, request_.full);
      if (step) update(*step);
    }
    write_buffers(request_.out, network_);
    output_.err << "audit: " << (loaded_.summary.whole_network ? "network" : "encoder") << " from "
                << request_.weight << ", " << request_.mode << " mode, " << dtype_ << " on "
                << exec_->device() << (went_back ? ", with backward" : ", forward only") << '\n';
    output_.out << request_.out << '\n';
  }

 private:
  std::unique_ptr<TrainingStep> make_step() {
    if (!request_.recipe) {
      network_.set_requires_grad(true);
      return nullptr;
    }
    choose_letters();
    request_.recipe->check(network_);
    return request_.recipe->step({*exec_, network_, {}, endless_epoch(), exec_->options().seed});
  }
  // Rates as at the beginning of a run without end, where schedules have not moved yet.
  std::int64_t endless_epoch() const {
    return (std::int64_t{1} << 58) / std::max(1, request_.recipe->plan().length.epochs);
  }
  TrainingPosition position() const { return {request_.epoch, 0, 0}; }

  fs::path file_of(const std::string& name) const {
    return fs::path(request_.inputs) / (name + ".npy");
  }

  // [N,C,H,W] as [N,H,W,C], and [N,H,W] of one channel.
  Tensor input(const std::string& file, std::int64_t channels) {
    io::Array array = io::read_npy(file_of(file));
    if (array.shape.rank() == 3) {
      array.shape = {array.shape[0], 1, array.shape[1], array.shape[2]};
    }
    SALIX_CHECK(array.shape.rank() == 4 && array.shape[1] == channels && array.numel() > 0,
                "audit step: ", file, ".npy must be [N,", channels, ",H,W]; got ", array.shape);
    const std::int64_t side = network_.facts().fixed_size.value_or(0);
    SALIX_CHECK(side == 0 || (array.shape[2] == side && array.shape[3] == side),
                "audit step: ", request_.network, " takes images of ", side, " x ", side,
                " pixels alone; ", file, ".npy has ", array.shape[2], " x ", array.shape[3]);
    return from_nchw(*exec_, array).to(dtype_);
  }

  // Unless --trset says so: the image alone, or the one modality that is there.
  void choose_letters() {
    if (request_.letters_given || !request_.options.has("--trset")) return;
    request_.options.set("--trset", std::string(1, network_.needs_modality() ? modality() : 'c'));
  }

  // The letter of the one prior there is, for a network of two modalities.
  char modality() const {
    std::string given;
    for (const char letter : {'d', 'o', 't'}) {
      if (fs::exists(file_of(str("prior_", letter)))) given += letter;
    }
    SALIX_CHECK(given.size() == 1, "audit step: ", request_.network,
                " needs exactly one of prior_d.npy, prior_o.npy and prior_t.npy in ",
                request_.inputs, "; found ", given.size());
    return given.front();
  }

  // The field `name` of a batch, [N,H,W,C]. Masks are called gt there.
  Tensor field(const data::Field& field, const Tensor& image) {
    const std::string file = field.name == "mask" ? "gt" : field.name;
    Tensor values = input(file, field.shape[-1]);
    SALIX_CHECK(!field.name.starts_with("prior_") || values.shape() == image.shape(),
                "audit step: ", file, ".npy must have the image's shape ", image.shape(), "; got ",
                values.shape(), " (both as [N,H,W,C])");
    return values;
  }

  // The very step that trains: its loss, and backward from it.
  bool recipe(TrainingStep& step, Json& report) {
    StepInput batch;
    for (const data::Field& wanted : request_.recipe->reader()->fields()) {
      const Tensor image = batch.has("image") ? batch["image"] : Tensor();
      batch.fields.emplace_back(wanted.name, field(wanted, image));
    }
    const Loss loss = step.loss(batch, position());
    for (const NamedOutput& output : loss.outputs) write_output(request_.out, output);
    for (const LossTerm& term : loss.terms) {
      const double value = term.value.defined() ? term.value.item() : 0.0;
      report["terms"][term.name] = term.weight ? Json{{"unweighted", value},
                                                      {"weight", *term.weight},
                                                      {"weighted", *term.weight * value}}
                                               : Json{{"weighted", value}};
    }
    report["total"] = loss.total.item();
    backward(loss.total);
    return true;
  }

  // From d<output>.npy of each output that has one. False when none has.
  bool cotangents(Json& report) {
    const Tensor image = input("image", 3);
    const Tensor second =
        network_.needs_modality() ? field({str("prior_", modality()), {0, 0, 3}}, image) : Tensor();
    std::vector<Tensor> tensors, cotangents;
    for (const NamedOutput& output : network_.outputs(image, second)) {
      write_output(request_.out, output);
      const std::string name = "d" + output.name + ".npy";
      const fs::path file = fs::path(request_.inputs) / name;
      if (!fs::exists(file)) continue;
      tensors.push_back(output.tensor);
      cotangents.push_back(read_cotangent(file, output));
      report["cotangents"].push_back(name);
    }
    if (!tensors.empty()) backward(tensors, cotangents);
    return !tensors.empty();
  }

  void update(TrainingStep& step) {
    if (network_.parameters().front().tensor->dtype() == DType::kBFloat16) {
      output_.err << "note: no update.json: the optimizer needs float32 or float64 weights\n";
      return;
    }
    const io::NamedArrays before = state_dict(network_);
    step.update().set_rates(step.rates({}, position()));
    step.update().apply(network_.parameters(), {});
    write_update(request_.out, network_, before, request_.full);
  }

  Request& request_;
  Output output_;
  std::unique_ptr<Exec> exec_;
  LoadedNetwork loaded_;
  Network& network_;
  DType dtype_;
};

void add_loss(CLI::App& command, Request& request) {
  std::string help = "none: backward needs a cotangent";
  std::vector<std::string> losses{"none"};
  if (request.recipe) {
    const std::string& own = recipe_entry(request.recipe_name).loss;
    losses.insert(losses.end(), {"recipe", own});
    help = str("recipe (or ", own, "): the loss that the recipe trains with, its fields from .npy ",
               "files of their names, masks from gt.npy; ", help);
  }
  command.add_option("--loss", request.loss, help)
      ->capture_default_str()
      ->check(CLI::IsMember(losses));
}

void add_options(CLI::App& command, Request& request) {
  add_common_options(command, request.common);
  command.add_option("--weight", request.weight, "weights of the network or its encoder")
      ->required();
  command
      .add_option("--inputs", request.inputs,
                  "folder: image.npy [N,3,H,W], for two modalities also prior_d.npy, prior_o.npy "
                  "or prior_t.npy; optional d<output>.npy, an output's cotangent")
      ->required()
      ->type_name("DIR");
  command.add_option("--out", request.out, "folder for the results")->required()->type_name("DIR");
  command.add_option("--mode", request.mode, "eval or train")
      ->capture_default_str()
      ->check(CLI::IsMember({"eval", "train"}));
  add_loss(command, request);
  command.add_option("--epoch", request.epoch, "of the iteration, from 1")->capture_default_str();
  command.add_option("--dtype", request.dtype, "float32, float64 (on the cpu) or bf16")
      ->capture_default_str()
      ->check(CLI::IsMember({"float32", "float64", "bf16"}));
  if (request.recipe) {
    add_recipe_choice(command, request.recipe_name);
    add_recipe_flags(command, request.recipe_name, request.options);
  }
  command.add_flag("--full", request.full, "also gradients.safetensors and updated.safetensors");
  command.add_flag("--no-dropout", request.no_dropout,
                   "drop nothing in train mode, so that another program can compute the same");
  command.add_flag("--allow-partial", request.allow_partial,
                   "accept an encoder file that lacks tensors");
}

}  // namespace

void add_audit_step(CLI::App& audit, const Output& output) {
  CLI::App* step = audit.add_subcommand("step", "one forward and backward on .npy inputs");
  step->require_subcommand(1);
  for (const std::string& name : network_names()) {
    const NetworkFacts& network = network_facts(name);
    CLI::App* command = step->add_subcommand(name, "with " + name);
    const bool trained = !network.default_recipe.empty();
    const auto request = std::make_shared<Request>(
        network, trained ? recipe_of(output.command, network.default_recipe) : "");
    // A rate of zero is no reason to leave out gradients that are asked for.
    if (request->options.has("--full-backward")) request->options.set("--full-backward", true);
    add_options(*command, *request);
    const std::string start = str("  salix audit step ", name, " --weight ", name,
                                  ".pth --inputs in --out out --mode train ");
    command->footer(str("Examples:\n", start, "--full --dtype float64\n",
                        trained ? start + "--loss recipe --epoch 3" : ""));
    command->callback([request, command, output] {
      const CLI::Option* letters = command->get_option_no_throw("--trset");
      request->letters_given = letters != nullptr && letters->count() > 0;
      AuditStep(*request, output).run();
    });
  }
}

}  // namespace salix::cli
