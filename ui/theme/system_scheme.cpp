#include "system_scheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QEvent>
#include <QGuiApplication>
#include <QPalette>

namespace ui {

namespace {

constexpr auto kService = "org.freedesktop.portal.Desktop";
constexpr auto kPath = "/org/freedesktop/portal/desktop";
constexpr auto kInterface = "org.freedesktop.portal.Settings";
constexpr auto kGroup = "org.freedesktop.appearance";
constexpr auto kKey = "color-scheme";

/// The portal wraps its answer in one or two variants, depending on its version.
QVariant unwrapped(QVariant value) {
  for (int i = 0; i < 3 && value.canConvert<QDBusVariant>(); ++i) value = value.value<QDBusVariant>().variant();
  return value;
}

}  // namespace

SystemScheme::SystemScheme(QObject* parent) : QObject(parent) {
  qApp->installEventFilter(this);
  setFromPalette();
}

void SystemScheme::askPortal() {
  QDBusConnection bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) return;
  bus.connect(kService, kPath, kInterface, "SettingChanged", this, SLOT(portalChanged(QString, QString, QDBusVariant)));
  QDBusMessage call = QDBusMessage::createMethodCall(kService, kPath, kInterface, "Read");
  call << QString(kGroup) << QString(kKey);
  auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call, 2000), this);
  connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* finished) {
    const QDBusPendingReply<QDBusVariant> reply = *finished;
    if (reply.isValid()) setFromPortal(reply.value().variant());
    finished->deleteLater();
  });
}

void SystemScheme::portalChanged(const QString& group, const QString& key, const QDBusVariant& value) {
  if (group == kGroup && key == kKey) setFromPortal(value.variant());
}

bool SystemScheme::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::ApplicationPaletteChange && !m_portalAnswered) setFromPalette();
  return QObject::eventFilter(watched, event);
}

void SystemScheme::setFromPalette() {
  const QPalette palette = QGuiApplication::palette();
  setDark(palette.color(QPalette::WindowText).lightness() > palette.color(QPalette::Window).lightness());
}

void SystemScheme::setFromPortal(const QVariant& value) {
  const uint scheme = unwrapped(value).toUInt();  // 0 no preference, 1 dark, 2 light
  m_portalAnswered = scheme != 0;
  if (m_portalAnswered) setDark(scheme == 1);
}

void SystemScheme::setDark(bool dark) {
  if (m_dark == dark) return;
  m_dark = dark;
  emit changed();
}

}  // namespace ui
