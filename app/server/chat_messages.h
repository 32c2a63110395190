// The messages and template fields of a chat request.
#pragma once

#include "app/server/request_fields.h"
#include "engine/chat_template.h"

namespace app {

/// Reads "messages"; text parts are joined by newlines. What a template cannot render is the engine's business.
std::vector<engine::ChatMessage> readMessages(FieldReader& reader, FieldProblems& problems);

/// Reads tools, tool_choice, documents, chat_template_kwargs, add_generation_prompt and continue_final_message. What
/// the engine cannot honour is refused, never ignored.
void readTemplateFields(FieldReader& reader, FieldProblems& problems, engine::ChatPrompt& prompt);

}  // namespace app
