#include "ui/server/server_model.h"

#include <QClipboard>
#include <QDateTime>
#include <QGuiApplication>
#include <QLocale>

#include "ui/highlight/highlight.h"
#include "ui/markdown/parse_markdown.h"
#include "ui/server/snippets.h"

namespace ui {

namespace {

constexpr int kRefreshMs = 200;

struct Started {
  engine::Result<void> result;
  uint16_t freePort = 0;
  std::string baseUrl;
};

QString number(uint64_t value) {
  return QLocale().toString(static_cast<qulonglong>(value));
}

}  // namespace

ServerModel::ServerModel(app::HttpServer* server, Tasks& tasks, SettingsBridge& settings, HostBridge& host,
                         std::unique_ptr<KeyStore> keys, QObject* parent)
    : QObject(parent),
      m_server(server),
      m_tasks(tasks),
      m_settings(settings),
      m_host(host),
      m_keys(std::move(keys), settings),
      m_notified(std::make_shared<std::atomic<bool>>(false)) {
  m_refresh.setInterval(kRefreshMs);
  connect(&m_refresh, &QTimer::timeout, this, &ServerModel::refresh);
  connect(&m_host, &HostBridge::engineChanged, this, &ServerModel::settingsChanged);
  connect(&m_settings, &SettingsBridge::changed, this, &ServerModel::settingsChanged);
  connect(&m_settings, &SettingsBridge::changed, this, &ServerModel::stateChanged);
  connect(&m_keys, &KeyModel::keysChanged, this, &ServerModel::takeKeys);
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
  QString host = QString::fromStdString(m_settings.settings().text("host"));
  if (reachable()) host = QStringLiteral("127.0.0.1");
  return QStringLiteral("http://%1:%2/v1").arg(host).arg(port());
}

QString ServerModel::shortAddress() const {
  return address().section(QStringLiteral("://"), 1).section(u'/', 0, 0);
}

QString ServerModel::summary() const {
  const app::ServerFacts facts = m_server != nullptr ? m_server->facts() : app::ServerFacts{};
  if (!m_on || facts.since <= 0) return {};
  const QString since =
      QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(facts.since * 1000)).toString(QStringLiteral("HH:mm"));
  const QString requests = facts.requests == 1 ? tr("1 request") : tr("%1 requests").arg(number(facts.requests));
  if (facts.refused == 0) return tr("since %1; %2").arg(since, requests);
  return tr("since %1; %2, %3 refused").arg(since, requests, number(facts.refused));
}

engine::Result<app::ServerConfig> ServerModel::wantedConfig() {
  if (!m_keys.problem().isEmpty()) {
    return engine::Error{engine::ErrorCode::Unavailable,
                         tr("The keys cannot be read, and without them the server would be open: %1")
                             .arg(m_keys.problem())
                             .toStdString(),
                         "keys"};
  }
  if (reachable() && m_keys.count() == 0 && m_settings.settings().text("api-keys-file").empty()) {
    return engine::Error{
        engine::ErrorCode::InvalidArgument,
        tr("The server is set to be reachable from other machines, and that needs a key. Make one, or switch that off.")
            .toStdString(),
        "api-keys"};
  }
  return m_settings.settings().serverConfig(m_keys.apiKeys());
}

void ServerModel::setOn(bool on) {
  if (m_server == nullptr || m_switching || on == m_on) return emit stateChanged();
  if (!on) return stop();
  m_switching = true;
  emit stateChanged();
  m_keys.ensureLoaded([this] { start(); });
}

void ServerModel::stop() {
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
        m_error.clear();
        m_freePort = 0;
        refresh();
        emit stateChanged();
      });
}

void ServerModel::start() {
  begin(/*moving=*/false);
}

void ServerModel::apply() {
  if (!m_on) return emit stateChanged();
  if (m_switching) {
    m_again = true;
    return;
  }
  begin(/*moving=*/true);
}

void ServerModel::begin(bool moving) {
  const engine::Result<app::ServerConfig> config = wantedConfig();
  m_freePort = 0;
  m_error.clear();
  m_switching = config.ok();
  if (!config) m_error = displayText(QString::fromStdString(config.error().message));
  emit stateChanged();
  if (!config) return;
  m_tasks.run<Started>(
      this,
      [server = m_server, wanted = *config, moving] {
        Started started{moving ? server->reconfigure(wanted) : server->start(wanted), 0, {}};
        if (!started.result && started.result.error().context == "port" && wanted.port < 65535) {
          started.freePort = app::nextFreePort(wanted.host, static_cast<uint16_t>(wanted.port + 1));
        }
        if (server->state() == app::ServerState::On) started.baseUrl = server->baseUrl();
        return started;
      },
      [this, host = config->host](const Started& started) {
        m_switching = false;
        m_on = !started.baseUrl.empty();
        if (m_on) m_baseUrl = QString::fromStdString(started.baseUrl);
        if (m_on) m_refresh.start();
        if (started.result) {
          m_boundHost = QString::fromStdString(host);
        } else {
          m_error = displayText(QString::fromStdString(started.result.error().message));
          m_freePort = started.freePort;
        }
        refresh();
        emit stateChanged();
        if (std::exchange(m_again, false)) apply();
      });
}

