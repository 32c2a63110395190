// Where the server's keys are kept: in the system's keychain, or where there is none in a file that only this user can
// read. The file says which of the two it is, so that a user without keys is never asked to unlock anything.
#pragma once

#include <QList>
#include <QObject>
#include <QString>
#include <filesystem>
#include <functional>
#include <memory>

#include "ui/bridge/tasks.h"

namespace ui {

struct ServerKey {
  QString label, key;
  bool operator==(const ServerKey&) const = default;
};

enum class KeyPlace { Nowhere, Keychain, File };

/// What loading or saving came to.
struct KeptKeys {
  QList<ServerKey> keys;
  KeyPlace place = KeyPlace::Nowhere;
  QString problem;  ///< not empty: the keys could not be read, or not kept at all
  QString reason;   ///< why they are in the file and not in the keychain
};

/// Lives on the GUI thread; every answer comes there, later.
class KeyStore : public QObject {
  Q_OBJECT

 public:
  using Done = std::function<void(const KeptKeys&)>;

  virtual void load(Done done) = 0;
  /// Replaces all keys. A keychain that refuses or is slow is not an error: the file takes them, with the reason;
  /// `done` is called again when the keychain answers late.
  virtual void save(const QList<ServerKey>& keys, Done done) = 0;
};

/// `folder` holds keys.json. Without `keychain` (tests, other people's sessions) the file alone is used.
std::unique_ptr<KeyStore> makeKeyStore(std::filesystem::path folder, Tasks& tasks, bool keychain);

}  // namespace ui
