// What each pickle instruction does to the machine.
#include <bit>

#include "engine/io/pickle_machine.h"

namespace salix::io {
namespace {

// A value per nesting level has a mark; what nests deeper is refused anyway.
constexpr std::size_t kMostMarks = 1024;

}  // namespace

void PickleMachine::step(Opcode opcode) {
  switch (opcode) {
    case Opcode::kProto:
      in_.fail("PROTO must come first, once");
    case Opcode::kFrame:  // says how far to read ahead, which matters for streams only
      if (in_.number<std::uint64_t>("a frame's length") > in_.remaining()) {
        in_.fail("a pickle frame must end inside the file");
      }
      return;
    case Opcode::kMark:
      if (marks_.size() == kMostMarks)
        in_.fail("the pickle nests more than ", kMostMarks, " MARKs");
      marks_.push_back(stack_.size());
      return;
    case Opcode::kPop:
      // Of a mark and a value, the later one goes.
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
      } else {
        pop();
      }
      return;
    case Opcode::kPopMark:
      pop_to_mark();
      return;
    default:
      return step_scalar(opcode);
  }
}

void PickleMachine::step_scalar(Opcode opcode) {
  const auto integer = [this](std::int64_t value) { push(PickleKind::kInt, value); };
  switch (opcode) {
    case Opcode::kNone:
      return push(PickleKind::kNone, std::int64_t{0});
    case Opcode::kNewTrue:
      return push(PickleKind::kBool, std::int64_t{1});
    case Opcode::kNewFalse:
      return push(PickleKind::kBool, std::int64_t{0});
    case Opcode::kBinInt:
      return integer(in_.number<std::int32_t>("an integer"));
    case Opcode::kBinInt1:
      return integer(in_.number<std::uint8_t>("an integer"));
    case Opcode::kBinInt2:
      return integer(in_.number<std::uint16_t>("an integer"));
    case Opcode::kLong1:
      return push_long(in_.number<std::uint8_t>("an integer's length"));
    case Opcode::kBinFloat: {  // the one big-endian number of the format
      const auto bits = __builtin_bswap64(in_.number<std::uint64_t>("a float"));
      return push(PickleKind::kFloat, std::bit_cast<double>(bits));
    }
    case Opcode::kShortBinString:
      return push_string_of_python_2(in_.number<std::uint8_t>("a string's length"));
    case Opcode::kBinString:
      return push_string_of_python_2(in_.number<std::uint32_t>("a string's length"));
    case Opcode::kShortBinUnicode:
      return push_text(PickleKind::kString, in_.number<std::uint8_t>("a string's length"));
    case Opcode::kBinUnicode:
      return push_text(PickleKind::kString, in_.number<std::uint32_t>("a string's length"));
    case Opcode::kBinUnicode8:
      return push_text(PickleKind::kString, in_.number<std::uint64_t>("a string's length"));
    case Opcode::kShortBinBytes:
      return push_text(PickleKind::kBytes, in_.number<std::uint8_t>("a bytes object's length"));
    case Opcode::kBinBytes:
      return push_text(PickleKind::kBytes, in_.number<std::uint32_t>("a bytes object's length"));
    case Opcode::kBinBytes8:
    case Opcode::kByteArray8:
      return push_text(PickleKind::kBytes, in_.number<std::uint64_t>("a bytes object's length"));
    default:
      return step_container(opcode);
  }
}

void PickleMachine::step_container(Opcode opcode) {
  const auto popped_pair = [this] {
    const PickleId value = pop();
    const PickleId key = pop();
    return Ids{key, value};
  };
  switch (opcode) {
    case Opcode::kEmptyTuple:
      return push(PickleKind::kTuple, Ids{});
    case Opcode::kEmptyList:
      return push(PickleKind::kList, Ids{});
    case Opcode::kEmptyDict:
      return push(PickleKind::kDict, Ids{});
    case Opcode::kEmptySet:
      return push(PickleKind::kSet, Ids{});
    case Opcode::kTuple1:
      return push_tuple(1);
    case Opcode::kTuple2:
      return push_tuple(2);
    case Opcode::kTuple3:
      return push_tuple(3);
    case Opcode::kTuple:
      return push(PickleKind::kTuple, pop_to_mark());
    case Opcode::kFrozenSet:
      return push(PickleKind::kSet, pop_to_mark());
    case Opcode::kAppend: {
      const PickleId item = pop();
      return extend(PickleKind::kList, "APPEND", {item});
    }
    case Opcode::kAppends:
      return extend(PickleKind::kList, "APPENDS", pop_to_mark());
    case Opcode::kAddItems:
      return extend(PickleKind::kSet, "ADDITEMS", pop_to_mark());
    case Opcode::kSetItem:
      return extend(PickleKind::kDict, "SETITEM", popped_pair());
    case Opcode::kSetItems:
      return extend(PickleKind::kDict, "SETITEMS", pop_to_mark());
    default:
      return step_reference(opcode);
  }
}

void PickleMachine::step_reference(Opcode opcode) {
  switch (opcode) {
    case Opcode::kBinPut:
      return remember(in_.number<std::uint8_t>("a memo index"));
    case Opcode::kLongBinPut:
      return remember(in_.number<std::uint32_t>("a memo index"));
    case Opcode::kMemoize:
      return remember(memo_.size());
    case Opcode::kBinGet:
      return recall(in_.number<std::uint8_t>("a memo index"));
    case Opcode::kLongBinGet:
      return recall(in_.number<std::uint32_t>("a memo index"));
    case Opcode::kBinPersId:
      return push(PickleKind::kPersistent, Ids{pop()});
    case Opcode::kReduce:
      return reduce();
    case Opcode::kNewObj: {
      pop();  // the arguments
      return push_object(pop());
    }
    case Opcode::kNewObjEx: {
      pop(), pop();  // the arguments, by name and by position
      return push_object(pop());
    }
    case Opcode::kObj: {
      const Ids maker_and_arguments = pop_to_mark();
      if (maker_and_arguments.empty()) in_.fail("OBJ must have a class");
      return push_object(maker_and_arguments.front());
    }
    case Opcode::kBuild:
      return build();
    case Opcode::kGlobal: {
      const std::string_view module = in_.line("a global's module");
      return push_global(module, in_.line("a global's name"));
    }
    case Opcode::kStackGlobal: {
      const PickleNode& name = graph_.nodes[pop()];
      const PickleNode& module = graph_.nodes[pop()];
      if (name.kind != PickleKind::kString || module.kind != PickleKind::kString) {
        in_.fail("STACK_GLOBAL must have two strings");
      }
      return push_global(std::get<std::string>(module.payload),
                         std::get<std::string>(name.payload));
    }
    default:
      break;
  }
  const auto code = static_cast<std::uint8_t>(opcode);
  const char* refused = refused_opcode_name(code);
  if (refused == nullptr) in_.fail("byte ", int{code}, " is no pickle instruction");
  in_.fail("the pickle instruction ", refused,
           " is not needed for tensors and plain values and is refused");
}

}  // namespace salix::io
