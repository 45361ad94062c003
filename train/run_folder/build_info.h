// How this program was built; fixed when CMake configured, so that a commit rebuilds nothing.
#pragma once

namespace salix {

struct BuildInfo {
  const char*
      commit;        // of the sources when configured, "-dirty" when edited; "unknown" without git
  const char* type;  // "Release"
  const char* compiler;
  const char* flags;
  const char* march;
  bool cuda;
};

BuildInfo build_info();

}  // namespace salix
