#include "engine/io/pth_containers.h"

#include "engine/io/pth.h"

namespace salix::io {
namespace {

constexpr std::string_view kPickle = "data.pkl";
// 0x1950a86a20f9469cfc6c, least significant byte first.
constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kLegacyProtocol = 1001;

std::string_view member_text(ZipReader& zip, const std::string& name,
                             std::vector<std::byte>& unpacked) {
  const ZipMember* member = zip.find(name);
  return member == nullptr ? std::string_view() : text_of(zip.read(*member, unpacked));
}

void check_legacy_prologue(ByteReader& in) {
  const PickleGraph magic = read_pickle(in, {});
  const PickleValue number(magic);
  if (!number.is(PickleKind::kBigInt) || number.text() != kMagic) {
    in.fail("a legacy checkpoint must start with PyTorch's magic number");
  }
  const PickleGraph version = read_pickle(in, {});
  const PickleValue protocol(version);
  if (!protocol.is(PickleKind::kInt) || protocol.integer() != kLegacyProtocol) {
    in.fail("a legacy checkpoint must have protocol version ", kLegacyProtocol);
  }
  const PickleGraph system = read_pickle(in, {});
  const auto little = PickleValue(system).find("little_endian");
  if (little && little->is(PickleKind::kBool) && little->integer() == 0) {
    throw NotSupported(in.source() + ": the checkpoint was written on a big-endian machine");
  }
}

// int64 element count, then the elements.
void read_legacy_storage(ByteReader& in, std::string_view key, Storages& storages) {
  const auto found = storages.find(std::string(key));
  if (found == storages.end()) in.fail("storage '", printable(key), "' belongs to no tensor");
  Storage& storage = found->second;
  if (storage.filled) in.fail("storage '", printable(key), "' comes twice");
  const auto numel = in.number<std::int64_t>("a storage's element count");
  if (numel != storage.numel) {
    in.fail("storage '", printable(key), "' must have ", storage.numel,
            " elements, as its tensors say; found ", numel);
  }
  storage.bytes = in.take(storage.size_bytes(), "a storage");
  storage.filled = true;
}

}  // namespace

bool looks_like_legacy_pth(ByteSpan bytes) {
  const std::string_view start = text_of(bytes.first(std::min<std::size_t>(bytes.size(), 32)));
  return start.starts_with('\x80') && start.find(kMagic) != std::string_view::npos;
}

const ZipMember* find_checkpoint_pickle(const ZipReader& zip) {
  for (const ZipMember& member : zip.members()) {
    const std::string_view name = member.name;
    const std::size_t slash = name.find('/');
    if (name.substr(slash == std::string_view::npos ? 0 : slash + 1) == kPickle) return &member;
  }
  return nullptr;
}

OpenCheckpoint open_zip_checkpoint(ZipReader& zip, const std::string& source) {
  const ZipMember* pickle = find_checkpoint_pickle(zip);
  if (pickle == nullptr)
    throw IoError(str(source, ": the zip archive has no data.pkl, so it is no checkpoint; ",
                      zip.members().empty() ? "it is empty"
                                            : str("it holds '", printable(zip.members()[0].name),
                                                  "': unpack it and name the file inside")));
  const std::string top = pickle->name.substr(0, pickle->name.size() - kPickle.size());
  if (zip.find(top + "constants.pkl") != nullptr) {
    throw NotSupported(source +
                       ": is a TorchScript program; save its state_dict() with torch.save instead");
  }
  std::vector<std::byte> order_bytes;
  const std::string_view order = member_text(zip, top + "byteorder", order_bytes);
  if (!order.empty() && order != "little") {
    throw NotSupported(str(source, ": byte order must be little; found '", printable(order), "'"));
  }

  OpenCheckpoint open;
  std::vector<std::byte> unpacked;
  const std::string where = str(source, ": ", printable(pickle->name));
  ByteReader in(zip.read(*pickle, unpacked), where);
  open.graph = read_pickle(in, checkpoint_globals());
  if (in.remaining() != 0)
    in.fail("nothing must follow the pickle; found ", in.remaining(), " bytes");

  open.storages = collect_storages(open.graph, source);
  for (auto& [key, storage] : open.storages) {
    const ZipMember* member = zip.find(str(top, "data/", key));
    if (member == nullptr)
      throw IoError(str(source, ": storage '", printable(key), "' is not in the archive"));
    if (member->bytes != storage.size_bytes()) {
      throw IoError(str(source, ": storage '", printable(key), "' must have ", storage.size_bytes(),
                        " bytes, as its tensors say; found ", member->bytes));
    }
    storage.bytes = zip.read(*member, storage.unpacked);
    storage.filled = true;
  }
  return open;
}

OpenCheckpoint open_legacy_checkpoint(ByteSpan bytes, const std::string& source) {
  ByteReader in(bytes, source);
  check_legacy_prologue(in);
  OpenCheckpoint open;
  open.graph = read_pickle(in, checkpoint_globals());
  open.storages = collect_storages(open.graph, source);

  const PickleGraph order = read_pickle(in, {});
  const PickleValue keys(order);
  if (!keys.is(PickleKind::kList)) in.fail("the storage keys must be a list");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    read_legacy_storage(in, keys.item(i).text(), open.storages);
  }
  if (keys.size() != open.storages.size()) {
    in.fail("all ", open.storages.size(), " storages must be listed; found ", keys.size());
  }
  if (in.remaining() != 0)
    in.fail("nothing must follow the last storage; found ", in.remaining(), " bytes");
  return open;
}

}  // namespace salix::io
