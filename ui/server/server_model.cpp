#include "ui/server/server_model.h"

#include <QClipboard>
#include <QDateTime>
#include <QGuiApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRandomGenerator>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

constexpr int kRefreshMs = 200;
constexpr qsizetype kLogLines = 500;
constexpr int kKeyBytes = 24;

struct Started {
  engine::Result<void> result;
  uint16_t freePort = 0;
  std::string baseUrl;
};

/// A string of JSON, which Python reads alike: a model may have any name, and snippets run as pasted.
QString quoted(const QString& text) {
  const QByteArray list = QJsonDocument(QJsonArray{text}).toJson(QJsonDocument::Compact);
  return QString::fromUtf8(list.sliced(1, list.size() - 2));
}

}  // namespace

ServerModel::ServerModel(app::HttpServer* server, Tasks& tasks, SettingsBridge& settings, HostBridge& host,
                         QObject* parent)
    : QObject(parent),
      m_server(server),
      m_tasks(tasks),
      m_settings(settings),
      m_host(host),
      m_notified(std::make_shared<std::atomic<bool>>(false)) {
  m_refresh.setInterval(kRefreshMs);
  connect(&m_refresh, &QTimer::timeout, this, &ServerModel::refresh);
  connect(&m_host, &HostBridge::engineChanged, this, &ServerModel::modelNameChanged);
  connect(&m_settings, &SettingsBridge::changed, this, [this](const QString& key) {
    if (key == "port") emit portChanged();
    if (key == "api-keys") emit keysChanged();
  });
  if (m_server == nullptr) return;
  // Server threads only raise a flag; one call is on its way to the GUI thread at most.
  m_server->setChangeListener([notified = m_notified, &tasks = m_tasks, alive = QPointer<ServerModel>(this)] {
    if (notified->exchange(true)) return;
    tasks.post([alive, notified] {
      notified->store(false);
      if (alive) alive->refresh();
    });
  });
}

ServerModel::~ServerModel() {
  if (m_server != nullptr) m_server->setChangeListener({});
}

QString ServerModel::address() const {
  if (m_on) return m_baseUrl;
  return QStringLiteral("http://%1:%2/v1").arg(QString::fromStdString(m_settings.settings().text("host"))).arg(port());
}

QString ServerModel::shortAddress() const {
  return address().section(QStringLiteral("://"), 1).section(u'/', 0, 0);
}

int ServerModel::port() const {
  return static_cast<int>(m_settings.settings().integer("port").value_or(8501));
}

QString ServerModel::modelName() const {
  const std::string& served = m_settings.settings().text("served-model-name");
  if (!served.empty()) return visibleName(QString::fromStdString(served));
  const auto engine = m_host.engine();
  return engine ? visibleName(QString::fromStdString(engine->facts().model.modelId)) : QString();
}

void ServerModel::setOn(bool on) {
  if (m_server == nullptr || m_switching || on == m_on) return emit stateChanged();
  if (on) return start();
  m_switching = true;
  m_refresh.stop();
  emit stateChanged();
  m_tasks.run<bool>(
      this,
      [server = m_server] {
        server->stop();
        return true;
      },
      [this](bool) {
        m_on = m_switching = false;
        refresh();
        emit stateChanged();
        if (std::exchange(m_restart, false)) start();
      });
}

void ServerModel::start() {
  const engine::Result<app::ServerConfig> config = m_settings.settings().serverConfig();
  m_freePort = 0;
  m_error.clear();
  if (!config) {
    m_error = displayText(QString::fromStdString(config.error().message));
    return emit stateChanged();
  }
  m_switching = true;
  emit stateChanged();
  m_tasks.run<Started>(
      this,
      [server = m_server, wanted = *config] {
        Started started{server->start(wanted), 0, {}};
        if (started.result) {
          started.baseUrl = server->baseUrl();
        } else if (started.result.error().context == "port" && wanted.port < 65535) {
          started.freePort = app::nextFreePort(wanted.host, static_cast<uint16_t>(wanted.port + 1));
        }
        return started;
      },
      [this](const Started& started) {
        m_switching = false;
        m_on = started.result.ok();
        m_baseUrl = QString::fromStdString(started.baseUrl);
        if (m_on) {
          m_refresh.start();
        } else {
          m_error = displayText(QString::fromStdString(started.result.error().message));
          m_freePort = started.freePort;
        }
        refresh();
        emit stateChanged();
      });
}

void ServerModel::restart() {
  if (!m_on) return;
  m_restart = true;
  setOn(false);
}

