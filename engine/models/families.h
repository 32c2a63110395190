// One function an architecture, each in its own file. registry.cpp lists them.
#pragma once

#include "engine/models/registry.h"

namespace engine {

const Architecture& llamaArchitecture();
const Architecture& mistralArchitecture();
const Architecture& qwen2Architecture();

}  // namespace engine
