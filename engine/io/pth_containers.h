// The two wrappings of a checkpoint: a zip archive, or pickles and storages in a row.
// Internal to the checkpoint reader.
#pragma once

#include "engine/io/torch_storage.h"
#include "engine/io/zip_reader.h"

namespace salix::io {

// The pickled value of a checkpoint and the bytes of its storages (views of the file's).
struct OpenCheckpoint {
  PickleGraph graph;
  Storages storages;
};

// `zip` must hold "<top>/data.pkl" and "<top>/data/<key>" for every storage.
OpenCheckpoint open_zip_checkpoint(ZipReader& zip, const std::string& source);
OpenCheckpoint open_legacy_checkpoint(ByteSpan bytes, const std::string& source);

// The member that holds the pickle of a zip checkpoint; nullptr when there is none.
const ZipMember* find_checkpoint_pickle(const ZipReader& zip);

}  // namespace salix::io
