// The server page's settings: port, who may call, names, how many at once.
#include <QNetworkInterface>
#include <algorithm>

#include "ui/markdown/parse_markdown.h"
#include "ui/server/server_model.h"

namespace ui {

namespace {

constexpr const char* kAnyAddress = "0.0.0.0";
constexpr const char* kLoopback = "127.0.0.1";

QString joined(const std::vector<std::string>& list) {
  QStringList texts;
  for (const std::string& one : list) texts.append(QString::fromStdString(one));
  return texts.join(QStringLiteral(", "));
}

/// The address under which machines of the same network find this one: a private one first.
QString ownAddress() {
  QString found;
  const QList<QHostAddress> all = QNetworkInterface::allAddresses();
  for (const QHostAddress& address : all) {
    if (address.protocol() != QAbstractSocket::IPv4Protocol || address.isLoopback() || address.isLinkLocal()) continue;
    const bool home =
        address.isInSubnet(QHostAddress("192.168.0.0"), 16) || address.isInSubnet(QHostAddress("10.0.0.0"), 8);
    if (home) return address.toString();
    if (found.isEmpty()) found = address.toString();
  }
  return found;
}

}  // namespace

int ServerModel::port() const {
  return static_cast<int>(m_settings.settings().integer("port").value_or(8501));
}

bool ServerModel::setPort(const QString& text) {
  bool ok = false;
  const int wanted = text.trimmed().toInt(&ok);
  const bool inRange = ok && wanted >= 1 && wanted <= 65535;
  if (inRange && wanted == port() && m_portProblem.isEmpty()) return true;
  const engine::Result<void> stored = inRange ? m_settings.store("port", std::to_string(wanted))
                                              : engine::Error{engine::ErrorCode::InvalidArgument, {}};
  m_portProblem = stored ? QString() : tr("A port is a number from 1 to 65,535.");
  emit settingsChanged();
  if (!stored) return false;
  m_error.clear();
  m_freePort = 0;
  emit stateChanged();
  if (m_on && wanted != static_cast<int>(m_server->port())) apply();
  return true;
}

bool ServerModel::reachable() const {
  const QString host = QString::fromStdString(m_settings.settings().text("host")).toLower();
  return host != "localhost" && host != "::1" && host != "[::1]" && !host.startsWith(QLatin1String("127."));
}

QString ServerModel::networkAddress() const {
  QString host = QString::fromStdString(m_settings.settings().text("host"));
  if (!reachable() || host == kAnyAddress || host == "::") host = ownAddress();
  return host.isEmpty() ? QString() : QStringLiteral("%1:%2").arg(host).arg(port());
}

void ServerModel::setReachable(bool wanted) {
  const bool needsKey = wanted && m_keys.count() == 0;
  if (wanted == reachable() || needsKey || m_settings.fixed("host")) return emit settingsChanged();
  if (const auto stored = m_settings.store("host", wanted ? kAnyAddress : kLoopback); !stored) {
    m_error = displayText(QString::fromStdString(stored.error().message));
  }
  apply();
}

QString ServerModel::servedName() const {
  return QString::fromStdString(m_settings.settings().text("served-model-name"));
}

QString ServerModel::modelName() const {
  if (!servedName().isEmpty()) return visibleName(servedName());
  const auto engine = m_host.engine();
  return engine ? visibleName(QString::fromStdString(engine->facts().model.modelId)) : QString();
}

int ServerModel::concurrency() const {
  return static_cast<int>(m_settings.settings().integer("limit-worker-concurrency").value_or(0));
}

int ServerModel::loadedConcurrency() const {
  const auto engine = m_host.engine();
  const int loaded = engine ? static_cast<int>(engine->facts().options.limitConcurrency) : 0;
  return loaded == concurrency() ? 0 : loaded;
}

QString ServerModel::origins() const {
  return joined(m_settings.settings().list("allowed-origins"));
}

QString ServerModel::hosts() const {
  return joined(m_settings.settings().list("allowed-hosts"));
}

QString ServerModel::setText(const QString& key, const QString& text) {
  const std::string name = key.toStdString();
  QString value = text.trimmed();
  if (name == "limit-worker-concurrency") value.remove(u',').remove(u'.').remove(u' ');
  app::Settings trial = m_settings.settings();
  engine::Result<void> checked = trial.set(name, value.toStdString(), app::SettingSource::Stored);
  if (checked) {
    if (trial.text(name) == m_settings.settings().text(name)) return {};
    // What is wrong with a list shows when the server's configuration is made of it; a missing key is not its fault.
    const auto config = trial.serverConfig(m_keys.apiKeys());
    if (!config && config.error().context == name) checked = config.error();
  }
  if (checked) checked = m_settings.store(name, value.toStdString());
  if (!checked) return displayText(QString::fromStdString(checked.error().message));
  apply();
  return {};
}

QString ServerModel::lockedBy(const QString& key) const {
  return m_settings.fixed(key.toStdString()) ? tr("set by a flag or the environment") : QString();
}

}  // namespace ui
