// The window's flags: those of the settings, --help and --version, and a model's path without any flag.
#pragma once

#include <string>
#include <vector>

#include "app/settings.h"

namespace ui {

struct CommandLine {
  bool help = false, version = false;
};

/// Sets every flag in `settings`; an Error names the flag and its range. Names take - and _ alike, switches work bare.
engine::Result<CommandLine> readCommandLine(const std::vector<std::string>& arguments, app::Settings& settings);

/// What --help prints.
std::string commandLineHelp();

}  // namespace ui
