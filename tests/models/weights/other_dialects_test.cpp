// Whole networks, other networks, and what is no weights file at all.
#include <limits>

#include "engine/io/file.h"
#include "engine/io/pickle_writer.h"
#include "engine/io/weights.h"
#include "tests/models/weights/dialect_arrays.h"
#include "tests/models/weights/dialect_rows.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

using Kind = std::function<std::string()>;

Kind with_names(const std::vector<std::string>& names) {
  return [=] { return pth(tensors(named(names))); };
}
Kind text_file(const std::string& content) {
  return [=] { return content; };
}
// The encoder, but for one array.
Kind with(const std::string& name, const Shape& shape, float value = 1) {
  return [=] {
    io::NamedArrays arrays;
    for (const io::NamedArray& each : encoder()) {
      if (each.name != name) arrays.add(each.name, each.array);
    }
    io::Array other = ramp(shape);
    if (value != 1) other.as<float>()[3] = value;
    arrays.add(name, other);
    return pth(tensors(arrays));
  };
}
Kind resnet(const std::vector<int>& blocks, int convolutions = 3) {
  return [=] { return pth(tensors(resnet_names(blocks, convolutions))); };
}
std::string safetensors_of(const io::NamedArrays& arrays) {
  const ScratchFolder folder;
  io::write_weights(folder / "w.safetensors", arrays);
  return io::read_text_file(folder / "w.safetensors");
}
std::string zip_of(const std::vector<std::pair<std::string, std::string>>& members) {
  io::testing::RawZip zip;
  std::vector<io::testing::RawEntry> entries;
  for (const auto& [name, data] : members) entries.push_back(zip.local(name, data));
  for (const auto& entry : entries) zip.entry(entry);
  return zip.finish();
}

std::vector<DialectRow> networks() {
  return {
      {"A2S, released", with_names({"encoder.conv1.weight", "decoder.ad2.ad0.0.weight"}),
       Outcome::kNetwork, "", "", "a2s"},
      {"cornet, released",
       with_names({"module.encoder.conv1.weight", "module.decoder.adapter0.0.weight"}),
       Outcome::kNetwork, "module.", "", "cornet"},
      {"midnet, released", with_names({"trans_rgb.0.0.weight", "t_net.conv1.weight", "decoder.a"}),
       Outcome::kNetwork, "", "", "midnet"},
      {"A2S, compiled and distributed",
       [] {
         return pth(dict({{"model", tensors(named({"module._orig_mod.decoder.ad2.ad0.0.weight"}))},
                          {"optimizer", dict({})}}));
       },
       Outcome::kNetwork, "module._orig_mod.", "model", "a2s"},
  };
}

std::vector<DialectRow> other_networks() {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  return {
      {"ResNet-18", resnet({2, 2, 2, 2}, 2), Outcome::kNoEncoder, "", "", "it is a ResNet-18"},
      {"ResNet-34", resnet({3, 4, 6, 3}, 2), Outcome::kNoEncoder, "", "", "it is a ResNet-34"},
      {"ResNet-101", resnet({3, 4, 23, 3}), Outcome::kNoEncoder, "", "",
       "it is deeper than ResNet-50: has layer3.6 to layer3.22"},
      {"ResNet-152", resnet({3, 8, 36, 3}), Outcome::kNoEncoder, "", "",
       "has layer2.4 to layer2.7"},
      {"Wide ResNet-50-2", with("layer1.0.conv1.weight", {128, 64, 1, 1}), Outcome::kNoEncoder, "",
       "", "'layer1.0.conv1.weight' must have shape"},
      {"ResNeXt-50", with("layer1.0.conv2.weight", {128, 4, 3, 3}), Outcome::kNoEncoder, "", "",
       "'layer1.0.conv2.weight' must have shape"},
      {"SE-ResNet-50", with("layer1.0.se.fc1.weight", {16, 256, 1, 1}), Outcome::kNoEncoder, "", "",
       "1 tensors that a ResNet-50 has not ('layer1.0.se.fc1.weight')"},
      {"ResNet-50-D", with_names({"conv1.0.weight", "layer1.0.conv1.weight"}), Outcome::kNoEncoder,
       "", "", "a variant with a deeper stem?"},
      {"CLIP ResNet-50",
       [] {
         return pth(tensors(all_of({named({"visual.conv1.weight", "visual.attnpool.c_proj.bias"}),
                                    named({"visual.layer1.0.conv1.weight"})})));
       },
       Outcome::kNoEncoder, "", "", "'conv1.weight' must have shape"},
      {"Lightly", with_names({"backbone.0.weight", "backbone.4.0.conv1.weight"}),
       Outcome::kNoEncoder, "", "",
       "The file's names are 'backbone.0.weight', 'backbone.4.0.conv1.weight'"},
      {"Hugging Face",
       [] {
         return safetensors_of(
             named({"resnet.embedder.embedder.convolution.weight",
                    "resnet.encoder.stages.0.layers.0.layer.0.convolution.weight"}));
       },
       Outcome::kNoEncoder, "", "", "'resnet.embedder.embedder.convolution.weight'"},
      {"Detectron2, converted", with_names({"stem.conv1.weight", "res2.0.conv1.weight"}),
       Outcome::kNoEncoder, "", "", "--strip-prefix"},
      {"LocalViT and Swin",
       [] {
         return pth(dict({{"model", tensors(named({"patch_embed.proj.weight",
                                                   "layers.0.blocks.0.norm1.weight"}))},
                          {"args", object("argparse.Namespace")}}));
       },
       Outcome::kNoEncoder, "", "model", "'patch_embed.proj.weight'"},
      {"names with another separator",
       with_names({"resnet/conv1.weight", "resnet/layer1.0.conv1.weight"}), Outcome::kNoEncoder, "",
       "", "--strip-prefix"},
      {"NaN in a tensor", with("bn1.weight", {64}, nan), Outcome::kNoEncoder, "", "",
       "'bn1.weight' holds 1 NaN and 0 infinite values of 64"},
      {"infinity in a tensor", with("bn1.bias", {64}, std::numeric_limits<float>::infinity()),
       Outcome::kNoEncoder, "", "", "'bn1.bias' holds 0 NaN and 1 infinite values of 64"},
  };
}

