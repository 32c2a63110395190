// The whole of hearth-cli but main().
#pragma once

#include <span>
#include <string>

namespace app::cli {

/// Runs the verb that the first argument names; returns the exit code: 0 done, 1 failed, 2 wrong usage.
int run(std::span<const std::string> arguments);

}  // namespace app::cli
