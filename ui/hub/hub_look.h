// What a repository's choices mean on this machine, before a byte of weights is fetched. Runs on worker threads.
#pragma once

#include <QString>
#include <QVariantList>
#include <optional>
#include <string>

#include "app/hub.h"
#include "ui/model/model_sources.h"

namespace ui {

/// What is told by a config.json alone.
struct ConfigLook {
  QString problem;                         ///< why this build cannot run it; empty: nothing speaks against it
  std::optional<engine::MemoryPlan> plan;  ///< of its own type, when one could be made
};

/// Inspects the text as a model without weights, in a temporary folder.
ConfigLook lookAtConfig(const std::string& config, const std::string& repository, const ModelSources& sources);

/// {label, detail, fit, tone, problem} maps, one a choice: "16.1 GB · 4 files", "fits with 32,768 tokens of context".
/// `look` is of the safetensors choice. A choice with a problem cannot be downloaded to be run.
QVariantList describeChoices(const app::HubListing& listing, const ConfigLook& look, const engine::HostMemory& memory);

}  // namespace ui
