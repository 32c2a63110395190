// logits: a model's logits for given ids.
#include <fmt/core.h>

#include <charconv>
#include <cstdio>
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

}  // namespace

int runLogits(std::span<const std::string> arguments) {
  CommandLine line("logits", "Logits after the given ids, as {\"logits\": [...]}.", {"model", "engine"});
  line.addModelPositional();
  std::string list;
  engine::LogitsQuestion question;
  std::string out;
  line.options.add_option("--ids", list, "Token ids: 1,2,3");
  line.options.add_flag("--all-positions", question.allPositions, "Logits after every id, not only the last");
  line.options.add_option("--greedy", question.greedy, "Decode N ids and add {\"greedy\", \"margins\"}")
      ->check(integerIn(0, 16384));
  line.options.add_option("--out", out, "Write the logits there as raw float32 instead of printing them");
  if (const auto code = line.parse(arguments)) return *code;
  if (line.settings.text("model-path").empty()) return usage("--model-path is needed");
  const auto ids = readIds(list);
  if (!ids) return usage(fmt::format("--ids takes token ids as 1,2,3, got '{}'", list));
  const auto options = line.settings.engineOptions();
  if (!options.ok()) return fail(options.error());
  const auto answer = engine::computeLogits(options.value(), *ids, question);
  if (!answer.ok()) return fail(answer.error());

  nlohmann::ordered_json report;
  if (out.empty()) {
    report["logits"] = answer->logits;
    if (question.allPositions) report["shape"] = {ids->size(), answer->vocab};
  } else {
    std::FILE* file = std::fopen(out.c_str(), "wb");
    const size_t written =
        file == nullptr ? 0 : std::fwrite(answer->logits.data(), sizeof(float), answer->logits.size(), file);
    if (file == nullptr || std::fclose(file) != 0 || written != answer->logits.size()) {
      return fail({engine::ErrorCode::Io, fmt::format("{} cannot be written", out)});
    }
  }
  if (question.greedy > 0) {
    report["greedy"] = answer->greedy;
    report["margins"] = answer->margins;
  }
  if (!report.empty()) fmt::print("{}\n", report.dump());
  return kOk;
}

}  // namespace app::cli
