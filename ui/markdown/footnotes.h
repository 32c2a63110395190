// Footnotes stay text: Markdown would take their lines for the addresses of links, and drop them.
#pragma once

#include <string>
#include <string_view>

namespace ui {

/// The text with "[^x]:" at the beginning of a line, outside of code, marked as text. Linear in its length.
std::string keepFootnotes(std::string_view text);

}  // namespace ui
