// ChatTemplate over the interpreter.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/chat_template.h"
#include "engine/templates/ast.h"
#include "engine/templates/interpreter.h"
#include "engine/templates/normalise.h"

namespace engine {

/// What a template file says about itself in a front comment: {#- hearth {"stop": […], "stop_tokens": […],
/// "writes_bos": true, "plain": false} -#}. Every field is optional.
struct TemplateMeta {
  TemplateStops stops;
  bool writesBos = true;
  bool plain = false;  ///< contents are joined as they are: no rule about roles applies
};
Result<TemplateMeta> readMeta(const std::string& source);

/// Messages and variables in the form that templates see, before normalisation; what the golden tests use.
struct RawPrompt {
  nlohmann::ordered_json messages;          ///< array
  nlohmann::ordered_json tools, documents;  ///< array or null
  nlohmann::ordered_json variables;         ///< object or null
  bool addGenerationPrompt = true;
  std::optional<int64_t> now;
  std::optional<std::string> bosToken, eosToken;
};

class JinjaTemplate : public ChatTemplate {
 public:
  /// Parses; an Error names the line. `bosToken` and `eosToken` may be empty.
  static Result<std::shared_ptr<const JinjaTemplate>> create(std::string name, std::string source, TemplateMeta meta,
                                                             std::string bosToken, std::string eosToken);

  const std::string& name() const override { return m_name; }
  const std::string& source() const override { return m_source; }
  const TemplateStops& stops() const override { return m_meta.stops; }
  bool writesBos() const override { return m_meta.writesBos; }
  Result<RenderedPrompt> render(const ChatPrompt& prompt) const override;

  Result<RenderedPrompt> renderRaw(const RawPrompt& prompt, const jinja::Limits& limits = jinja::Limits()) const;
  const TemplateAbilities& abilities() const { return m_abilities; }

 private:
  JinjaTemplate() = default;
  std::string m_name, m_source, m_bosToken, m_eosToken;
  TemplateMeta m_meta;
  jinja::Ast m_ast;
  TemplateAbilities m_abilities;
};

}  // namespace engine
