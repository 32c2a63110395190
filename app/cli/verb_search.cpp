// search: models of the hub.
#include <fmt/core.h>

#include <array>
#include <future>
#include <nlohmann/json.hpp>

#include "app/cli/verb.h"
#include "app/hub.h"
#include "engine/text.h"

namespace app::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kGates = {"open", "licence", "approval"};

std::string formatsOf(const HubModel& model) {
  if (model.safetensors && model.gguf) return "safetensors, gguf";
  return model.safetensors ? "safetensors" : model.gguf ? "gguf" : "";
}

std::string sizeOf(const HubModel& model) {
  std::string out = model.parameters > 0 ? engine::formatCount(model.parameters) : "";
  if (model.bytes > 0) out += fmt::format("{}{}", out.empty() ? "" : ", ", engine::formatBytes(model.bytes));
  return out;
}

void printPeople(const std::vector<HubModel>& models) {
  size_t width = 5;
  for (const HubModel& model : models) width = std::max(width, model.id.size());
  fmt::print("{:<{}}  {:>9}  {:>7}  {:<18}  {:<18}  {}\n", "model", width, "downloads", "likes", "size", "format",
             "licence");
  for (const HubModel& model : models) {
    const char* gate = model.gate == HubGate::Open      ? ""
                       : model.gate == HubGate::Licence ? " (accept it on its page first)"
                                                        : " (its owner must agree first)";
    fmt::print("{:<{}}  {:>9}  {:>7}  {:<18}  {:<18}  {}{}\n", model.id, width, model.downloads, model.likes,
               sizeOf(model), formatsOf(model), model.licence, gate);
  }
}

void printMachines(const std::vector<HubModel>& models) {
  Json list = Json::array();
  for (const HubModel& model : models) {
    list.push_back({{"id", model.id},
                    {"downloads", model.downloads},
                    {"likes", model.likes},
                    {"licence", model.licence},
                    {"gate", kGates[static_cast<size_t>(model.gate)]},
                    {"private", model.isPrivate},
                    {"parameters", model.parameters},
                    {"weight_bytes", model.bytes},
                    {"safetensors", model.safetensors},
                    {"gguf", model.gguf},
                    {"updated", model.updated}});
  }
  printJson({{"models", list}});
}

}  // namespace

int runSearch(std::span<const std::string> arguments) {
  CommandLine line("search",
                   "Models of the hub that fit the words, most downloaded first. HF_ENDPOINT names another hub.", {});
  std::vector<std::string> words;
  HubSearch search;
  line.options.add_option("WORDS", words, "What to look for");
  line.options.add_option("--limit", search.limit, "How many, 1-100")->check(integerIn(1, 100));
  line.options.add_option("--format", search.format, "safetensors or gguf")
      ->check(CLI::IsMember(std::vector<std::string>{"safetensors", "gguf"}));
  if (const auto code = line.parse(arguments)) return *code;
  if (words.empty()) return usage("search needs words: hearth-cli search WORDS");
  for (const std::string& word : words) search.words += fmt::format("{}{}", search.words.empty() ? "" : " ", word);

  // Filled on the client's thread, which ends before the promise does.
  std::promise<engine::Result<HubSearchPage>> promise;
  HubClient client(HubOptions::fromEnvironment());
  client.search(search, [&](engine::Result<HubSearchPage> page) { promise.set_value(std::move(page)); });
  const auto page = promise.get_future().get();
  if (!page.ok()) return fail(page.error());
  if (line.json) {
    printMachines(page->models);
  } else if (page->models.empty()) {
    fmt::print(stderr, "No model fits '{}'.\n", engine::printable(search.words));
  } else {
    printPeople(page->models);
  }
  return kOk;
}

}  // namespace app::cli
