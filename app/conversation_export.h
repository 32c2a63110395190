// A conversation as a text for other programs.
#pragma once

#include <string>
#include <vector>

#include "app/conversation_store.h"

namespace app {

/// The branch that is shown, as Markdown.
std::string exportMarkdown(const Conversation& conversation, const std::vector<Message>& messages);
/// The branch that is shown, as a page that needs nothing else; texts as they were written.
std::string exportHtml(const Conversation& conversation, const std::vector<Message>& messages);
/// The whole tree, as JSON.
std::string exportJson(const Conversation& conversation, const std::vector<Message>& messages);

}  // namespace app
