// The server page: switch, address, who may call, keys, live requests, log and snippets. Starting, stopping and moving
// happen on a worker thread.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <QTimer>
#include <atomic>
#include <memory>

#include "app/http_server.h"
#include "ui/bridge/host_bridge.h"
#include "ui/bridge/settings_bridge.h"
#include "ui/markdown/block.h"
#include "ui/server/key_model.h"
#include "ui/server/log_model.h"
#include "ui/server/request_inspector.h"
#include "ui/server/request_table_model.h"

namespace ui {

class ServerModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(ui::RequestTableModel* requests READ requests CONSTANT)
  Q_PROPERTY(ui::LogModel* log READ log CONSTANT)
  Q_PROPERTY(ui::KeyModel* keys READ keys CONSTANT)
  Q_PROPERTY(ui::RequestInspector* inspector READ inspector CONSTANT)
  Q_PROPERTY(bool on READ on NOTIFY stateChanged)
  Q_PROPERTY(bool switching READ switching NOTIFY stateChanged)
  Q_PROPERTY(QString address READ address NOTIFY stateChanged)
  Q_PROPERTY(QString shortAddress READ shortAddress NOTIFY stateChanged)
  Q_PROPERTY(QString error READ error NOTIFY stateChanged)
  Q_PROPERTY(int freePort READ freePort NOTIFY stateChanged)
  /// Since when, how many requests, how many of them refused; empty when off.
  Q_PROPERTY(QString summary READ summary NOTIFY requestsChanged)
  Q_PROPERTY(int port READ port NOTIFY settingsChanged)
  Q_PROPERTY(QString portProblem READ portProblem NOTIFY settingsChanged)
  /// Listens for other machines, or would when on.
  Q_PROPERTY(bool reachable READ reachable NOTIFY settingsChanged)
  /// "192.168.1.20:8501", where other machines would find the server; empty without a network.
  Q_PROPERTY(QString networkAddress READ networkAddress NOTIFY settingsChanged)
  Q_PROPERTY(QString servedName READ servedName NOTIFY settingsChanged)
  Q_PROPERTY(QString modelName READ modelName NOTIFY settingsChanged)
  Q_PROPERTY(int concurrency READ concurrency NOTIFY settingsChanged)
  /// What the loaded model was loaded with, when that is another number; else 0.
  Q_PROPERTY(int loadedConcurrency READ loadedConcurrency NOTIFY settingsChanged)
  Q_PROPERTY(QString origins READ origins NOTIFY settingsChanged)
  Q_PROPERTY(QString hosts READ hosts NOTIFY settingsChanged)
  Q_PROPERTY(bool recording READ recording WRITE setRecording NOTIFY requestsChanged)
  /// How much is kept of how much, in words.
  Q_PROPERTY(QString recordingWords READ recordingWords NOTIFY requestsChanged)
  Q_PROPERTY(int recorded READ recorded NOTIFY requestsChanged)

 public:
  /// `server` may be null in tests of other pages; the page then stays off.
  ServerModel(app::HttpServer* server, Tasks& tasks, SettingsBridge& settings, HostBridge& host,
              std::unique_ptr<KeyStore> keys, QObject* parent = nullptr);
  ~ServerModel() override;

  RequestTableModel* requests() { return &m_requests; }
  LogModel* log() { return &m_log; }
  KeyModel* keys() { return &m_keys; }
  RequestInspector* inspector() { return &m_inspector; }
  bool on() const { return m_on; }
  bool switching() const { return m_switching; }
  QString address() const;
  QString shortAddress() const;
  QString error() const { return m_error; }
  /// The next port that is free, when the wanted one is taken; 0 otherwise.
  int freePort() const { return m_freePort; }
  QString summary() const;
  int port() const;
  QString portProblem() const { return m_portProblem; }
  bool reachable() const;
  QString networkAddress() const;
  QString servedName() const;
  QString modelName() const;
  int concurrency() const;
  int loadedConcurrency() const;
  QString origins() const;
  QString hosts() const;
  bool recording() const;
  void setRecording(bool on);
  QString recordingWords() const;
  int recorded() const;

  Q_INVOKABLE void setOn(bool on);
  /// Takes a typed port: what is out of range stays as typed, with the range below.
  Q_INVOKABLE bool setPort(const QString& text);
  /// Stores the offered port and goes on with it.
  Q_INVOKABLE void useFreePort();
  /// Puts the sentence away. When the server goes on at its old address, the settings return to it.
  Q_INVOKABLE void dismissError();
  /// Opening needs a key; without one nothing happens.
  Q_INVOKABLE void setReachable(bool reachable);
  /// Stores one of "served-model-name", "limit-worker-concurrency", "allowed-origins", "allowed-hosts" and applies it;
  /// empty, or why the text cannot be.
  Q_INVOKABLE QString setText(const QString& key, const QString& text);
  /// Why a setting cannot be changed here; empty when it can.
  Q_INVOKABLE QString lockedBy(const QString& key) const;
  /// Revokes a key; without any left the server is for this computer alone.
  Q_INVOKABLE void revokeKey(int row);
  Q_INVOKABLE void cancelRequest(double id);
  Q_INVOKABLE void clearFinished();
  Q_INVOKABLE void inspect(double id);
  Q_INVOKABLE void clearRecords();
  /// "curl", "python" or "javascript" with a key of the list, masked or real; row -1 when there is none.
  Q_INVOKABLE QString snippet(const QString& language, int keyRow, bool withKey) const;
  /// The same masked, with the colours of its language.
  Q_INVOKABLE ui::InlineText snippetText(const QString& language, int keyRow) const;
  Q_INVOKABLE void copy(const QString& text);
  Q_INVOKABLE void copyKey(int row);
  /// The page is there: keys are read.
  Q_INVOKABLE void pageShown();

 signals:
  void stateChanged();
  void settingsChanged();
  void requestsChanged();

 private:
  engine::Result<app::ServerConfig> wantedConfig();
  void start();
  void stop();
  /// Takes the settings to a server that is on.
  void apply();
  void begin(bool moving);
  void refresh();
  void takeKeys();

  app::HttpServer* m_server;
  Tasks& m_tasks;
  SettingsBridge& m_settings;
  HostBridge& m_host;
  RequestTableModel m_requests;
  LogModel m_log;
  KeyModel m_keys;
  RequestInspector m_inspector;
  QTimer m_refresh;
  std::shared_ptr<std::atomic<bool>> m_notified;
  QString m_portProblem, m_error, m_baseUrl, m_boundHost;
  uint64_t m_logCursor = 0;
  int m_freePort = 0;
  bool m_on = false, m_switching = false, m_again = false;
};

}  // namespace ui
