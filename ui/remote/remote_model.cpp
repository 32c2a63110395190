#include "ui/remote/remote_model.h"

#include <algorithm>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

constexpr int kFirstWaitMs = 1000, kMostWaitMs = 30000;

std::shared_ptr<app::RemoteServer> serverAt(const std::string& address, const std::string& key) {
  const auto parsed = app::parseRemoteAddress(address);
  return parsed ? std::make_shared<app::RemoteServer>(*parsed, key) : nullptr;
}

}  // namespace

RemoteModel::RemoteModel(Tasks& tasks, SettingsBridge& settings, std::unique_ptr<KeyStore> keys, QObject* parent)
    : QObject(parent), m_tasks(tasks), m_settings(settings), m_keys(std::move(keys)) {
  m_again.setSingleShot(true);
  connect(&m_again, &QTimer::timeout, this, &RemoteModel::ping);
  readSettings();
  readKey();
}

/// Work that waits for a server ends now, so that nobody waits for it.
RemoteModel::~RemoteModel() {
  if (m_server) m_server->cancelAll();
  if (m_candidate) m_candidate->cancelAll();
}

void RemoteModel::readSettings() {
  const app::Settings& settings = m_settings.settings();
  m_server = serverAt(settings.text("remote-address"), {});
  m_modelId = settings.text("remote-model");
  m_inUse = settings.boolean("use-remote");
}

QString RemoteModel::address() const {
  return m_server ? QString::fromStdString(m_server->address().base()) : QString();
}

QString RemoteModel::host() const {
  return m_server ? QString::fromStdString(m_server->address().label()) : QString();
}

QString RemoteModel::model() const {
  return visibleName(QString::fromStdString(m_modelId));
}

/// The key comes from where it is kept, later; how long the context is, is asked anew with every start.
void RemoteModel::readKey() {
  if (!m_server) return;
  const auto known = [this] {
    if (inUse()) ping();
  };
  if (!m_keys) return known();
  m_keys->load([this, known, server = m_server](const KeptKeys& kept) {
    if (server != m_server) return;
    for (const ServerKey& one : kept.keys) {
      if (one.label == address()) m_key = one.key.toStdString();
    }
    if (!kept.problem.isEmpty()) emit saveFailed(kept.problem);
    if (!m_key.empty()) {
      m_server = std::make_shared<app::RemoteServer>(m_server->address(), m_key);
      emit changed();
      emit sourceChanged();
    }
    known();
  });
}

void RemoteModel::keepKey(const std::string& key) {
  m_key = key;
  if (!m_keys) return;
  QList<ServerKey> kept;
  if (!key.empty()) kept.append({address(), QString::fromStdString(key)});
  m_keys->save(kept, [this](const KeptKeys& saved) {
    if (!saved.problem.isEmpty()) emit saveFailed(saved.problem);
  });
}

int RemoteModel::modelIndex() const {
  for (size_t i = 0; i < m_list.size(); ++i) {
    if (m_list[i].id == m_modelId) return static_cast<int>(i);
  }
  return 0;
}

void RemoteModel::ask(const QString& address, const QString& key) {
  dismiss();
  const auto parsed = app::parseRemoteAddress(address.toStdString());
  if (!parsed) {
    m_problem = QString::fromStdString(parsed.error().message);
    return emit listChanged();
  }
  std::string wanted = key.trimmed().toStdString();
  if (wanted.empty() && m_server && m_server->address() == *parsed) wanted = m_key;
  if (!parsed->loopback()) {
    const QString host = QString::fromStdString(parsed->label());
    m_warning = parsed->secure
                    ? tr("What you write is sent to %1.").arg(host)
                    : tr("What you write is sent to %1 unencrypted: whoever is on the way can read it.").arg(host);
  }
  m_candidate = std::make_shared<app::RemoteServer>(*parsed, wanted);
  m_asking = true;
  emit listChanged();
  m_tasks.run<Listed>(
      this, [server = m_candidate] { return server->models(); },
      [this, server = m_candidate, wanted, turn = ++m_turn](const Listed& models) {
        if (turn == m_turn) listed(server, wanted, models);
      });
}

