// Search in titles and texts.
#pragma once

#include <SQLiteCpp/Database.h>

#include <string>
#include <string_view>
#include <vector>

#include "app/conversation_store.h"

namespace app {

/// The words of a query, lower case, without what separates them. At most 16 of at most 200 characters.
std::vector<std::u32string> searchWords(std::string_view query);

/// True when every word is in the text, letter case aside.
bool holdsWords(std::string_view text, const std::vector<std::u32string>& words);

/// The part of a text around its first match, in one line, with each match between U+0002 and U+0003.
std::string makeSnippet(std::string_view text, const std::vector<std::u32string>& words);

/// Titles and texts that hold every word, those of the conversations changed last first.
std::vector<SearchHit> searchConversations(SQLite::Database& database, std::string_view query, size_t limit);

}  // namespace app