bool ServerModel::setPort(const QString& text) {
  bool ok = false;
  const int wanted = text.trimmed().toInt(&ok);
  const engine::Result<void> stored = ok && wanted >= 1 && wanted <= 65535
                                          ? m_settings.store("port", std::to_string(wanted))
                                          : engine::Error{engine::ErrorCode::InvalidArgument, {}};
  m_portProblem = stored ? QString() : tr("A port is a number from 1 to 65,535.");
  if (stored) {
    m_error.clear();
    m_freePort = 0;
    emit stateChanged();
    if (m_on && wanted != static_cast<int>(m_server->port())) restart();
  }
  emit portChanged();
  return stored.ok();
}

void ServerModel::useFreePort() {
  const int port = m_freePort;
  if (port > 0 && setPort(QString::number(port))) setOn(true);
}

void ServerModel::dismissError() {
  m_error.clear();
  m_freePort = 0;
  emit stateChanged();
}

void ServerModel::refresh() {
  if (m_server == nullptr) return;
  m_requests.setRequests(m_server->requests());
  const std::vector<app::ServerLogLine> lines = m_server->logSince(&m_logCursor);
  for (const app::ServerLogLine& line : lines) {
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(line.time * 1000));
    m_log.append(time.toString(QStringLiteral("HH:mm:ss.zzz")) + u'\t' + QString::fromStdString(line.level) + u'\t' +
                 visibleName(QString::fromStdString(line.text)));
  }
  if (m_log.size() > kLogLines) m_log.remove(0, m_log.size() - kLogLines);
  if (!lines.empty()) emit logChanged();
  const bool on = m_server->state() == app::ServerState::On;
  if (!m_switching && on != m_on) {
    m_on = on;
    if (!on) m_refresh.stop();
    emit stateChanged();
  }
}

void ServerModel::cancelRequest(double id) {
  if (m_server != nullptr) m_server->cancelRequest(static_cast<uint64_t>(id));
}

QStringList ServerModel::keys() const {
  QStringList keys;
  for (const std::string& key : m_settings.settings().list("api-keys")) keys.append(QString::fromStdString(key));
  return keys;
}

void ServerModel::addKey() {
  QByteArray random(kKeyBytes, Qt::Uninitialized);
  QRandomGenerator::system()->generate(random.begin(), random.end());
  setKeys(keys() << QStringLiteral("hk-") + QString::fromLatin1(random.toBase64(QByteArray::Base64UrlEncoding |
                                                                                QByteArray::OmitTrailingEquals)));
}

void ServerModel::removeKey(int index) {
  QStringList left = keys();
  if (index < 0 || index >= left.size()) return;
  left.removeAt(index);
  setKeys(left);
}

void ServerModel::setKeys(const QStringList& keys) {
  if (keysFixed()) return;
  const engine::Result<void> stored = m_settings.store("api-keys", keys.join(u',').toStdString());
  const engine::Result<app::ServerConfig> config = m_settings.settings().serverConfig();
  if (!stored || !config) {
    m_error = displayText(QString::fromStdString((!stored ? stored.error() : config.error()).message));
    return emit stateChanged();
  }
  if (m_on) m_server->setApiKeys(config->apiKeys);
}

QString ServerModel::maskedKey(const QString& key) const {
  return key.size() > 10 ? key.left(3) + QStringLiteral("…") + key.right(4) : QStringLiteral("…");
}

QString ServerModel::snippet(const QString& language, bool withKey) const {
  const QStringList all = keys();
  const QString key = all.isEmpty() ? QStringLiteral("none") : withKey ? all.first() : maskedKey(all.first());
  const QString model = quoted(modelName().isEmpty() ? QStringLiteral("model") : modelName());
  if (language == "curl") {
    const QString auth = all.isEmpty() ? QString() : QStringLiteral("  -H 'Authorization: Bearer %1' \\\n").arg(key);
    const QString body =
        QStringLiteral("{\"model\": %1,\n       \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}")
            .arg(model)
            .replace(u'\'', QStringLiteral("'\\''"));
    return QStringLiteral("curl %1/chat/completions \\\n  -H 'Content-Type: application/json' \\\n%2  -d '%3'")
        .arg(address(), auth, body);
  }
  return QStringLiteral(
             "from openai import OpenAI\n"
             "client = OpenAI(base_url=\"%1\", api_key=\"%2\")\n"
             "for chunk in client.chat.completions.create(\n"
             "        model=%3, stream=True,\n"
             "        messages=[{\"role\": \"user\", \"content\": \"Hello\"}]):\n"
             "    print(chunk.choices[0].delta.content or \"\", end=\"\")")
      .arg(address(), key, model);
}

void ServerModel::copy(const QString& text) {
  QGuiApplication::clipboard()->setText(text);
}

}  // namespace ui
