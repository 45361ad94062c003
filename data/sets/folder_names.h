// What people call the folders of a data set.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/sets/task.h"

namespace salix::data::detail {

// The sub-folders of `base` by name, without hidden ones.
std::vector<std::filesystem::path> folders_in(const std::filesystem::path& base);

// Their names for a sentence: "it holds the folders A, B and 3 more", or "it holds no folder".
std::string folders_text(const std::filesystem::path& base);

// The folder itself, or the one inside if that is all it holds and has its name, as archives
// often do: DUT-OMRON-image/DUT-OMRON-image/.
std::filesystem::path unwrapped(const std::filesystem::path& folder);

// The kind of pictures that a folder holds.
enum class FolderKind { kImages, kMasks, kDepth, kFlow, kThermal };
FolderKind modality_kind(Task task);  // of a task that has one

// The sub-folder of `base` with a name that means `kind`, in any case of letters: a name of the
// published layouts first, then another whole name ("imgs", "ground_truth"), then one with such a
// word in it ("DUTS-TR-Image", "pixelwiseGT-new-PNG"). Of several with a word in them those are
// preferred that have `hint` in the name. The folder `taken` is not meant. The result is
// unwrapped(); empty when there is none, or when several fit equally well.
// Errors    IoError when several fit equally well for images, which every set needs.
std::filesystem::path find_folder(const std::filesystem::path& base, FolderKind kind,
                                  const std::string& hint, const std::filesystem::path& taken = {});

}  // namespace salix::data::detail
