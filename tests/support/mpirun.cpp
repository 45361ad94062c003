#include "tests/support/mpirun.h"

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>

#include "engine/error.h"

namespace salix::testing {
namespace {

// What the shell must see as one word, whatever is in it.
std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'') text += "'\\'";
    text += c;
  }
  text += '\'';
  return text;
}

}  // namespace

bool has_mpirun() {
#ifdef SALIX_WITH_MPI
  return std::system("command -v mpirun >/dev/null 2>&1") == 0;
#else
  return false;
#endif
}

// The launcher's own leaks, under AddressSanitizer, are not ours.
Mpirun::Mpirun(int ranks, const std::vector<std::string>& command) {
  std::string line =
      str("ASAN_OPTIONS=detect_leaks=0 OMP_NUM_THREADS=1 OMPI_ALLOW_RUN_AS_ROOT=1 "
          "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe --bind-to none -n ",
          ranks);
  for (const std::string& word : command) line += " " + quoted(word);
  line += " 2>&1 </dev/null";
  FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) throw IoError("mpirun: the command cannot be started");
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) {
    output_.append(buffer, got);
  }
  const int status = pclose(pipe);
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace salix::testing
