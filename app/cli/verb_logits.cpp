// logits: a model's logits for given ids.
#include <fmt/core.h>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/cli/verb.h"
#include "engine/logits.h"

namespace app::cli {

namespace {

/// "1,2,3"; nothing when any part is no number.
std::optional<std::vector<int32_t>> readIds(const std::string& list) {
  std::vector<int32_t> ids;
  const char* at = list.data();
  const char* const end = at + list.size();
  while (true) {
    int32_t id = 0;
    const auto [next, error] = std::from_chars(at, end, id);
    if (error != std::errc()) return std::nullopt;
    ids.push_back(id);
    if (next == end) return ids;
    if (*next != ',') return std::nullopt;
    at = next + 1;
  }
}

/// One prompt a line; nothing when a line is no list of ids, or there is no such file.
std::optional<std::vector<std::vector<int32_t>>> readPrompts(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::vector<int32_t>> prompts;
  for (std::string line; std::getline(file, line);) {
    auto ids = readIds(line);
    if (!ids) return std::nullopt;
    prompts.push_back(std::move(*ids));
  }
  if (prompts.empty()) return std::nullopt;
  return prompts;
}

bool writeLogits(const std::string& path, const std::vector<engine::LogitsAnswer>& answers) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  bool written = true;
  for (const engine::LogitsAnswer& answer : answers) {
    const size_t count = answer.logits.size();
    written = written && std::fwrite(answer.logits.data(), sizeof(float), count, file) == count;
  }
  return std::fclose(file) == 0 && written;
}

}  // namespace

int runLogits(std::span<const std::string> arguments) {
  CommandLine line("logits", "Logits after the given ids, as {\"logits\": [...]}.", {"model", "engine"});
  line.addModelPositional();
  constexpr int64_t kMostIds = 16384;
  std::string list, listFile;
  engine::LogitsQuestion question;
  std::string out;
  line.options.add_option("--ids", list, "Token ids: 1,2,3");
  line.options.add_option("--ids-file", listFile, "Token ids of several prompts, a line each: {\"answers\": [...]}");
  line.options.add_flag("--all-positions", question.allPositions, "Logits after every id, not only the last");
  line.options.add_option("--last", question.lastPositions, "Logits after the last N ids")
      ->check(integerIn(1, kMostIds));
  line.options.add_option("--step", question.stepTokens, "Ids that go through the model at a time")
      ->check(integerIn(1, kMostIds));
  line.options.add_option("--greedy", question.greedy, "Decode N ids and add {\"greedy\", \"margins\"}")
      ->check(integerIn(0, kMostIds));
  line.options.add_option("--out", out, "Write the logits there as raw float32 instead of printing them");
  if (const auto code = line.parse(arguments)) return *code;
  if (line.settings.text("model-path").empty()) return usage("--model-path is needed");
  std::vector<std::vector<int32_t>> prompts;
  if (!listFile.empty()) {
    auto read = readPrompts(listFile);
    if (!list.empty()) return usage("--ids and --ids-file exclude each other");
    if (!read) return usage(fmt::format("--ids-file takes lines of token ids as 1,2,3; {} is none", listFile));
    prompts = std::move(*read);
  } else {
    auto ids = readIds(list);
    if (!ids) return usage(fmt::format("--ids takes token ids as 1,2,3, got '{}'", list));
    prompts.push_back(std::move(*ids));
  }
  const auto options = line.settings.engineOptions();
  if (!options.ok()) return fail(options.error());
  const auto answers = engine::computeLogits(options.value(), prompts, question);
  if (!answers.ok()) return fail(answers.error());
  if (!out.empty() && !writeLogits(out, answers.value())) {
    return fail({engine::ErrorCode::Io, fmt::format("{} cannot be written", out)});
  }

  nlohmann::ordered_json reports = nlohmann::ordered_json::array();
  for (const engine::LogitsAnswer& answer : answers.value()) {
    nlohmann::ordered_json report = nlohmann::ordered_json::object();
    const size_t rows = answer.logits.size() / answer.vocab;
    if (out.empty()) report["logits"] = answer.logits;
    if (out.empty() && (question.allPositions || rows > 1)) report["shape"] = {rows, answer.vocab};
    if (question.greedy > 0) {
      report["greedy"] = answer.greedy;
      report["margins"] = answer.margins;
    }
    reports.push_back(std::move(report));
  }
  if (!listFile.empty()) {
    fmt::print("{}\n", nlohmann::ordered_json{{"answers", std::move(reports)}}.dump());
  } else if (!reports[0].empty()) {
    fmt::print("{}\n", reports[0].dump());
  }
  return kOk;
}

}  // namespace app::cli
