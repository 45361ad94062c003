#include "engine/io/pickle_machine.h"

#include <algorithm>
#include <bit>

#include "engine/io/pickle_globals.h"

namespace salix::io {
namespace {

// A ResNet-50 checkpoint with optimizer has about 10^4 nodes; these leave room for the
// largest models and keep a hostile pickle below some 300 MB.
constexpr std::size_t kMostNodes = std::size_t{1} << 21;
constexpr std::size_t kMostReferences = std::size_t{1} << 24;
constexpr int kNewestProtocol = 5;
constexpr std::string_view kOrderedDict = "collections.OrderedDict";
constexpr std::string_view kSize = "torch.Size";

}  // namespace

PickleGraph PickleMachine::run() {
  const auto first = static_cast<Opcode>(in_.number<std::uint8_t>("the pickle"));
  const int protocol = first == Opcode::kProto ? in_.number<std::uint8_t>("the protocol") : 0;
  if (protocol < 2 || protocol > kNewestProtocol) {
    in_.fail("expected a pickle of protocol 2 to 5");
  }
  while (true) {
    const auto opcode =
        static_cast<Opcode>(in_.number<std::uint8_t>("the next pickle instruction"));
    if (opcode == Opcode::kStop) break;
    step(opcode);
  }
  if (stack_.size() != 1 || !marks_.empty()) {
    in_.fail("a pickle must leave one value; this one leaves ", stack_.size());
  }
  graph_.root = stack_.back();
  check_pickle_shape(graph_, in_.source());
  return std::move(graph_);
}

PickleId PickleMachine::add(PickleKind kind, Payload payload) {
  if (graph_.nodes.size() == kMostNodes)
    in_.fail("the pickle has more than ", kMostNodes, " values");
  graph_.nodes.push_back({kind, std::move(payload)});
  return static_cast<PickleId>(graph_.nodes.size() - 1);
}

void PickleMachine::count_references(std::size_t more) {
  references_ += more;
  if (references_ > kMostReferences) {
    in_.fail("the pickle has more than ", kMostReferences, " references between values");
  }
}

void PickleMachine::push(PickleId id) {
  count_references(1);
  stack_.push_back(id);
}

PickleId PickleMachine::pop() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
    in_.fail("the pickle's stack is empty");
  const PickleId id = stack_.back();
  stack_.pop_back();
  return id;
}

PickleMachine::Ids PickleMachine::pop_to_mark() {
  if (marks_.empty()) in_.fail("the pickle has no MARK for this instruction");
  const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  Ids items(first, stack_.end());
  stack_.erase(first, stack_.end());
  marks_.pop_back();
  return items;
}

PickleId PickleMachine::peek() {
  const PickleId id = pop();
  stack_.push_back(id);
  return id;
}

PickleNode& PickleMachine::top(PickleKind kind, const char* opcode) {
  PickleNode& node = graph_.nodes[peek()];
  if (node.kind != kind) {
    in_.fail(opcode, " must act on ", name_of(kind), "; found ", name_of(node.kind));
  }
  return node;
}

void PickleMachine::extend(PickleKind kind, const char* opcode, const Ids& items) {
  PickleNode& object = graph_.nodes[peek()];
  // A class of its own that is filled like a dict or list is one.
  if (object.kind == PickleKind::kObject) object = {kind, Ids{}};
  PickleNode& node = top(kind, opcode);
  if (kind == PickleKind::kDict && items.size() % 2 != 0) in_.fail(opcode, " must have pairs");
  auto& children = std::get<Ids>(node.payload);
  children.insert(children.end(), items.begin(), items.end());
}

void PickleMachine::remember(std::uint64_t slot) {
  const PickleId id = peek();
  // MEMOIZE could name new slots for ever; PUTs of distinct values cannot.
  if (memo_.size() >= kMostNodes)
    in_.fail("the pickle's memo has more than ", kMostNodes, " entries");
  memo_[slot] = id;
}

void PickleMachine::recall(std::uint64_t slot) {
  const auto found = memo_.find(slot);
  if (found == memo_.end())
    in_.fail("the pickle recalls memo entry ", slot, ", which was never stored");
  push(found->second);
}

void PickleMachine::push_text(PickleKind kind, std::uint64_t bytes) {
  const std::string_view text = text_of(in_.take(bytes, "a string of the pickle"));
  if (kind == PickleKind::kString && !is_utf8(text)) {
    in_.fail("strings must be UTF-8; found '", printable(text), "'");
  }
  push(kind, std::string(text));
}

// Its strings are text or bytes, as it happens (the bytes of a NumPy array).
void PickleMachine::push_string_of_python_2(std::uint64_t bytes) {
  const std::string_view text = text_of(in_.take(bytes, "a string of the pickle"));
  push(is_utf8(text) ? PickleKind::kString : PickleKind::kBytes, std::string(text));
}