std::vector<DialectRow> no_weights() {
  const auto unreadable = [](const char* name, const Kind& file, const char* says) {
    return DialectRow{name, file, Outcome::kUnreadable, "", "", says};
  };
  return {
      unreadable(
          "a pickled module", [] { return pth(object("torchvision.models.resnet.ResNet")); },
          "it is a whole Python object, a torchvision.models.resnet.ResNet"),
      unreadable(
          "a pickled module in a dictionary (YOLOv5)",
          [] {
            return pth(dict({{"model", object("models.yolo.DetectionModel")}}));
          },
          "its entries are 'model' (a models.yolo.DetectionModel)"),
      unreadable(
          "NumPy arrays in torch.save",
          [] {
            return pth(
                dict({{"state_dict", dict({{"a", call("numpy.core.multiarray._reconstruct")}})}}));
          },
          "'state_dict' (a dict of numpy.core.multiarray._reconstruct)"),
      unreadable(
          "an optimizer alone",
          [] {
            return pth(dict({{"optimizer", tensors(named({"a"}))}}));
          },
          "there must be a state dict in the file; its entries are 'optimizer'"),
      unreadable(
          "several unknown dictionaries",
          [] {
            return pth(dict({{"a", tensors(named({"x"}))}, {"b", tensors(named({"x"}))}}));
          },
          "several dictionaries in the file hold tensors ('a', 'b')"),
      unreadable(
          "quantised tensors",
          [] {
            return pth(
                dict({{"state_dict", dict({{"w", call("torch._utils._rebuild_qtensor")}})}}));
          },
          "tensor 'w' is no plain array"),
      unreadable(
          "a file made to attack",
          [] {
            return pth(dict({{"a", call("os.system")}}));
          },
          "asks for the Python object 'os.system'"),
      unreadable(
          "TorchScript",
          [] {
            return zip_of({{"m/data.pkl", ""}, {"m/constants.pkl", ""}});
          },
          "is a TorchScript program"),
      unreadable(
          "a zip archive around the file",
          [] {
            return zip_of({{"moco/a.pth", "..."}});
          },
          "it holds 'moco/a.pth': unpack it"),
      unreadable(
          "Detectron2's .pkl", [] { return io::PickleWriter().empty_dict().finish(); },
          "a Python pickle, but not one that torch.save wrote (Detectron2's .pkl is such)"),
      unreadable("an index of safetensors", text_file("{\"weight_map\": {}}"),
                 "the index of a model in several .safetensors files"),
      unreadable(
          "a download cut short, .pth",
          [] {
            const std::string whole = pth(tensors(encoder()));
            return whole.substr(0, whole.size() / 2);
          },
          "is the file cut off?"),
      unreadable(
          "a download cut short, .safetensors",
          [] {
            const std::string whole = safetensors_of(encoder());
            return whole.substr(0, whole.size() - 4);
          },
          "is the file cut off?"),
      unreadable("a Git LFS pointer",
                 text_file("version https://git-lfs.github.com/spec/v1\noid x"),
                 "is a Git LFS pointer; run `git lfs pull`"),
      unreadable("a web page", text_file("\n<!DOCTYPE html><title>Quota exceeded</title>"),
                 "looks like a web page"),
      unreadable("nothing", text_file(""), "is empty"),
      unreadable("gzip", text_file("\x1f\x8b\x08"), "gzip-compressed"),
      unreadable("Keras", text_file("\x89HDF\r\n\x1a\n"), "HDF5"),
  };
}

std::vector<DialectRow> other_rows() {
  std::vector<DialectRow> rows = networks();
  for (const auto& more : {other_networks(), no_weights()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

TEST_F(Dialects, OtherFilesAreToldApartAndRefused) {
  expect_in_book(other_rows());
  for (const DialectRow& row : other_rows()) {
    SCOPED_TRACE(row.name);
    const std::string file = row.file();
    if (row.outcome == Outcome::kUnreadable) {
      EXPECT_THAT(error_of([&] { weights_of(file); }), HasSubstr(row.says));
      continue;
    }
    const io::Weights weights = weights_of(file);
    EXPECT_EQ(weights.container, row.container);
    if (row.outcome == Outcome::kNetwork) {
      EXPECT_EQ(network_in(weights.arrays), row.says);
      EXPECT_EQ(recognise(weights).prefix, row.prefix);
      EXPECT_TRUE(holds_whole_network(weights.arrays, network_facts(row.says)));
    } else {
      EXPECT_THAT(error_of([&] { import_encoder(target, weights.arrays, true); }),
                  HasSubstr(row.says));
    }
  }
}

}  // namespace
}  // namespace salix::testing
