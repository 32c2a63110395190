// Chat templates of many models against the prompts that Python's jinja2 makes of them, where that reference is at
// hand.
#include <gtest/gtest.h>
#include <zlib.h>

#include <nlohmann/json.hpp>

#include "engine/templates/jinja_template.h"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

std::string readGzip(const std::string& path) {
  std::string text;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return text;
  char buffer[65536];
  for (int n = gzread(file, buffer, sizeof buffer); n > 0; n = gzread(file, buffer, sizeof buffer)) {
    text.append(buffer, static_cast<size_t>(n));
  }
  gzclose(file);
  return text;
}

/// 2026-01-02 03:04:05 UTC.
constexpr int64_t kNow = 1'767'323'045;

RawPrompt promptOf(const Json& testCase) {
  RawPrompt prompt;
  prompt.messages = testCase.at("messages");
  prompt.tools = testCase.value("tools", Json());
  prompt.documents = testCase.value("documents", Json());
  prompt.addGenerationPrompt = testCase.at("add_generation_prompt").get<bool>();
  prompt.now = kNow;
  prompt.bosToken = "<BOS>";
  prompt.eosToken = "<EOS>";
  prompt.variables = Json::object();
  if (testCase.contains("enable_thinking")) prompt.variables["enable_thinking"] = testCase["enable_thinking"];
  return prompt;
}

TEST(SharedTemplates, MatchJinja2) {
  const std::string text = readGzip(HEARTH_SHARED "/templates/chat-templates.json.gz");
  if (text.empty()) GTEST_SKIP() << "the reference templates are not there";
  const Json all = Json::parse(text);
  int total = 0, passed = 0;
  for (const auto& [name, entry] : all.at("templates").items()) {
    const auto made = JinjaTemplate::create(name, entry.at("template").get<std::string>(), {}, "", "");
    EXPECT_TRUE(made.ok()) << name << ": " << (made.ok() ? "" : made.error().message);
    for (const Json& testCase : entry.at("cases")) {
      ++total;
      if (!made.ok()) continue;
      const Result<RenderedPrompt> rendered = made.value()->renderRaw(promptOf(testCase));
      const std::string label = name + " / " + testCase.at("case").get<std::string>();
      bool ok = false;
      if (testCase.contains("text")) {
        ok = rendered.ok() && rendered->text == testCase.at("text").get<std::string>();
        EXPECT_EQ(rendered.ok() ? rendered->text : rendered.error().message, testCase.at("text").get<std::string>())
            << label;
      } else {
        const std::string expected = testCase.at("error").get<std::string>();
        ok = !rendered.ok();
        EXPECT_FALSE(rendered.ok()) << label << " should fail with " << expected;
        constexpr std::string_view kRaised = "TemplateError: ";
        if (!rendered.ok() && expected.starts_with(kRaised)) {
          ok = rendered.error().message == expected.substr(kRaised.size());
          EXPECT_EQ(rendered.error().message, expected.substr(kRaised.size())) << label;
        }
      }
      passed += ok ? 1 : 0;
    }
  }
  RecordProperty("passed", passed);
  std::cout << "chat templates: " << passed << " of " << total << " cases as jinja2 renders them\n";
}

}  // namespace
}  // namespace engine
