// What a verb of hearth-cli is made of: its row in the table, its arguments, its ways to print.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.h"
#include "engine/result.h"

namespace app::cli {

enum ExitCode : int { kOk = 0, kFailed = 1, kUsage = 2 };

struct Verb {
  std::string_view name;
  std::string_view summary;  ///< one line for the overview
  int (*run)(std::span<const std::string> arguments);
};

/// Every verb, in the order of the overview (verbs.cpp).
std::span<const Verb> verbs();

/// Reads a verb's command line: flags of the settings schema (and their environment variables) go into `settings`, the
/// rest to the options that the verb adds to `options` before parse(). Words are joined with - or _ alike.
class CommandLine {
 public:
  /// `groups` are those of the settings schema whose flags belong to this verb: they are shown by --help.
  CommandLine(std::string_view verb, std::string_view summary, std::initializer_list<std::string_view> groups);

  CLI::App options;  ///< the verb's own options and positionals
  app::Settings settings;
  bool json = false;  ///< --json: one document on stdout instead of text for people

  /// Adds a positional PATH that is the same as --model-path.
  void addModelPositional();
  /// Nothing when the verb may run; else the exit code, with the help or the reason already printed.
  std::optional<int> parse(std::span<const std::string> arguments);

 private:
  std::vector<std::string_view> m_groups;
  std::string m_positionalPath;
};

/// Checks for options: whole numbers or numbers in a range that the error names.
CLI::Validator integerIn(int64_t low, int64_t high);
CLI::Validator numberIn(double low, double high, bool aboveLow = false);

/// Prints the error to stderr and returns the exit code: kUsage for a bad flag or value, kFailed otherwise.
int fail(const engine::Error& error);
int usage(std::string_view message);
/// One JSON document and a line feed on stdout; invalid UTF-8 is replaced.
void printJson(const nlohmann::ordered_json& value);
/// All of standard input, at most `limit` bytes.
engine::Result<std::string> readInput(size_t limit = size_t{256} << 20);

// The verbs, one file each.
int runServe(std::span<const std::string> arguments);
int runChat(std::span<const std::string> arguments);
int runInspect(std::span<const std::string> arguments);
int runEstimate(std::span<const std::string> arguments);
int runBench(std::span<const std::string> arguments);
int runTokenize(std::span<const std::string> arguments);
int runDetokenize(std::span<const std::string> arguments);
int runRender(std::span<const std::string> arguments);
int runLogits(std::span<const std::string> arguments);
int runSearch(std::span<const std::string> arguments);
int runDownload(std::span<const std::string> arguments);

}  // namespace app::cli
