#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "app/cli/run.h"

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return app::cli::run(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hearth-cli: %s\n", error.what());
    return 1;
  }
}
