// Run folders for tests of the report, written by hand.
#pragma once

#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/image/image_io.h"
#include "data/scenes/synthetic_scene.h"
#include "engine/error.h"
#include "tests/support/scratch.h"
#include "train/metrics/score_files.h"

namespace salix::testing {

inline void write_text(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

inline void write_run(const std::filesystem::path& folder, int steps) {
  write_text(folder / "config.json", R"({"network":"a2s","stage":1,"trset":"c","epochs":2})");
  write_text(folder / "manifest.json",
             R"({"salix":"0.1.0","commit":"abc123","started":"2026-01-02T03:04:05Z",)"
             R"("command":"salix train a2s","seed":5,"device":"cpu","hardware":{"cpu":"A CPU"},)"
             R"("resumed":[{"at":"2026-01-03T00:00:00Z","step":7,"commit":"def456"}]})");
  std::string metrics, timing;
  for (int k = 1; k <= steps; ++k) {
    const int epoch = k <= steps / 2 ? 1 : 2;
    metrics += str("{\"step\":", k, ",\"epoch\":", epoch, ",\"total\":", 1.0 / k,
                   ",\"csd\":0.25,\"btm\":0.5,\"second_size\":192,\"lr_encoder\":0,",
                   "\"lr_decoder\":0.1}\n");
    timing += str("{\"step\":", k, ",\"seconds\":2,\"loader_seconds\":0.5,\"images\":8}\n");
  }
  metrics += str("{\"step\":", steps, ",\"epoch\":2,\"set\":\"c_ECSSD\",\"images\":24,",
                 "\"max_f\":0.8125,\"mae\":0.0625,\"s_measure\":0.8765}\n");
  write_text(folder / "metrics.jsonl", metrics);
  write_text(folder / "timing.jsonl", timing);
  write_text(folder / "profile.json",
             R"({"step":3,"device":"cpu","ops":[{"op":"add","calls":2,"milliseconds":25},)"
             R"({"op":"conv2d","calls":120,"milliseconds":75}],)"
             R"("memory":{"allocator_peak_bytes":1048576}})");
}

// An evaluation of painted scenes with its pictures; the S-measure of image k is (k + 1) / 10.
inline void write_evaluation(const std::filesystem::path& folder, const std::string& set,
                             int images, double s_of_set) {
  ScoredSet scored{set, {}, {}};
  std::string samples;
  for (int k = 0; k < images; ++k) {
    const std::string name = str("scene", k);
    scored.images.push_back({name, {}});
    scored.images.back().scores.s_measure = (k + 1) / 10.0;
    const data::Scene scene =
        data::paint_scene(3, static_cast<std::uint32_t>(k), {.height = 150, .width = 220});
    const std::filesystem::path pictures = folder / "pictures";
    std::filesystem::create_directories(pictures);
    data::write_image(pictures / (name + ".jpg"), scene.image);
    data::write_image(pictures / (name + ".png"), scene.mask);
    samples += str(k == 0 ? "" : ",", "{\"name\":\"", name, "\",\"image\":\"pictures/", name,
                   ".jpg\",\"mask\":\"pictures/", name, ".png\"}");
  }
  scored.summary.images = images;
  scored.summary.s_measure = s_of_set;
  scored.summary.mae = 0.125;
  for (std::size_t t = 0; t < scored.summary.f.size(); ++t)
    scored.summary.precision[t] = scored.summary.recall[t] = scored.summary.f[t] = 0.5;
  write_text(folder / "scores.json", scores_json(std::vector{scored}));
  write_text(folder / "images.csv", images_csv(std::vector{scored}));
  write_text(folder / "samples.json", "{\"sets\":[{\"name\":\"" + set +
                                          "\",\"maps\":\"pictures\",\"samples\":[" + samples +
                                          "]}]}");
}

}  // namespace salix::testing
