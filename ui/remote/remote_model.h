// A remote server as the one that answers: its address, key and models, whether it is used, and whether it can be
// reached. Every call happens on a worker thread.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <memory>
#include <vector>

#include "app/remote_server.h"
#include "ui/bridge/key_store.h"
#include "ui/bridge/settings_bridge.h"
#include "ui/bridge/tasks.h"

namespace ui {

class RemoteModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(bool configured READ configured NOTIFY changed)
  Q_PROPERTY(bool inUse READ inUse NOTIFY changed)
  Q_PROPERTY(QString address READ address NOTIFY changed)
  Q_PROPERTY(QString host READ host NOTIFY changed)
  Q_PROPERTY(QString model READ model NOTIFY changed)
  Q_PROPERTY(bool hasKey READ hasKey NOTIFY changed)
  Q_PROPERTY(bool lost READ lost NOTIFY changed)
  Q_PROPERTY(QString lostWhy READ lostWhy NOTIFY changed)
  Q_PROPERTY(bool asking READ asking NOTIFY listChanged)
  Q_PROPERTY(QString problem READ problem NOTIFY listChanged)
  Q_PROPERTY(QStringList models READ models NOTIFY listChanged)
  Q_PROPERTY(int modelIndex READ modelIndex NOTIFY listChanged)
  Q_PROPERTY(QString warning READ warning NOTIFY listChanged)

 public:
  /// `keys` keeps the server's key, as it keeps our own server's; null: it lasts as long as this object.
  RemoteModel(Tasks& tasks, SettingsBridge& settings, std::unique_ptr<KeyStore> keys = nullptr,
              QObject* parent = nullptr);
  ~RemoteModel() override;

  /// Address and model were chosen.
  bool configured() const { return m_server != nullptr && !m_modelId.empty(); }
  /// It answers in the chats, instead of the model that is loaded here.
  bool inUse() const { return m_inUse && configured(); }
  QString address() const;
  QString host() const;   ///< without protocol and path, for people
  QString model() const;  ///< for people
  bool hasKey() const { return !m_key.empty(); }
  /// The last answer failed on the way, and nobody has been reached since. It is tried again by itself.
  bool lost() const { return m_lost; }
  QString lostWhy() const { return m_lostWhy; }

  /// Of the sheet that connects: the server is being asked, what went wrong, what it has.
  bool asking() const { return m_asking; }
  QString problem() const { return m_problem; }
  QStringList models() const { return m_names; }
  int modelIndex() const;  ///< of the model in use among models(), or 0
  /// What is to be known before anything is sent there; empty on this machine.
  QString warning() const { return m_warning; }

  /// For answers; null unless configured().
  std::shared_ptr<app::RemoteServer> server() const { return m_server; }
  const std::string& modelId() const { return m_modelId; }
  uint32_t contextLength() const { return m_context; }

  /// Asks a server for its models; empty keeps the stored key where the address is the stored one.
  Q_INVOKABLE void ask(const QString& address, const QString& key);
  /// Stops asking and forgets what was listed.
  Q_INVOKABLE void dismiss();
  /// Takes a model of the list and uses it from now on.
  Q_INVOKABLE void choose(int index);
  Q_INVOKABLE void setInUse(bool use);
  /// Forgets server and key.
  Q_INVOKABLE void forget();
  Q_INVOKABLE void tryNow();
  /// An answer of this server failed.
  void noteFailure(const engine::Error& error);
  /// An answer of this server came.
  void noteSuccess();

 signals:
  void changed();
  void listChanged();
  /// The server in use is another one, or none.
  void sourceChanged();
  void saveFailed(const QString& why);

 private:
  using Listed = engine::Result<std::vector<app::RemoteModel>>;
  void readSettings();
  void readKey();
  void keepKey(const std::string& key);
  void listed(const std::shared_ptr<app::RemoteServer>& server, const std::string& key, const Listed& models);
  void store(std::string_view key, const std::string& value);
  void ping();

  Tasks& m_tasks;
  SettingsBridge& m_settings;
  std::shared_ptr<app::RemoteServer> m_server;
  std::unique_ptr<KeyStore> m_keys;
  std::string m_modelId, m_key;
  uint32_t m_context = 0;
  bool m_inUse = false, m_lost = false, m_asking = false, m_pinging = false;
  QString m_lostWhy, m_problem, m_warning;
  std::shared_ptr<app::RemoteServer> m_candidate;  ///< that the sheet asked
  std::string m_candidateKey;
  std::vector<app::RemoteModel> m_list;
  QStringList m_names;
  QTimer m_again;
  int m_turn = 0, m_waitMs = 0;
};

}  // namespace ui
