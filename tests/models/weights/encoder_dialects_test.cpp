// Publishers whose encoders are taken.
#include "engine/io/file.h"
#include "engine/io/pth.h"
#include "engine/io/weights.h"
#include "tests/models/weights/dialect_arrays.h"
#include "tests/models/weights/dialect_rows.h"
#include "tests/support/scratch.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

using Kind = std::function<std::string()>;

// torch.save(state dict)
Kind bare(const std::function<io::NamedArrays()>& arrays) {
  return [=] { return pth(tensors(arrays())); };
}
Kind behind(const std::string& prefix, const std::vector<std::string>& beside = {}) {
  return bare([=] { return all_of({encoder(prefix), named(beside)}); });
}
// torch.save({name: state dict, more names: more values})
Kind inside(const std::string& container, const std::string& prefix,
            const std::vector<std::string>& beside = {},
            std::vector<std::pair<std::string, Value>> more = {}) {
  return [=] {
    std::vector<std::pair<std::string, Value>> entries = more;
    entries.emplace_back(container, tensors(all_of({encoder(prefix), named(beside)})));
    return pth(dict(std::move(entries)));
  };
}
// As salix's own writers store it.
Kind written_as(const char* name) {
  return [=] {
    const ScratchFolder folder;
    io::write_weights(folder / name, encoder());
    return io::read_text_file(folder / name);
  };
}

Value optimizer() { return dict({{"state", dict({{"exp_avg", tensors(named({"a", "b"}))}})}}); }

