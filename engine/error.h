// Error classes and the one check macro. Everything salix refuses is thrown as
// one of these; nothing aborts or exits.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace salix {

// Base of all errors. The text is one sentence: what must hold, what came, what to do.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The caller's request is wrong.
class InvalidInput : public Error {
 public:
  using Error::Error;
};

// A sensible request with no implementation here (dtype, device, build).
class NotSupported : public Error {
 public:
  using Error::Error;
};

// A CUDA call failed: code, call, file, line.
class CudaError : public Error {
 public:
  using Error::Error;
};

// A cuDNN, cuBLAS, oneDNN, NCCL or MPI call failed.
class LibraryError : public Error {
 public:
  using Error::Error;
};

// Asked, in use, cached, limit, and what to lower.
class OutOfMemory : public Error {
 public:
  using Error::Error;
};

// File, offset, expected, found.
class IoError : public Error {
 public:
  using Error::Error;
};

// A broken promise inside salix itself.
class InternalError : public Error {
 public:
  using Error::Error;
};

// Streams all arguments into one string: str("x is ", 3).
template <typename... Parts>
std::string str(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

namespace detail {
[[noreturn]] void throw_internal(const char* condition, const char* file, int line);
}  // namespace detail

}  // namespace salix

// A macro so that the message is built only when the condition fails.
#define SALIX_CHECK(condition, ...)                                           \
  do {                                                                        \
    if (!(condition)) throw ::salix::InvalidInput(::salix::str(__VA_ARGS__)); \
  } while (false)

// For conditions that only a bug of ours can break.
#define SALIX_ASSERT(condition)                                                        \
  do {                                                                                 \
    if (!(condition)) ::salix::detail::throw_internal(#condition, __FILE__, __LINE__); \
  } while (false)
