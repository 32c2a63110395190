// The server's keys as the page shows them: label, masked key, when it was last used.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <QDateTime>
#include <QHash>
#include <QStringList>
#include <functional>
#include <memory>
#include <vector>

#include "app/http_server.h"
#include "ui/bridge/key_store.h"
#include "ui/bridge/settings_bridge.h"

namespace ui {

class KeyModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ServerModel")
  Q_PROPERTY(int count READ count NOTIFY changed)
  Q_PROPERTY(QStringList labels READ labels NOTIFY changed)
  /// Keys come from a flag or the environment and cannot be changed here.
  Q_PROPERTY(bool fixed READ fixed NOTIFY changed)
  /// Where the keys are kept, in words; `exposed` when that is a file.
  Q_PROPERTY(QString place READ place NOTIFY changed)
  Q_PROPERTY(bool exposed READ exposed NOTIFY changed)
  Q_PROPERTY(QString placeReason READ placeReason NOTIFY changed)
  Q_PROPERTY(QString problem READ problem NOTIFY changed)

 public:
  enum Role { LabelRole = Qt::UserRole, MaskedRole, UseRole };

  KeyModel(std::unique_ptr<KeyStore> store, SettingsBridge& settings, QObject* parent = nullptr);

  int count() const { return static_cast<int>(shown().size()); }
  QStringList labels() const;
  bool fixed() const { return m_settings.fixed("api-keys"); }
  QString place() const;
  bool exposed() const { return !fixed() && m_place == KeyPlace::File && !m_keys.isEmpty(); }
  QString placeReason() const { return m_reason; }
  /// Why the keys could not be read; the server then stays off, because it would be open without them.
  QString problem() const { return m_problem; }
  /// Keys are on their way to where they are kept.
  bool saving() const { return m_saving; }

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  /// Reads the keys unless they are there, then calls `then` on the GUI thread.
  void ensureLoaded(std::function<void()> then);
  /// For the server's configuration: those of the window; keys of a flag are in the settings already.
  std::vector<app::ApiKey> apiKeys() const;
  QString key(int row) const;
  /// Takes the time of each key's last request from the table.
  void noteUses(const std::vector<app::LiveRequest>& requests);

  /// Empty, or why a key cannot have this label.
  Q_INVOKABLE QString labelProblem(const QString& label, int row) const;
  /// A new random key with that label at the end; false when the label cannot be.
  Q_INVOKABLE bool add(const QString& label);
  Q_INVOKABLE bool rename(int row, const QString& label);
  Q_INVOKABLE void revoke(int row);
  Q_INVOKABLE QString masked(int row) const;
  Q_INVOKABLE QString freeLabel() const;
  /// Forgets keys that cannot be read.
  Q_INVOKABLE void forgetUnreadable();
  Q_INVOKABLE void tryAgain();

 signals:
  void changed();
  /// The keys themselves are others.
  void keysChanged();

 private:
  QList<ServerKey> shown() const;
  void take(const KeptKeys& kept);
  void replace(const QList<ServerKey>& keys);
  /// One at a time, so that the newest keys are what is kept.
  void save();

  std::unique_ptr<KeyStore> m_store;
  SettingsBridge& m_settings;
  QList<ServerKey> m_keys;
  KeyPlace m_place = KeyPlace::Nowhere;
  QString m_problem, m_reason;
  QHash<QString, QDateTime> m_lastUse;
  QStringList m_inUse;
  std::vector<std::function<void()>> m_waiting;
  bool m_loaded = false, m_loading = false, m_saving = false, m_saveAgain = false;
};

}  // namespace ui
