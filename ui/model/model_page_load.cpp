// ModelPageModel's loads: start, progress, what went wrong and the ways out.
#include <QClipboard>
#include <QGuiApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "ui/markdown/parse_markdown.h"
#include "ui/model/model_card.h"
#include "ui/model/model_page_model.h"

namespace ui {

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
  PlanFacts facts = PlanFacts::of(engine->facts().plan, engine->facts().measured);
  facts.known = facts.needed > 0;
  return facts;
}

PlanFacts ModelPageModel::loadPlan() const {
  const auto engine = m_host.engine();
  return engine ? PlanFacts::of(engine->facts().plan) : PlanFacts();
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
  if (isLoadedOne() || misfit()) {
    for (const ModePlan& row : m_quantizations.rows()) {
      if (!row.plan || !row.plan->fits || row.mode.mode == m_quantizations.chosenMode() || m_plan.fits) continue;
      const QString mode = QString::fromStdString(row.mode.name);
      const engine::DeviceMemoryPlan& device = row.plan->devices.front();
      ways.append(QVariantMap{
          {"action", QStringLiteral("mode")},
          {"mode", mode},
          {"title", tr("Use %1").arg(mode)},
          {"detail", tr("needs %1, %2 stay free")
                         .arg(bytesText(device.needed()), bytesText(static_cast<uint64_t>(device.freeAfter())))},
          {"button", tr("Use %1").arg(mode)}});
    }
  }
  if (misfit() || !error) return ways;
  const bool aboutTemplate = error->context == "conv-template" || error->context == "chat-template";
  if (isLoadedOne() && aboutTemplate && m_choices.own("conv-template")) {
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
  if (action == "mode") setQuantization(ways[index].toMap().value("mode").toString());
  if (planned) return;
  if (action == "template") m_templates.setIndex(0);
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

void ModelPageModel::copyCommandLine() const {
  const auto quoted = [](QString word) {
    static const QString kPlain = QStringLiteral("/._-+=:,");
    const bool plain = std::all_of(word.begin(), word.end(), [](QChar c) {
      return (c.unicode() < 128 && c.isLetterOrNumber()) || kPlain.contains(c);
    });
    return plain && !word.isEmpty() ? word : u'\'' + word.replace(u'\'', QStringLiteral("'\\''")) + u'\'';
  };
  QStringList words{QStringLiteral("hearth-cli"), QStringLiteral("serve"), QStringLiteral("--model-path"),
                    quoted(m_path)};
  for (const QString& word : m_choices.flags()) words.append(quoted(word));
  QGuiApplication::clipboard()->setText(words.join(u' '));
}

}  // namespace ui