std::vector<DialectRow> encoder_rows() {
  const std::vector<std::string> fc{"fc.weight", "fc.bias"};
  return {
      {.name = "torchvision", .file = behind("", fc)},
      {.name = "PyTorch's ImageNet example",
       .file = inside(
           "state_dict", "module.", {},
           {{"epoch", text("90")}, {"best_acc1", lone_tensor()}, {"optimizer", optimizer()}}),
       .prefix = "module.",
       .container = "state_dict"},
      {.name = "MoCo v1",
       .file = inside("state_dict", "module.encoder_q.",
                      {"module.encoder_q.fc.weight", "module.encoder_k.conv1.weight",
                       "module.encoder_k.layer1.0.conv1.weight", "module.queue"}),
       .prefix = "module.encoder_q.",
       .container = "state_dict",
       .says = "looks like MoCo v1 or v2: the encoder of a ResNet-50, behind 'module.encoder_q.', "
               "in 'state_dict'"},
      {.name = "MoCo v2",
       .file = inside("state_dict", "module.encoder_q.",
                      {"module.encoder_q.fc.0.weight", "module.encoder_q.fc.2.weight"}),
       .prefix = "module.encoder_q.",
       .container = "state_dict",
       .says = "MoCo v1 or v2"},
      {.name = "MoCo v3",
       .file =
           inside("state_dict", "module.base_encoder.",
                  {"module.momentum_encoder.conv1.weight",
                   "module.momentum_encoder.layer1.0.conv1.weight", "module.predictor.0.weight"}),
       .prefix = "module.base_encoder.",
       .container = "state_dict",
       .says = "MoCo v3"},
      {.name = "SimSiam",
       .file = inside("state_dict", "module.encoder.", {"module.predictor.0.weight"}),
       .prefix = "module.encoder.",
       .container = "state_dict",
       .says = "SimSiam"},
      {.name = "SimCLR, one network",
       .file = inside("state_dict", "backbone.", {"backbone.fc.0.weight"}),
       .prefix = "backbone.",
       .container = "state_dict",
       .says = "SimCLR"},
      {.name = "SimCLR, encoder and projector",
       .file = behind("encoder.", {"projector.0.weight"}),
       .prefix = "encoder.",
       .says = "SimCLR"},
      {.name = "SwAV",
       .file = behind("module.", {"module.projection_head.0.weight", "module.prototypes.weight"}),
       .prefix = "module.",
       .says = "SwAV"},
      {.name = "DINO, backbone", .file = behind("")},
      {.name = "DINO, full checkpoint",
       .file = inside("teacher", "backbone.", {"head.last_layer.weight_g"},
                      {{"student", tensors(encoder("module.backbone."))},
                       {"args", object("argparse.Namespace")},
                       {"dino_loss", tensors(named({"center"}))}}),
       .prefix = "backbone.",
       .container = "teacher",
       .says = "looks like DINO: the encoder of a ResNet-50, behind 'backbone.', in 'teacher' (not "
               "taken: 'student')"},
      {.name = "Barlow Twins, backbone", .file = behind("")},
      {.name = "Barlow Twins, full checkpoint",
       .file = inside("model", "module.backbone.", {"module.projector.0.weight"},
                      {{"optimizer", optimizer()}}),
       .prefix = "module.backbone.",
       .container = "model",
       .says = "Barlow Twins or VICReg"},
      {.name = "BYOL, two dictionaries",
       .file = inside("online_network_state_dict", "encoder.", {},
                      {{"target_network_state_dict", tensors(encoder("encoder."))}}),
       .prefix = "encoder.",
       .container = "online_network_state_dict",
       .says = "not taken: 'target_network_state_dict'"},
      {.name = "BYOL, one dictionary",
       .file = bare([] {
         return all_of({encoder("target_encoder.net."), encoder("online_encoder.net.")});
       }),
       .prefix = "online_encoder.net.",
       .says = "BYOL"},
      {.name = "DenseCL, full checkpoint",
       .file = inside("state_dict", "encoder_q.0.",
                      {"encoder_q.1.mlp.0.weight", "encoder_k.0.conv1.weight",
                       "encoder_k.0.layer1.0.conv1.weight", "queue", "queue2"}),
       .prefix = "encoder_q.0.",
       .container = "state_dict",
       .says = "DenseCL"},
      {.name = "DenseCL, backbone",
       .file = inside("state_dict", "", {}, {{"author", text("X.")}}),
       .container = "state_dict"},
      {.name = "PixPro",
       .file = bare([] {
         return all_of({encoder("module.encoder_k."), encoder("module.encoder.")});
       }),
       .prefix = "module.encoder.",
       .says = "PixPro"},
      {.name = "timm, released", .file = behind("", fc)},
      {.name = "timm, training",
       .file = inside("state_dict", "", fc,
                      {{"args", object("argparse.Namespace")},
                       {"state_dict_ema", tensors(encoder())},
                       {"metric", call("numpy.core.multiarray.scalar")}}),
       .container = "state_dict",
       .says = "not taken: 'state_dict_ema'"},
      {.name = "timm, average only",
       .file = inside("state_dict_ema", ""),
       .container = "state_dict_ema"},
      {.name = "mmpretrain",
       .file = inside("state_dict", "backbone.", {"head.fc.weight"},
                      {{"meta", dict({{"config", text("model = dict()")}})}}),
       .prefix = "backbone.",
       .container = "state_dict",
       .says = "mmcv"},
      {.name = "mmselfsup",
       .file = inside("state_dict", "backbone.", {"neck.mlp.0.weight"},
                      {{"meta", object("mmengine.config.config.ConfigDict")}}),
       .prefix = "backbone.",
       .container = "state_dict",
       .says = "mmcv"},
      {.name = "solo-learn",
       .file = inside("state_dict", "backbone.",
                      {"momentum_backbone.conv1.weight", "momentum_backbone.layer1.0.conv1.weight"},
                      {{"pytorch-lightning_version", text("1.5")}}),
       .prefix = "backbone.",
       .container = "state_dict"},
      {.name = "Lightning, `model.`",
       .file = inside("state_dict", "model.", {},
                      {{"pytorch-lightning_version", text("2.1")},
                       {"hyper_parameters", object("omegaconf.dictconfig.DictConfig")}}),
       .prefix = "model.",
       .container = "state_dict",
       .says = "Lightning"},
      {.name = "Lightning, `model.encoder.`",
       .file =
           inside("state_dict", "model.encoder.", {}, {{"callbacks", object("pathlib.PosixPath")}}),
       .prefix = "model.encoder.",
       .container = "state_dict"},
      {.name = "DistributedDataParallel", .file = behind("module."), .prefix = "module."},
      {.name = "DataParallel of it", .file = behind("module.module."), .prefix = "module.module."},
      {.name = "torch.compile", .file = behind("_orig_mod."), .prefix = "_orig_mod."},
      {.name = "torch.compile, distributed",
       .file = behind("module._orig_mod."),
       .prefix = "module._orig_mod."},
      {.name = "`net.`", .file = behind("net."), .prefix = "net."},
      {.name = "average (`ema`) alone", .file = inside("ema", ""), .container = "ema"},
      {.name = "average (`model_ema`) beside the model",
       .file = inside("model_ema", "", {}, {{"model", tensors(encoder())}}),
       .container = "model",
       .says = "not taken: 'model_ema'"},
      {.name = "torch's AveragedModel",
       .file = behind("module.", {"n_averaged"}),
       .prefix = "module."},
      {.name = "dictionaries in dictionaries",
       .file =
           [] {
             return pth(dict({{"net", dict({{"G", tensors(encoder())}})}}));
           },
       .container = "net.G"},
      {.name = "`params`", .file = inside("params", ""), .container = "params"},
      {.name = "`encoder` beside `head`",
       .file = inside("encoder", "", {}, {{"head", tensors(named({"weight"}))}}),
       .container = "encoder"},
      {.name = "nn.Parameter values", .file = [] { return pth(parameters(encoder())); }},
      {.name = "DeiT and LocalViT, ResNet-50",
       .file =
           inside("model", "", {}, {{"args", object("argparse.Namespace")}, {"scaler", dict({})}}),
       .container = "model"},
      {.name = "PyTorch before 1.6",
       .file =
           [] {
             const ScratchFolder folder;
             io::write_pth(folder / "w", encoder(), io::PthFormat::kLegacy);
             return io::read_text_file(folder / "w");
           }},
      {.name = "safetensors", .file = written_as("w.safetensors")},
      {.name = "NumPy", .file = written_as("w.npz")},
  };
}

