// What a training says of its weights and pictures before it begins.
#pragma once

#include <string>
#include <vector>

#include "data/sets/dataset.h"
#include "models/weights/load_network.h"

namespace salix {

// "weights: moco.pth.tar (pth (zip), epoch 200): an encoder, 318 tensors".
std::string weights_words(const std::string& file, const WeightsSummary& summary);

// One line for each set: "c_DUTS-TR: 10553 pictures from dataset/DUTS-TR/DUTS-TR-Image, masks
// from dataset/DUTS-TR/DUTS-TR-Mask".
std::vector<std::string> set_words(const std::vector<data::SampleFiles>& samples);

}  // namespace salix
