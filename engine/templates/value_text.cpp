// str(), repr() and json.dumps() of values, with provenance kept.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/templates/unicode.h"
#include "engine/templates/value.h"

namespace engine::jinja {

namespace {

void writeHex(char32_t value, int digits, std::string* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out->push_back(kDigits[(value >> shift) & 15]);
}

/// Calls write(codePoint, bytes, &escaped) for each character and appends what it leaves, run by run.
template <typename F>
void escapeText(const Text& text, bool content, Text* out, F&& write) {
  text.forEachRun([&](std::string_view run, bool runIsContent) {
    std::string escaped;
    size_t length = 0;
    for (size_t i = 0; i < run.size(); i += length) {
      const char32_t c = decodeAt(run, i, &length);
      write(c, run.substr(i, length), &escaped);
    }
    out->append(escaped, content || runIsContent);
  });
}

void writeQuoted(const Text& text, bool content, Text* out) {
  const bool single = text.bytes().find('\'') != std::string::npos && text.bytes().find('"') == std::string::npos;
  const char quote = single ? '"' : '\'';
  const bool quoteIsContent = content || (!text.empty() && text.contentAt(0));
  out->append(std::string_view(&quote, 1), quoteIsContent);
  escapeText(text, content, out, [quote](char32_t c, std::string_view bytes, std::string* escaped) {
    if (c == '\\' || c == static_cast<char32_t>(quote)) {
      *escaped += '\\';
      *escaped += static_cast<char>(c);
    } else if (c == '\n') {
      *escaped += "\\n";
    } else if (c == '\r') {
      *escaped += "\\r";
    } else if (c == '\t') {
      *escaped += "\\t";
    } else if (c < 0x20 || c == 0x7F || (c >= 0x80 && c <= 0xA0) || c == 0xAD) {
      *escaped += "\\x";
      writeHex(c, 2, escaped);
    } else {
      *escaped += bytes;
    }
  });
  out->append(std::string_view(&quote, 1), quoteIsContent);
}

void writeJsonString(const Text& text, bool content, bool ensureAscii, Text* out) {
  const bool quoteIsContent = content || (!text.empty() && text.contentAt(0));
  out->append("\"", quoteIsContent);
  escapeText(text, content, out, [ensureAscii](char32_t c, std::string_view bytes, std::string* escaped) {
    constexpr std::string_view kNamed = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i < kNamed.size(); i += 2) {
      if (c == static_cast<char32_t>(kNamed[i])) {
        *escaped += '\\';
        *escaped += kNamed[i + 1];
        return;
      }
    }
    if (c < 0x20 || (ensureAscii && c > 0x7E && c < 0x10000)) {
      *escaped += "\\u";
      writeHex(c, 4, escaped);
    } else if (ensureAscii && c >= 0x10000) {
      *escaped += "\\u";
      writeHex(0xD800 + ((c - 0x10000) >> 10), 4, escaped);
      *escaped += "\\u";
      writeHex(0xDC00 + ((c - 0x10000) & 0x3FF), 4, escaped);
    } else {
      *escaped += bytes;
    }
  });
  out->append("\"", quoteIsContent);
}

class JsonWriter {
 public:
  JsonWriter(const JsonStyle& style, Budget* budget, Text* out) : m_style(style), m_budget(budget), m_out(out) {}

  void write(const Value& value, bool outerContent, int level) {
    m_budget->spend();
    const bool content = outerContent || value.content();
    switch (value.kind()) {
      case Kind::None:
        return put("null", content);
      case Kind::Bool:
        return put(value.boolean() ? "true" : "false", content);
      case Kind::Integer:
        return put(std::to_string(value.integer()), content);
      case Kind::Real:
        return put(realText(value.real()), content);
      case Kind::String:
        m_budget->spendBytes(value.text().size());
        writeJsonString(value.text(), content, m_style.ensureAscii, m_out);
        return m_budget->checkOutput(m_out->size());
      case Kind::List: {
        const auto& items = value.items();
        if (items.empty()) return put("[]", content);
        put("[", content);
        for (size_t i = 0; i < items.size(); ++i) {
          separate(i, level + 1, content);
          write(items[i], content, level + 1);
        }
        newLine(level, content);
        return put("]", content);
      }
      case Kind::Dict:
        return writeDict(value.dict(), content, level);
      default:
        throw Failure{"Object of type " + std::string(typeName(value)) + " is not JSON serializable"};
    }
  }

 private:
  static std::string realText(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return formatReal(value);
  }

