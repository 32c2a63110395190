// Tokenizer files and chat templates.
#include <nlohmann/json.hpp>

#include "engine/load_tokenizer.h"
#include "engine/templates/jinja_template.h"
#include "tests/fuzz/targets.h"

namespace fuzz {

namespace {

/// Whatever tokenizer was accepted takes any text, and gives it back within its own vocabulary.
Outcome examine(const std::filesystem::path& path) {
  const auto loaded = engine::loadTokenizer(path);
  if (!loaded.ok()) return {};
  const engine::Tokenizer& tokenizer = **loaded;
  static_cast<void>(tokenizer.description());
  const std::string long_ = std::string(3000, 'a') + std::string(3000, ' ') + std::string(300, '\'');
  for (const std::string_view text :
       {std::string_view("Hello,\n  w\xc3\xb6rld \xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x98\x80 <|end|><s> 12345\t!"),
        std::string_view("\xff\xfe\x80 \xc3"), std::string_view(long_), std::string_view("")}) {
    const auto ids = tokenizer.encode(text, {true, true});
    if (!ids.ok()) continue;
    for (const engine::TokenId id : *ids) {
      if (id < 0 || static_cast<size_t>(id) >= tokenizer.vocabSize()) return {.fault = "an id outside the vocabulary"};
    }
    static_cast<void>(tokenizer.decode(*ids, true));
    const std::vector<engine::PromptSegment> segments = {{"<s>", true}, {std::string(text), false}, {"\n", true}};
    static_cast<void>(tokenizer.encodeSegments(segments, true));
  }
  static_cast<void>(tokenizer.tokenBytes(-1, true));
  static_cast<void>(tokenizer.tokenText(1 << 30));
  return {.accepted = true};
}

}  // namespace

Target tokenizerTarget(const std::filesystem::path& folder) {
  Target target;
  for (const char* name : {"cased", "gpt2", "llama2", "llama3", "metaspace", "qwen2", "smollm"}) {
    const std::string text = readData("tokenizers/" + std::string(name) + "/tokenizer.json");
    // Vocabulary and merges, which are most of the file, come last.
    target.seeds.push_back({text, std::max<size_t>(text.find("\"vocab\""), 1)});
  }
  target.words = {"{",
                  "}",
                  "[",
                  "]",
                  ",",
                  ":",
                  "null",
                  "true",
                  "false",
                  "\"\"",
                  "\"BPE\"",
                  "\"Regex\"",
                  "\"String\"",
                  "\"ByteLevel\"",
                  "\"Split\"",
                  "\"Replace\"",
                  "\"Sequence\"",
                  "(?:a|aa)+b",
                  "\\\\p{L}+",
                  "(((((",
                  "[^",
                  "\"Digits\"",
                  "\"NFC\"",
                  "\"Prepend\"",
                  "\"Metaspace\"",
                  "\\ud83d",
                  "\"\xe2\x96\x81\"",
                  "0"};
  target.run = [folder](const std::string& input) {
    writeFile(folder / "tokenizer.json", input);
    return examine(folder);
  };
  return target;
}

Target sentencePieceTarget(const std::filesystem::path& folder) {
  Target target;
  for (const char* name : {"spm", "spm-bare", "spm-unknown"}) {
    target.seeds.push_back({readData("tokenizers/" + std::string(name) + "/tokenizer.model")});
  }
  target.words = {"\x0a",   "\x15",  "\x18\x06",    "\x18\x02", "\x12", "\x1a", "\xff\xff\xff\xff\x0f",
                  "<0x41>", "<unk>", "\xe2\x96\x81"};
  target.run = [folder](const std::string& input) {
    writeFile(folder / "tokenizer.model", input);
    return examine(folder);
  };
  return target;
}

Target templateTarget(const std::filesystem::path&) {
  Target target;
  for (const char* name : {"generate", "llama-2", "llama-3", "qwen-7b-chat"}) {
    target.seeds.push_back({readResource("templates/" + std::string(name) + ".jinja")});
  }
  target.seeds.push_back(
      {"{%- for m in messages %}{%- if m.role == 'user' and loop.index0 % 2 == 0 %}{{- '<|' ~ m['role'] + '|>\\n' + "
       "m.content | trim }}{%- elif not loop.last is defined %}{% set ns.x = [1, 2.5, {'a': none}] %}{%- endif %}"
       "{%- endfor %}"});
  target.seeds.push_back(
      {"{% macro f(a, b=[]) %}{{ caller }}{{ kwargs }}{{ varargs }}{{ a[1:-1:2] ~ b|join(', ') }}{% endmacro %}{% set "
       "ns = namespace(a=1) %}{{ f('abc', b=range(3)) }}{% call(x) f(1) %}{{ x }}{% endcall %}{% filter upper %}q"
       "{% endfilter %}{% raw %}{{{% endraw %}{# c #}{{ messages | map(attribute='role') | unique | list }}"});
  target.seeds.push_back(
      {"{% for k, v in {'a': 1, 'b': [2]}.items() if v is not mapping recursive %}{{ k | tojson(indent=2) }}"
       "{{ loop([]) }}{% break %}{% else %}{% endfor %}{{ '%s %05.2f' % ('a', 1.5) }}{{ '{:>4}'.format(1) }}"
       "{{ 'a' if x else 'b' }}{{ x | default('d') | int }}{{ messages | selectattr('role', 'equalto', 'user') | first "
       "}}{{ strftime_now('%Y') }}{{ 'a b'.split() | sort(reverse=true) }}{{ [1, 2] | sum }}{{ 7 // 2 ** 3 }}"});
  target.words = {"{%",
                  "%}",
                  "{{",
                  "}}",
                  "-",
                  "(",
                  ")",
                  "[",
                  "]",
                  "|",
                  ".",
                  "'",
                  "\"",
                  " is ",
                  " not ",
                  " if ",
                  " for ",
                  "endfor",
                  "endif",
                  "loop",
                  " set ",
                  "0",
                  "9999999999999",
                  "\\",
                  "\xe2",
                  "{#",
                  "~",
                  "**",
                  ":",
                  ",",
                  "%",
                  "//",
                  "|sort",
                  "|join",
                  "|batch(2)",
                  "|slice(3)",
                  "|tojson",
                  "|indent",
                  "|round",
                  "|groupby('role')",
                  ".split()",
                  ".replace('', 'x')",
                  "range(9999)",
                  "namespace()",
                  "raise_exception('x')",
                  "messages",
                  "loop.cycle(1, 2)",
                  "'a' * 99999",
                  "{% macro f() %}",
                  "{% endmacro %}",
                  "[::-1]",
                  "[-9:9:-2]",
                  "caller()"};
  target.run = [](const std::string& input) -> Outcome {
    const auto made = engine::JinjaTemplate::create("damaged", input, {}, "<s>", "</s>");
    if (!made.ok()) {
      return made.error().message.empty() ? Outcome{.fault = "a template is refused without a word"} : Outcome{};
    }
    engine::RawPrompt prompt;
    prompt.messages = {{{"role", "system"}, {"content", "Be brief."}},
                       {{"role", "user"}, {"content", " a{{ b }}\xF0\x9F\x98\x80 "}},
                       {{"role", "assistant"}, {"content", "\xFF"}}};
    prompt.now = 1767323045;
    engine::jinja::Limits limits;
    limits.fuel = 100'000;
    limits.memory = size_t{16} << 20;
    limits.output = size_t{4} << 20;
    const auto result = made.value()->renderRaw(prompt, limits);
    if (!result.ok() && result.error().message.empty()) return {.fault = "a rendering fails without a word"};
    return {.accepted = result.ok()};
  };
  return target;
}

}  // namespace fuzz
