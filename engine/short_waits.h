// How long threads spin before they sleep.
#pragma once

namespace salix {

// Call it first in main(), where there is work for several threads.
//
// OpenMP's threads wait for each other some thousand times in a training step, spinning for
// milliseconds by default. That is best while every thread has a core. On a machine that others use
// too a spinning thread takes the core from the one it waits for, and a step takes five times as
// long (docs/performance.md has the figures). Sleeping after a few microseconds costs next to
// nothing in either case.
//
// The runtime reads its settings when it is loaded, before main(): so the program sets
// GOMP_SPINCOUNT (GNU) and KMP_BLOCKTIME (LLVM) and starts itself once more, in the same process.
// Returns when the environment, ours or the user's, says one of these or OMP_WAIT_POLICY, or when
// the program cannot be started again.
void keep_waits_short(char** argv);

}  // namespace salix
