#include "ui/i18n/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>

namespace ui {

namespace {

constexpr auto kEnglish = "en";
constexpr auto kChinese = "zh_CN";

/// Numbers and dates as the system writes them where it speaks the window's language, else as that language does.
QLocale localeFor(const QString& code) {
  const QLocale wanted(code);
  const QLocale system = QLocale::system();
  const bool plain = system.language() == QLocale::C && code == kEnglish;
  return plain || system.language() == wanted.language() ? system : wanted;
}

}  // namespace

QString languageFor(const QStringList& preferences) {
  for (const QString& preference : preferences) {
    if (preference.startsWith("zh", Qt::CaseInsensitive)) return kChinese;
    if (preference.startsWith("en", Qt::CaseInsensitive) || preference == "C") break;
  }
  return kEnglish;
}

Language::Language(SettingsBridge& settings, QObject* parent) : QObject(parent), m_settings(settings) {
  apply();
  connect(&m_settings, &SettingsBridge::changed, this, [this](const QString& key) {
    if (key == "language") apply();
  });
}

Language::~Language() {
  QCoreApplication::removeTranslator(&m_ours);
  QCoreApplication::removeTranslator(&m_qts);
  QLocale::setDefault(QLocale::system());
}

void Language::apply() {
  const QString asked = QString::fromStdString(m_settings.settings().text("language"));
  const QString code = asked == "system" ? languageFor(QLocale::system().uiLanguages()) : asked;
  if (code == m_code) return;
  m_code = code;
  QCoreApplication::removeTranslator(&m_ours);
  QCoreApplication::removeTranslator(&m_qts);
  QLocale::setDefault(localeFor(code));
  // English stands in the code.
  if (m_ours.load(QStringLiteral(":/i18n/hearth_%1.qm").arg(code))) QCoreApplication::installTranslator(&m_ours);
  // Qt's own words, where the system has them: buttons of its file dialogs.
  const QString catalogues = QLibraryInfo::path(QLibraryInfo::TranslationsPath);
  if (code != kEnglish && m_qts.load(QStringLiteral("qtbase_%1").arg(code), catalogues)) {
    QCoreApplication::installTranslator(&m_qts);
  }
  emit changed();
}

}  // namespace ui
