// Templates that try to run for ever, nest without end or fill the memory end with an Error that names the line.
#include <gtest/gtest.h>

#include <random>

#include "engine/templates/jinja_template.h"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

Result<RenderedPrompt> renderWith(const std::string& source, const jinja::Limits& limits, const Json& messages) {
  const auto made = JinjaTemplate::create("hostile", source, {}, "<s>", "</s>");
  if (!made.ok()) return made.error();
  RawPrompt prompt;
  prompt.messages = messages;
  return made.value()->renderRaw(prompt, limits);
}

void expectRefused(const std::string& source, const std::string& why, const std::string& line = "line 1",
                   const jinja::Limits& limits = {}) {
  const Result<RenderedPrompt> result = renderWith(source, limits, Json::array());
  ASSERT_FALSE(result.ok()) << source.substr(0, 80);
  EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument);
  EXPECT_NE(result.error().message.find(why), std::string::npos) << result.error().message;
  EXPECT_NE(result.error().message.find(line + ":"), std::string::npos) << result.error().message;
}

std::string repeated(std::string_view before, std::string_view text, size_t times, std::string_view after = "") {
  std::string result(before);
  for (size_t i = 0; i < times; ++i) result.append(text);
  return result.append(after);
}

/// What uses up its fuel step by step needs little of it to show that it is stopped.
jinja::Limits littleFuel() {
  jinja::Limits limits;
  limits.fuel = 500'000;
  return limits;
}

TEST(HostileTemplates, EndlessLoops) {
  expectRefused(
      "{% for a in range(99999) %}\n{% for b in range(99999) %}\n{% for c in range(99999) %}{% endfor %}{% endfor %}{% "
      "endfor %}",
      "does not come to an end: stopped after 500000 steps", "line 3", littleFuel());
  expectRefused(
      "{% macro f() %}{% for i in range(9999) %}{{ i * i }}{% endfor %}{% endmacro %}\n{% for i in range(99999) %}{% "
      "set x = f() %}{% endfor %}",
      "does not come to an end", "line 1", littleFuel());
}

TEST(HostileTemplates, SearchingAmongManyNamesIsWork) {
  std::string names, attributes = "{% set n = namespace() %}";
  for (int i = 0; i < 1000; ++i) {
    names += "{% set v" + std::to_string(i) + " = 1 %}";
    attributes += "{% set n.v" + std::to_string(i) + " = 1 %}";
  }
  const std::string loop = "{% for i in range(10000) %}{{ ", end = " }}{% endfor %}";
  expectRefused(names + loop + "v9" + end, "does not come to an end", "line 1", littleFuel());
  expectRefused(attributes + loop + "n.v9" + end, "does not come to an end", "line 1", littleFuel());
  const auto few =
      renderWith("{% set n = namespace() %}{% set n.v9 = 1 %}" + loop + "n.v9" + end, littleFuel(), Json::array());
  EXPECT_TRUE(few.ok()) << few.error().message;
}

TEST(HostileTemplates, FuelOfARealRendering) {
  // A search is paid for before it begins: this one takes all there is at once.
  expectRefused("{% set s = 'a' * 2000000 %}\n{{ s.find('b' * 60000) }}",
                "does not come to an end: stopped after 32000000 steps", "line 2");
}

TEST(HostileTemplates, HugeRanges) {
  expectRefused("\n{{ range(10 ** 9) }}", "at most 100000 numbers", "line 2");
  expectRefused("{{ range(9223372036854775807) }}", "at most 100000 numbers");
  expectRefused("{{ range(-9223372036854775807, 9223372036854775807, 1) }}", "at most 100000 numbers");
  expectRefused("{% for i in range(0, 5, 0) %}{% endfor %}", "must not be zero");
}

