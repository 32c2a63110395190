// The messages and template fields of a chat request.
#pragma once

#include "app/server/request_fields.h"
#include "engine/chat_template.h"

namespace app {

/// Reads "messages" and brings them into the form that templates take: leading system and developer messages joined
/// into one, text parts joined by newlines, tool traffic in a generic JSON form where the template has none of its own.
std::vector<engine::ChatMessage> readMessages(FieldReader& reader, FieldProblems& problems,
                                              const engine::ChatTemplate& chatTemplate);

/// Reads tools, tool_choice, documents, chat_template_kwargs, add_generation_prompt and continue_final_message. What
/// the engine cannot honour is refused, never ignored.
void readTemplateFields(FieldReader& reader, FieldProblems& problems, const engine::ChatTemplate& chatTemplate,
                        engine::ChatPrompt& prompt);

}  // namespace app
