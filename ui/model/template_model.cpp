#include "ui/model/template_model.h"

#include <QEvent>
#include <algorithm>

#include "engine/chat_template.h"
#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

constexpr int kMostShown = 400;
constexpr int kMostText = 4000;

/// The template that answers a query, rendered and tokenized.
struct Request {
  engine::TemplateQuery query;
  std::filesystem::path path;
  std::string system, user;
};

}  // namespace

struct TemplateModel::Outcome {
  QString name, reason, error, preview;
  QVariantList tokens;
  int tokenCount = 0;

  static Outcome of(Request request, const ModelSources& sources);
  void tokenize(const engine::RenderedPrompt& prompt, bool writesBos, const engine::Tokenizer& tokenizer);
};

QString tokenLabel(const std::string& bytes) {
  QString text = QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
  if (text.contains(QChar::ReplacementCharacter)) {
    text.clear();
    for (const char byte : bytes) {
      text += QStringLiteral("<%1>").arg(static_cast<unsigned char>(byte), 2, 16, QLatin1Char('0')).toUpper();
    }
    return text;
  }
  text.replace(u'\n', QStringLiteral("↵")).replace(u'\t', QStringLiteral("⇥")).replace(u'\r', QStringLiteral("␍"));
  return visibleName(text);  // bidirectional signs and the like would move the neighbours
}

void TemplateModel::Outcome::tokenize(const engine::RenderedPrompt& prompt, bool writesBos,
                                      const engine::Tokenizer& tokenizer) {
  const auto ids = tokenizer.encodeSegments(prompt.segments, !writesBos);
  if (!ids) return;
  tokenCount = static_cast<int>(ids->size());
  for (const engine::TokenId id : *ids) {
    if (tokens.size() >= kMostShown) break;
    const bool special = tokenizer.isSpecial(id);
    const std::string bytes = tokenizer.tokenBytes(id, true);
    const QString label = special ? visibleName(QString::fromStdString(bytes)) : tokenLabel(bytes);
    tokens.append(QVariantMap{{"text", label}, {"special", special}, {"end", false}});
    if (!special && !bytes.empty() && bytes.back() == '\n') {
      tokens.append(QVariantMap{{"text", QString()}, {"special", false}, {"end", true}});
    }
  }
}

TemplateModel::Outcome TemplateModel::Outcome::of(Request request, const ModelSources& sources) {
  Outcome outcome;
  // The loader asks with the tokenizer's own marks; so does this, for the same choice.
  const auto tokenizer = sources.tokenizer(request.path);
  if (tokenizer) {
    request.query.bosToken = (*tokenizer)->tokenText((*tokenizer)->bosId());
    request.query.eosToken = (*tokenizer)->tokenText((*tokenizer)->eosId());
  }
  const engine::Result<engine::TemplateChoice> choice = engine::chooseTemplate(request.query);
  if (!choice) {
    outcome.error = displayText(QString::fromStdString(choice.error().message));
    return outcome;
  }
  outcome.name = visibleName(QString::fromStdString(choice->chatTemplate->name()));
  outcome.reason = displayText(QString::fromStdString(choice->reason));
  engine::ChatPrompt prompt;
  prompt.messages = {{"system", request.system}, {"user", request.user}};
  if (tokenizer) {
    prompt.bosToken = request.query.bosToken;
    prompt.eosToken = request.query.eosToken;
  }
  engine::Result<engine::RenderedPrompt> rendered = choice->chatTemplate->render(prompt);
  if (!rendered) {  // some templates know no system message
    prompt.messages.erase(prompt.messages.begin());
    rendered = choice->chatTemplate->render(prompt);
  }
  if (!rendered) {
    outcome.error = displayText(QString::fromStdString(rendered.error().message));
    return outcome;
  }
  outcome.preview = displayText(QString::fromStdString(rendered->text).left(kMostText));
  if (tokenizer) outcome.tokenize(*rendered, choice->chatTemplate->writesBos(), **tokenizer);
  return outcome;
}

TemplateModel::TemplateModel(Tasks& tasks, LoadChoices& choices, const ModelSources& sources, QObject* parent)
    : QObject(parent), m_tasks(tasks), m_choices(choices), m_sources(sources) {
  connect(&m_choices, &LoadChoices::changed, this, [this] {
    if (m_choices.text("conv-template") != m_asked) choose();
  });
}

int TemplateModel::index() const {
  return std::max(0, static_cast<int>(m_names.indexOf(m_choices.text("conv-template"))));
}

void TemplateModel::setIndex(int index) {
  const QString name = index > 0 && index < m_names.size() ? m_names[index] : QString();
  static_cast<void>(m_choices.store("conv-template", name.toStdString()));
  emit changed();
}

void TemplateModel::setNames(const QStringList& shipped) {
  m_names = QStringList(tr("automatic")) + shipped;
  emit namesChanged();
  emit changed();
}

bool TemplateModel::event(QEvent* event) {
  if (event->type() == QEvent::LanguageChange && !m_names.isEmpty()) m_names.front() = tr("automatic");
  return QObject::event(event);
}

void TemplateModel::setModel(const std::optional<engine::ModelInfo>& info) {
  m_info = info;
  choose();
}

void TemplateModel::choose() {
  m_asked = m_choices.text("conv-template");
  m_chosen.clear();
  m_reason.clear();
  m_error.clear();
  m_preview.clear();
  m_tokens.clear();
  m_tokenCount = 0;
  ++m_turn;
  emit changed();
  if (!m_info) return;
  const app::Settings& settings = m_choices.settings();
  Request request;
  request.path = m_info->path;
  request.system = tr("You are helpful.").toStdString();
  request.user = tr("Hello").toStdString();
  engine::TemplateQuery& query = request.query;
  query.requestedName = m_asked.isEmpty() ? m_info->requestedTemplate : m_asked.toStdString();
  query.requestedSource = m_asked.isEmpty() ? m_info->requestedTemplateSource : tr("you chose it").toStdString();
  query.templateFile = settings.text("chat-template");
  query.modelId = m_info->modelId;
  query.modelTemplate = m_info->chatTemplate;
  query.family = m_info->family;
  query.userTemplateDirectory = settings.text("template-directory");
  m_tasks.run<Outcome>(
      this, [request, sources = m_sources] { return Outcome::of(request, sources); },
      [this, turn = m_turn](const Outcome& outcome) {
        if (turn != m_turn) return;
        m_chosen = outcome.name;
        m_reason = outcome.reason;
        m_error = outcome.error;
        m_preview = outcome.preview;
        m_tokens = outcome.tokens;
        m_tokenCount = outcome.tokenCount;
        emit changed();
      });
}

}  // namespace ui
