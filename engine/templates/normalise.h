// The one place that turns API messages into what a template can render: joined system messages, roles it does not
// know, tools on templates without a tool format.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "engine/chat_template.h"

namespace engine {

/// What a template does with messages beyond user and assistant, found by rendering small probes.
struct TemplateAbilities {
  bool dropsSystem = false;        ///< a system message in front leaves no trace
  bool dropsLaterSystem = false;   ///< one in the middle leaves none
  bool toolMessages = false;       ///< tool calls and tool results are rendered
  bool toolDefinitions = false;    ///< the list of tools is rendered
  bool argumentsAsString = false;  ///< tool call arguments must be a JSON string, not an object
};

struct NormalisedPrompt {
  nlohmann::ordered_json messages;  ///< as the template sees them
  nlohmann::ordered_json tools;     ///< null when they were written into the messages
};

/// Renders messages and tools; the text, or an empty optional when the template refuses them.
using ProbeFunction = std::function<std::optional<std::string>(const nlohmann::ordered_json& messages,
                                                               const nlohmann::ordered_json& tools)>;
TemplateAbilities probeAbilities(const ProbeFunction& render);

/// InvalidArgument with the message's index as context when a role is unknown or has no place in the template. `plain`
/// templates get the messages as they are.
Result<NormalisedPrompt> normalise(const ChatPrompt& prompt, const TemplateAbilities& abilities, bool plain);

}  // namespace engine
