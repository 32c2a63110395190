// Which template a model gets, and why.
#include <algorithm>

#include "engine/templates/catalog.h"
#include "engine/templates/jinja_template.h"

namespace engine {

namespace {

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// Lower case, from behind the last '/'.
std::string comparableId(const std::string& id) {
  std::string result = id.substr(id.find_last_of('/') + 1);
  for (char& c : result) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return result;
}

/// `pattern` may hold * for any stretch.
bool matches(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

class Chooser {
 public:
  Chooser(const TemplateQuery& query, TemplateIndex index)
      : m_query(query), m_catalog(query.templateDirectory, query.userTemplateDirectory), m_index(std::move(index)) {}

  Result<TemplateChoice> choose() {
    if (!m_query.templateFile.empty()) return fromFile();
    if (!m_query.requestedName.empty()) return requested();
    const std::string id = comparableId(m_query.modelId);
    for (const auto& row : m_index.models) {
      if (id.empty() || !matches(row.match, id)) continue;
      ENGINE_ASSIGN_OR_RETURN(auto choice, shipped(row.name, "model_id " + m_query.modelId + " is in the list"));
      if (choice) return *choice;
      break;
    }
    if (!m_query.modelTemplate.empty()) {
      Result<TemplateChoice> own = modelsOwn();
      if (own.ok()) return own;
      note("the model's own chat_template cannot be used (" + own.error().message + ")");
    }
    for (const auto& row : m_index.rules) {
      const bool fits = std::all_of(row.contains.begin(), row.contains.end(),
                                    [&id](const std::string& part) { return id.find(part) != std::string::npos; });
      if (!fits) continue;
      ENGINE_ASSIGN_OR_RETURN(auto choice,
                              shipped(row.name, "FastChat's rule for names that hold " + join(row.contains)));
      if (choice) return *choice;
      break;
    }
    for (const auto& row : m_index.families) {
      if (row.family != m_query.family || (!row.bos.empty() && row.bos != m_query.bosToken)) continue;
      ENGINE_ASSIGN_OR_RETURN(
          auto choice, shipped(row.name, "the family " + row.family + (row.bos.empty() ? "" : " with BOS " + row.bos)));
      if (choice) return *choice;
      break;
    }
    ENGINE_ASSIGN_OR_RETURN(auto plain, shipped("generate", "nothing is known about how this model is talked to"));
    if (plain) return *plain;
    return Error{ErrorCode::NotFound, "the template 'generate' is missing", "conv-template"};
  }

 private:
  void note(const std::string& text) { m_notes += (m_notes.empty() ? "" : "; ") + text; }

  Result<TemplateChoice> make(const std::string& name, std::string source, std::string reason) {
    ENGINE_ASSIGN_OR_RETURN(TemplateMeta meta, readMeta(source));
    ENGINE_ASSIGN_OR_RETURN(
        auto made, JinjaTemplate::create(name, std::move(source), std::move(meta), m_query.bosToken, m_query.eosToken));
    if (!m_notes.empty()) reason += " (" + m_notes + ")";
    return TemplateChoice{std::move(made), std::move(reason)};
  }

  /// The template of that name; nothing, with a note, when this version has none.
  Result<std::optional<TemplateChoice>> shipped(const std::string& name, const std::string& reason) {
    ENGINE_ASSIGN_OR_RETURN(auto entry, m_catalog.find(name));
    if (!entry) {
      note(reason + ", but the template " + name + " is not in this version");
      return std::optional<TemplateChoice>();
    }
    ENGINE_ASSIGN_OR_RETURN(TemplateChoice choice, make(name, std::move(entry->source), reason));
    return std::optional<TemplateChoice>(std::move(choice));
  }

  Result<TemplateChoice> fromFile() {
    ENGINE_ASSIGN_OR_RETURN(std::string source, readTemplateFile(m_query.templateFile));
    return make(m_query.templateFile, std::move(source), "--chat-template " + m_query.templateFile);
  }

  Result<TemplateChoice> requested() {
    const std::string& name = m_query.requestedName;
    const std::string source = m_query.requestedSource.empty() ? "asked for" : m_query.requestedSource;
    ENGINE_ASSIGN_OR_RETURN(auto entry, m_catalog.find(name));
    if (entry) return make(name, std::move(entry->source), source);
    const std::string have = "These are there: " + join(m_catalog.names()) + ".";
    const std::string place = m_query.userTemplateDirectory.empty() ? "a file given with --chat-template"
                                                                    : m_query.userTemplateDirectory + "/" + name +
                                                                          ".jinja or a file given with --chat-template";
    if (name == "shennong_chat") {
      return Error{
          ErrorCode::Unsupported,
          "the format of shennong_chat is not public, so its template must come from you, as " + place + ". " + have,
          "conv-template"};
    }
    if (std::find(m_index.names.begin(), m_index.names.end(), name) != m_index.names.end()) {
      return Error{
          ErrorCode::Unsupported,
          "the template " + name + " is known but not in this version; it can be given as " + place + ". " + have,
          "conv-template"};
    }
    return Error{ErrorCode::NotFound, "there is no template named '" + name.substr(0, 100) + "'. " + have,
                 "conv-template"};
  }

  Result<TemplateChoice> modelsOwn() {
    TemplateMeta meta;
    for (const std::string& token : m_index.turnEnds) {
      if (m_query.modelTemplate.find(token) != std::string::npos) meta.stops.tokens.push_back(token);
    }
    ENGINE_ASSIGN_OR_RETURN(auto made, JinjaTemplate::create("model's own", m_query.modelTemplate, std::move(meta),
                                                             m_query.bosToken, m_query.eosToken));
    std::string reason = "the model's own chat_template";
    if (!m_notes.empty()) reason += " (" + m_notes + ")";
    return TemplateChoice{std::move(made), std::move(reason)};
  }

  const TemplateQuery& m_query;
  TemplateCatalog m_catalog;
  TemplateIndex m_index;
  std::string m_notes;  ///< what did not work on the way, for the reason
};

}  // namespace

Result<TemplateChoice> chooseTemplate(const TemplateQuery& query) {
  ENGINE_ASSIGN_OR_RETURN(TemplateIndex index,
                          TemplateCatalog(query.templateDirectory, query.userTemplateDirectory).index());
  return Chooser(query, std::move(index)).choose();
}

std::vector<std::string> templateNames(const std::string& userTemplateDirectory) {
  return TemplateCatalog({}, userTemplateDirectory).names();
}

}  // namespace engine
