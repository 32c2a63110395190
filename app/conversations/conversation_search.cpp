#include "app/conversations/conversation_search.h"

#include <SQLiteCpp/Statement.h>
#include <utf8proc.h>

#include <algorithm>

#include "app/conversations/conversation_rows.h"
#include "engine/unicode_class.h"
#include "engine/utf8.h"

namespace app {
namespace {

constexpr size_t kMaxWords = 16, kMaxWordLength = 200;
constexpr size_t kIndexed = 3;  // the index holds runs of three characters
constexpr size_t kBefore = 40, kSnippet = 160;
// Without a word that the index can find, texts are read one by one, and no more than this of them.
constexpr size_t kScanBytes = 64u << 20;
constexpr int kMaxCandidates = 20000;

char32_t lower(char32_t c) {
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

std::u32string decoded(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const engine::Utf8Step step = engine::nextUtf8(text, at);
    out.push_back(step.codePoint);
    at += step.length;
  }
  return out;
}

std::u32string lowered(std::u32string text) {
  for (char32_t& c : text) c = lower(c);
  return text;
}

bool holdsAll(const std::u32string& lowerText, const std::vector<std::u32string>& words) {
  return std::all_of(words.begin(), words.end(),
                     [&](const std::u32string& word) { return lowerText.find(word) != std::u32string::npos; });
}

/// An FTS5 expression for the words that the index can find; empty when there is none.
std::string indexQuery(const std::vector<std::u32string>& words) {
  std::string out;
  for (const std::u32string& word : words) {
    if (word.size() < kIndexed) continue;
    out += out.empty() ? "\"" : " \"";
    for (const char32_t c : word) {
      engine::appendUtf8(out, c);
      if (c == U'"') out += '"';
    }
    out += '"';
  }
  return out;
}

struct Candidate {
  MessageId message = 0;
  ConversationId conversation = 0;
};

/// Messages that may match, those of the conversations changed last first.
std::vector<Candidate> candidates(SQLite::Database& database, const std::string& match) {
  const std::string from = match.empty() ? "FROM messages m JOIN conversations c ON c.id = m.conversation WHERE "
                                         : "FROM message_search s JOIN messages m ON m.id = s.rowid JOIN conversations "
                                           "c ON c.id = m.conversation WHERE message_search MATCH ?1 AND ";
  SQLite::Statement query(database,
                          "SELECT m.id, m.conversation " + from +
                              "c.removed_at IS NULL ORDER BY c.updated_at DESC, c.id DESC, m.id DESC LIMIT ?2");
  if (!match.empty()) query.bind(1, match);
  query.bind(2, kMaxCandidates);
  std::vector<Candidate> out;
  while (query.executeStep()) out.push_back({query.getColumn(0).getInt64(), query.getColumn(1).getInt64()});
  return out;
}

}  // namespace

std::vector<std::u32string> searchWords(std::string_view query) {
  std::vector<std::u32string> words;
  std::u32string word;
  const auto finish = [&] {
    if (!word.empty() && words.size() < kMaxWords) words.push_back(word.substr(0, kMaxWordLength));
    word.clear();
  };
  for (const char32_t c : decoded(query)) {
    if (c < 0x20 || engine::isWhiteSpace(c)) {
      finish();
    } else {
      word.push_back(lower(c));
    }
  }
  finish();
  return words;
}

bool holdsWords(std::string_view text, const std::vector<std::u32string>& words) {
  return holdsAll(lowered(decoded(text)), words);
}

std::string makeSnippet(std::string_view text, const std::vector<std::u32string>& words) {
  const std::u32string all = decoded(text), lowerText = lowered(all);
  size_t first = std::u32string::npos;
  for (const std::u32string& word : words) first = std::min(first, lowerText.find(word));
  if (first == std::u32string::npos) first = 0;
  const size_t begin = first > kBefore ? first - kBefore : 0;
  const size_t end = std::min(all.size(), begin + kSnippet);
  std::string out = begin > 0 ? "\u2026" : "";
  for (size_t at = begin; at < end;) {
    size_t length = 0;
    for (const std::u32string& word : words) {
      if (lowerText.compare(at, word.size(), word) == 0) length = std::max(length, word.size());
    }
    const size_t stop = std::min(at + std::max<size_t>(length, 1), end);
    if (length > 0) out += '\x02';
    for (; at < stop; ++at) engine::appendUtf8(out, all[at] < 0x20 ? U' ' : all[at]);
    if (length > 0) out += '\x03';
  }
  if (end < all.size()) out += "\u2026";
  return out;
}

std::vector<SearchHit> searchConversations(SQLite::Database& database, std::string_view query, size_t limit) {
  const std::vector<std::u32string> words = searchWords(query);
  if (words.empty() || limit == 0) return {};
  std::vector<Conversation> conversations = listConversations(database);
  std::sort(conversations.begin(), conversations.end(), [](const Conversation& a, const Conversation& b) {
    return a.updatedAt != b.updatedAt ? a.updatedAt > b.updatedAt : a.id > b.id;
  });
  const std::string match = indexQuery(words);
  const std::vector<Candidate> found = candidates(database, match);
  SQLite::Statement read(database, "SELECT text FROM messages WHERE id = ?");
  std::vector<SearchHit> hits;
  size_t scanned = 0;
  auto candidate = found.begin();
  for (const Conversation& conversation : conversations) {
    if (hits.size() >= limit) break;
    if (holdsWords(conversation.title, words)) {
      hits.push_back({conversation.id, 0, conversation.title, makeSnippet(conversation.title, words)});
    }
    for (; candidate != found.end() && candidate->conversation == conversation.id; ++candidate) {
      if (hits.size() >= limit || scanned > kScanBytes) break;
      read.reset();
      read.bind(1, candidate->message);
      if (!read.executeStep()) continue;
      const std::string text = read.getColumn(0).getString();
      scanned += match.empty() ? text.size() : 0;
      if (!holdsWords(text, words)) continue;
      hits.push_back({conversation.id, candidate->message, conversation.title, makeSnippet(text, words)});
    }
    while (candidate != found.end() && candidate->conversation == conversation.id) ++candidate;
  }
  return hits;
}

}  // namespace app