void ServerModel::useFreePort() {
  const int port = m_freePort;
  if (port > 0 && setPort(QString::number(port)) && !m_on) setOn(true);
}

void ServerModel::dismissError() {
  m_error.clear();
  m_freePort = 0;
  if (m_on && m_server->port() != port()) {
    static_cast<void>(m_settings.store("port", std::to_string(m_server->port())));
  }
  if (m_on && !m_boundHost.isEmpty() && m_boundHost.toStdString() != m_settings.settings().text("host")) {
    static_cast<void>(m_settings.store("host", m_boundHost.toStdString()));
  }
  emit stateChanged();
}

void ServerModel::refresh() {
  if (m_server == nullptr) return;
  m_requests.setRequests(m_server->requests());
  m_keys.noteUses(m_requests.rows());
  if (m_inspector.open()) m_inspector.update(m_requests.rows(), m_server->record(m_inspector.id()));
  m_log.append(m_server->logSince(&m_logCursor));
  const bool on = m_server->state() == app::ServerState::On;
  if (!m_switching && on != m_on) {
    m_on = on;
    if (!on) m_refresh.stop();
    emit stateChanged();
  }
  emit requestsChanged();
}

void ServerModel::takeKeys() {
  emit settingsChanged();
  if (!m_on || m_switching) {
    m_again = m_switching;
    return emit stateChanged();
  }
  // Keys change without a new start, so that nothing in progress is touched.
  if (const engine::Result<app::ServerConfig> config = wantedConfig()) {
    m_server->setApiKeys(config->apiKeys);
  } else {
    m_error = displayText(QString::fromStdString(config.error().message));
  }
  emit stateChanged();
}

void ServerModel::revokeKey(int row) {
  if (row < 0 || row >= m_keys.count() || m_keys.fixed()) return;
  if (m_keys.count() == 1 && reachable()) setReachable(false);
  m_keys.revoke(row);
}

void ServerModel::cancelRequest(double id) {
  if (m_server != nullptr) m_server->cancelRequest(static_cast<uint64_t>(id));
}

void ServerModel::clearFinished() {
  if (m_server != nullptr) m_server->forgetEnded();
}

void ServerModel::inspect(double id) {
  if (m_server == nullptr) return;
  for (const app::LiveRequest& one : m_requests.rows()) {
    if (one.id == static_cast<uint64_t>(id)) m_inspector.show(one, m_server->record(one.id));
  }
}

bool ServerModel::recording() const {
  return m_server != nullptr && m_server->recording().on;
}

void ServerModel::setRecording(bool on) {
  if (m_server != nullptr) m_server->setRecording(on);
  emit requestsChanged();
}

int ServerModel::recorded() const {
  return m_server != nullptr ? static_cast<int>(m_server->recording().records) : 0;
}

QString ServerModel::recordingWords() const {
  if (m_server == nullptr) return {};
  constexpr double kMegabyte = 1e6;
  const app::RecordingFacts facts = m_server->recording();
  return tr("Prompts and answers of new requests are kept in memory alone, never on disk: the last %1, %2 MB at most. "
            "Now %3 and %4 MB.")
      .arg(number(facts.mostRecords), QLocale().toString(static_cast<double>(facts.mostBytes) / kMegabyte, 'f', 1),
           facts.records == 1 ? tr("1 request") : tr("%1 requests").arg(number(facts.records)),
           QLocale().toString(static_cast<double>(facts.bytes) / kMegabyte, 'f', 1));
}

void ServerModel::clearRecords() {
  if (m_server != nullptr) m_server->clearRecords();
  refresh();
}

QString ServerModel::snippet(const QString& language, int keyRow, bool withKey) const {
  SnippetFacts facts;
  facts.address = address();
  facts.model = modelName().isEmpty() ? QStringLiteral("model") : modelName();
  if (m_keys.count() > 0) {
    const int row = std::clamp(keyRow, 0, m_keys.count() - 1);
    facts.key = withKey ? m_keys.key(row) : m_keys.masked(row);
  }
  return serverSnippet(language, facts);
}

InlineText ServerModel::snippetText(const QString& language, int keyRow) const {
  InlineText text;
  text.text = snippet(language, keyRow, /*withKey=*/false);
  HighlightState state;
  text.runs = highlightCode(text.text, findLanguage(language == "curl" ? QStringLiteral("bash") : language), state);
  return text;
}

void ServerModel::copy(const QString& text) {
  QGuiApplication::clipboard()->setText(text);
}

void ServerModel::copyKey(int row) {
  copy(m_keys.key(row));
}

void ServerModel::pageShown() {
  m_keys.ensureLoaded([this] { emit stateChanged(); });
}

}  // namespace ui