// Two's complement, least significant byte first, as many bytes as needed.
void PickleMachine::push_long(std::size_t count) {
  const ByteSpan bytes = in_.take(count, "a long integer");
  if (count > sizeof(std::int64_t)) return push(PickleKind::kBigInt, std::string(text_of(bytes)));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  const bool negative = count > 0 && (bytes[count - 1] & std::byte{0x80}) != std::byte{0};
  if (negative && count < 8) value |= ~std::uint64_t{0} << (8 * count);
  push(PickleKind::kInt, std::bit_cast<std::int64_t>(value));
}

void PickleMachine::push_tuple(std::size_t count) {
  Ids items(count);
  for (std::size_t i = count; i > 0; --i) items[i - 1] = pop();
  push(PickleKind::kTuple, std::move(items));
}

void PickleMachine::push_global(std::string_view module, std::string_view name) {
  std::string dotted = str(module, ".", name);
  const bool disguised = !is_known(dotted) && name.find('.') != std::string_view::npos;
  if (disguised || reaches_outside(dotted)) {
    in_.fail("the pickle asks for the Python object '", printable(dotted),
             "', which no weights file needs: whoever loads this file with Python may be attacked. "
             "Nothing of it was run; do not use it");
  }
  push(PickleKind::kGlobal, std::move(dotted));
}

bool PickleMachine::is_known(std::string_view dotted) const {
  return std::find(known_.begin(), known_.end(), dotted) != known_.end();
}

// What it was made of is dropped, so that objects that refer to each other in a circle (as
// OmegaConf's do) leave no circle here.
void PickleMachine::push_object(PickleId maker) {
  const PickleKind kind = graph_.nodes[maker].kind;
  if (kind != PickleKind::kGlobal && kind != PickleKind::kObject)
    in_.fail("a class must make an object; found ", name_of(kind));
  push(PickleKind::kObject, std::string(PickleValue(graph_, maker).text()));
}

// A call is written down, not made. Some are plain values under another name.
void PickleMachine::reduce() {
  const PickleId arguments = pop();
  const PickleId callee = pop();
  const PickleKind kind = graph_.nodes[callee].kind;
  if (kind != PickleKind::kGlobal && kind != PickleKind::kObject)
    in_.fail("REDUCE must call a global; found ", name_of(kind));
  if (graph_.nodes[arguments].kind != PickleKind::kTuple)
    in_.fail("REDUCE must have a tuple of arguments");
  const PickleValue given(graph_, arguments);
  const std::string_view name = PickleValue(graph_, callee).text();
  const bool known = kind == PickleKind::kGlobal && is_known(name);
  const auto wraps = [&](PickleKind content) {
    return given.size() == 1 && given.item(0).is(content);
  };
  if (name == kOrderedDict) {
    push(PickleKind::kDict, ordered_dict_items(given));
  } else if ((name == kSize && wraps(PickleKind::kTuple)) ||
             (!known && makes_dict_of_dict(name) && wraps(PickleKind::kDict))) {
    push(given.item(0).id());
  } else if (known) {
    push(PickleKind::kCall, Ids{callee, arguments});
  } else {
    push_object(callee);
  }
}

// Attributes are dropped: those of an OrderedDict (a state dict's _metadata) are no tensors, and
// an object's are nobody's business.
void PickleMachine::build() {
  pop();
  const PickleKind kind = graph_.nodes[peek()].kind;
  const bool has_attributes = kind == PickleKind::kObject || kind == PickleKind::kDict ||
                              kind == PickleKind::kList || kind == PickleKind::kSet;
  if (!has_attributes) in_.fail("BUILD must act on an object; found ", name_of(kind));
}

// Python 3 fills an OrderedDict with SETITEMS; Python 2 passes a list of [key, value].
PickleMachine::Ids PickleMachine::ordered_dict_items(PickleValue arguments) {
  Ids items;
  if (arguments.size() == 0) return items;
  const PickleValue pairs = arguments.item(0);
  if (arguments.size() > 1 || !pairs.is(PickleKind::kList))
    in_.fail("OrderedDict must be given a list of pairs");
  count_references(2 * pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const PickleValue pair = pairs.item(i);
    if (!(pair.is(PickleKind::kList) || pair.is(PickleKind::kTuple)) || pair.size() != 2) {
      in_.fail("OrderedDict must be given a list of pairs");
    }
    items.push_back(pair.item(0).id());
    items.push_back(pair.item(1).id());
  }
  return items;
}

PickleGraph read_pickle(ByteReader& in, std::span<const std::string_view> known) {
  return PickleMachine(in, known).run();
}

}  // namespace salix::io