  void put(std::string_view bytes, bool content) {
    m_out->append(bytes, content);
    m_budget->checkOutput(m_out->size());
  }

  void newLine(int level, bool content) {
    if (m_style.indent < 0) return;
    const size_t spaces = static_cast<size_t>(level) * static_cast<size_t>(m_style.indent);
    m_budget->spendBytes(spaces);
    put("\n", content);
    put(std::string(spaces, ' '), content);
  }

  void separate(size_t position, int level, bool content) {
    if (position > 0) put(m_style.itemSeparator, content);
    newLine(level, content);
  }

  void writeDict(const DictObject& dict, bool content, int level) {
    if (dict.entries.empty()) return put("{}", content);
    std::vector<const std::pair<Value, Value>*> entries;
    m_budget->spend(dict.entries.size());
    for (const auto& entry : dict.entries) entries.push_back(&entry);
    if (m_style.sortKeys) {
      std::stable_sort(entries.begin(), entries.end(),
                       [this](const auto* a, const auto* b) { return compare(a->first, b->first, m_budget, "<") < 0; });
    }
    put("{", content);
    for (size_t i = 0; i < entries.size(); ++i) {
      separate(i, level + 1, content);
      writeKey(entries[i]->first, content);
      put(m_style.keySeparator, content);
      write(entries[i]->second, content, level + 1);
    }
    newLine(level, content);
    put("}", content);
  }

  void writeKey(const Value& key, bool content) {
    if (key.is(Kind::String)) return writeJsonString(key.text(), content, m_style.ensureAscii, m_out);
    if (!key.isNumber() && !key.is(Kind::None)) {
      throw Failure{"keys must be str, int, float, bool or None, not " + std::string(typeName(key))};
    }
    put("\"", content);
    write(key, content, 0);
    put("\"", content);
  }

  const JsonStyle& m_style;
  Budget* m_budget;
  Text* m_out;
};

}  // namespace

std::string formatReal(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[400];
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e16);
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer, end.ptr);
  if (plain && text.find('.') == std::string::npos) text += ".0";
  return text;
}

void writeRepr(const Value& value, bool outerContent, Budget* budget, Text* out) {
  budget->spend();
  const bool content = outerContent || value.content();
  switch (value.kind()) {
    case Kind::String:
      budget->spendBytes(value.text().size());
      writeQuoted(value.text(), content, out);
      break;
    case Kind::List: {
      const bool tuple = value.list().tuple;
      out->append(tuple ? "(" : "[", content);
      for (size_t i = 0; i < value.items().size(); ++i) {
        if (i > 0) out->append(", ", content);
        writeRepr(value.items()[i], content, budget, out);
      }
      if (tuple && value.items().size() == 1) out->append(",", content);
      out->append(tuple ? ")" : "]", content);
      break;
    }
    case Kind::Dict: {
      out->append("{", content);
      bool first = true;
      for (const auto& [key, item] : value.dict().entries) {
        if (!first) out->append(", ", content);
        first = false;
        writeRepr(key, content, budget, out);
        out->append(": ", content);
        writeRepr(item, content, budget, out);
      }
      out->append("}", content);
      break;
    }
    case Kind::Undefined:
      out->append("Undefined", content);
      break;
    default:
      writeText(value, budget, out);
  }
  budget->checkOutput(out->size());
}

void writeText(const Value& value, Budget* budget, Text* out) {
  budget->spend();
  switch (value.kind()) {
    case Kind::Undefined:
      break;
    case Kind::None:
      out->append("None", value.content());
      break;
    case Kind::Bool:
      out->append(value.boolean() ? "True" : "False", value.content());
      break;
    case Kind::Integer:
      out->append(std::to_string(value.integer()), value.content());
      break;
    case Kind::Real:
      out->append(formatReal(value.real()), value.content());
      break;
    case Kind::String:
      budget->spendBytes(value.text().size());
      out->append(value.text());
      break;
    case Kind::List:
    case Kind::Dict:
      writeRepr(value, value.content(), budget, out);
      break;
    default:
      out->append("<", false);
      out->append(typeName(value), false);
      out->append(">", false);
  }
  budget->checkOutput(out->size());
}

Text toText(const Value& value, Budget* budget) {
  if (value.is(Kind::String)) return value.text();
  Text out;
  writeText(value, budget, &out);
  return out;
}

void writeJson(const Value& value, const JsonStyle& style, Budget* budget, Text* out) {
  JsonWriter(style, budget, out).write(value, value.content(), 0);
}

}  // namespace engine::jinja
