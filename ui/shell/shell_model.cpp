#include "shell_model.h"

#include <QSettings>
#include <QStringList>

namespace ui {

namespace {

const QStringList kPages = {QStringLiteral("chat"), QStringLiteral("model"), QStringLiteral("server"),
                            QStringLiteral("settings")};
const QStringList kSchemes = {QStringLiteral("system"), QStringLiteral("light"), QStringLiteral("dark")};

}  // namespace

ShellModel::ShellModel(const app::AppPaths& paths, QObject* parent)
    : QObject(parent),
      m_state(std::make_unique<QSettings>(QString::fromStdString((paths.config / "window.ini").string()),
                                          QSettings::IniFormat)),
      m_starterAvailable(!app::starterModelPath(paths).empty()) {
  const QString scheme = m_state->value("scheme").toString();
  if (kSchemes.contains(scheme)) m_scheme = scheme;
  const QString page = m_state->value("page").toString();
  if (kPages.contains(page)) m_page = page;
  connect(&m_systemScheme, &SystemScheme::changed, this, &ShellModel::darkChanged);
  m_systemScheme.askPortal();
}

ShellModel::~ShellModel() = default;

void ShellModel::setPage(const QString& page) {
  if (page == m_page || !kPages.contains(page)) return;
  m_page = page;
  m_state->setValue("page", page);
  emit pageChanged();
}

void ShellModel::setScheme(const QString& scheme) {
  if (scheme == m_scheme || !kSchemes.contains(scheme)) return;
  m_scheme = scheme;
  m_state->setValue("scheme", scheme);
  emit schemeChanged();
  emit darkChanged();
}

bool ShellModel::dark() const {
  return m_scheme == "dark" || (m_scheme == "system" && m_systemScheme.dark());
}

QRect ShellModel::savedGeometry() const {
  return m_state->value("geometry").toRect();
}

bool ShellModel::savedMaximized() const {
  return m_state->value("maximized").toBool();
}

void ShellModel::saveGeometry(const QRect& geometry, bool maximized) {
  if (!maximized) m_state->setValue("geometry", geometry);
  m_state->setValue("maximized", maximized);
}

}  // namespace ui