void RemoteModel::listed(const std::shared_ptr<app::RemoteServer>& server, const std::string& key,
                         const Listed& models) {
  m_asking = false;
  if (!models) {
    m_problem = visibleName(QString::fromStdString(models.error().message)) + u'.';
  } else if (models->empty()) {
    m_problem = tr("%1 has no model loaded.").arg(QString::fromStdString(server->address().label()));
  } else {
    m_list = *models;
    m_candidateKey = key;
    for (const app::RemoteModel& one : m_list) m_names.append(visibleName(QString::fromStdString(one.id)));
  }
  emit listChanged();
}

void RemoteModel::dismiss() {
  ++m_turn;
  if (m_candidate) m_candidate->cancelAll();
  m_candidate.reset();
  m_candidateKey.clear();
  m_list.clear();
  m_names.clear();
  m_problem.clear();
  m_warning.clear();
  m_asking = false;
  emit listChanged();
}

void RemoteModel::choose(int index) {
  if (!m_candidate || index < 0 || index >= static_cast<int>(m_list.size())) return;
  const app::RemoteModel& chosen = m_list[static_cast<size_t>(index)];
  if (m_server) m_server->cancelAll();
  m_server = m_candidate;
  m_modelId = chosen.id;
  m_context = chosen.contextLength;
  m_inUse = true;
  m_lost = false;
  m_again.stop();
  store("remote-address", m_server->address().base());
  keepKey(m_candidateKey);
  store("remote-model", m_modelId);
  store("use-remote", "true");
  m_candidate.reset();
  dismiss();
  emit changed();
  emit sourceChanged();
}

void RemoteModel::setInUse(bool use) {
  if (use == m_inUse) return;
  m_inUse = use;
  store("use-remote", use ? "true" : "false");
  if (use && m_context == 0) ping();
  if (!use) m_again.stop(), m_lost = false;
  emit changed();
  emit sourceChanged();
}

void RemoteModel::forget() {
  if (m_server) m_server->cancelAll();
  m_server.reset();
  m_modelId.clear();
  m_context = 0;
  m_inUse = m_lost = false;
  m_again.stop();
  keepKey({});
  for (const char* key : {"remote-address", "remote-model", "use-remote"}) store(key, "");
  emit changed();
  emit sourceChanged();
}

void RemoteModel::store(std::string_view key, const std::string& value) {
  if (const engine::Result<void> done = m_settings.store(key, value); !done) {
    emit saveFailed(QString::fromStdString(done.error().message));
  }
}

void RemoteModel::noteFailure(const engine::Error& error) {
  if (error.context != "network" || !configured()) return;
  m_lost = true;
  m_lostWhy = visibleName(QString::fromStdString(error.message)) + u'.';
  m_waitMs = kFirstWaitMs;
  m_again.start(m_waitMs);
  emit changed();
}

void RemoteModel::noteSuccess() {
  if (!m_lost) return;
  m_lost = false;
  m_again.stop();
  emit changed();
}

void RemoteModel::tryNow() {
  m_waitMs = kFirstWaitMs;
  m_again.stop();
  ping();
}

/// Asks for the list of models: the cheapest question there is.
void RemoteModel::ping() {
  if (!configured() || m_pinging) return;
  m_pinging = true;
  m_tasks.run<Listed>(
      this, [server = m_server] { return server->models(); },
      [this, server = m_server](const Listed& models) {
        m_pinging = false;
        if (server != m_server) return;
        if (!models) {
          if (models.error().context != "network" || !inUse()) return noteSuccess();
          m_lost = true;
          m_lostWhy = visibleName(QString::fromStdString(models.error().message)) + u'.';
          m_waitMs = std::clamp(2 * m_waitMs, kFirstWaitMs, kMostWaitMs);
          m_again.start(m_waitMs);
          return emit changed();
        }
        for (const app::RemoteModel& one : *models) {
          if (one.id == m_modelId) m_context = one.contextLength;
        }
        m_lost = false;
        emit changed();
      });
}

}  // namespace ui