TEST_F(Dialects, EncodersOfAllPublishersAreTaken) {
  expect_in_book(encoder_rows());
  for (const DialectRow& row : encoder_rows()) {
    SCOPED_TRACE(row.name);
    const io::Weights weights = weights_of(row.file());
    const WeightsDialect dialect = recognise(weights);
    EXPECT_EQ(dialect.prefix, row.prefix);
    EXPECT_EQ(dialect.container, row.container);
    EXPECT_EQ(dialect.content, "the encoder of a ResNet-50");
    EXPECT_THAT(in_words(weights), HasSubstr(row.says));
    const EncoderImport result = import_encoder(target, weights.arrays, /*allow_partial=*/true);
    EXPECT_EQ(result.prefix, row.prefix);
    EXPECT_THAT(result.report.loaded, SizeIs(kLoadedOfEncoder));
  }
}

// A follower's values never end up in the encoder, wherever it stands in the file.
TEST_F(Dialects, TheLeadingEncoderIsTheOneTaken) {
  io::NamedArrays arrays;
  for (const io::NamedArray& named : encoder("module.encoder_k."))
    arrays.add(named.name, io::Array::zeros(named.array.dtype, named.array.shape));
  for (const io::NamedArray& named : encoder("module.encoder_q."))
    arrays.add(named.name, named.array);
  import_encoder(target, arrays, true);
  const StateEntry stem = target.state().front();
  EXPECT_EQ(to_array(*stem.tensor, stem.layout), encoder().at("conv1.weight"));
}

}  // namespace
}  // namespace salix::testing
