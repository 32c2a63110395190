#include "shell_model.h"

#include <QDir>
#include <QSettings>
#include <QStringList>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

const QStringList kPages = {QStringLiteral("chat"), QStringLiteral("model"), QStringLiteral("server"),
                            QStringLiteral("monitor"), QStringLiteral("settings")};

}  // namespace

ShellModel::ShellModel(const app::AppPaths& paths, SettingsBridge& settings, QSettings& state, QString notice,
                       QObject* parent)
    : QObject(parent),
      m_settings(settings),
      m_state(state),
      m_notice(displayText(notice)),
      m_starterAvailable(!app::starterModelPath(paths).empty()) {
  const QString page = m_state.value("page").toString();
  if (kPages.contains(page)) m_page = page;
  connect(&m_systemScheme, &SystemScheme::changed, this, &ShellModel::darkChanged);
  connect(&m_settings, &SettingsBridge::changed, this, [this](const QString& key) {
    if (key == "theme") emit darkChanged();
  });
  connect(&m_settings, &SettingsBridge::saveFailed, this, [this](const QString& why) {
    addNotice(tr("Settings hold until Hearth is closed, but could not be saved: %1").arg(why));
  });
  m_systemScheme.askPortal();
}

void ShellModel::setPage(const QString& page) {
  if (page == m_page || !kPages.contains(page)) return;
  m_page = page;
  m_state.setValue("page", page);
  emit pageChanged();
}

void ShellModel::addNotice(const QString& text) {
  const QString shown = displayText(text);
  if (m_notice.contains(shown)) return;
  m_notice += (m_notice.isEmpty() ? QString() : QStringLiteral("\n")) + shown;
  emit noticeChanged();
}

void ShellModel::dismissNotice() {
  m_notice.clear();
  emit noticeChanged();
}

QUrl ShellModel::home() const {
  return QUrl::fromLocalFile(QDir::homePath());
}

bool ShellModel::dark() const {
  const std::string& theme = m_settings.settings().text("theme");
  return theme == "dark" || (theme != "light" && m_systemScheme.dark());
}

QRect ShellModel::savedGeometry() const {
  return m_state.value("geometry").toRect();
}

bool ShellModel::savedMaximized() const {
  return m_state.value("maximized").toBool();
}

void ShellModel::saveGeometry(const QRect& geometry, bool maximized) {
  if (!maximized) m_state.setValue("geometry", geometry);
  m_state.setValue("maximized", maximized);
}

}  // namespace ui
