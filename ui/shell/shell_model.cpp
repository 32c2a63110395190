#include "shell_model.h"

#include <QDir>
#include <QGuiApplication>
#include <QScreen>
#include <QSettings>
#include <QStringList>
#include <algorithm>
#include <cmath>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

const QStringList kPages = {QStringLiteral("chat"), QStringLiteral("model"), QStringLiteral("server"),
                            QStringLiteral("monitor"), QStringLiteral("settings")};

}  // namespace

ShellModel::ShellModel(SettingsBridge& settings, QSettings& state, QString notice, QObject* parent)
    : QObject(parent), m_settings(settings), m_state(state), m_notice(displayText(notice)) {
  const QString page = m_state.value("page").toString();
  if (kPages.contains(page)) m_page = page;
  connect(&m_systemScheme, &SystemScheme::changed, this, &ShellModel::darkChanged);
  connect(&m_settings, &SettingsBridge::changed, this, [this](const QString& key) {
    if (key == "theme") emit darkChanged();
    emit lookChanged();
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

QString ShellModel::accent() const {
  return QString::fromStdString(m_settings.settings().text("accent"));
}

double ShellModel::zoom() const {
  return m_settings.settings().real("scale").value_or(1) / m_startScale;
}

int ShellModel::readingSize() const {
  constexpr int kUsual = 15;
  return static_cast<int>(m_settings.settings().integer("reading-size").value_or(kUsual));
}

bool ShellModel::moreContrast() const {
  return m_settings.settings().boolean("more-contrast");
}

bool ShellModel::lessMotion() const {
  return m_settings.settings().boolean("less-motion");
}

void ShellModel::changeScale(int step) {
  constexpr double kStep = 0.1;
  const app::SettingRow* row = app::findSetting("scale");
  if (row == nullptr || m_settings.fixed("scale")) return;
  const double now = m_settings.settings().real("scale").value_or(1);
  const double wanted =
      step == 0 ? 1 : std::clamp(std::round((now + step * kStep) * 100) / 100, *row->minimum, *row->maximum);
  static_cast<void>(m_settings.store("scale", step == 0 ? std::string() : QString::number(wanted).toStdString()));
}

QRect ShellModel::savedGeometry() const {
  const QRect stored = m_state.value("geometry").toRect();
  if (stored.isEmpty()) return {};
  // Kept as it is without a scale of ours, so that another scale leaves the window as large as it was.
  QRect place(QPoint(qRound(stored.x() / m_startScale), qRound(stored.y() / m_startScale)),
              QSize(qRound(stored.width() / m_startScale), qRound(stored.height() / m_startScale)));
  // A title bar that can be taken hold of: so much of the window has to be on a screen.
  constexpr int kHold = 80;
  for (const QScreen* screen : QGuiApplication::screens()) {
    const QRect seen = place & screen->availableGeometry();
    if (seen.width() >= kHold && seen.height() >= kHold) return place;
  }
  const QScreen* screen = QGuiApplication::primaryScreen();
  if (screen == nullptr) return place;
  place.setSize(place.size().boundedTo(screen->availableGeometry().size()));
  place.moveCenter(screen->availableGeometry().center());
  return place;
}

bool ShellModel::savedMaximized() const {
  return m_state.value("maximized").toBool();
}

void ShellModel::saveGeometry(const QRect& geometry, bool maximized) {
  if (!maximized) {
    m_state.setValue("geometry",
                     QRect(QPoint(qRound(geometry.x() * m_startScale), qRound(geometry.y() * m_startScale)),
                           QSize(qRound(geometry.width() * m_startScale), qRound(geometry.height() * m_startScale))));
  }
  m_state.setValue("maximized", maximized);
}

}  // namespace ui
