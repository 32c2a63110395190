// The server page: switch, address, port, keys, live requests, log and snippets. Starting and stopping happen on a
// worker thread.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <QVariantList>
#include <atomic>
#include <memory>

#include "app/http_server.h"
#include "ui/bridge/host_bridge.h"
#include "ui/bridge/settings_bridge.h"
#include "ui/server/request_table_model.h"

namespace ui {

class ServerModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(ui::RequestTableModel* requests READ requests CONSTANT)
  Q_PROPERTY(bool on READ on NOTIFY stateChanged)
  Q_PROPERTY(bool switching READ switching NOTIFY stateChanged)
  Q_PROPERTY(QString address READ address NOTIFY stateChanged)
  Q_PROPERTY(QString shortAddress READ shortAddress NOTIFY stateChanged)
  Q_PROPERTY(int port READ port NOTIFY portChanged)
  Q_PROPERTY(QString portProblem READ portProblem NOTIFY portChanged)
  Q_PROPERTY(QString error READ error NOTIFY stateChanged)
  Q_PROPERTY(int freePort READ freePort NOTIFY stateChanged)
  Q_PROPERTY(QStringList keys READ keys NOTIFY keysChanged)
  Q_PROPERTY(bool keysFixed READ keysFixed CONSTANT)
  Q_PROPERTY(QString modelName READ modelName NOTIFY modelNameChanged)
  Q_PROPERTY(QStringList log READ log NOTIFY logChanged)

 public:
  /// `server` may be null in tests of other pages; the page then stays off.
  ServerModel(app::HttpServer* server, Tasks& tasks, SettingsBridge& settings, HostBridge& host,
              QObject* parent = nullptr);
  ~ServerModel() override;

  RequestTableModel* requests() { return &m_requests; }
  bool on() const { return m_on; }
  bool switching() const { return m_switching; }
  QString address() const;
  QString shortAddress() const;
  int port() const;
  QString portProblem() const { return m_portProblem; }
  QString error() const { return m_error; }
  /// The next port that is free, when the wanted one is taken; 0 otherwise.
  int freePort() const { return m_freePort; }
  QStringList keys() const;
  bool keysFixed() const { return m_settings.fixed("api-keys"); }
  QString modelName() const;
  QStringList log() const { return m_log; }

  Q_INVOKABLE void setOn(bool on);
  /// Takes a typed port: what is out of range stays as typed, with the range below.
  Q_INVOKABLE bool setPort(const QString& text);
  /// Stores the offered port and switches on with it.
  Q_INVOKABLE void useFreePort();
  Q_INVOKABLE void dismissError();
  Q_INVOKABLE void cancelRequest(double id);
  Q_INVOKABLE void addKey();
  Q_INVOKABLE void removeKey(int index);
  Q_INVOKABLE QString maskedKey(const QString& key) const;
  /// "curl" or "python", with a masked or the real key.
  Q_INVOKABLE QString snippet(const QString& language, bool withKey) const;
  Q_INVOKABLE void copy(const QString& text);

 signals:
  void stateChanged();
  void portChanged();
  void keysChanged();
  void modelNameChanged();
  void logChanged();

 private:
  void start();
  void restart();
  void refresh();
  void setKeys(const QStringList& keys);

  app::HttpServer* m_server;
  Tasks& m_tasks;
  SettingsBridge& m_settings;
  HostBridge& m_host;
  RequestTableModel m_requests;
  QTimer m_refresh;
  std::shared_ptr<std::atomic<bool>> m_notified;
  QString m_portProblem, m_error, m_baseUrl;
  QStringList m_log;
  uint64_t m_logCursor = 0;
  int m_freePort = 0;
  bool m_on = false, m_switching = false, m_restart = false;
};

}  // namespace ui
