#include "engine/templates/jinja_template.h"

#include <algorithm>
#include <new>
#include <stdexcept>

#include "engine/templates/json_value.h"
#include "engine/templates/unicode.h"

namespace engine {

namespace {

using Json = nlohmann::ordered_json;

/// Stands behind an unfinished answer to find where it ends in the prompt.
constexpr std::string_view kContinueMark = "HEARTH_CONTINUES_HERE";

Error templateError(const std::string& name, const jinja::Failure& failure) {
  if (failure.raised) return {ErrorCode::InvalidArgument, failure.message, "messages"};
  return {ErrorCode::InvalidArgument,
          "chat template " + name + ", line " + std::to_string(failure.line) + ": " + failure.message, "chat_template"};
}

RenderedPrompt toSegments(const jinja::Text& text) {
  RenderedPrompt result;
  result.text = text.bytes();
  text.forEachRun([&result](std::string_view run, bool content) {
    result.segments.push_back({std::string(run), !content});
  });
  return result;
}

bool isSpaceByte(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// The prompt up to the mark.
Result<RenderedPrompt> cutAtMark(const RenderedPrompt& prompt) {
  size_t end = prompt.text.rfind(kContinueMark);
  if (end == std::string::npos) {
    return Error{ErrorCode::InvalidArgument,
                 "the template does not end with the last message, so it cannot be continued", "messages"};
  }
  RenderedPrompt result;
  result.text = prompt.text.substr(0, end);
  for (const PromptSegment& segment : prompt.segments) {
    if (end == 0) break;
    const size_t length = std::min(end, segment.text.size());
    result.segments.push_back({segment.text.substr(0, length), segment.scaffold});
    end -= length;
  }
  return result;
}

}  // namespace

Result<TemplateMeta> readMeta(const std::string& source) {
  TemplateMeta meta;
  const auto skip = [&source](size_t at) {
    while (at < source.size() && isSpaceByte(source[at])) ++at;
    return at;
  };
  size_t at = skip(0);
  if (source.compare(at, 2, "{#") != 0) return meta;
  at += 2;
  if (at < source.size() && source[at] == '-') ++at;
  at = skip(at);
  constexpr std::string_view kMark = "hearth";
  if (source.compare(at, kMark.size(), kMark) != 0) return meta;
  at += kMark.size();
  size_t end = source.find("#}", at);
  const Error damaged{ErrorCode::Damaged,
                      "the front comment is not of the form {#- hearth {\"stop\": [\"…\"], \"stop_tokens\": [\"…\"], "
                      "\"writes_bos\": true} -#}",
                      "line 1"};
  if (end == std::string::npos) return damaged;
  if (source[end - 1] == '-') --end;
  constexpr size_t kMaxBytes = 16'384;
  const std::string text = source.substr(at, end - at);
  if (text.size() > kMaxBytes || std::count(text.begin(), text.end(), '[') > 16 ||
      std::count(text.begin(), text.end(), '{') > 16) {
    return damaged;
  }
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return damaged;
  for (const auto& [key, value] : json.items()) {
    if (key == "stop" || key == "stop_tokens") {
      if (!value.is_array()) return damaged;
      for (const Json& item : value) {
        if (!item.is_string()) return damaged;
        (key == "stop" ? meta.stops.strings : meta.stops.tokens).push_back(item.get<std::string>());
      }
    } else if (key == "writes_bos" || key == "plain") {
      if (!value.is_boolean()) return damaged;
      (key == "plain" ? meta.plain : meta.writesBos) = value.get<bool>();
    }
  }
  return meta;
}

Result<std::shared_ptr<const JinjaTemplate>> JinjaTemplate::create(std::string name, std::string source,
                                                                   TemplateMeta meta, std::string bosToken,
                                                                   std::string eosToken) {
  const std::shared_ptr<JinjaTemplate> result(new JinjaTemplate);
  result->m_name = std::move(name);
  result->m_source = std::move(source);
  result->m_meta = std::move(meta);
  result->m_bosToken = std::move(bosToken);
  result->m_eosToken = std::move(eosToken);
  try {
    result->m_ast = jinja::parseTemplate(result->m_source);
  } catch (const jinja::Failure& failure) {
    return templateError(result->m_name, failure);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::OutOfMemory, "there is no memory for the chat template " + result->m_name, "chat_template"};
  }
  jinja::Limits limits;
  limits.fuel = 1'000'000;
  result->m_abilities = probeAbilities([&](const Json& messages, const Json& tools) -> std::optional<std::string> {
    RawPrompt prompt;
    prompt.messages = messages;
    prompt.tools = tools;
    const Result<RenderedPrompt> rendered = result->renderRaw(prompt, limits);
    if (!rendered.ok()) return {};
    return rendered->text;
  });
  return std::shared_ptr<const JinjaTemplate>(result);
}

Result<RenderedPrompt> JinjaTemplate::renderRaw(const RawPrompt& prompt, const jinja::Limits& limits) const {
  jinja::Interpreter interpreter(m_ast, limits, jinja::Clock{prompt.now});
  jinja::Budget* budget = interpreter.budget();
  try {
    if (prompt.variables.is_object()) {
      for (const auto& [name, value] : prompt.variables.items())
        interpreter.define(name, jinja::fromJson(value, budget));
      interpreter.defineBuiltins();
    }
    std::vector<jinja::Value> messages;
    for (const Json& message : prompt.messages) messages.push_back(jinja::fromMessage(message, budget));
    interpreter.define("messages", jinja::makeList(budget, std::move(messages), false, true));
    interpreter.define("tools", jinja::fromJson(prompt.tools, budget));
    interpreter.define("documents", jinja::fromJson(prompt.documents, budget));
    interpreter.define("add_generation_prompt", jinja::Value(prompt.addGenerationPrompt));
    const std::string bos = prompt.bosToken.value_or(m_bosToken), eos = prompt.eosToken.value_or(m_eosToken);
    if (!bos.empty()) interpreter.define("bos_token", jinja::makeString(budget, bos));
    if (!eos.empty()) interpreter.define("eos_token", jinja::makeString(budget, eos));
    return toSegments(interpreter.render());
  } catch (const jinja::Failure& failure) {
    jinja::Failure located = failure;
    if (located.line == 0) located.line = interpreter.line();
    return templateError(m_name, located);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::OutOfMemory, "there is no memory to render the chat template " + m_name, "chat_template"};
  } catch (const std::length_error&) {
    return Error{ErrorCode::OutOfMemory, "the chat template " + m_name + " makes a string that is too long",
                 "chat_template"};
  }
}

Result<RenderedPrompt> JinjaTemplate::render(const ChatPrompt& prompt) const {
  ENGINE_ASSIGN_OR_RETURN(NormalisedPrompt normalised, normalise(prompt, m_abilities, m_meta.plain));
  RawPrompt raw;
  raw.messages = std::move(normalised.messages);
  raw.tools = std::move(normalised.tools);
  raw.documents = prompt.documents;
  raw.variables = prompt.variables;
  raw.addGenerationPrompt = prompt.addGenerationPrompt && !prompt.continueLast;
  raw.now = prompt.now;
  raw.bosToken = prompt.bosToken;
  raw.eosToken = prompt.eosToken;
  if (!prompt.continueLast) return renderRaw(raw);
  Json& last = raw.messages.back();
  last["content"] = last["content"].get<std::string>() + std::string(kContinueMark);
  ENGINE_ASSIGN_OR_RETURN(const RenderedPrompt rendered, renderRaw(raw));
  return cutAtMark(rendered);
}

}  // namespace engine
