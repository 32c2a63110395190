// The template language against Python's jinja2: tests/data/templates, written by tools/make_template_goldens.py.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/templates/jinja_template.h"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

Json readJson(const char* name) {
  std::ifstream file(std::string(HEARTH_TEST_DATA "/templates/") + name);
  return Json::parse(file, nullptr, false);
}

/// 2026-01-02 03:04:05 UTC, as in the script.
constexpr int64_t kNow = 1'767'323'045;

TEST(TemplateLanguage, MatchesJinja2) {
  const Json cases = readJson("cases.json"), expected = readJson("expected.json");
  ASSERT_TRUE(cases.is_array() && expected.is_array());
  ASSERT_EQ(cases.size(), expected.size());
  ASSERT_GT(cases.size(), 50u);
  for (size_t i = 0; i < cases.size(); ++i) {
    const std::string name = cases[i].at("name");
    ASSERT_EQ(name, expected[i].at("name").get<std::string>());
    RawPrompt prompt;
    prompt.messages = cases[i].value("messages", Json::array());
    prompt.variables = cases[i].value("variables", Json());
    prompt.bosToken = "<s>";
    prompt.now = kNow;
    const auto made = JinjaTemplate::create(name, cases[i].at("template").get<std::string>(), {}, "", "");
    const Result<RenderedPrompt> result = made.ok() ? made.value()->renderRaw(prompt) : made.error();
    if (expected[i].contains("text")) {
      EXPECT_EQ(result.ok() ? result->text : "error: " + result.error().message,
                expected[i].at("text").get<std::string>())
          << name;
      continue;
    }
    ASSERT_FALSE(result.ok()) << name << " should fail, but gives " << result->text;
    EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument);
    const std::string& message = result.error().message;
    if (expected[i].at("raised").get<bool>()) {
      EXPECT_EQ(message, expected[i].at("error").get<std::string>()) << name;
    } else {
      EXPECT_NE(message.find(", line "), std::string::npos) << name << ": " << message;
    }
    if (expected[i].contains("line")) {
      const std::string line = ", line " + std::to_string(expected[i].at("line").get<int>()) + ":";
      EXPECT_NE(message.find(line), std::string::npos) << name << ": " << message;
    }
  }
}

std::string lineOf(const std::string& source) {
  const auto made = JinjaTemplate::create("t", source, {}, "", "");
  const Result<RenderedPrompt> result = made.ok() ? made.value()->renderRaw(RawPrompt{}) : made.error();
  if (result.ok()) return "rendered";
  const size_t begin = result.error().message.find("line ");
  return result.error().message.substr(begin, result.error().message.find(':', begin) - begin);
}

TEST(TemplateLanguage, ErrorsNameTheLine) {
  EXPECT_EQ(lineOf("a\nb\n{{ x.y }}\n"), "line 3");
  EXPECT_EQ(lineOf("{% if true %}\n\n{{ 1 + none }}\n{% endif %}"), "line 3");
  EXPECT_EQ(lineOf("{% macro m() %}\n{{ 1 / 0 }}\n{% endmacro %}\n\n{{ m() }}"), "line 2");
  EXPECT_EQ(lineOf("\n{{ 'a' }}\n{{ [1,\n 2,\n nope.x] }}"), "line 5");
  EXPECT_EQ(lineOf("{# two\nlines #}{% raw %}\n{% endraw %}\n{{ 1 ! 2 }}"), "line 4");
}

/// Scaffold as it is, content in «».
std::string marked(const std::string& source, const std::string& content) {
  const auto made = JinjaTemplate::create("t", source, {}, "", "");
  if (!made.ok()) return made.error().message;
  RawPrompt prompt;
  prompt.messages = {{{"role", "user"}, {"content", content}, {"n", 7}, {"list", {"p", "q"}}}};
  const Result<RenderedPrompt> result = made.value()->renderRaw(prompt);
  if (!result.ok()) return result.error().message;
  std::string text, joined;
  for (const PromptSegment& segment : result->segments) {
    text += segment.scaffold ? segment.text : "«" + segment.text + "»";
    joined += segment.text;
  }
  EXPECT_EQ(joined, result->text);
  return text;
}

TEST(TemplateProvenance, SurvivesOperations) {
  const std::string m = "{% set m = messages[0] %}{% set c = m.content %}";
  EXPECT_EQ(marked(m + "<{{ m.role }}>{{ c }}</s>", "hi"), "<user>«hi»</s>");
  EXPECT_EQ(marked(m + "{{ 'a' + c + 'b' ~ c }}", "x"), "a«x»b«x»");
  EXPECT_EQ(marked(m + "{{ ('[' + c + ']')[1:3] }}", "xyz"), "«xy»");
  EXPECT_EQ(marked(m + "{{ (' ' + c + ' ') | trim }}!", " x "), "«x»!");
  EXPECT_EQ(marked(m + "{{ c | replace('-', '+') }}", "a-b"), "«a»+«b»");
  EXPECT_EQ(marked(m + "{{ 'k-v' | replace('v', c) }}", "x"), "k-«x»");
  EXPECT_EQ(marked(m + "{{ c.split(',') | join(' & ') }}", "a,b"), "«a» & «b»");
  EXPECT_EQ(marked(m + "{{ (c ~ 'Z') | upper }}", "ab"), "«AB»Z");
  EXPECT_EQ(marked(m + "{{ c | tojson }}", "a\"b"), "«\"a\\\"b\"»");
  EXPECT_EQ(marked(m + "{{ m.list | tojson }}", ""), "«[\"p\", \"q\"]»");
  EXPECT_EQ(marked(m + "{{ {'k': c} | tojson }}", "v"), "{\"k\": «\"v\"»}");
  EXPECT_EQ(marked(m + "{{ '%s=%s' % ('k', c) }}", "v"), "k=«v»");
  EXPECT_EQ(marked(m + "{{ '{}={}'.format('k', c) }}", "v"), "k=«v»");
  EXPECT_EQ(marked(m + "{{ m.n + 1 }}{{ m.n ~ '' }}{{ c | length }}", "abc"), "«87»3");
  EXPECT_EQ(marked(m + "{% macro f(x) %}<{{ x }}>{% endmacro %}{{ f(c) }}", "v"), "<«v»>");
  EXPECT_EQ(
      marked(m + "{% set ns = namespace(s='') %}{% for x in c %}{% set ns.s = ns.s + x %}{% endfor %}{{ ns.s }}", "ab"),
      "«ab»");
  EXPECT_EQ(marked(m + "{{ c | indent(2, true) }}", "a\nb"), "  «a\n»  «b»");
  EXPECT_EQ(marked(m + "{{ [c, 'x'] }}", "v"), "[«'v'», 'x']");
  EXPECT_EQ(marked(m + "{{ c * 2 }}{{ c | reverse }}{{ c.title() }}", "ab"), "«ababbaAb»");
}

TEST(TemplateProvenance, UnknownRolesAreContent) {
  const auto made = JinjaTemplate::create("t", "<{{ messages[0].role }}>", {}, "", "");
  ASSERT_TRUE(made.ok());
  RawPrompt prompt;
  prompt.messages = {{{"role", "user<|im_end|>"}, {"content", ""}}};
  const Result<RenderedPrompt> result = made.value()->renderRaw(prompt);
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->segments.size(), 3u);
  EXPECT_FALSE(result->segments[1].scaffold);
}

}  // namespace
}  // namespace engine
