// What the highlighter must know of a language.
#pragma once

#include <span>

namespace ui {

enum LanguageFlag : unsigned {
  NoCase = 1,               ///< words are compared without letter case
  NestedComments = 2,       ///< block comments count their openings
  TripleQuotes = 4,         ///< """ and ''' hold lines
  LinesInText = 8,          ///< any text may go over lines
  LinesInBacktick = 16,     ///< only a text in backticks may
  CharQuote = 32,           ///< ' begins a character and nothing longer
  CapitalTypes = 64,        ///< words that begin with a capital are types
  Directives = 128,         ///< # at the beginning of a line begins a directive
  Keys = 256,               ///< a word before : or = at the beginning of a line names a value
  Markup = 512,             ///< tags and attributes
  DiffLines = 1024,         ///< the first character of a line decides
  NoEscape = 2048,          ///< a backslash in a text is a backslash
  Sigils = 4096,            ///< $name and @name are words of their own
  DashWords = 8192,         ///< a dash may stand within a word
  FirstWord = 16384,        ///< the first word of a line is a command
  Backslash = 32768,        ///< \word is a command
  SpaceComments = 65536,    ///< a line comment begins a line or follows a space
  CommentAtStart = 131072,  ///< a line comment stands at the beginning of a line alone
};

struct CodeLanguage {
  const char* names;         ///< as fences spell it, lower case, with spaces between
  const char* label;         ///< as people write it
  const char* lineComments;  ///< with spaces between
  const char* blockOpen;
  const char* blockClose;
  const char* quotes;  ///< characters that begin and end a text
  unsigned flags;
  const char* keywords;  ///< with spaces between
  const char* types;
};

/// All of them.
std::span<const CodeLanguage> languages();

}  // namespace ui
