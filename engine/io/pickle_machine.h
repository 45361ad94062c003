// The stack machine that builds a PickleGraph. Internal to the pickle reader.
#pragma once

#include <span>
#include <unordered_map>

#include "engine/io/pickle.h"
#include "engine/io/pickle_opcodes.h"

namespace salix::io {

class PickleMachine {
 public:
  PickleMachine(ByteReader& in, std::span<const std::string_view> known) : in_(in), known_(known) {}

  PickleGraph run();

 private:
  using Ids = std::vector<PickleId>;
  using Payload = decltype(PickleNode::payload);

  void step(Opcode opcode);
  void step_scalar(Opcode opcode);
  void step_container(Opcode opcode);
  void step_reference(Opcode opcode);

  PickleId add(PickleKind kind, Payload payload);
  void push(PickleId id);
  void push(PickleKind kind, Payload payload) { push(add(kind, std::move(payload))); }
  void push_text(PickleKind kind, std::uint64_t bytes);
  void push_string_of_python_2(std::uint64_t bytes);
  void push_long(std::size_t bytes);
  void push_tuple(std::size_t count);
  void push_global(std::string_view module, std::string_view name);

  PickleId pop();
  PickleId peek();
  Ids pop_to_mark();
  PickleNode& top(PickleKind kind, const char* opcode);
  void extend(PickleKind kind, const char* opcode, const Ids& items);
  void remember(std::uint64_t slot);
  void recall(std::uint64_t slot);
  void push_object(PickleId maker);
  void reduce();
  void build();
  bool is_known(std::string_view dotted) const;
  void count_references(std::size_t more);
  Ids ordered_dict_items(PickleValue arguments);

  ByteReader& in_;
  std::span<const std::string_view> known_;
  PickleGraph graph_;
  Ids stack_;
  std::vector<std::size_t> marks_;  // stack heights
  std::unordered_map<std::uint64_t, PickleId> memo_;
  std::size_t references_ = 0;
};

// IoError when the root is part of a cycle or reaches deeper than 64 levels.
void check_pickle_shape(const PickleGraph& graph, const std::string& source);

}  // namespace salix::io
