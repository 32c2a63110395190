// ModelPageModel's plans, templates and loads.
#include <QClipboard>
#include <QGuiApplication>
#include <QLocale>
#include <cmath>

#include "app/app_context.h"
#include "engine/load_tokenizer.h"
#include "ui/markdown/parse_markdown.h"
#include "ui/model/model_card.h"
#include "ui/model/model_page_model.h"

namespace ui {

engine::Result<engine::EngineOptions> ModelPageModel::options() const {
  ENGINE_ASSIGN_OR_RETURN(engine::EngineOptions options, m_settings.settings().engineOptions());
  options.modelPath = m_path.toStdString();
  if (!m_templateName.isEmpty()) options.templateName = m_templateName.toStdString();
  options.dtype = m_dtype;
  if (m_context) options.maxModelLen = static_cast<uint32_t>(*m_context);
  return options;
}

/// One plan at a time; a change meanwhile makes another one with the newest choices.
void ModelPageModel::replan() {
  if (!m_info || !m_info->loadable()) {
    m_plan = {};
    m_planError.clear();
    return emit planChanged();
  }
  if (m_planning) {
    m_planStale = true;
    return;
  }
  const engine::Result<engine::EngineOptions> wanted = options();
  if (!wanted) {
    m_planError = QString::fromStdString(wanted.error().message);
    return emit planChanged();
  }
  m_planning = true;
  m_planStale = false;
  m_tasks.run<engine::Result<engine::MemoryPlan>>(
      this, [info = *m_info, choices = *wanted] { return engine::planMemory(info, choices); },
      [this, turn = m_inspectTurn](engine::Result<engine::MemoryPlan> plan) {
        m_planning = false;
        if (turn == m_inspectTurn) {
          m_planError = plan ? QString() : QString::fromStdString(plan.error().message);
          m_plan = plan ? PlanFacts::of(*plan) : PlanFacts();
          emit planChanged();
        }
        if (m_planStale || turn != m_inspectTurn) replan();
      });
}

void ModelPageModel::rechooseTemplate() {
  m_templateChosen.clear();
  m_templateReason.clear();
  m_templateError.clear();
  m_preview.clear();
  if (!m_info) return emit templateChanged();
  const app::Settings& settings = m_settings.settings();
  engine::TemplateQuery query;
  query.requestedName = m_templateName.isEmpty() ? m_info->requestedTemplate : m_templateName.toStdString();
  query.requestedSource = m_templateName.isEmpty() ? m_info->requestedTemplateSource : tr("you chose it").toStdString();
  query.templateFile = settings.text("chat-template");
  query.modelId = m_info->modelId;
  query.modelTemplate = m_info->chatTemplate;
  query.family = m_info->family;
  query.userTemplateDirectory = settings.text("template-directory");
  struct Outcome {
    QString name, reason, error, preview;
  };
  auto work = [query, path = m_info->path, system = tr("You are helpful.").toStdString(),
               user = tr("Hello").toStdString()]() mutable {
    Outcome outcome;
    // The loader asks with the tokenizer's own marks; so does this, for the same choice.
    if (const auto tokenizer = engine::loadTokenizer(path)) {
      query.bosToken = (*tokenizer)->tokenText((*tokenizer)->bosId());
      query.eosToken = (*tokenizer)->tokenText((*tokenizer)->eosId());
    }
    const engine::Result<engine::TemplateChoice> choice = engine::chooseTemplate(query);
    if (!choice) {
      outcome.error = displayText(QString::fromStdString(choice.error().message));
      return outcome;
    }
    outcome.name = visibleName(QString::fromStdString(choice->chatTemplate->name()));
    outcome.reason = displayText(QString::fromStdString(choice->reason));
    engine::ChatPrompt prompt;
    prompt.messages = {{"system", system}, {"user", user}};
    engine::Result<engine::RenderedPrompt> rendered = choice->chatTemplate->render(prompt);
    if (!rendered) {  // some templates know no system message
      prompt.messages.erase(prompt.messages.begin());
      rendered = choice->chatTemplate->render(prompt);
    }
    if (rendered) {
      outcome.preview = displayText(QString::fromStdString(rendered->text).left(2000));
    } else {
      outcome.error = displayText(QString::fromStdString(rendered.error().message));
    }
    return outcome;
  };
  m_tasks.run<Outcome>(this, std::move(work), [this, turn = ++m_templateTurn](const Outcome& outcome) {
    if (turn != m_templateTurn) return;
    m_templateChosen = outcome.name;
    m_templateReason = outcome.reason;
    m_templateError = outcome.error;
    m_preview = outcome.preview;
    emit templateChanged();
  });
}

void ModelPageModel::load() {
  if (!m_info || !m_info->loadable() || !m_contextProblem.isEmpty()) return;
  const engine::Result<engine::EngineOptions> wanted = options();
  if (!wanted) {
    m_planError = QString::fromStdString(wanted.error().message);
    return emit planChanged();
  }
  m_dismissed = m_wasLoading = false;
  static_cast<void>(m_settings.store("last-model", m_path.toStdString()));
  m_host.host().load(*wanted);
}

void ModelPageModel::cancel() {
  m_cancelled = true;
  m_host.host().cancelLoad();
}

void ModelPageModel::unload() {
  static_cast<void>(m_settings.store("last-model", {}));
  m_host.host().unload();
}

QString ModelPageModel::state() const {
  switch (m_host.state()) {
    case app::HostState::Empty:
      return QStringLiteral("empty");
    case app::HostState::Loading:
      return QStringLiteral("loading");
    case app::HostState::Ready:
      return QStringLiteral("ready");
    case app::HostState::Unloading:
      return QStringLiteral("unloading");
    case app::HostState::Failed:
      return m_dismissed ? QStringLiteral("empty") : QStringLiteral("failed");
  }
  return {};
}

bool ModelPageModel::isLoadedOne() const {
  return !m_path.isEmpty() && m_host.snapshot().options.modelPath == m_path.toStdString();
}

PlanFacts ModelPageModel::measured() const {
  const auto engine = m_host.engine();
  if (!engine) return {};
  PlanFacts facts = PlanFacts::of(engine->facts().measured);
  facts.known = facts.needed > 0;
  return facts;
}

QString ModelPageModel::loadSeconds() const {
  const auto engine = m_host.engine();
  return engine ? QLocale().toString(engine->facts().loadSeconds, 'f', 1) : QString();
}

QString ModelPageModel::loadPace() const {
  if (m_watch.speed() <= 0) return {};
  const QString speed = tr("%1/s").arg(bytes(m_watch.speed()));
  const double left = m_watch.secondsLeft();
  if (left < 0) return speed;
  constexpr double kMinutesFrom = 100;
  const QString time =
      left >= kMinutesFrom ? tr("%1 min left").arg(std::ceil(left / 60)) : tr("%1 s left").arg(std::ceil(left));
  return speed + QStringLiteral(" · ") + time;
}

bool ModelPageModel::misfit() const {
  const bool idle = state() == QLatin1String("empty") || (state() == QLatin1String("ready") && !isLoadedOne());
  return idle && m_plan.known && !m_plan.fits;
}

QString ModelPageModel::errorTitle() const {
  if (!trouble()) return {};
  const std::optional<engine::Error>& error = m_host.snapshot().error;
  const bool memory = misfit() || (error && error->code == engine::ErrorCode::OutOfMemory && isLoadedOne());
  if (memory && m_plan.known && m_plan.missing > 0) return tr("%1 of memory are missing").arg(bytes(m_plan.missing));
  const QString file = visibleName(QString::fromStdString(m_host.snapshot().options.modelPath.filename().string()));
  return tr("%1 did not load").arg(isLoadedOne() ? name() : file.isEmpty() ? tr("The model") : file);
}

QString ModelPageModel::error() const {
  if (misfit()) return displayText(m_plan.shortfall);
  const std::optional<engine::Error>& error = m_host.snapshot().error;
  return error && !m_dismissed ? displayText(QString::fromStdString(error->message)) : QString();
}

QVariantList ModelPageModel::waysOut() const {
  const std::optional<engine::Error>& error = m_host.snapshot().error;
  QVariantList ways;
  if (!trouble()) return ways;
  const auto add = [&](const char* action, const QString& title, const QString& detail, const QString& button) {
    ways.append(
        QVariantMap{{"action", QString::fromLatin1(action)}, {"title", title}, {"detail", detail}, {"button", button}});
  };
  if ((isLoadedOne() || misfit()) && m_plan.known && m_plan.largest > 0 && m_plan.largest < context()) {
    const QString tokens = QLocale().toString(m_plan.largest);
    add("largest", tr("Shorter context"), tr("%1 of %2 tokens fit").arg(tokens, QLocale().toString(context())),
        tr("Use %1").arg(tokens));
  }
  if (misfit() || !error) return ways;
  const bool aboutTemplate = error->context == "conv-template" || error->context == "chat-template";
  if (isLoadedOne() && aboutTemplate && !m_templateName.isEmpty()) {
    add("template", tr("Another template"), tr("let Hearth choose it from the model’s files"), tr("Use automatic"));
  }
  add("retry", tr("Load again"), tr("with the same choices"), tr("Try again"));
  return ways;
}

void ModelPageModel::takeWayOut(int index) {
  const QVariantList ways = waysOut();
  if (index < 0 || index >= ways.size()) return;
  const bool planned = misfit();
  const QString action = ways[index].toMap().value("action").toString();
  if (action == "largest") useLargest();
  if (planned) return;
  if (action == "template") setTemplateIndex(0);
  if (isLoadedOne()) {
    load();
  } else {
    m_host.host().load(m_host.snapshot().options);
  }
}

void ModelPageModel::dismissError() {
  m_dismissed = true;
  emit stateChanged();
}

void ModelPageModel::copyError() const {
  QGuiApplication::clipboard()->setText(errorTitle() + u'\n' + error());
}

}  // namespace ui
