// The memory that a rendering says it takes is the memory that it takes. Every allocation of this program is counted,
// so these tests are a program of their own.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "engine/templates/jinja_template.h"

namespace {

std::atomic<size_t> liveBytes{0}, peakBytes{0};

void* take(size_t bytes) {
  void* memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  const size_t held = malloc_usable_size(memory) + sizeof(size_t);
  const size_t live = liveBytes.fetch_add(held) + held;
  size_t peak = peakBytes.load();
  while (live > peak && !peakBytes.compare_exchange_weak(peak, live)) continue;
  return memory;
}

void give(void* memory) {
  if (memory == nullptr) return;
  liveBytes -= malloc_usable_size(memory) + sizeof(size_t);
  std::free(memory);
}

}  // namespace

void* operator new(size_t bytes) {
  return take(bytes);
}
void operator delete(void* memory) noexcept {
  give(memory);
}
void operator delete(void* memory, size_t) noexcept {
  give(memory);
}

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

struct Outcome {
  bool ok;
  std::string text;  ///< the prompt, or the error
  size_t taken;      ///< most bytes held at one time
};

Outcome renderWithin(const std::string& source, size_t memory) {
  const auto made = JinjaTemplate::create("memory", source, {}, "<s>", "</s>");
  if (!made.ok()) return {false, made.error().message, 0};
  RawPrompt prompt;
  prompt.messages = Json::array();
  jinja::Limits limits;
  limits.memory = memory;
  const size_t before = liveBytes.load();
  peakBytes = before;
  const Result<RenderedPrompt> result = made.value()->renderRaw(prompt, limits);
  const size_t taken = peakBytes.load() - before;
  return {result.ok(), result.ok() ? result->text : result.error().message, taken};
}

constexpr size_t kLimit = size_t{16} << 20;

/// `most`: of the limit, in percent. What is still being made comes on top: a vector or string that grows is held twice
/// for a moment.
void expectRefused(const std::string& source, size_t most) {
  const Outcome outcome = renderWithin(source, kLimit);
  EXPECT_FALSE(outcome.ok) << source;
  EXPECT_NE(outcome.text.find("more than 16 MiB of memory"), std::string::npos) << source << '\n' << outcome.text;
  EXPECT_LE(outcome.taken * 100 / kLimit, most) << source;
}

TEST(TemplateMemory, StringsOfOneCharacter) {
  expectRefused("{% set s = ('ab' * 100000) | list %}{{ s | length }}", 110);
  expectRefused("{% for c in 'ab' * 100000 %}{% endfor %}", 110);
  expectRefused("{{ ('ab' * 100000) | reverse | length }}", 110);
  expectRefused("{{ ('ab' * 100000)[::2] | length }}", 110);
  expectRefused("{{ ('a,' * 500000).split(',') | length }}", 200);
}

TEST(TemplateMemory, WhatElseAListMayHold) {
  expectRefused("{{ range(100000) | map('string') | list | length }}", 160);
  expectRefused("{{ range(100000) | map(attribute='missing') | list | length }}", 160);
  expectRefused("{{ range(100000) | batch(1) | list | length }}", 160);
  expectRefused(
      "{% set ns = namespace(last=none) %}{% for i in range(100) %}{% set ns.last = [ns.last, "
      "('x' * 9999) | list | map(attribute='upper') | list] %}{% endfor %}",
      110);
}

TEST(TemplateMemory, LoopsAndCalls) {
  expectRefused(
      "{% for a in range(50000) %}{% for b in range(50000) %}{% for c in range(50000) %}{% for d in range(50000) %}"
      "{% for e in range(50000) %}{% for f in range(50000) %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}"
      "{% endfor %}{% endfor %}",
      130);
  expectRefused("{% macro f() %}{{ f(*varargs) }}{% endmacro %}{{ f(*range(20000)) }}", 130);
  expectRefused("{% macro f(n) %}{{ 'x' * 400000 }}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}", 110);
  expectRefused(
      "{% for i in range(100000) %}{% set a = i %}{% set b = i %}{% set c = i %}{% macro m() %}{% endmacro %}"
      "{% endfor %}",
      110);
  expectRefused("{% set line = 'x' * 200 %}{% for i in range(90000) %}{{ line }}{% endfor %}", 200);
}

TEST(TemplateMemory, WhatIsLetGoIsGivenBack) {
  // A hundred times a good part of the limit.
  const Outcome outcome = renderWithin(
      "{% for i in range(100) %}{% set c = ('x' * 9000) | list %}{% for a in c %}{% endfor %}{% endfor %}done",
      kLimit / 8);
  EXPECT_TRUE(outcome.ok) << outcome.text;
  EXPECT_EQ(outcome.text, "done");
}

TEST(TemplateMemory, TheCountIsNotFarAboveTheTruth) {
  const Outcome outcome = renderWithin("{% set c = ('x' * 90000) | list %}done", kLimit);
  EXPECT_TRUE(outcome.ok) << outcome.text;
  EXPECT_GT(outcome.taken, kLimit / 10 * 7);
}

}  // namespace
}  // namespace engine
