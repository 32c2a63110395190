#include "app/settings/validation.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace app {

namespace {

constexpr size_t kMaxValueBytes = 64 << 10;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

template <typename T>
std::optional<T> parseNumber(std::string_view text) {
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool insideRange(const SettingRow& row, double value) {
  if (!std::isfinite(value)) return false;
  if (row.minimum && (row.minimumExclusive ? value <= *row.minimum : value < *row.minimum)) return false;
  return !row.maximum || value <= *row.maximum;
}

engine::Error outOfRange(const SettingRow& row, std::string_view value) {
  // Values of keys are secrets, so lists are never echoed.
  const std::string got = row.type == SettingType::List ? "" : fmt::format(", got '{}'", value.substr(0, 80));
  return {engine::ErrorCode::InvalidArgument, fmt::format("--{} must be {}{}", row.key, settingRange(row), got),
          std::string(row.key)};
}

bool isDevice(std::string_view text) {
  if (text == "auto" || text == "cpu" || text == "cuda") return true;
  constexpr std::string_view kPrefix = "cuda:";
  if (text.substr(0, kPrefix.size()) != kPrefix) return false;
  const auto index = parseNumber<uint32_t>(text.substr(kPrefix.size()));
  return index && *index < 64;
}

}  // namespace

std::vector<std::string> splitList(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    const std::string_view item = trimmed(text.substr(0, comma));
    if (!item.empty()) items.emplace_back(item);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return items;
}

engine::Result<std::string> canonicalValue(const SettingRow& row, std::string_view raw) {
  const std::string_view value = trimmed(raw);
  if (value.size() > kMaxValueBytes || value.find('\0') != std::string_view::npos) return outOfRange(row, "");
  switch (row.type) {
    case SettingType::Boolean: {
      const std::string word = lowered(value);
      if (word == "1" || word == "true") return std::string("true");
      if (word == "0" || word == "false") return std::string("false");
      return outOfRange(row, value);
    }
    case SettingType::Integer: {
      const auto number = parseNumber<int64_t>(value);
      if (!number || !insideRange(row, static_cast<double>(*number))) return outOfRange(row, value);
      return fmt::format("{}", *number);
    }
    case SettingType::Real: {
      const auto number = parseNumber<double>(value);
      if (!number || !insideRange(row, *number)) return outOfRange(row, value);
      return fmt::format("{}", *number);
    }
    case SettingType::Choice: {
      const std::string word = lowered(value);
      for (const std::string_view choice : row.choices) {
        if (word == lowered(choice)) return std::string(choice);
      }
      return outOfRange(row, value);
    }
    case SettingType::List: {
      std::string joined;
      for (const std::string& item : splitList(value)) {
        for (const char c : item) {
          if (c <= ' ' || c > '~') return outOfRange(row, "");
        }
        joined += joined.empty() ? item : "," + item;
      }
      return joined;
    }
    case SettingType::Text:
      if (row.key == "device") {
        const std::string word = lowered(value);
        if (!isDevice(word)) return outOfRange(row, value);
        return word;
      }
      return std::string(value);
    case SettingType::Path:
      return std::string(value);
  }
  return outOfRange(row, value);
}

engine::Error unavailableValue(const SettingRow& row, std::string_view value, SettingSource source) {
  std::string wayOut;
  if (source == SettingSource::Environment) {
    wayOut = fmt::format("unset the environment variable {}", row.environment);
  } else {
    wayOut = source == SettingSource::Flag ? "leave the flag out" : "take it out of the settings";
  }
  if (!row.defaultValue.empty()) wayOut += fmt::format(" (the default is {})", row.defaultValue);
  return {engine::ErrorCode::Unsupported, fmt::format("--{} {}: {}; {}", row.key, value, row.unavailable, wayOut),
          std::string(row.key)};
}

std::string settingRange(const SettingRow& row) {
  const auto bounds = [&row] {
    if (row.minimum && row.maximum) {
      return fmt::format("{} {} to {}", row.minimumExclusive ? "above" : "from", *row.minimum, *row.maximum);
    }
    return row.minimum ? fmt::format("of at least {}", *row.minimum) : std::string();
  };
  switch (row.type) {
    case SettingType::Boolean:
      return "0, 1, true or false";
    case SettingType::Integer:
      return row.minimum ? fmt::format("an integer {}", bounds()) : "a 64-bit integer";
    case SettingType::Real:
      return fmt::format("a number {}", bounds());
    case SettingType::Choice:
      return fmt::format("one of {}", fmt::join(row.choices, ", "));
    case SettingType::List:
      return "a comma-separated list of printable ASCII words";
    case SettingType::Text:
      return row.key == "device" ? "auto, cpu, cuda or cuda:N" : "text";
    case SettingType::Path:
      return "a path";
  }
  return "";
}

}  // namespace app
