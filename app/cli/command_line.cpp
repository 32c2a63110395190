#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/verb.h"

namespace app::cli {

namespace {

/// "--max_tokens=5" as "--max-tokens=5": flags take both spellings, values stay as they are.
std::string withDashes(const std::string& argument) {
  if (!argument.starts_with("--")) return argument;
  std::string out = argument;
  std::replace(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(std::min(out.find('='), out.size())), '_', '-');
  return out;
}

}  // namespace

CommandLine::CommandLine(std::string_view verb, std::string_view summary,
                         std::initializer_list<std::string_view> groups)
    : options(std::string(summary), fmt::format("hearth-cli {}", verb)), m_groups(groups) {
  options.add_flag("--json", json, "Print one JSON document instead of text");
}

void CommandLine::addModelPositional() {
  options.add_option("PATH", m_positionalPath, "Model directory or .gguf file (the same as --model-path)");
}

std::optional<int> CommandLine::parse(std::span<const std::string> arguments) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  if (std::any_of(arguments.begin(), end, [](const std::string& a) { return a == "--help" || a == "-h"; })) {
    std::string text = options.help();
    for (const std::string_view group : m_groups) text += fmt::format("\nSettings: {}\n{}", group, settingsHelp(group));
    std::fputs(text.c_str(), stdout);
    return kOk;
  }
  if (const auto read = settings.readEnvironment(); !read.ok()) return usage(read.error().message);
  auto rest = settings.readFlags(arguments);
  if (!rest.ok()) return usage(rest.error().message);
  // CLI11 takes the words from the back.
  std::vector<std::string> words;
  for (const std::string& word : rest.value()) words.push_back(withDashes(word));
  std::reverse(words.begin(), words.end());
  try {
    options.parse(std::move(words));
  } catch (const CLI::Error& error) {
    return usage(fmt::format("{} (hearth-cli {} --help lists what there is)", error.what(),
                             options.get_name().substr(options.get_name().rfind(' ') + 1)));
  }
  if (!m_positionalPath.empty()) {
    if (const auto set = settings.set("model-path", m_positionalPath, SettingSource::Flag); !set.ok()) {
      return usage(set.error().message);
    }
  }
  for (const std::string& remark : settings.remarks()) fmt::print(stderr, "{}\n", remark);
  return std::nullopt;
}

CLI::Validator integerIn(int64_t low, int64_t high) {
  return CLI::Validator(
      [low, high](const std::string& text) {
        int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool good = error == std::errc() && end == text.data() + text.size() && value >= low && value <= high;
        return good ? std::string() : fmt::format("must be an integer from {} to {}, got '{}'", low, high, text);
      },
      fmt::format("{}-{}", low, high), "integer");
}

CLI::Validator numberIn(double low, double high, bool aboveLow) {
  return CLI::Validator(
      [=](const std::string& text) {
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool good = error == std::errc() && end == text.data() + text.size() && value >= low && value <= high &&
                          !(aboveLow && value == low);
        return good ? std::string()
                    : fmt::format("must be a number {} {} to {}, got '{}'", aboveLow ? "above" : "from", low, high,
                                  text);
      },
      fmt::format("{}-{}", low, high), "number");
}

int fail(const engine::Error& error) {
  fmt::print(stderr, "{}\n", error.message);
  // A value that can be mended on the command line is wrong usage; what failed at run time is not.
  const bool mendable = error.code == engine::ErrorCode::InvalidArgument ||
                        error.code == engine::ErrorCode::Unsupported ||
                        (error.code == engine::ErrorCode::NotFound && error.context == "conv-template");
  return mendable && findSetting(error.context) != nullptr ? kUsage : kFailed;
}

int usage(std::string_view message) {
  fmt::print(stderr, "{}\n", message);
  return kUsage;
}

void printJson(const nlohmann::ordered_json& value) {
  fmt::print("{}\n", value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

engine::Result<std::string> readInput(size_t limit) {
  std::string text;
  char buffer[65536];
  for (size_t n; (n = std::fread(buffer, 1, sizeof buffer, stdin)) > 0;) {
    if (text.size() + n > limit) {
      return engine::Error{engine::ErrorCode::InvalidArgument,
                           fmt::format("standard input holds more than {} bytes", limit)};
    }
    text.append(buffer, n);
  }
  if (std::ferror(stdin) != 0) return engine::Error{engine::ErrorCode::Io, "standard input cannot be read"};
  return text;
}

}  // namespace app::cli
