#include "engine/io/pickle_opcodes.h"

namespace salix::io {

const char* refused_opcode_name(std::uint8_t code) {
  switch (code) {
    // Look objects up in a registry of the running Python.
    case 0x82:
      return "EXT1";
    case 0x83:
      return "EXT2";
    case 0x84:
      return "EXT4";
    // Text forms of protocols 0 and 1, which torch.save never wrote.
    case 'i':
      return "INST";
    case 'F':
      return "FLOAT";
    case 'I':
      return "INT";
    case 'L':
      return "LONG";
    case 'P':
      return "PERSID";
    case 'S':
      return "STRING";
    case 'V':
      return "UNICODE";
    case 'd':
      return "DICT";
    case 'l':
      return "LIST";
    case 'g':
      return "GET";
    case 'p':
      return "PUT";
    // Never needed for plain values.
    case '2':
      return "DUP";
    case 0x8b:
      return "LONG4";
    case 0x97:
      return "NEXT_BUFFER";
    case 0x98:
      return "READONLY_BUFFER";
    default:
      return nullptr;
  }
}

}  // namespace salix::io
