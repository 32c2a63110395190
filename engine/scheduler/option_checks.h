// Which options this build can honour, and what the open ones become.
#pragma once

#include <string>

#include "engine/model_info.h"
#include "engine/options.h"
#include "engine/result.h"

namespace engine {

// Each refusal is one sentence that names the flag and says what is possible. checkOptions() is in engine/engine.h.

/// Refuses what does not go with the model.
Result<void> checkOptionsForModel(const EngineOptions& options, const ModelInfo& model);

/// The quantization mode and the reason for it.
std::string chosenQuantization(const EngineOptions& options, const ModelInfo& model, std::string* reason);

/// Options with every default filled in.
EngineOptions resolvedOptions(const EngineOptions& options, const ModelInfo& model);

}  // namespace engine
