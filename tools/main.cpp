#include "tools/cli/run.h"

int main(int argc, char** argv) { return salix::cli::run({argv + 1, argv + argc}); }