TEST(HostileTemplates, DeepNesting) {
  expectRefused(repeated("{{ ", "(", 100'000, repeated("1", ")", 100'000, " }}")), "nest deeper than 100");
  expectRefused(repeated("{{ ", "[", 100'000, " }}"), "");
  expectRefused(repeated("{{ ", "-", 100'000, "1 }}"), "nest deeper than");
  expectRefused(repeated("{{ ", "not ", 100'000, "1 }}"), "nest deeper than");
  expectRefused(repeated("{{ 1", " + 1", 100'000, " }}"), "nests deeper than 150 operations");
  expectRefused(repeated("{{ x", ".y", 100'000, " }}"), "nests deeper than 150 operations");
  expectRefused(repeated("{{ x", "|upper", 100'000, " }}"), "nests deeper than 150 operations");
  expectRefused(repeated("{{ 1", " if 1 else 1", 100'000, " }}"), "nest deeper than");
  expectRefused(repeated("", "{% if true %}", 100'000), "nest deeper than 100");
  expectRefused(repeated("", "{% for x in y %}", 100'000), "nest deeper than 100");
  EXPECT_TRUE(renderWith(repeated("{{ 1", " ~ 1", 10'000, " }}"), {}, Json::array()).ok());
  EXPECT_TRUE(renderWith(repeated("{% if 0 %}", "{% elif 0 %}", 10'000, "{% endif %}"), {}, Json::array()).ok());
}

TEST(HostileTemplates, Recursion) {
  expectRefused("{% macro f() %}\n{{ f() }}\n{% endmacro %}{{ f() }}", "calls itself deeper than", "line 2");
  expectRefused("{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}",
                "calls itself deeper");
  expectRefused("{% macro f(a=f()) %}{% endmacro %}{{ f() }}", "calls itself deeper");
  expectRefused("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "calls itself deeper");
  expectRefused(
      "{% macro f() %}{{ caller() }}{{ f() }}{% endmacro %}{% call f() %}{% call f() %}{% endcall %}{% endcall %}", "");
}

TEST(HostileTemplates, MemoryAndOutput) {
  expectRefused("{{ 'a' * 10 ** 12 }}", "writes more than 64 MiB");
  expectRefused("{{ 'a' * 9223372036854775807 }}", "writes more than 64 MiB");
  expectRefused("{{ ([0] * 10 ** 12) | length }}", "more than 256 MiB of memory");
  expectRefused(
      "{% set ns = namespace(s='aaaaaaaaaa') %}{% for i in range(60) %}\n{% set ns.s = ns.s + ns.s %}{% endfor %}",
      "more than 256 MiB of memory", "line 2");
  expectRefused("{% set x = 'x' * 10000 %}{% for i in range(99999) %}{{ x }}{% endfor %}", "writes more than 64 MiB");
  expectRefused(
      "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
      "does not come to an end", "line 1", littleFuel());
  expectRefused(
      "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l == ns.l "
      "}}",
      "does not come to an end", "line 1", littleFuel());
  expectRefused("{% set ns = namespace(l=[1]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}",
                "a value nests deeper");
  expectRefused("{{ '%999999999d' % 1 }}", "more than 10000 characters");
  expectRefused("{{ '{:>999999999}'.format('a') }}", "more than 10000 characters");
  expectRefused("{{ 'a'.center(10 ** 12) }}", "writes more than 64 MiB");
  expectRefused("{{ ('a' * 1000000) | replace('', 'b' * 1000) }}", "writes more than 64 MiB");
  expectRefused("{{ 'a' | indent(10 ** 12, true) }}", "writes more than 64 MiB");
  expectRefused("{{ 9223372036854775807 + 1 }}", "too large");
  expectRefused("{{ 2 ** 64 }}", "too large");
  expectRefused("{{ 99999999999999999999 }}", "too large");
  expectRefused("{{ (-9223372036854775807 - 1) // -1 }}", "too large");
}

TEST(HostileTemplates, CyclesAreFreed) {
  const Result<RenderedPrompt> result = renderWith(
      "{% set ns = namespace() %}{% set ns.self = ns %}{% set ns.list = [ns] %}{% macro m() %}{% endmacro %}{% set "
      "ns.m = m %}"
      "{% for x in [1, 2] %}{% set ns.loop = loop %}{% set ignore = loop.changed(loop) %}{% macro n() %}{{ x }}{% "
      "endmacro %}"
      "{% set ns.n = n %}{% endfor %}{{ ns.n() }}{{ ns.loop.index }}",
      {}, Json::array());
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->text, "23");
}

TEST(HostileTemplates, NothingOfTheHostIsReachable) {
  for (const char* expression :
       {"''.__class__", "messages.__class__", "namespace.__init__", "raise_exception.__globals__", "self", "cycler",
        "lipsum", "config", "request", "messages.append(1)"}) {
    const Result<RenderedPrompt> result = renderWith(repeated("{{ ", expression, 1, ".x }}"), {}, Json::array());
    EXPECT_FALSE(result.ok()) << expression;
  }
}

TEST(HostileTemplates, DeepMessagesAreRefused) {
  Json deep = "x";
  for (int i = 0; i < 300; ++i) deep = Json::array({deep});
  const Result<RenderedPrompt> result =
      renderWith("{{ messages | tojson }}", {}, {{{"role", "user"}, {"content", deep}}});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("nest deeper than 128"), std::string::npos) << result.error().message;
}

TEST(HostileTemplates, MutationsNeverCrash) {
  const std::vector<std::string> seeds = {
      "{%- for m in messages %}{%- if m.role == 'user' and loop.index0 % 2 == 0 %}{{- '<|' ~ m['role'] + '|>\\n' + "
      "m.content | trim }}"
      "{%- elif not loop.last is defined %}{% set ns.x = [1, 2.5, {'a': none}] %}{%- endif %}{%- endfor %}",
      "{% macro f(a, b=[]) %}{{ caller }}{{ kwargs }}{{ varargs }}{{ a[1:-1:2] ~ b|join(', ') }}{% endmacro %}{% set "
      "ns = namespace(a=1) %}{{ f('abc', "
      "b=range(3)) }}"
      "{% call(x) f(1) %}{{ x }}{% endcall %}{% filter upper %}q{% endfilter %}{% raw %}{{{% endraw %}{# c #}",
      "{% for k, v in {'a': 1, 'b': [2]}.items() if v is not mapping recursive %}{{ k | tojson(indent=2) }}{{ loop([]) "
      "}}{% break %}{% else %}"
      "{% endfor %}{{ '%s %05.2f' % ('a', 1.5) }}{{ '{:>4}'.format(1) }}{{ 'a' if x else 'b' }}{{ x | "
      "default('d') | int }}"};
  jinja::Limits limits;
  limits.fuel = 20'000;
  limits.memory = size_t{4} << 20;
  const Json messages = {{{"role", "user"}, {"content", " a{{ b }}\xF0\x9F\x98\x80 "}},
                         {{"role", "assistant"}, {"content", "\xFF"}}};
  const std::string_view pieces[] = {
      "{%",  "%}",   "{{",     "}}",    "-",    "(",    ")", "[",          "]",  "|",    ".",  "'", "\"", "is ", "not ",
      "if ", "for ", "endfor", "endif", "loop", "set ", "0", "9999999999", "\\", "\xE2", "{#", "~", "**", ":",   ","};
  std::mt19937 random(7);
  const auto upTo = [&random](size_t n) { return static_cast<size_t>(random() % n); };
  int rendered = 0;
  for (int round = 0; round < 6000; ++round) {
    std::string source = seeds[upTo(seeds.size())];
    for (size_t n = 1 + upTo(4); n > 0; --n) {
      const size_t at = upTo(source.size());
      switch (upTo(4)) {
        case 0:
          source.erase(at, 1 + upTo(12));
          break;
        case 1:
          source.insert(at, pieces[upTo(std::size(pieces))]);
          break;
        case 2:
          source.insert(at, source.substr(upTo(source.size()), upTo(40)));
          break;
        default:
          source[at] = static_cast<char>(random());
      }
      if (source.empty()) source.push_back('x');
    }
    const Result<RenderedPrompt> result = renderWith(source, limits, messages);
    rendered += result.ok() ? 1 : 0;
    EXPECT_TRUE(result.ok() || !result.error().message.empty());
  }
  EXPECT_GT(rendered, 100);
}

}  // namespace
}  // namespace engine
