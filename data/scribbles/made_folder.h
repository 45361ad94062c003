// Folders that salix fills, told apart from those that people have filled.
#pragma once

#include <filesystem>

namespace salix::data {

// Whether a folder has the mark of claim_made_folder().
bool is_made_folder(const std::filesystem::path& folder);

// InvalidInput when a folder is there, has files and no mark: they could be somebody's strokes.
void check_made_folder(const std::filesystem::path& folder);

// The check, then makes the folder and marks it with a hidden file.
void claim_made_folder(const std::filesystem::path& folder);

}  // namespace salix::data
